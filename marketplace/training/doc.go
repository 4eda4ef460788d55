// Package training owns what a program asks of who wants to work in it, and what
// it teaches: terms to accept, cards to read, quizzes to pass, practice answers
// that people judge, how far an applicant has come with them, and the pay of an
// onboarding. Who is let in is room admission's to say.
//
// Invariants: what was published is never changed, another version or card takes
// its place; the right answers leave the room only for those who publish them;
// items are drawn by a secret key; only a named person judges an answer, never
// their own; the money of a paid onboarding is set aside before it begins, and
// paid once.
package training
