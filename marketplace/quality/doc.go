// Package quality says whether the work was good: the customer's feedback,
// reviews of a fair sample, refusals of pay and appeals against them. It owns
// the tables feedback, nps, reviews, review_turns, reviewers, review_votes,
// gold_items and refusals.
//
// It moves no money itself but for peers' reviews: it tells room question to
// release, contest or refuse an assignment. What is believed of an expert is
// room expert's, which it tells how the work turned out.
//
// Invariants: a failing review only proposes; pay is refused by a named human,
// for a listed reason with evidence, before release_at, and the expert may
// appeal to somebody who neither refused nor reviewed; where time runs out
// without a human's decision the expert is paid, so that a sweep carries out a
// human's refusal at most and never makes one. Nobody reviews, refuses or
// decides on a question they asked or worked on. Reviewers read redacted text,
// and neither names nor pay; nobody chooses what they judge. No peer is asked for a vote who has a conflict
// (verdict.Candidate), and each that is given is paid, whatever it says. Signals
// are shown and do nothing.
//
// Every method is one transaction. Judging locks the assignment's row first,
// then the review's or the refusal's, then its votes', then the reviewers' by
// person, then the money's accounts all at once;
// feedback locks the customer's row, then the question's.
package quality
