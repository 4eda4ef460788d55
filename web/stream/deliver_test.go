package stream

import (
	"testing"

	"knowhow/marketplace/access"
	"knowhow/marketplace/event"
)

// A page is not used for clients of a kind that was not looked up for it, nor
// after the hub began anew elsewhere.
func TestPageForOthersIsReadAgain(t *testing.T) {
	h := New(Options{})
	h.awake = true
	if err := h.admit(&conn{who: listener{kind: access.KindCustomer}}); err != nil {
		t.Fatal(err)
	}
	heed, p := h.perKind, page{end: event.Cursor{Seq: 5}}
	person := &conn{who: listener{kind: access.KindPerson}}
	if err := h.admit(person); err != nil {
		t.Fatal(err)
	}
	if h.deliver(event.Cursor{}, p, heed) || h.deliver(event.Cursor{Seq: 1}, p, h.perKind) || h.position.Seq != 0 {
		t.Errorf("a page for others was used, up to %v", h.position)
	}
	h.drop(person)
	if !h.deliver(event.Cursor{}, p, heed) || h.position.Seq != 5 {
		t.Errorf("the page was not used, but up to %v", h.position)
	}
}
