package redact

import (
	"encoding/json"
	"testing"
)

// TestStateContinues: a stored State goes on numbering where it stopped, under
// the same key only, and holds nothing in the clear.
func TestStateContinues(t *testing.T) {
	key := []byte("0123456789abcdef0123456789abcdef")
	state := &State{Salt: []byte("the same each day")} // one that is drawn may hold any letters
	first := New(Options{Key: key}).Redact("I am Julia Novak, julia@novak.example, +44 7700 900123.", state)
	if want := "I am [name 1], [email 1], [phone 1]."; first.Text != want {
		t.Fatalf("got %q, want %q", first.Text, want)
	}
	stored, err := json.Marshal(state)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"ulia", "ovak", "7700"} {
		if json.Valid(stored) && containsAny(string(stored), []string{secret}) {
			t.Errorf("state shows %q: %s", secret, stored)
		}
	}
	var read State
	if err := json.Unmarshal(stored, &read); err != nil {
		t.Fatal(err)
	}
	const text = "JULIA@novak.example or 0044 7700 900123, not bob@x.example. Did Novak call?"
	if got, want := New(Options{Key: key}).Redact(text, &read).Text, "[email 1] or [phone 1], not [email 2]. Did [name 1] call?"; got != want {
		t.Errorf("continued: got %q, want %q", got, want)
	}
	other := New(Options{Key: []byte("another key")}).Redact("julia@novak.example", &read).Text
	if want := "[email 3]"; other != want {
		t.Errorf("under another key: got %q, want %q", other, want)
	}
}

// TestStatesDoNotLink: the same value leaves different traces in two
// conversations.
func TestStatesDoNotLink(t *testing.T) {
	r := New(Options{Key: []byte("k")})
	a, b := &State{}, &State{}
	r.Redact("a@b.com", a)
	r.Redact("a@b.com", b)
	for hash := range a.Seen {
		if _, ok := b.Seen[hash]; ok {
			t.Error("two conversations share a hash")
		}
	}
}
