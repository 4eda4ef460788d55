// Package matching ranks the experts of one program for a question: past
// questions and who answered them in, ranked experts with reasons out.
//
// It owns the text index over a program's past questions (Index), the features
// a candidate is judged by (Vector), their weights (Weights) and how they are
// learned from a program's own history (Study, Lessons), the ranking as a record
// that can be replayed (Record), what an expert is told about why (Reason), and
// the plain activity ranking every score is measured against (RankByActivity).
//
// It leaves to its caller: which experts may be asked at all (enrolment,
// capacity, languages, conflicts: the caller passes candidates that already
// passed every hard rule), redaction (text arrives without personal data),
// storage, the clock, and the choice of how many to offer. There is no SQL, no
// HTTP and no clock in here, and nothing is known of offers: declining one
// cannot cost anything, since no type has a place for it.
//
// Invariants, each with a test:
//   - Only the past counts: a document asked at or after Query.At does not
//     exist for that query, nor does an answer given at or after it; an answer
//     counts as the resolving one only from its Resolved time on.
//   - The same content gives the same ranking, bit for bit, whatever the order
//     in which documents, evidence and candidates came and whatever ids they
//     carry, and after a Snapshot and Restore. Sums over many documents are whole
//     numbers, or run in order of time, so that their order cannot show.
//   - Parts sum to the total exactly, in the order of the features; Replay
//     finds parts, totals and order again from features, weights and seed.
//   - An answer that turns out to be the resolving one never moves its expert
//     down. One more question like the one asked, resolved just now, never lowers
//     one of its expert's features that count for them. Weights keep their signs.
//   - The asker is never ranked.
//   - A removed document leaves none of its text, not even its words.
//
// In a pool of more than 4,096 candidates not everybody is looked at for every
// question (see consider.go); the order among those who are is exact.
package matching
