// Package community is the experts' voice in a program: their room, where they
// help one another and say where they struggled; proposals that the brand must
// answer once enough of them support one; and the spokespeople they elect.
//
// Invariants: the room is read by the program's experts alone, never by who is a
// member of its brand, and by operators of the platform one post at a time, each
// of which was reported, for a reason that is on record; what is said is redacted
// before it is kept; no event and no list that a brand can read says who said,
// supported or voted what; a vote in an election is kept nowhere but in a count.
package community
