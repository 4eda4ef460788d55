package payouts

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/payouts/ledger"
)

// HoldState is where a hold stands.
type HoldState string

const (
	// HoldOpen: the money is set aside. EarnTx or VoidHoldTx ends it, nothing else.
	HoldOpen HoldState = "open"
	// HoldEarned: it became rewards, the rest went back to the budget. Final.
	HoldEarned HoldState = "earned"
	// HoldVoided: all of it went back to the budget. Final.
	HoldVoided HoldState = "voided"
)

// Purpose is the work that a hold is for.
type Purpose string

// The purposes of holds.
const (
	ForQuestion  Purpose = "question"
	ForReview    Purpose = "review"
	ForTraining  Purpose = "training"
	ForKnowledge Purpose = "knowledge"
)

// NewHold is money to set aside before anyone is asked: the highest quoted
// Reward and the platform's Fee on it. ID is the key, one per routing attempt.
// Fee may be zero. An empty Purpose is ForQuestion.
type NewHold struct {
	ID       uuid.UUID
	Brand    uuid.UUID
	Program  uuid.UUID
	Question uuid.UUID
	Purpose  Purpose
	Reward   Money
	Fee      Money
	// NotFrozen: the caller has asked IsFrozen in this transaction.
	NotFrozen bool
}

// Hold is money set aside. Authorised = what is still held + returned + earned,
// in minor units of Currency; Reward and Fee are the quote.
type Hold struct {
	ID              uuid.UUID
	BrandID         uuid.UUID
	ProgramID       uuid.UUID
	QuestionID      uuid.UUID
	Purpose         Purpose
	Currency        Currency
	AuthorisedMinor int64
	AskedReward     int64
	RewardMinor     int64
	FeeMinor        int64
	ReturnedMinor   int64
	EarnedMinor     int64
	State           HoldState
	CreatedAt       time.Time
	EndedAt         *time.Time
}

// HoldTx sets money aside from the program's budget. Errors: *InvalidError,
// ErrFrozen, *InsufficientFundsError, ErrKeyReused.
func HoldTx(ctx context.Context, tx *gorm.DB, now time.Time, n NewHold) error {
	h, err := n.hold(now)
	if err != nil {
		return err
	}
	tx = tx.WithContext(ctx)
	if !n.NotFrozen {
		err := refuseFrozen(tx, n.Brand, n.Program)
		if errors.Is(err, ErrFrozen) {
			if before, found := findHold(tx, n.ID); found == nil {
				return before.sameAs(h)
			}
		}
		if err != nil {
			return err
		}
	}
	posted, err := ledger.PostTx(ctx, tx, h.posting("hold", now, h.holding()), h.insert())
	if err != nil {
		return err
	}
	if posted {
		return nil
	}
	before, err := findHold(tx, n.ID) // it is there already
	if err != nil {
		return err
	}
	return before.sameAs(h)
}

// HoldAllTx is HoldTx for several, in the order in which their programs' budgets are
// locked: one after the other in any order they could wait for somebody who locks
// all of a budget, and who waits for them.
func HoldAllTx(ctx context.Context, tx *gorm.DB, now time.Time, list ...NewHold) error {
	slices.SortStableFunc(list, func(a, b NewHold) int {
		budget := Hold{ProgramID: a.Program, Currency: a.Reward.Currency}.budget()
		return cmp.Or(bytes.Compare(a.Program[:], b.Program[:]), budget.Before(a.ID, b.ID))
	})
	for _, n := range list {
		if err := HoldTx(ctx, tx, now, n); err != nil {
			return err
		}
	}
	return nil
}

func (n NewHold) hold(now time.Time) (Hold, error) {
	ids := []string{"hold", "brand", "program", "question"}
	if err := checkIDs(ids, n.ID, n.Brand, n.Program, n.Question); err != nil {
		return Hold{}, err
	}
	total, err := quote(n.Reward, n.Fee)
	if err != nil {
		return Hold{}, err
	}
	if n.Purpose == "" {
		n.Purpose = ForQuestion
	}
	switch n.Purpose {
	case ForQuestion, ForReview, ForTraining, ForKnowledge:
	default:
		return Hold{}, &InvalidError{Field: "purpose", Reason: "is not known"}
	}
	return Hold{
		ID: n.ID, BrandID: n.Brand, ProgramID: n.Program, QuestionID: n.Question, Purpose: n.Purpose,
		Currency: n.Reward.Currency, AuthorisedMinor: total.Minor, AskedReward: n.Reward.Minor,
		RewardMinor: n.Reward.Minor, FeeMinor: n.Fee.Minor, State: HoldOpen, CreatedAt: stamp(now),
	}, nil
}

// quote checks a reward and the fee on it, and adds them up.
func quote(reward, fee Money) (Money, error) {
	if err := checkAmount("reward", reward, 1); err != nil {
		return Money{}, err
	}
	if fee == (Money{}) {
		fee.Currency = reward.Currency
	}
	if err := checkAmount("fee", fee, 0); err != nil {
		return Money{}, err
	}
	return sum("fee", reward, fee)
}

// sameAs returns ErrKeyReused unless both were authorised for the same.
func (h Hold) sameAs(o Hold) error {
	if h.BrandID != o.BrandID || h.ProgramID != o.ProgramID || h.QuestionID != o.QuestionID ||
		h.Purpose != o.Purpose || h.Currency != o.Currency ||
		h.AuthorisedMinor != o.AuthorisedMinor || h.AskedReward != o.AskedReward {
		return fmt.Errorf("%w: hold %s", ErrKeyReused, h.ID)
	}
	return nil
}

// VoidHoldTx ends an open hold: all of it goes back to the budget. An earned
// hold is *StateError.
func VoidHoldTx(ctx context.Context, tx *gorm.DB, now time.Time, id uuid.UUID) error {
	tx = tx.WithContext(ctx)
	h, err := lockHold(tx, id)
	if err != nil || h.State == HoldVoided {
		return err
	}
	if h.State != HoldOpen {
		return h.refuse("void")
	}
	back, at, before := h.voiding(), stamp(now), h
	h.State, h.ReturnedMinor, h.EndedAt = HoldVoided, h.AuthorisedMinor, &at
	return h.move(ctx, tx, now, "void", back, before)
}

// FindHold returns a hold: *NotFoundError.
func FindHold(ctx context.Context, tx *gorm.DB, id uuid.UUID) (Hold, error) {
	return findHold(tx.WithContext(ctx), id)
}

// HoldsOf returns a question's holds, the oldest first.
func HoldsOf(ctx context.Context, tx *gorm.DB, question uuid.UUID) ([]Hold, error) {
	var holds []Hold
	err := tx.WithContext(ctx).Where("question_id = ?", question).Order("created_at, id").Find(&holds).Error
	if err != nil {
		return nil, fmt.Errorf("read holds of question %s: %w", question, err)
	}
	return holds, nil
}

// Held is what is still set aside.
func (h Hold) Held() Money { return Money{Minor: h.held(), Currency: h.Currency} }

func (h Hold) held() int64 {
	if h.State != HoldOpen {
		return 0
	}
	return h.RewardMinor + h.FeeMinor
}

func (h Hold) account() ledger.Account { return account(ledger.ProgramHold, h.ProgramID, h.Currency) }
func (h Hold) budget() ledger.Account  { return account(ledger.ProgramBudget, h.ProgramID, h.Currency) }

func (h Hold) refuse(verb string) error {
	return &StateError{Noun: "hold", ID: h.ID, State: string(h.State), Verb: verb}
}

// posting is under the hold's key and the verb.
func (h Hold) posting(verb string, now time.Time, entries []ledger.Entry) ledger.Posting {
	return ledger.Posting{Key: "hold:" + h.ID.String() + ":" + verb, Kind: verb, At: now, Entries: entries, Near: h.ID}
}

// holding is the budget to what is set aside.
func (h Hold) holding() []ledger.Entry {
	return ledger.Move(h.budget(), h.account(), h.AuthorisedMinor)
}

// voiding is all that is held back to the budget.
func (h Hold) voiding() []ledger.Entry { return ledger.Move(h.account(), h.budget(), h.held()) }

// move posts what the verb moves, and writes what the hold has become.
func (h Hold) move(ctx context.Context, tx *gorm.DB, now time.Time, verb string, entries []ledger.Entry, before Hold, riders ...ledger.Rider) error {
	posted, err := ledger.PostTx(ctx, tx, h.posting(verb, now, entries), append(riders, h.update(before))...)
	if err == nil && !posted {
		err = fmt.Errorf("%s hold %s: it was before: %w", verb, h.ID, ErrState)
	}
	return err
}
