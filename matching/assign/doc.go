// Package assign decides who is asked about what, where many questions wait for
// many experts: the sparse assignment that is worth most, with each expert's
// capacity, a worth of being served that grows with age, and a bound on any one
// expert's share (Solve). Newcomers are explored by draws from what is believed
// of them (Draw).
//
// It leaves to its caller which experts may be asked at all (every candidate has
// passed every hard rule), what a candidate is worth (Candidate.Score), and the
// clock.
//
// Invariants, each with a test:
//   - The plan is worth as much as the best there is: Solve also gives the prices
//     that prove it (Plan.Prices, Plan.Gains).
//   - Nobody gets more than their capacity, nor the same question twice.
//   - The order of questions, experts and candidates makes no difference: ties
//     go by lots, as long as lots differ.
//   - With Ageing, nobody is passed over by a question asked more than its
//     Overtake later, at an expert both could have had.
//   - A single question gets the top of its list.
package assign
