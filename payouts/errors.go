package payouts

import (
	"errors"
	"fmt"

	"github.com/google/uuid"

	"knowhow/payouts/ledger"
	"knowhow/payouts/money"
)

// ErrInvalid: an argument is malformed; the error is an *InvalidError.
var ErrInvalid = errors.New("invalid payout argument")

// ErrNotFound: no such hold, reward, payout or account; a *NotFoundError.
var ErrNotFound = errors.New("not found in payouts")

// ErrState: the thing is in a state that forbids this; a *StateError.
var ErrState = errors.New("state forbids this")

// ErrFrozen: the brand or program is frozen and takes no new holds.
var ErrFrozen = errors.New("money is frozen")

// ErrPaused: payouts are stopped until a person has looked.
var ErrPaused = errors.New("payouts are paused")

// ErrBelowMinimum: there is not enough available to pay out on demand.
var ErrBelowMinimum = errors.New("less than the minimum is available")

// ErrBelowThreshold: there is less available than the expert wants the weekly run
// to wait for.
var ErrBelowThreshold = errors.New("less than the expert's own threshold is available")

// ErrWhenAsked: the expert wants to be paid only when they ask.
var ErrWhenAsked = errors.New("the expert is paid when they ask")

// ErrNoInstant: payouts cannot arrive at once there, or not in this currency.
var ErrNoInstant = errors.New("no instant payouts to this country in this currency")

// ErrFeeRose: the fee for an instant payout is more than was agreed to.
var ErrFeeRose = errors.New("the fee is higher than agreed")

// ErrCreditLimit: the brand would owe more than was signed for.
var ErrCreditLimit = errors.New("more than the brand's credit limit")

// ErrNoAccount: the expert has no provider account that can be paid.
var ErrNoAccount = errors.New("no account that can be paid")

// ErrOwing: the expert owes us for pay that was taken back, or the brand for lost
// disputes and on credit.
var ErrOwing = errors.New("money is owed")

// ErrHeldBack: the expert is kept from being paid out until a person has looked.
var ErrHeldBack = errors.New("payouts to the expert are held back")

// ErrNotCleared: the provider cannot move the money yet.
var ErrNotCleared = errors.New("the money has not cleared yet")

// ErrNoPayment: there is no payment of the brand left to give money back by.
var ErrNoPayment = errors.New("no payment to give back")

// ErrDecided: it was decided before whether to take this pay back.
var ErrDecided = errors.New("it was decided about before")

// ErrKeyReused: the id was used before for something else.
var ErrKeyReused = ledger.ErrKeyReused

// ErrInsufficientFunds: the wallet or budget lacks the money; the error is an
// *InsufficientFundsError.
var ErrInsufficientFunds = ledger.ErrInsufficientFunds

// ErrOverflow: amounts do not fit in 64 bits.
var ErrOverflow = money.ErrOverflow

// InsufficientFundsError says which account lacks how much.
type InsufficientFundsError = ledger.InsufficientFundsError

// InvalidError names the argument and what is wrong with it.
type InvalidError struct{ Field, Reason string }

func (e *InvalidError) Error() string { return e.Field + ": " + e.Reason }

// Is makes the error match ErrInvalid.
func (e *InvalidError) Is(target error) bool { return target == ErrInvalid }

// NotFoundError names what was not found.
type NotFoundError struct {
	Noun string
	ID   uuid.UUID
}

func (e *NotFoundError) Error() string { return fmt.Sprintf("no %s %s", e.Noun, e.ID) }

// Is makes the error match ErrNotFound.
func (e *NotFoundError) Is(target error) bool { return target == ErrNotFound }

// StateError says what was asked of a thing in which state.
type StateError struct {
	Noun  string
	ID    uuid.UUID
	State string
	Verb  string
}

func (e *StateError) Error() string {
	return fmt.Sprintf("cannot %s %s %s: it is %s", e.Verb, e.Noun, e.ID, e.State)
}

// Is makes the error match ErrState.
func (e *StateError) Is(target error) bool { return target == ErrState }

// checkIDs returns *InvalidError for the first pair of name and id without an id.
func checkIDs(fields []string, ids ...uuid.UUID) error {
	for i, id := range ids {
		if id == uuid.Nil {
			return &InvalidError{Field: fields[i], Reason: "is missing"}
		}
	}
	return nil
}
