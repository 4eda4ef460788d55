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

// errLeaseLost: the payout has moved on, another worker has it.
var errLeaseLost = errors.New("lease lost")

// save writes a payout's progress, if the worker still has the lease in held:
// else errLeaseLost.
func (s *Service) save(ctx context.Context, p, held Payout) error {
	return s.InTx(ctx, func(tx *gorm.DB) error { return p.update(tx, held) })
}

// update writes p's mutable columns where state and lease are still as in
// before; a row that has moved on is left alone, and is errLeaseLost.
func (p Payout) update(tx *gorm.DB, before Payout) error {
	query := tx.Model(&Payout{}).Where("id = ? AND state = ?", p.ID, before.State)
	if before.LeaseToken == nil {
		query = query.Where("lease_token IS NULL")
	} else {
		query = query.Where("lease_token = ?", *before.LeaseToken)
	}
	res := query.Updates(map[string]any{
		"state": p.State, "attempt": p.Attempt, "tries": p.Tries, "first_sent_at": p.FirstSentAt,
		"ambiguous": p.Ambiguous, "not_before": p.NotBefore, "lease_token": p.LeaseToken,
		"lease_until": p.LeaseUntil, "failure": p.Failure, "transfer_id": p.TransferID, "ended_at": p.EndedAt,
	})
	if res.Error != nil {
		return fmt.Errorf("update payout %s: %w", p.ID, res.Error)
	}
	if res.RowsAffected != 1 {
		return errLeaseLost
	}
	return nil
}

// record ends a payout by what is at the provider. It goes by the payout's state
// and not by the lease: what was transferred is true, whoever hears of it, and
// however often. Anything but one transfer of the right amount to the right
// account, for a payout not failed, pauses all payouts until a person has looked.
// Once it is recorded, and payouts are paused by then, it returns ErrPaused: the
// worker goes on with no other.
func (s *Service) record(ctx context.Context, id uuid.UUID, found []Transfer) (state PayoutState, err error) {
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
			paused = true
			return pauseTx(tx, p, wrong, now)
		}
		if p.State == PayoutSent {
			return nil
		}
		state = PayoutSent
		return s.recordSent(ctx, tx, p, found[0], now)
	})
	s.at("recorded")
	if err == nil && paused {
		err = ErrPaused
	}
	return state, err
}

// mismatch says what is wrong with the transfers found for p, if anything.
func (p Payout) mismatch(found []Transfer) string {
	switch t := found[0]; {
	case len(found) > 1:
		return "several transfers"
	case t.Amount != p.Amount() || t.Destination != p.Destination:
		return "transfer differs from the payout"
	case p.State == PayoutSent && *p.TransferID != t.ID:
		return "second transfer"
	case p.State == PayoutFailed:
		return "transfer of a failed payout"
	}
	return ""
}

func (s *Service) recordSent(ctx context.Context, tx *gorm.DB, p Payout, t Transfer, now time.Time) error {
	mirror, err := ledger.Mirror(p.Provider, p.Currency)
	if err != nil {
		return err
	}
	posting := p.posting("send", now, ledger.Move(p.inTransit(), mirror, p.AmountMinor))
	posted, err := ledger.PostTx(ctx, tx, posting, ledger.Rider{
		Doing: "update payout " + p.ID.String(), Rows: 1, Else: errLeaseLost,
		SQL: `UPDATE payouts SET state = 'sent', transfer_id = ?, ended_at = ?, failure = '', lease_token = NULL, lease_until = NULL
			WHERE id = ? AND state = ?`,
		Args: []any{t.ID, now, p.ID, p.State},
	}, p.fact(FactPayoutSent, now, "").insert())
	if err == nil && !posted {
		err = fmt.Errorf("record payout %s: it was before: %w", p.ID, ErrState)
	}
	s.at("recording")
	return err
}

// fail gives the money back after a definitive refusal, if the worker still has
// the lease.
func (s *Service) fail(ctx context.Context, p Payout, code string) (state PayoutState, err error) {
	now := s.now()
	err = s.InTx(ctx, func(tx *gorm.DB) error {
		held, err := findPayout(forUpdate(tx), p.ID)
		if err != nil {
			return err
		}
		state = held.State
		if held.State != PayoutSending || held.LeaseToken == nil || *held.LeaseToken != *p.LeaseToken {
			return nil
		}
		state = PayoutFailed
		return s.recordFailed(ctx, tx, held, code, now)
	})
	return state, err
}

func (s *Service) recordFailed(ctx context.Context, tx *gorm.DB, p Payout, code string, now time.Time) error {
	posting := p.posting("fail", now, ledger.Move(p.inTransit(), p.available(), p.AmountMinor))
	if _, err := ledger.PostTx(ctx, tx, posting); err != nil {
		return err
	}
	held := p
	p.State, p.EndedAt, p.Failure = PayoutFailed, &now, code
	p.release(p.NotBefore)
	if err := p.update(tx, held); err != nil {
		return err
	}
	if err := appendFact(tx, p.fact(FactPayoutFailed, now, code)); err != nil {
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

// pauseTx stops all payouts and says why.
func pauseTx(tx *gorm.DB, p Payout, reason string, now time.Time) error {
	paused, err := insertFreeze(tx, freeze{Scope: scopePayouts, OwnerID: uuid.Nil, Reason: reason, FrozenAt: now})
	if err != nil || !paused {
		return err
	}
	return appendFact(tx, p.fact(FactPayoutsPaused, now, reason))
}

// ResumePayoutsTx lets payouts go on after a person has looked.
func ResumePayoutsTx(ctx context.Context, tx *gorm.DB) error {
	err := tx.WithContext(ctx).Where("scope = ?", scopePayouts).Delete(&freeze{}).Error
	if err != nil {
		return fmt.Errorf("resume payouts: %w", err)
	}
	return nil
}

func refusePaused(tx *gorm.DB) error {
	paused, err := isPaused(tx)
	if err == nil && paused {
		err = ErrPaused
	}
	return err
}

func isPaused(tx *gorm.DB) (bool, error) {
	var n int64
	if err := tx.Model(&freeze{}).Where("scope = ?", scopePayouts).Count(&n).Error; err != nil {
		return false, fmt.Errorf("look up pause: %w", err)
	}
	return n > 0, nil
}
