// Package language tells in which of 42 languages a text is written, how
// probable that is, and whether it is sure. It owns what counts as evidence of
// a language, the model that is carried in the program, and how such a model is
// trained; what follows from a language is its callers' business ("when sure,
// else the customer's locale" is their rule).
//
// Evidence is every run of 1 to 5 letters of each word, its edges included, and
// the word as a whole. A run counts for the languages whose training texts have
// it: the more often there, by ln(1 + share/smoothing), times a factor learned
// for runs of its length, frequency and number of languages. The sum, over the
// square root of the number of runs, goes through a softmax. Case, digits,
// punctuation, addresses of mail and web and placeholders of redacted data are
// no evidence. A text is sure when its best language is probable enough and
// explains enough of it, both bounds set while training from texts whose own
// part in the counts was left out, and if it is not what may be a name. How
// probable follows, for each language, from how often such answers came true:
// where even plain texts pass for another language, few answers are sure.
//
// Everything is deterministic: the same rows in the same order train the same
// model bit for bit, and a text has one answer. Any bytes are fine. Detection
// holds no lock and is safe for concurrent use; the carried model is read on
// first use.
//
// The carried model, model.bin, holds counts of letter runs as hashes, no text.
// It was trained from sentences and word pairs of the Leipzig Corpora
// Collection (Wortschatz Leipzig, CC BY) as the test data of lingua-go have
// them (github.com/pemistahl/lingua-go, Apache-2.0); see NOTICE.md beside it.
package language
