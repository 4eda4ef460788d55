package dbtest

import "os"

// Loops is how often a test repeats what only many tries prove: short in every
// run of the tests, soak where KNOWHOW_SOAK is set, as `make soak` does.
func Loops(short, soak int) int {
	if os.Getenv("KNOWHOW_SOAK") != "" {
		return soak
	}
	return short
}
