package payouts

import (
	"database/sql"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"
)

// A hold's row is read and written by hand, since every question has one.

const holdColumns = `id, brand_id, program_id, question_id, purpose, currency, authorised_minor, asked_reward, reward_minor, fee_minor,
	returned_minor, earned_minor, state, created_at, ended_at`

func findHold(tx *gorm.DB, id uuid.UUID) (Hold, error) { return readHold(tx, id, "") }

func lockHold(tx *gorm.DB, id uuid.UUID) (Hold, error) {
	if postgres(tx) {
		return readHold(tx, id, " FOR NO KEY UPDATE")
	}
	return readHold(tx, id, "")
}

func readHold(tx *gorm.DB, id uuid.UUID, lock string) (Hold, error) {
	rows, err := tx.Raw("SELECT "+holdColumns+" FROM holds WHERE id = ?"+lock, id).Rows()
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

func scanHold(rows *sql.Rows) (h Hold, found bool, err error) {
	if !rows.Next() {
		return Hold{}, false, rows.Err()
	}
	err = rows.Scan(&h.ID, &h.BrandID, &h.ProgramID, &h.QuestionID, &h.Purpose, &h.Currency, &h.AuthorisedMinor, &h.AskedReward,
		&h.RewardMinor, &h.FeeMinor, &h.ReturnedMinor, &h.EarnedMinor, &h.State, &h.CreatedAt, &h.EndedAt)
	return h, true, errors.Join(err, rows.Close())
}

func (h Hold) insert(tx *gorm.DB) error {
	err := tx.Exec("INSERT INTO holds ("+holdColumns+") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		h.ID, h.BrandID, h.ProgramID, h.QuestionID, h.Purpose, h.Currency, h.AuthorisedMinor, h.AskedReward,
		h.RewardMinor, h.FeeMinor, h.ReturnedMinor, h.EarnedMinor, h.State, h.CreatedAt, h.EndedAt).Error
	if err != nil {
		return fmt.Errorf("insert hold %s: %w", h.ID, err)
	}
	return nil
}

func (h Hold) update(tx *gorm.DB) error {
	res := tx.Exec(`UPDATE holds SET reward_minor = ?, fee_minor = ?, returned_minor = ?, earned_minor = ?, state = ?, ended_at = ?
		WHERE id = ? AND state = ?`, h.RewardMinor, h.FeeMinor, h.ReturnedMinor, h.EarnedMinor, h.State, h.EndedAt, h.ID, HoldOpen)
	if res.Error != nil {
		return fmt.Errorf("update hold %s: %w", h.ID, res.Error)
	}
	if res.RowsAffected != 1 {
		return fmt.Errorf("update hold %s: %w", h.ID, ErrState)
	}
	return nil
}
