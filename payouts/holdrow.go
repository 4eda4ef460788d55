package payouts

import (
	"database/sql"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/payouts/ledger"
)

// A hold's row is read and written by hand, since every question has one.

// HoldColumns are the columns of the table holds, in the order of Hold.Into.
const HoldColumns = `id, brand_id, program_id, question_id, purpose, currency, authorised_minor, asked_reward, reward_minor, fee_minor,
	returned_minor, earned_minor, state, created_at, ended_at`

func findHold(tx *gorm.DB, id uuid.UUID) (Hold, error) { return readHold(tx, id, "") }

func lockHold(tx *gorm.DB, id uuid.UUID) (Hold, error) {
	if postgres(tx) {
		return readHold(tx, id, " FOR NO KEY UPDATE")
	}
	return readHold(tx, id, "")
}

func readHold(tx *gorm.DB, id uuid.UUID, lock string) (Hold, error) {
	rows, err := tx.Raw("SELECT "+HoldColumns+" FROM holds WHERE id = ?"+lock, id).Rows()
	if err != nil {
		return Hold{}, fmt.Errorf("read hold %s: %w", id, err)
	}
	defer rows.Close()
	h, found, err := scanHold(rows)
	if err != nil {
		return Hold{}, fmt.Errorf("read hold %s: %w", id, err)
	}
	if !found {
		return Hold{}, &NotFoundError{Noun: "hold", ID: id}
	}
	return h, nil
}

// Into is where a query's HoldColumns are scanned to.
func (h *Hold) Into() []any {
	return []any{
		&h.ID, &h.BrandID, &h.ProgramID, &h.QuestionID, &h.Purpose, &h.Currency, &h.AuthorisedMinor, &h.AskedReward,
		&h.RewardMinor, &h.FeeMinor, &h.ReturnedMinor, &h.EarnedMinor, &h.State, &h.CreatedAt, &h.EndedAt,
	}
}

func scanHold(rows *sql.Rows) (h Hold, found bool, err error) {
	if !rows.Next() {
		return Hold{}, false, rows.Err()
	}
	err = rows.Scan(h.Into()...)
	return h, true, errors.Join(err, rows.Close())
}

// insert is written with the posting that sets the money aside.
func (h Hold) insert() ledger.Rider {
	return ledger.Rider{
		Doing: "insert hold " + h.ID.String(), Rows: 1, Else: ErrState,
		SQL: "INSERT INTO holds (" + HoldColumns + ") SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ? WHERE true%s",
		Args: []any{
			h.ID, h.BrandID, h.ProgramID, h.QuestionID, h.Purpose, h.Currency, h.AuthorisedMinor, h.AskedReward,
			h.RewardMinor, h.FeeMinor, h.ReturnedMinor, h.EarnedMinor, h.State, h.CreatedAt, h.EndedAt,
		},
	}
}

// update writes what became of a hold that was open and held as much as before.
func (h Hold) update(before Hold) ledger.Rider {
	return ledger.Rider{
		Doing: "update hold " + h.ID.String(), Rows: 1, Else: ErrState,
		SQL: `UPDATE holds SET reward_minor = ?, fee_minor = ?, returned_minor = ?, earned_minor = ?, state = ?, ended_at = ?
			WHERE id = ? AND state = 'open' AND reward_minor = ? AND fee_minor = ?`,
		Args: []any{
			h.RewardMinor, h.FeeMinor, h.ReturnedMinor, h.EarnedMinor, h.State, h.EndedAt, h.ID, before.RewardMinor, before.FeeMinor,
		},
	}
}
