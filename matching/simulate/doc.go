// Package simulate is a market of questions and experts that are drawn by chance,
// to measure routing where, unlike in the replay of a real community, it is
// known who could have resolved what.
//
// The market (Market) is fixed: 200 experts in three shifts a day, 20 topics,
// each expert's true skill on each topic drawn from Beta(2, 3), speeds
// log-normal, 5 % leave a month and are replaced, topics as popular as Zipf's law
// has it, questions come as a Poisson process at a share of what the crowd can
// do. A skill is the chance that an answer resolves its question; a customer who
// got an answer that does not comes back, and is heard three times before they go
// to the brand's team, as does who waits for an expert longer than the bound.
// Experts take a test of five items per topic, of four options each, when they
// join. They are asked by offers, which some do not take.
//
// A policy sees what the platform sees: who is on duty, tests, and how answers
// turned out. Only the oracle sees skills. The same seed is the same market for
// every policy, and the same run.
package simulate
