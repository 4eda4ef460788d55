package payouts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"knowhow/payouts/ledger"
)

// SetAside is a released reward that somebody has decided to take back, while its
// expert may say why not. It stays theirs, in expert:available, but as much is not
// paid out until it is taken back or EndedAt says that it is not.
type SetAside struct {
	RewardID    uuid.UUID `gorm:"primaryKey"`
	DecisionID  uuid.UUID
	ExpertID    uuid.UUID
	Currency    Currency
	AmountMinor int64
	SetAt       time.Time
	EndedAt     *time.Time
}

// asideSQL is what is set aside of an expert's money, as an expression; both
// arguments are expressions too.
func asideSQL(expert, currency string) string {
	return `COALESCE((SELECT CAST(SUM(s.amount_minor) AS bigint) FROM set_asides AS s
		WHERE s.ended_at IS NULL AND s.expert_id = ` + expert + ` AND s.currency = ` + currency + `), 0)`
}

// SetAsideTx keeps a released reward from being paid out, by a person's decision
// to take it back that is not final yet. A reward not released, or taken back, is
// *StateError; one that another decision was about, whatever became of it,
// ErrKeyReused, as is a decision about another one: nobody's pay is decided against
// twice. The same again changes nothing.
func SetAsideTx(ctx context.Context, tx *gorm.DB, now time.Time, reward, decision uuid.UUID) error {
	if err := checkIDs([]string{"decision"}, decision); err != nil {
		return err
	}
	tx = tx.WithContext(ctx)
	r, err := lockReward(tx, reward)
	if err != nil {
		return err
	}
	before, ok, err := findAside(tx, reward)
	switch {
	case err != nil:
		return err
	case ok && before.DecisionID != decision:
		return fmt.Errorf("%w: reward %s", ErrKeyReused, reward)
	case ok:
		return nil
	case r.State != RewardReleased:
		return r.refuse("set aside")
	}
	if _, clawed, err := findClawback(tx, reward); err != nil {
		return err
	} else if clawed {
		return &StateError{Noun: "reward", ID: reward, State: "taken back", Verb: "set aside"}
	}
	s := SetAside{RewardID: r.ID, DecisionID: decision, ExpertID: r.ExpertID, Currency: r.Currency, AmountMinor: r.AmountMinor, SetAt: stamp(now)}
	res := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&s)
	if res.Error == nil && res.RowsAffected != 1 { // it was another reward's
		return fmt.Errorf("%w: decision %s", ErrKeyReused, decision)
	}
	if res.Error != nil {
		return fmt.Errorf("set reward %s aside: %w", reward, res.Error)
	}
	return nil
}

// LeaveTx ends what SetAsideTx began, in the expert's favour. Again it changes
// nothing. A reward that this decision has not set aside, or has taken back, is
// *StateError.
func LeaveTx(ctx context.Context, tx *gorm.DB, now time.Time, reward, decision uuid.UUID) error {
	tx = tx.WithContext(ctx)
	r, err := lockReward(tx, reward)
	if err != nil {
		return err
	}
	s, ok, err := findAside(tx, reward)
	if err != nil {
		return err
	}
	_, clawed, err := findClawback(tx, reward)
	if err != nil {
		return err
	}
	if !ok || clawed || s.DecisionID != decision {
		return r.refuse("leave")
	}
	return s.endTx(tx, now)
}

// endTx ends a row whose reward is locked, if it has not ended.
func (s SetAside) endTx(tx *gorm.DB, now time.Time) error {
	if s.EndedAt != nil {
		return nil
	}
	err := tx.Model(&SetAside{}).Where("reward_id = ? AND ended_at IS NULL", s.RewardID).Updates(map[string]any{"ended_at": stamp(now)}).Error
	if err != nil {
		return fmt.Errorf("end what is set aside of reward %s: %w", s.RewardID, err)
	}
	return nil
}

// decideAside ends what was set aside for a decision that is final now. Of another
// decision it is ErrKeyReused, and of one that was given up *StateError.
func (r Reward) decideAside(tx *gorm.DB, now time.Time, decision uuid.UUID) error {
	s, ok, err := findAside(tx, r.ID)
	switch {
	case err != nil || !ok:
		return err
	case s.DecisionID != decision:
		return fmt.Errorf("%w: reward %s", ErrKeyReused, r.ID)
	case s.EndedAt != nil:
		return &StateError{Noun: "reward", ID: r.ID, State: "left to its expert", Verb: "claw back"}
	}
	return s.endTx(tx, now)
}

func findAside(tx *gorm.DB, reward uuid.UUID) (s SetAside, ok bool, err error) {
	err = tx.Where("reward_id = ?", reward).Take(&s).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return SetAside{}, false, nil
	}
	if err != nil {
		return SetAside{}, false, fmt.Errorf("read what is set aside of reward %s: %w", reward, err)
	}
	return s, true, nil
}

// setAsideTx is what is set aside of an expert's money in a currency.
func setAsideTx(tx *gorm.DB, expert uuid.UUID, c Currency) (minor int64, err error) {
	if err := tx.Raw("SELECT "+asideSQL("?", "?"), expert, c).Scan(&minor).Error; err != nil {
		return 0, fmt.Errorf("add up what is set aside of expert %s: %w", expert, err)
	}
	return minor, nil
}

// asideRule: what is set aside is pay that can be taken back.
var asideRule = ledger.Rule{Name: "what is set aside is released and not taken back", Query: `SELECT CAST(r.id AS text) AS subject, r.state AS detail
	FROM set_asides AS s JOIN rewards AS r ON r.id = s.reward_id
	WHERE s.ended_at IS NULL AND (r.state <> 'released' OR r.amount_minor <> s.amount_minor OR EXISTS (SELECT 1 FROM clawbacks AS c WHERE c.reward_id = r.id))`}
