// Package simulate is the commands that live invented markets.
package simulate

// Command is `knowhow simulate`.
type Command struct {
	Market  Market  `cmd:"" help:"Route the questions of a market drawn by chance, and tell what came of it."`
	Quality Quality `cmd:"" help:"Have work judged by people who may collude, and tell what came of it."`
}
