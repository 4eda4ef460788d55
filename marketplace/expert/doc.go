// Package expert owns the people who work: their profile, their hours and how much
// they can take on, where they stand in a program (enrolment) with the one map of
// its states, what is on record about who answered what (evidence), what is
// believed of their work (standing), and the answers they keep to use again
// (macros). How they come in and go is room admission's, what is asked of them room
// training's, measures against them room conduct's, and how they are asked to apply
// room invitation's; these change an enrolment through its verbs, with what is
// exported here for them. Which expert is asked is package matching's and room
// question's; pay is package payouts'.
//
// Invariants: what is decided about somebody a named human decides, and never about
// themselves; the assignments in hand are counted, never below zero, and taken only
// below capacity; evidence holds redacted text only, and every committed change of
// it is seen by whoever reads with a cursor; nothing here counts who declined.
package expert
