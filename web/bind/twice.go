package bind

// membersOf counts the members of all objects in a decoded JSON value.
func membersOf(value any) (n int) {
	switch v := value.(type) {
	case map[string]any:
		n = len(v)
		for _, member := range v {
			n += membersOf(member)
		}
	case []any:
		for _, element := range v {
			n += membersOf(element)
		}
	}
	return n
}

// colonsOf counts the colons of a sound JSON text that are not within a string:
// one for each member.
func colonsOf(text []byte) (n int) {
	quoted := false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"':
			quoted = !quoted
		case c == '\\' && quoted:
			i++ // what is escaped ends no string
		case c == ':' && !quoted:
			n++
		}
	}
	return n
}

// repeats reports whether an object in the text has a member twice. Decoded into
// a map the last one is left, and that is what is validated; into a struct,
// objects of one name are merged, so that what nobody looked at would remain.
func repeats(text []byte, value any) bool { return colonsOf(text) != membersOf(value) }
