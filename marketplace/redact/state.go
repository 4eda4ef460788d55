package redact

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strings"
)

// State is the numbering of one conversation: which value has which number, so
// that the same value reads the same in every message. It is plain data to be
// stored beside the conversation as JSON and given to Redact again for the next
// message. The zero value begins a conversation.
//
// No value stands in it: a value is remembered as 16 bytes of HMAC-SHA-256
// under the Redactor's key, salted per conversation, so that one conversation's
// state says nothing about another's. A State is not safe for concurrent use.
type State struct {
	Salt []byte         `json:"salt,omitempty"`
	Next map[Kind]int   `json:"next,omitempty"` // last number given, per kind
	Seen map[string]int `json:"seen,omitempty"` // hash of kind and value → number
}

// minNamePart is the shortest part of a name that is remembered by itself.
const minNamePart = 3

// book is a State in use, with the key that opens it.
type book struct {
	*State
	key []byte
}

// open readies a State for use with a key.
func (s *State) open(key []byte) book {
	if s.Next == nil {
		s.Next = map[Kind]int{}
	}
	if s.Seen == nil {
		s.Seen = map[string]int{}
	}
	if len(s.Salt) == 0 {
		s.Salt = make([]byte, 16)
		_, _ = rand.Read(s.Salt) // never fails: crypto/rand ends the program instead
	}
	return book{State: s, key: key}
}

// hash is what is remembered of a value.
func (b book) hash(k Kind, value string) string {
	mac := hmac.New(sha256.New, b.key)
	mac.Write(b.Salt)
	mac.Write([]byte(k))
	mac.Write([]byte{0})
	mac.Write([]byte(value))
	return base64.RawStdEncoding.EncodeToString(mac.Sum(nil)[:16])
}

// seenName tells whether a folded word is a name, or a part of one, that this
// conversation has already had.
func (b book) seenName(word string) bool {
	if b.Next[Name] == 0 || len(word) < minNamePart {
		return false
	}
	_, ok := b.Seen[b.hash(Name, word)]
	return ok
}

// number returns the number of a normalised value, giving it the next one if it
// is new. The parts of a name share the number of the name.
func (b book) number(k Kind, value string) int {
	key := b.hash(k, value)
	if n, ok := b.Seen[key]; ok {
		return n
	}
	b.Next[k]++
	n := b.Next[k]
	b.Seen[key] = n
	if k == Name {
		b.rememberParts(value, n)
	}
	return n
}

// rememberParts gives the parts of a name its number, where they have none.
func (b book) rememberParts(name string, n int) {
	for part := range strings.FieldsSeq(name) {
		if len(part) < minNamePart || lexicon()[part]&(particle|title) != 0 {
			continue
		}
		if key := b.hash(Name, part); b.Seen[key] == 0 {
			b.Seen[key] = n
		}
	}
}
