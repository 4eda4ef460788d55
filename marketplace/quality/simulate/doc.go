// Package simulate is a program in which people judge each other's work, some of
// them dishonestly, drawn by chance, to measure the judging where it is known what
// was good.
//
// The world is fixed: 200 people and 20,000 assignments. One in ten is in a ring
// of five, three in a hundred have three accounts behind one payout account;
// both deliver bad work 40 % of the time, pass their own and fail everybody
// else's, whose work they always recognise, blind as it is shown. The others
// deliver bad work 5 % of the time and judge right 90 % of the time. What is
// measured is what this program does with the functions of marketplace/quality/verdict
// and marketplace/expert that the market itself calls, beside what becomes of the
// same work under plain majority voting by reviewers who choose what they review.
//
// The same seed is the same world and the same result.
package simulate
