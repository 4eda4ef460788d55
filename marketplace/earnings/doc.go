// Package earnings is where experts and operators meet the money: an expert's
// own rewards, account and payouts, the operators' runs and books, and the
// weekly payday with everything that follows from it.
//
// It owns the tables timetable, money_acts (what operators do with money beside the
// machinery) and take_backs (what becomes of a decision to take pay back). What money
// may do, and every amount, belongs to payouts; this room says who may ask and see to
// it that it happens in time.
//
// Invariants: an expert reads and moves nobody's money but their own; a payday
// that was missed is made up for, and none is made twice; no call to the
// provider is made inside a transaction; an act that gives anybody money is no one
// operator's; released pay is taken back when its expert did not appeal in time, or a
// third operator rejected the appeal, and never otherwise.
package earnings
