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
// expert may say why not. It stays theirs; AmountMinor is what of it they still had,
// in expert:available, and so much is not paid out until it is taken back or EndedAt
// says that it is not; it is lowered where a debt, tax or another decision took of it. What was paid out before, or paid a debt, keeps nothing else
// from being paid out.
type SetAside struct {
	RewardID    uuid.UUID `gorm:"primaryKey"`
	DecisionID  uuid.UUID
	ExpertID    uuid.UUID
	Currency    Currency
	AmountMinor int64
	SetAt       time.Time
	EndedAt     *time.Time
}

// SetAsideTx keeps what is left of a released reward from being paid out, by a
// person's decision to take it back that is not final yet. A reward not released,
// or taken back, is *StateError; one that another decision was about, whatever
// became of it, ErrDecided: nobody's pay is decided against twice. A decision about
// another reward is ErrKeyReused. The same again changes nothing.
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
	if err != nil || ok && before.DecisionID == decision {
		return err
	}
	if err := r.undecided(tx); err != nil {
		return err
	}
	left, err := r.left(ctx, tx)
	if err != nil {
		return err
	}
	s := SetAside{RewardID: r.ID, DecisionID: decision, ExpertID: r.ExpertID, Currency: r.Currency, AmountMinor: left, SetAt: stamp(now)}
	res := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&s)
	if res.Error == nil && res.RowsAffected != 1 { // it was another reward's
		return fmt.Errorf("%w: decision %s", ErrKeyReused, decision)
	}
	if res.Error != nil {
		return fmt.Errorf("set reward %s aside: %w", reward, res.Error)
	}
	return nil
}

// FindTakeable returns a reward that a decision to take it back can be about. Errors:
// *NotFoundError, *StateError for one not released or taken back, ErrDecided for
// one that was decided about, whatever became of that.
func FindTakeable(ctx context.Context, tx *gorm.DB, reward uuid.UUID) (Reward, error) {
	tx = tx.WithContext(ctx)
	r, err := findReward(tx, reward)
	if err != nil {
		return r, err
	}
	return r, r.undecided(tx)
}

// undecided refuses a reward that no decision to take it back can be about.
func (r Reward) undecided(tx *gorm.DB) error {
	_, aside, err := findAside(tx, r.ID)
	if err != nil {
		return err
	}
	_, clawed, err := findClawback(tx, r.ID)
	switch {
	case err != nil:
		return err
	case aside:
		return fmt.Errorf("%w: reward %s", ErrDecided, r.ID)
	case r.State != RewardReleased:
		return r.refuse("set aside")
	case clawed:
		return &StateError{Noun: "reward", ID: r.ID, State: "taken back", Verb: "set aside"}
	}
	return nil
}

// left is what of a released reward its expert still has, as far as nothing else is
// set aside of it. It locks what they have: a payout under way is over then, and a
// later one waits, and sees what is set aside.
func (r Reward) left(ctx context.Context, tx *gorm.DB) (int64, error) {
	have, err := ledger.HoldingTx(ctx, tx, r.available())
	if err != nil {
		return 0, err
	}
	aside, err := setAsideTx(tx, r.ExpertID, r.Currency)
	return max(0, min(r.AmountMinor-r.NettedMinor, have[0].Minor-aside)), err
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

// lowerAsides lowers what is set aside of an expert's money to what there is, the
// latest first, after something else took of it: later pay is not kept back in its
// place. What they have is locked.
func lowerAsides(ctx context.Context, tx *gorm.DB, expert uuid.UUID, c Currency) error {
	var open []SetAside
	err := tx.Where("expert_id = ? AND currency = ? AND ended_at IS NULL AND amount_minor > 0", expert, c).Order("set_at, reward_id").Find(&open).Error
	if err != nil {
		return fmt.Errorf("read what is set aside of expert %s: %w", expert, err)
	}
	if len(open) == 0 {
		return nil
	}
	have, err := ledger.BalanceTx(ctx, tx, account(ledger.ExpertAvailable, expert, c))
	if err != nil {
		return err
	}
	for _, s := range open {
		keep := min(s.AmountMinor, have.Minor)
		have.Minor -= keep
		if keep == s.AmountMinor {
			continue
		}
		err := tx.Model(&SetAside{}).Where("reward_id = ? AND ended_at IS NULL", s.RewardID).Updates(map[string]any{"amount_minor": keep}).Error
		if err != nil {
			return fmt.Errorf("lower what is set aside of reward %s: %w", s.RewardID, err)
		}
	}
	return nil
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
func setAsideTx(tx *gorm.DB, expert uuid.UUID, c Currency) (int64, error) {
	sums, err := setAsidesTx(tx, []uuid.UUID{expert})
	return sums[holder{expert, c}], err
}

// holder is an expert, and a currency they have money in.
type holder struct {
	expert   uuid.UUID
	currency Currency
}

// setAsidesTx is what is set aside of experts' money.
func setAsidesTx(tx *gorm.DB, experts []uuid.UUID) (map[holder]int64, error) {
	var rows []SetAside
	err := tx.Model(&SetAside{}).Select("expert_id, currency, CAST(SUM(amount_minor) AS bigint) AS amount_minor").
		Where("ended_at IS NULL AND expert_id IN ?", experts).Group("expert_id, currency").Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("add up what is set aside of %d experts: %w", len(experts), err)
	}
	sums := make(map[holder]int64, len(rows))
	for _, s := range rows {
		sums[holder{s.ExpertID, s.Currency}] = s.AmountMinor
	}
	return sums, nil
}

// asideThereRule: what is set aside is there.
var asideThereRule = ledger.Rule{Name: "what is set aside is available", Query: `SELECT CAST(s.expert_id AS text) || ' ' || s.currency AS subject, CAST(SUM(s.amount_minor) AS text) AS detail
	FROM set_asides AS s WHERE s.ended_at IS NULL GROUP BY s.expert_id, s.currency HAVING SUM(s.amount_minor) > COALESCE((SELECT a.balance
	FROM ledger_accounts AS a WHERE a.id = 'expert:' || CAST(s.expert_id AS text) || ':available:' || s.currency), 0)`}

// asideRule: what is set aside is pay that can be taken back, and no more of it than
// did not pay a debt.
var asideRule = ledger.Rule{Name: "what is set aside is released and not taken back", Query: `SELECT CAST(r.id AS text) AS subject, r.state AS detail
	FROM set_asides AS s JOIN rewards AS r ON r.id = s.reward_id
	WHERE s.ended_at IS NULL AND (r.state <> 'released' OR s.amount_minor > r.amount_minor - r.netted_minor OR EXISTS (SELECT 1 FROM clawbacks AS c WHERE c.reward_id = r.id))`}
