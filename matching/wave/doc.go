// Package wave decides how many experts to ask about a question at a time, and
// for how long, so that somebody has accepted by the promised time and as few
// as can be are disturbed.
//
// It goes by how offers fare in the program as such: by how long they are open,
// by the hour of the week, by the size of the reward (Takeup). It knows no
// persons: no type here has a place for who accepted or declined.
//
// Invariants, each with a test: a tighter promise, less time or more certainty,
// never asks fewer or for longer; the first wave is one expert alone unless the
// caller says otherwise; what is said of the chance comes true where offers fare
// as they did.
package wave
