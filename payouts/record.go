package payouts

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/payouts/ledger"
)

// record ends an errand by what is at the provider. It goes by the row's state
// and not by the lease: what has moved is true, whoever hears of it, and however
// often. Anything but one movement of the right amount to and from where it was
// asked for, of an errand not failed, pauses all payouts until a person has
// looked, once; the first that is as it was asked for is recorded all the same, and
// the lines of the others go to suspense. Once it is recorded, and payouts are paused
// by then, it returns ErrPaused: the worker goes on with no other.
func (s *Service) record(ctx context.Context, e errand, found []Movement) (PayoutState, error) {
	if e.table == ordersTable {
		return s.recordOrder(ctx, e.id, found)
	}
	return s.recordPayout(ctx, e.id, found)
}

func (s *Service) recordPayout(ctx context.Context, id uuid.UUID, found []Movement) (state PayoutState, err error) {
	now, paused := s.now(), false
	err = s.InTx(ctx, func(tx *gorm.DB) error {
		p, err := findPayout(forUpdate(tx), id)
		if err != nil {
			return err
		}
		if paused, err = isPaused(tx); err != nil {
			return err
		}
		state = p.State
		if wrong := p.mismatch(found); wrong != "" {
			if err := pauseOnceTx(tx, p.fact(FactPayoutsPaused, now, wrong)); err != nil {
				return err
			}
			if paused, err = isPaused(tx); err != nil {
				return err
			}
		}
		m, ok := asAsked(p.errand(), found)
		if !ok || p.ended() {
			return nil
		}
		state = PayoutSent
		return s.recordSent(ctx, tx, p, m, now)
	})
	s.at("recorded")
	if err == nil && paused {
		err = ErrPaused
	}
	return state, err
}

// asAsked is the first movement that is what an errand asks for.
func asAsked(e errand, found []Movement) (Movement, bool) {
	i := slices.IndexFunc(found, func(m Movement) bool {
		return m.Amount == e.request.Amount && m.Account == e.request.Account && m.Of == e.request.Of
	})
	if i < 0 {
		return Movement{}, false
	}
	return found[i], true
}

// mismatch says what is wrong with the transfers found for p, if anything.
func (p Payout) mismatch(found []Movement) string {
	return mismatch(p.errand(), p.TransferID, found)
}

// mismatch says what is wrong with what was found to have moved for an errand,
// whose movement is known as recorded if it was sent.
func mismatch(e errand, recorded *string, found []Movement) string {
	m, ok := asAsked(e, found)
	switch {
	case len(found) > 1:
		return "several movements for one " + string(e.request.Kind)
	case !ok:
		return string(e.request.Kind) + " differs from what was asked for"
	case e.State == PayoutSent && *recorded != m.ID:
		return "second " + string(e.request.Kind)
	case e.State == PayoutFailed:
		return string(e.request.Kind) + " of what has failed"
	}
	return ""
}

func (s *Service) recordSent(ctx context.Context, tx *gorm.DB, p Payout, m Movement, now time.Time) error {
	posting, err := p.sent(now)
	if err != nil {
		return err
	}
	posted, err := ledger.PostTx(ctx, tx, posting, ledger.Rider{
		Doing: "update payout " + p.ID.String(), Rows: 1, Else: errLeaseLost,
		SQL: `UPDATE payouts SET state = 'sent', transfer_id = ?, ended_at = ?, failure = '', lease_token = NULL, lease_until = NULL
			WHERE id = ? AND state = ?`,
		Args: []any{m.ID, now, p.ID, p.State},
	}, p.fact(FactPayoutSent, now, "").insert())
	if err == nil && !posted {
		err = fmt.Errorf("record payout %s: it was before: %w", p.ID, ErrState)
	}
	s.at("recording")
	return err
}

// sent is the posting of a payout that has been transferred.
func (p Payout) sent(now time.Time) (ledger.Posting, error) {
	mirror, err := ledger.Mirror(p.Provider, p.Currency)
	return p.posting("send", now, ledger.Move(p.inTransit(), mirror, p.AmountMinor)), err
}

// fail ends an errand after a definitive refusal, and gives its money back, if
// the worker still has the lease.
func (s *Service) fail(ctx context.Context, e errand, code string) end {
	now := s.now()
	err := s.InTx(ctx, func(tx *gorm.DB) error {
		if e.table == ordersTable {
			return s.failOrder(ctx, tx, &e, code, now)
		}
		held, err := findPayout(forUpdate(tx), e.id)
		if err != nil {
			return err
		}
		if !s.stillHeld(held.errand(), e) {
			e.State = held.State
			return nil
		}
		e.State = PayoutFailed
		return s.recordFailed(ctx, tx, held, code, now)
	})
	return end{errand: e, err: err}
}

// stillHeld reports whether the worker that has held has the row's lease.
func (s *Service) stillHeld(row, held errand) bool {
	if row.State != PayoutSending {
		return false
	}
	return !s.guarded(guardLease) || row.LeaseToken != nil && *row.LeaseToken == *held.LeaseToken
}

func (s *Service) recordFailed(ctx context.Context, tx *gorm.DB, p Payout, code string, now time.Time) error {
	posting := p.posting("fail", now, ledger.Move(p.inTransit(), p.available(), p.AmountMinor))
	if _, err := ledger.PostTx(ctx, tx, posting); err != nil {
		return err
	}
	if err := endFailed(tx, payoutsTable, p.ID, code, now); err != nil {
		return err
	}
	if err := appendFact(tx, p.fact(FactPayoutFailed, now, code)); err != nil {
		return err
	}
	if err := s.failInstant(ctx, tx, p.ID, now); err != nil {
		return err
	}
	if err := netDebtTx(ctx, tx, now, posting.Key, p.ExpertID, p.Currency); err != nil {
		return err
	}
	if code != CodeAccountRestricted {
		return nil
	}
	a, err := findAccount(forUpdate(tx), p.ExpertID, p.Provider)
	if err != nil {
		return err
	}
	return a.enable(tx, now, false, code)
}

// endFailed ends the row of an errand, which the caller has locked.
func endFailed(tx *gorm.DB, table string, id uuid.UUID, code string, now time.Time) error {
	res := tx.Exec(`UPDATE `+table+` SET state = 'failed', ended_at = ?, failure = ?, lease_token = NULL, lease_until = NULL
		WHERE id = ? AND state = 'sending'`, now, code, id)
	if res.Error == nil && res.RowsAffected != 1 {
		return errLeaseLost
	}
	if res.Error != nil {
		return fmt.Errorf("end %s %s: %w", table, id, res.Error)
	}
	return nil
}

// errSingly: what was found is to be recorded one by one.
var errSingly = errors.New("record one by one")

// recordMany records the transfers of a wave in one transaction. done is false
// where they are to be recorded one by one: few, orders among them, something
// wrong, or somebody else was faster.
func (s *Service) recordMany(ctx context.Context, ends []end) (done, paused bool, err error) {
	found := map[uuid.UUID]Movement{}
	for _, e := range ends {
		if e.err != nil && !errors.Is(e.err, errLeaseLost) || e.table != payoutsTable || len(e.found) > 1 {
			return false, false, nil
		}
		if len(e.found) == 1 && e.err == nil {
			found[e.id] = e.found[0]
		}
	}
	if len(found) < 2 {
		return false, false, nil
	}
	err = s.InTx(ctx, func(tx *gorm.DB) error {
		if paused, err = isPaused(tx); err != nil {
			return err
		}
		return s.recordSentTx(ctx, tx, found, s.now())
	})
	if errors.Is(err, errSingly) || errors.Is(err, ledger.ErrConcurrent) {
		return false, false, nil
	}
	if err != nil {
		return false, false, err
	}
	for i := range ends {
		if _, ok := found[ends[i].id]; ok {
			ends[i].State = PayoutSent
		}
	}
	return true, paused, nil
}

// recordSentTx is recordSent of several payouts: errSingly unless all of them are
// as they should be.
func (s *Service) recordSentTx(ctx context.Context, tx *gorm.DB, found map[uuid.UUID]Movement, now time.Time) error {
	ids := make([]uuid.UUID, 0, len(found))
	for id := range found {
		ids = append(ids, id)
	}
	var rows []Payout
	if err := forUpdate(tx).Where("id IN ?", ids).Order("id").Find(&rows).Error; err != nil {
		return fmt.Errorf("lock payouts: %w", err)
	}
	if len(rows) != len(found) {
		return errSingly
	}
	postings, facts := make([]ledger.Posting, len(rows)), make([]Fact, len(rows))
	for i, p := range rows {
		if p.State != PayoutSending || p.mismatch([]Movement{found[p.ID]}) != "" {
			return errSingly
		}
		var err error
		if postings[i], err = p.sent(now); err != nil {
			return err
		}
		facts[i] = p.fact(FactPayoutSent, now, "")
	}
	n, err := ledger.PostAllTx(ctx, tx, postings...)
	if err != nil {
		return err
	}
	if n != len(found) {
		return errSingly
	}
	if err := updateSent(tx, rows, found, now); err != nil {
		return err
	}
	if err := tx.Create(&facts).Error; err != nil {
		return fmt.Errorf("append facts of payouts: %w", err)
	}
	return nil
}

func updateSent(tx *gorm.DB, rows []Payout, found map[uuid.UUID]Movement, now time.Time) error {
	values, args := "", []any{now}
	for i, p := range rows {
		if i > 0 {
			values += ", "
		}
		values += "(CAST(? AS " + idType(tx) + "), CAST(? AS text))"
		args = append(args, p.ID, found[p.ID].ID)
	}
	res := tx.Exec(`UPDATE payouts SET state = 'sent', transfer_id = v.column2, ended_at = ?, failure = '', lease_token = NULL, lease_until = NULL
		FROM (VALUES `+values+`) AS v WHERE payouts.id = v.column1 AND payouts.state = 'sending'`, args...)
	if res.Error != nil {
		return fmt.Errorf("update payouts: %w", res.Error)
	}
	if res.RowsAffected != int64(len(rows)) {
		return errLeaseLost
	}
	return nil
}
