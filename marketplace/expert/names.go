package expert

import "slices"

// names numbers the words that a program's experts are told apart by, so that a
// look at each of thousands is at one number. There are few; those beyond 64 are
// compared as they are.
type names map[string]uint64

// of is the bit of a name, given when it is first met; 0: it has none.
func (n names) of(name string) uint64 {
	bit, ok := n[name]
	if !ok && len(n) < 64 {
		bit = 1 << len(n)
		n[name] = bit
	}
	return bit
}

// set makes a set of names.
func (n names) set(list []string) nameSet {
	var s nameSet
	for _, name := range list {
		if bit := n.of(name); bit != 0 {
			s.bits |= bit
		} else {
			s.rest = append(s.rest, name)
		}
	}
	return s
}

// name is one that is looked for in many sets.
type name struct {
	bit  uint64
	text string
}

// name is what a text is looked for by; a text that is in no set gets no bit.
func (n names) name(text string) name { return name{n[text], text} }

// nameSet is a set of one program's names.
type nameSet struct {
	bits uint64
	rest []string // that have no bit
}

func (s nameSet) has(n name) bool {
	return s.bits&n.bit != 0 || (n.bit == 0 && len(s.rest) > 0 && slices.Contains(s.rest, n.text))
}

func (s nameSet) empty() bool { return s.bits == 0 && len(s.rest) == 0 }
