// Package topic reads which of a program's topics a question is of, with a
// probability, and whether it is of none of them. It is pure: text in, guesses
// out; who asks what when, and what becomes of a guess, is its callers'
// business.
//
// A Model learns from the names and descriptions of topics and from texts whose
// topic somebody settled: resolved questions, corrections, imported tickets. A
// text is kept as the hashes of its words and of their parts, so that nothing
// can be read back, and erased by Forget. Three readers vote: a linear model over
// words, pairs of words and parts of words, and two small neural networks. How
// much the networks count, and how sure the whole may sound, is fitted on
// texts that the readers had not seen. "None of ours" needs no examples: a
// text is strange if fewer than one in twenty of the topics' own texts, unseen
// by the reader, were less familiar.
//
// Invariants, each held by a test:
//   - Any bytes can be read; probabilities add up to 1.
//   - The same topics and texts in the same order fit to the same bits, on any
//     number of threads of one architecture.
//   - What was forgotten is in no snapshot, and after the next fit the model is
//     bit for bit one that never saw it.
//   - A damaged snapshot is refused.
//
// Memory (see Size): a text of 40 characters takes 1 kB as grams; the fit takes
// 4 bytes for each feature of the linear model and topic, and 256 for each feature
// that a network sees, and while it is made some more for each text. Measured:
// 20 MB for 150 topics with ten texts each, and as much as a snapshot. Reading
// 40 characters takes 0.13 ms, learning a text as long.
package topic
