// Package conduct owns the measures against experts: a named human suspends one,
// or restricts them to some topics, for a listed reason and with evidence; the
// expert may appeal, and somebody else decides.
//
// Invariants: only a named human imposes, and never on themselves; of each kind
// one measure holds at a time; who imposed one does not decide its appeal, nor
// impose again what ended in the expert's favour a short while ago; an appeal that
// nobody decides in time is the expert's; what is written of an expert's work is
// redacted. Money is not touched: what was earned is paid.
package conduct
