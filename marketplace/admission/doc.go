// Package admission owns an expert's way into a program and out of it:
// applications, places and who waits for one, the decisions to approve, activate,
// reject and certify, the experienced whom a brand vouches for, and leaving. What
// is asked on the way is room training's; where somebody stands, and by which
// verbs that changes, is room expert's.
//
// Invariants: only a named human approves or rejects, and never themselves; a
// place is given once, and who waits longest gets it; an expert may leave at any
// time.
package admission
