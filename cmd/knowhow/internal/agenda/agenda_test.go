package agenda_test

import (
	"testing"
	"time"

	"knowhow/cmd/knowhow/internal/agenda"
)

// The agenda's order follows from what is on it, not from when it was put there.
func TestAgendaOrder(t *testing.T) {
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	deeds := []agenda.Deed{
		{At: at, Kind: 0, Name: "payday"}, {At: at, Kind: 1, Name: "a"}, {At: at, Kind: 1, Name: "b"},
		{At: at, Kind: 2, Name: "a/u1"}, {At: at.Add(1), Kind: 0, Name: "payday"},
	}
	for shift := range deeds {
		var a agenda.Agenda
		for i := range deeds {
			d := deeds[(i+shift)%len(deeds)]
			a.Add(d.At, d.Kind, d.Name, nil)
		}
		if d, ok := a.Due(at.Add(-1)); ok {
			t.Fatalf("due before its time: %+v", d)
		}
		for i, want := range deeds {
			if got, ok := a.Due(want.At); !ok || got.At != want.At || got.Kind != want.Kind || got.Name != want.Name {
				t.Fatalf("shifted by %d, place %d: %+v, want %+v", shift, i, got, want)
			}
		}
		if !a.Empty() {
			t.Fatal("the agenda is not empty at its end")
		}
	}
}
