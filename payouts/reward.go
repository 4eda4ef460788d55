package payouts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/payouts/ledger"
)

// RewardState is where a reward stands.
type RewardState string

const (
	// RewardPending: earned and under review. ReleaseTx, or RefuseTx after a
	// person's final decision, ends it.
	RewardPending RewardState = "pending"
	// RewardReleased: it is the expert's to be paid out. Final here.
	RewardReleased RewardState = "released"
	// RewardRefused: the money went back to the budget. Final.
	RewardRefused RewardState = "refused"
)

// RewardKind is the work that was paid for.
type RewardKind string

// The kinds of rewards.
const (
	ForAssignment RewardKind = "assignment"
	ForHandoff    RewardKind = "handoff"
	ForReviewing  RewardKind = "review"
	ForTrainee    RewardKind = "training"
	ForAuthor     RewardKind = "knowledge"
)

// Reward is what one expert earned for one piece of work, in minor units of
// Currency, and the platform's fee on it. ID is the assignment's (the review's,
// the training's): there is no second reward for it. NettedMinor is what of it,
// when it was released, paid what the expert owed.
type Reward struct {
	ID          uuid.UUID
	HoldID      uuid.UUID
	BrandID     uuid.UUID
	ProgramID   uuid.UUID
	QuestionID  uuid.UUID
	ExpertID    uuid.UUID
	Kind        RewardKind
	Currency    Currency
	AmountMinor int64
	FeeMinor    int64
	State       RewardState
	RefusalID   *uuid.UUID
	NettedMinor int64
	EarnedAt    time.Time
	ReleaseAt   time.Time
	DecidedAt   *time.Time
}

// Amount is what the expert gets.
func (r Reward) Amount() Money { return Money{Minor: r.AmountMinor, Currency: r.Currency} }

// Fee is what the platform gets.
func (r Reward) Fee() Money { return Money{Minor: r.FeeMinor, Currency: r.Currency} }

// ReleaseTx makes a pending reward available to its expert, as far as they owe
// nothing, and the fee on it our revenue. A refused reward is *StateError.
func ReleaseTx(ctx context.Context, tx *gorm.DB, now time.Time, id uuid.UUID) error {
	tx = tx.WithContext(ctx)
	r, err := lockReward(tx, id)
	if err != nil || r.State == RewardReleased {
		return err
	}
	if r.State != RewardPending {
		return r.refuse("release")
	}
	before := r
	r.State = RewardReleased
	err = r.decide(ctx, tx, now, "release", before.releasing(0), unlessOwing(r.update(now), owes(r.ExpertID, r.Currency)))
	if !errors.Is(err, errDebtFirst) {
		return err
	}
	if r.NettedMinor, err = owedOf(ctx, tx, r.ExpertID, r.Amount()); err != nil {
		return err
	}
	return r.decide(ctx, tx, now, "release", before.releasing(r.NettedMinor), r.update(now))
}

// releasing is pending to available, but for what pays the debt, and the fee to
// our revenue.
func (r Reward) releasing(debt int64) []ledger.Entry {
	entries := append(ledger.Move(r.pending(), r.available(), r.AmountMinor-debt),
		ledger.Move(r.pending(), owes(r.ExpertID, r.Currency), debt)...)
	return append(entries, ledger.Move(r.feePending(), account(ledger.PlatformFee, uuid.Nil, r.Currency), r.FeeMinor)...)
}

// refusing is all of it to the budget.
func (r Reward) refusing() []ledger.Entry {
	budget := account(ledger.ProgramBudget, r.ProgramID, r.Currency)
	return append(ledger.Move(r.pending(), budget, r.AmountMinor), ledger.Move(r.feePending(), budget, r.FeeMinor)...)
}

// RefuseTx gives a pending reward and its fee back to the program's budget. Call
// it only when a person's refusal is final: its appeal decided, or the time for
// one over. A released reward is *StateError, another refusal ErrKeyReused.
func RefuseTx(ctx context.Context, tx *gorm.DB, now time.Time, id, refusal uuid.UUID) error {
	if err := checkIDs([]string{"refusal"}, refusal); err != nil {
		return err
	}
	tx = tx.WithContext(ctx)
	r, err := lockReward(tx, id)
	if err != nil {
		return err
	}
	if r.State == RewardRefused {
		if *r.RefusalID != refusal {
			return fmt.Errorf("%w: reward %s", ErrKeyReused, id)
		}
		return nil
	}
	if r.State != RewardPending {
		return r.refuse("refuse")
	}
	if err := refusalUnused(tx, refusal); err != nil {
		return err
	}
	r.State, r.RefusalID = RewardRefused, &refusal
	return r.decide(ctx, tx, now, "refuse", r.refusing(), r.update(now))
}

// refusalUnused returns ErrKeyReused if the refusal has refused another reward.
func refusalUnused(tx *gorm.DB, refusal uuid.UUID) error {
	var n int64
	if err := tx.Model(&Reward{}).Where("refusal_id = ?", refusal).Count(&n).Error; err != nil {
		return fmt.Errorf("look up refusal %s: %w", refusal, err)
	}
	if n > 0 {
		return fmt.Errorf("%w: refusal %s", ErrKeyReused, refusal)
	}
	return nil
}

// FindReward returns a reward: *NotFoundError.
func FindReward(ctx context.Context, tx *gorm.DB, id uuid.UUID) (Reward, error) {
	return findReward(tx.WithContext(ctx), id)
}

// RewardsOf returns a question's rewards, the oldest first.
func RewardsOf(ctx context.Context, tx *gorm.DB, question uuid.UUID) ([]Reward, error) {
	var rewards []Reward
	err := tx.WithContext(ctx).Where("question_id = ?", question).Order("earned_at, id").Find(&rewards).Error
	if err != nil {
		return nil, fmt.Errorf("read rewards of question %s: %w", question, err)
	}
	return rewards, nil
}

func lockReward(tx *gorm.DB, id uuid.UUID) (Reward, error) { return findReward(forUpdate(tx), id) }

func findReward(tx *gorm.DB, id uuid.UUID) (Reward, error) { return byID[Reward](tx, "reward", id) }

func (r Reward) pending() ledger.Account {
	return account(ledger.ExpertPending, r.ExpertID, r.Currency)
}

func (r Reward) available() ledger.Account {
	return account(ledger.ExpertAvailable, r.ExpertID, r.Currency)
}

func (r Reward) feePending() ledger.Account {
	return account(ledger.FeePending, uuid.Nil, r.Currency)
}

func (r Reward) refuse(verb string) error {
	return &StateError{Noun: "reward", ID: r.ID, State: string(r.State), Verb: verb}
}

// insert is written with the posting that earns the reward.
func (r Reward) insert() ledger.Rider {
	return ledger.Rider{
		Doing: "insert reward " + r.ID.String(), Rows: 1, Else: ErrKeyReused,
		If: "NOT EXISTS (SELECT 1 FROM rewards WHERE id = ?)", IfArgs: []any{r.ID},
		SQL: `INSERT INTO rewards (id, hold_id, brand_id, program_id, question_id, expert_id, kind, currency, amount_minor, fee_minor,
			state, earned_at, release_at) SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ? WHERE true%s ON CONFLICT DO NOTHING`,
		Args: []any{
			r.ID, r.HoldID, r.BrandID, r.ProgramID, r.QuestionID, r.ExpertID, r.Kind, r.Currency, r.AmountMinor, r.FeeMinor,
			r.State, r.EarnedAt, r.ReleaseAt,
		},
	}
}

// update writes what was decided about a reward that was pending.
func (r Reward) update(now time.Time) ledger.Rider {
	return ledger.Rider{
		Doing: "update reward " + r.ID.String(), Rows: 1, Else: ErrState,
		SQL:  "UPDATE rewards SET state = ?, refusal_id = ?, netted_minor = ?, decided_at = ? WHERE id = ? AND state = 'pending'",
		Args: []any{r.State, r.RefusalID, r.NettedMinor, stamp(now), r.ID},
	}
}

// decide posts what a decision moves, and writes it down.
func (r Reward) decide(ctx context.Context, tx *gorm.DB, now time.Time, verb string, entries []ledger.Entry, update ledger.Rider) error {
	posted, err := ledger.PostTx(ctx, tx, r.posting(verb, now, entries), update)
	if err == nil && !posted {
		err = fmt.Errorf("%s reward %s: it was before: %w", verb, r.ID, ErrState)
	}
	return err
}

func (r Reward) posting(verb string, now time.Time, entries []ledger.Entry) ledger.Posting {
	return ledger.Posting{Key: "reward:" + r.ID.String() + ":" + verb, Kind: verb, At: now, Entries: entries, Near: r.HoldID}
}
