// Package wait forecasts how long a question waits: for its first response, and
// for its resolution. A forecast is a median and a ninth decile, made of what
// those waited who asked in a like situation (Curve, History), where the
// situation is how long the crowd needs to come to the question, by the queue
// before it and the supply by hour of the week (Supply); and it is held to what
// came true (Level).
//
// It leaves to its caller the clock, storage, and telling anybody.
//
// Invariants, each with a test: nine in ten are within the ninth decile, where
// the future is like the past and, with a Level, in the long run where it is not;
// more supply or fewer before never lengthens a delay; a forecast made later for
// a question that still waits lies later than now.
package wait
