// Package verdict is the statistics of judging work: which work is looked at,
// who looks, what their votes say together, what each reviewer's vote is worth,
// what to believe of experts after it, and which patterns a human should see.
//
// It leaves to its caller who is who: it is given facts, lots and counts, and
// gives a choice, a chance or a finding. It decides about nobody: a verdict
// proposes, a finding is evidence for a human. It is pure, like matching: no
// database, no clock, no chance but by a draw that it is given. The market and
// `knowhow simulate quality` call the same functions.
//
// Invariants, each with a test: nobody is chosen who has a conflict, whatever the
// draw; a vote never counts against its own direction; the order of votes makes
// no difference; two votes decide only where they agree and their voters are
// known to be worth it, three always decide; the share drawn by chance is never
// below the program's, whatever else is known of the work.
package verdict
