package question

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/expert"
)

// Accept takes an offer: the caller's assignment begins, everybody else's offer
// is withdrawn. What was held for the attempt covers every offer of it. Of any
// number of callers one wins; the others get ErrOfferGone. A caller with all hands
// full gets expert.ErrAtCapacity. Accepting again returns the same assignment.
func (s *Service) Accept(ctx context.Context, caller access.Caller, id OfferID) (Assignment, error) {
	var a Assignment
	err := s.onOffer(ctx, caller, id, func(tx *gorm.DB, q *Question, o seen) error {
		if o.State == OfferAccepted {
			var err error
			a, err = turnTx(ctx, tx, "question_id = ? AND offer_id = ?", o.QuestionID, o.ID)
			marketplace.Made(ctx, a.ID)
			return marketplace.OnlyOne(err, "assignment of offer", o.ID)
		}
		now := s.clock.Now()
		if o.State != OfferOpen || q.State != Offered || !now.Before(o.ExpiresAt) {
			return fmt.Errorf("accept offer %s: %w", id, ErrOfferGone)
		}
		var err error
		a, err = s.acceptTx(ctx, tx, q, o, now)
		return err
	})
	return a, err
}

func (s *Service) acceptTx(ctx context.Context, tx *gorm.DB, q *Question, o seen, now time.Time) (Assignment, error) {
	if err := o.mayWork(); err != nil {
		return Assignment{}, err
	}
	p, err := s.ProgramTx(ctx, tx, q)
	if err != nil {
		return Assignment{}, err
	}
	a := Assignment{
		ID: marketplace.NewID[Assignment](), BrandID: q.BrandID, QuestionID: q.ID, Attempt: q.Attempt, PersonID: o.PersonID,
		OfferID: o.ID, State: Working, RewardMinor: o.RewardMinor, FeeMinor: o.FeeMinor, Currency: o.Currency, AcceptedAt: now,
	}
	marketplace.Made(ctx, a.ID)
	deliverBy := now.Add(p.Policies.Routing.DeliverWithin)
	if err := q.enter(VerbAccept, now, &deliverBy); err != nil {
		return Assignment{}, err
	}
	var w writes
	w.add(s.experts.Take(ctx, tx, o.PersonID), o.accept(now), a.insert())
	w.tell(EventAccepted, q, now, Detail{Attempt: q.Attempt, Person: &a.PersonID, Assignment: &a.ID})
	return a, s.writeTx(ctx, tx, q, w)
}

// seen is an offer and what decides besides whether it may be accepted.
type seen struct {
	Offer
	enrolment sql.NullString // the expert's state in the program
	frozen    bool           // the program's money, or its brand's
}

// mayWork refuses one who was suspended, or left, after they were asked, and
// everybody while the brand's money is frozen: then open offers count as
// withdrawn.
func (o *seen) mayWork() error {
	if o.frozen {
		return fmt.Errorf("accept offer %s: the brand's money is frozen: %w", o.ID, ErrOfferGone)
	}
	if !slices.Contains([]expert.State{expert.Probation, expert.Active, expert.Paused}, expert.State(o.enrolment.String)) {
		return fmt.Errorf("accept offer %s: the expert works here no more: %w", o.ID, ErrOfferGone)
	}
	return nil
}

// Decline says no to an offer, which costs nothing and is remembered nowhere
// but on the offer. When it was the wave's last open offer the next wave goes
// out at once. Declining again changes nothing; an offer that is gone is
// ErrOfferGone.
func (s *Service) Decline(ctx context.Context, caller access.Caller, id OfferID) error {
	return s.onOffer(ctx, caller, id, func(tx *gorm.DB, q *Question, o seen) error {
		if o.State == OfferDeclined {
			return nil
		}
		if o.State != OfferOpen {
			return fmt.Errorf("decline offer %s: %w", id, ErrOfferGone)
		}
		now := s.clock.Now()
		if err := settleOfferTx(ctx, tx, o.ID, OfferDeclined, now); err != nil {
			return err
		}
		if err := s.appendTx(ctx, tx, EventDeclined, q, now, Detail{Attempt: o.Attempt, Wave: o.Wave}); err != nil {
			return err
		}
		return s.nextWaveIfSpentTx(ctx, tx, q, now)
	})
}

// nextWaveIfSpentTx asks further experts when no offer is open any more.
func (s *Service) nextWaveIfSpentTx(ctx context.Context, tx *gorm.DB, q *Question, now time.Time) error {
	var open int64
	err := tx.WithContext(ctx).Model(&Offer{}).Where("question_id = ? AND state = ?", q.ID, OfferOpen).Count(&open).Error
	if err != nil {
		return fmt.Errorf("count the open offers of question %s: %w", q.ID, err)
	}
	if open > 0 || q.State != Offered {
		return nil
	}
	return s.routeTx(ctx, tx, q, now)
}

// onOffer runs fn on the caller's own offer with its question locked. To
// anybody else there is no such offer.
func (s *Service) onOffer(ctx context.Context, caller access.Caller, id OfferID, fn func(tx *gorm.DB, q *Question, o seen) error) error {
	if !caller.IsPerson(caller.Person) {
		return marketplace.NotFound("offer", id)
	}
	return s.store.InTx(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		q, o, err := s.enterOfferTx(ctx, tx, caller.Person, id)
		if err != nil {
			return err
		}
		return fn(tx, &q, o)
	})
}

// settleOfferTx moves one open offer on.
func settleOfferTx(ctx context.Context, tx *gorm.DB, id OfferID, to OfferState, now time.Time) error {
	res := tx.WithContext(ctx).Model(&Offer{}).Where("id = ? AND state = ?", id, OfferOpen).
		Updates(map[string]any{"state": to, "settled_at": now})
	if res.Error != nil {
		return fmt.Errorf("settle offer %s: %w", id, res.Error)
	}
	if res.RowsAffected != 1 {
		return fmt.Errorf("settle offer %s: %w", id, ErrOfferGone)
	}
	return nil
}

// closeOffersTx moves every open offer of the question on.
func closeOffersTx(ctx context.Context, tx *gorm.DB, q *Question, to OfferState, now time.Time) error {
	err := tx.WithContext(ctx).Model(&Offer{}).Where("question_id = ? AND state = ?", q.ID, OfferOpen).
		Updates(map[string]any{"state": to, "settled_at": now}).Error
	if err != nil {
		return fmt.Errorf("close the offers of question %s: %w", q.ID, err)
	}
	return nil
}
