// Package program owns brands, their programs and the programs' topics: the
// policies a brand sets (reward, SLA, routing, review, escalation), the state a
// program is in, and what a question costs (quotes). Money itself is package
// payouts'; who works in a program is room expert's.
//
// Invariants: a program is only asked when it is live, and it goes live only
// with a topic, a language, a reward and a budget; stored policies always pass
// Validate; a topic's parent is in the same program and topics form a tree; a
// quote is a pure function of the program's policies, so it can be shown
// beforehand and recomputed later.
package program
