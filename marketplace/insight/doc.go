// Package insight is what brands, those who run the platform and the public
// read of the whole: a program's figures, its public page, what it lacks to go
// live, and the operators' lists.
//
// It owns no table. It reads those of the rooms below and of the payouts, always
// by index and in one transaction, and writes nothing but what an operator does
// to jobs. docs/figures.md defines every figure; what is said there is computed
// here and nowhere else.
//
// Invariants: a figure always comes with its sample; what is not known yet is
// counted as not known (censored) and never as good or bad; the public page
// tells nothing of fewer than a handful of people or of a sample too small.
package insight
