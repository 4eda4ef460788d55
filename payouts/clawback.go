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

// Clawback is a released reward that was taken back, by a person's decision. The
// reward stays released; DebtMinor is what of it the expert did not have any more,
// and owes.
type Clawback struct {
	RewardID   uuid.UUID `gorm:"primaryKey"`
	DecisionID uuid.UUID
	DebtMinor  int64
	ClawedAt   time.Time
}

// ClawBackTx takes a released reward back, and our fee on it, for the program's
// budget: out of what its expert has available, and what is not there they owe,
// which later rewards pay. What is set aside of other rewards is lowered to what is
// left. Appends the fact FactClawedBack. Call it only when a
// person's decision is final; until then, SetAsideTx. A reward not released, or
// left to its expert, is *StateError, another decision, or one used before,
// ErrKeyReused.
func ClawBackTx(ctx context.Context, tx *gorm.DB, now time.Time, reward, decision uuid.UUID) error {
	if err := checkIDs([]string{"decision"}, decision); err != nil {
		return err
	}
	tx = tx.WithContext(ctx)
	r, err := lockReward(tx, reward)
	if err != nil {
		return err
	}
	before, clawed, err := findClawback(tx, reward)
	switch {
	case err != nil:
		return err
	case clawed && before.DecisionID != decision:
		return fmt.Errorf("%w: reward %s", ErrKeyReused, reward)
	case clawed:
		return nil
	case r.State != RewardReleased:
		return r.refuse("claw back")
	}
	if err := awaitReleases(tx, r.ExpertID, r.Currency); err != nil {
		return err
	}
	have, err := ledger.HoldingTx(ctx, tx, r.available())
	if err != nil {
		return err
	}
	if err := r.decideAside(tx, now, decision); err != nil {
		return err
	}
	c := Clawback{RewardID: r.ID, DecisionID: decision, DebtMinor: max(0, r.AmountMinor-have[0].Minor), ClawedAt: stamp(now)}
	posted, err := ledger.PostTx(ctx, tx, c.posting(now, r), c.insert(), Fact{
		Kind: FactClawedBack, BrandID: &r.BrandID, ProgramID: &r.ProgramID, ExpertID: &r.ExpertID, SubjectID: r.ID,
		Currency: &r.Currency, Minor: r.AmountMinor, At: stamp(now),
	}.insert())
	if err == nil && !posted {
		err = fmt.Errorf("claw back reward %s: it was before: %w", r.ID, ErrState)
	}
	if err != nil {
		return err
	}
	return lowerAsides(ctx, tx, r.ExpertID, r.Currency)
}

func (c Clawback) posting(now time.Time, r Reward) ledger.Posting {
	p := r.posting("claw_back", now, c.entries(r))
	p.About = c.DecisionID.String()
	return p
}

// entries are available, then what is owed, then our income, to the budget.
func (c Clawback) entries(r Reward) []ledger.Entry {
	budget := account(ledger.ProgramBudget, r.ProgramID, r.Currency)
	entries := ledger.Move(r.available(), budget, r.AmountMinor-c.DebtMinor)
	entries = append(entries, ledger.Move(owes(r.ExpertID, r.Currency), budget, c.DebtMinor)...)
	return append(entries, ledger.Move(account(ledger.PlatformFee, uuid.Nil, r.Currency), budget, r.FeeMinor)...)
}

func (c Clawback) insert() ledger.Rider {
	return ledger.Rider{
		Doing: "insert clawback of reward " + c.RewardID.String(), Rows: 1, Else: ErrKeyReused,
		If: "NOT EXISTS (SELECT 1 FROM clawbacks WHERE decision_id = ?)", IfArgs: []any{c.DecisionID},
		SQL:  "INSERT INTO clawbacks (reward_id, decision_id, debt_minor, clawed_at) SELECT ?, ?, ?, ? WHERE true%s ON CONFLICT DO NOTHING",
		Args: []any{c.RewardID, c.DecisionID, c.DebtMinor, c.ClawedAt},
	}
}

// TakenBackOf returns when which of a question's rewards were taken back.
func TakenBackOf(ctx context.Context, tx *gorm.DB, question uuid.UUID) (map[uuid.UUID]time.Time, error) {
	var list []Clawback
	err := tx.WithContext(ctx).Raw(`SELECT c.reward_id, c.clawed_at FROM clawbacks AS c JOIN rewards AS r ON r.id = c.reward_id
		WHERE r.question_id = ?`, question).Scan(&list).Error
	if err != nil {
		return nil, fmt.Errorf("read clawbacks of question %s: %w", question, err)
	}
	taken := make(map[uuid.UUID]time.Time, len(list))
	for _, c := range list {
		taken[c.RewardID] = c.ClawedAt
	}
	return taken, nil
}

// FindClawback returns how a reward was taken back; ok is false where it was not.
func FindClawback(ctx context.Context, tx *gorm.DB, reward uuid.UUID) (c Clawback, ok bool, err error) {
	return findClawback(tx.WithContext(ctx), reward)
}

func findClawback(tx *gorm.DB, reward uuid.UUID) (c Clawback, ok bool, err error) {
	err = tx.Where("reward_id = ?", reward).Take(&c).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return Clawback{}, false, nil
	}
	if err != nil {
		return Clawback{}, false, fmt.Errorf("read clawback of reward %s: %w", reward, err)
	}
	return c, true, nil
}

// owes is the account of what an expert owes us.
func owes(expert uuid.UUID, c Currency) ledger.Account { return account(ledger.ExpertOwes, expert, c) }

// owedOf is what of an expert's money pays what they owe; the account is locked, after
// what they have, as everywhere.
func owedOf(ctx context.Context, tx *gorm.DB, expert uuid.UUID, m Money) (int64, error) {
	have, err := ledger.HoldingTx(ctx, tx, account(ledger.ExpertAvailable, expert, m.Currency), owes(expert, m.Currency))
	if err != nil {
		return 0, err
	}
	return min(m.Minor, have[1].Minor), nil
}

// errDebtFirst: whom the money would go to owes us.
var errDebtFirst = errors.New("there is a debt to be paid first")

// unlessOwing lets a rider be written only where the account has nothing in it.
func unlessOwing(r ledger.Rider, owed ledger.Account) ledger.Rider {
	r.If, r.IfArgs, r.Else = "NOT EXISTS (SELECT 1 FROM ledger_accounts WHERE id = ? AND balance > 0)", []any{owed.ID()}, errDebtFirst
	return r
}

// DebtTx is what an expert owes us for pay taken back.
func DebtTx(ctx context.Context, tx *gorm.DB, expert uuid.UUID, c Currency) (Money, error) {
	return balanceTx(ctx, tx, ledger.ExpertOwes, expert, c)
}
