package ledger

import (
	"errors"
	"fmt"

	"knowhow/payouts/money"
)

// ErrPosting: the posting is malformed: no key, no entries, an unknown account,
// or entries that do not add up to zero.
var ErrPosting = errors.New("posting is malformed")

// ErrKeyReused: the key was posted before with other content.
var ErrKeyReused = errors.New("posting key was used for something else")

// ErrInsufficientFunds: a constrained account would fall below zero.
var ErrInsufficientFunds = errors.New("insufficient funds")

// ErrConcurrent: another transaction posted one key of this batch meanwhile.
// Roll back and run the transaction again.
var ErrConcurrent = errors.New("posted concurrently")

// InsufficientFundsError says which account lacks how much.
type InsufficientFundsError struct {
	Account Account
	Missing money.Money
}

func (e *InsufficientFundsError) Error() string {
	return fmt.Sprintf("insufficient funds: %s lacks %s", e.Account.ID(), e.Missing)
}

// Is makes the error match ErrInsufficientFunds.
func (e *InsufficientFundsError) Is(target error) bool { return target == ErrInsufficientFunds }

// errOvertaken: another transaction has taken what a stripe had while this one
// waited for it. To who runs transactions it is a serialization failure.
var errOvertaken error = overtaken{}

type overtaken struct{}

func (overtaken) Error() string {
	return "another transaction took the money first: run this one again"
}

// SQLState is PostgreSQL's code of a serialization failure.
func (overtaken) SQLState() string { return "40001" }

// Is makes the error match ErrConcurrent.
func (overtaken) Is(target error) bool { return target == ErrConcurrent }
