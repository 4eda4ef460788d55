// Package bench is the commands that measure Knowhow on the machine they run
// on: a server process of their own, seeded through the real services, used
// over HTTP as clients use it. They touch no database but one that is empty,
// and end and remove only what they started and made.
package bench

// Command is `knowhow bench`.
type Command struct {
	Ledger    Ledger    `cmd:"" help:"Measure how fast money is posted, beside a plain transfer on the same tables."`
	Lifecycle Lifecycle `cmd:"" help:"Measure what a question costs, from asking to feedback."`
	Payouts   Payouts   `cmd:"" help:"Measure how fast payouts are sent, and that each is sent once."`
	Match     Match     `cmd:"" help:"Measure how fast experts are ranked for a question, beside SQLite's full-text search."`
	Streams   Streams   `cmd:"" help:"Measure what an open stream costs, and how fast everybody hears."`
}
