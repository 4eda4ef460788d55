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

// Bonus is what an expert gets beside their rewards: out of a program's budget, or
// from us where it has neither Brand nor Program. ID is the key, By the person who
// grants it. It is available at once, and pays what they owe.
type Bonus struct {
	ID      uuid.UUID
	Brand   uuid.UUID
	Program uuid.UUID
	Expert  uuid.UUID
	By      uuid.UUID
	Amount  Money
}

// GrantBonusTx gives an expert a bonus and appends the fact FactBonus. Errors:
// *InvalidError, ErrFrozen for a program's while it or its brand is frozen,
// *InsufficientFundsError, ErrKeyReused.
func GrantBonusTx(ctx context.Context, tx *gorm.DB, now time.Time, b Bonus) error {
	if err := b.check(); err != nil {
		return err
	}
	tx = tx.WithContext(ctx)
	before, err := byID[bonusRow](tx, "bonus", b.ID)
	if err == nil {
		return before.sameAs(b)
	}
	if !errors.Is(err, ErrNotFound) {
		return err
	}
	if b.Program != uuid.Nil {
		if err := refuseFrozen(tx, b.Brand, b.Program); err != nil {
			return err
		}
	}
	row := b.row(now)
	posting := ledger.Posting{Key: "bonus:" + b.ID.String() + ":grant", Kind: "bonus", At: now, Near: b.ID, Entries: b.entries()}
	_, err = ledger.PostTx(ctx, tx, posting, row.insert(), Fact{
		Kind: FactBonus, BrandID: row.BrandID, ProgramID: row.ProgramID, ExpertID: &b.Expert, SubjectID: b.ID,
		Currency: &b.Amount.Currency, Minor: b.Amount.Minor, At: stamp(now),
	}.insert())
	if err != nil {
		return err
	}
	return netDebtTx(ctx, tx, now, posting.Key, b.Expert, b.Amount.Currency)
}

func (b Bonus) check() error {
	if err := checkIDs([]string{"bonus", "expert", "by"}, b.ID, b.Expert, b.By); err != nil {
		return err
	}
	if (b.Brand == uuid.Nil) != (b.Program == uuid.Nil) {
		return &InvalidError{Field: "program", Reason: "brand and program belong together"}
	}
	return checkAmount("amount", b.Amount, 1)
}

// entries are budget, or our expense, to available.
func (b Bonus) entries() []ledger.Entry {
	from := account(ledger.Bonuses, uuid.Nil, b.Amount.Currency)
	if b.Program != uuid.Nil {
		from = account(ledger.ProgramBudget, b.Program, b.Amount.Currency)
	}
	return ledger.Move(from, account(ledger.ExpertAvailable, b.Expert, b.Amount.Currency), b.Amount.Minor)
}

func (b Bonus) row(now time.Time) bonusRow {
	row := bonusRow{
		ID: b.ID, ExpertID: b.Expert, GrantedBy: b.By,
		Currency: b.Amount.Currency, AmountMinor: b.Amount.Minor, GrantedAt: stamp(now),
	}
	if b.Program != uuid.Nil {
		row.BrandID, row.ProgramID = &b.Brand, &b.Program
	}
	return row
}

type bonusRow struct {
	ID          uuid.UUID
	BrandID     *uuid.UUID
	ProgramID   *uuid.UUID
	ExpertID    uuid.UUID
	GrantedBy   uuid.UUID
	Currency    Currency
	AmountMinor int64
	GrantedAt   time.Time
}

func (bonusRow) TableName() string { return "bonuses" }

// sameAs returns ErrKeyReused unless the row is b's.
func (r bonusRow) sameAs(b Bonus) error {
	program := uuid.Nil
	if r.ProgramID != nil {
		program = *r.ProgramID
	}
	if program != b.Program || r.ExpertID != b.Expert || r.GrantedBy != b.By || r.Currency != b.Amount.Currency || r.AmountMinor != b.Amount.Minor {
		return fmt.Errorf("%w: bonus %s", ErrKeyReused, b.ID)
	}
	return nil
}

func (r bonusRow) insert() ledger.Rider {
	return ledger.Rider{
		Doing: "insert bonus " + r.ID.String(), Rows: 1, Else: ErrKeyReused,
		SQL: `INSERT INTO bonuses (id, brand_id, program_id, expert_id, granted_by, currency, amount_minor, granted_at)
			SELECT ?, ?, ?, ?, ?, ?, ?, ? WHERE true%s`,
		Args: []any{r.ID, r.BrandID, r.ProgramID, r.ExpertID, r.GrantedBy, r.Currency, r.AmountMinor, r.GrantedAt},
	}
}
