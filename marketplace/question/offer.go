package question

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/expert"
	"knowhow/payouts"
)

// Accept takes an offer: the caller's assignment begins, everybody else's offer
// is withdrawn, and the hold is trimmed to the quoted reward. Of any number of
// callers one wins; the others get ErrOfferGone. A caller with all hands full
// gets expert.ErrAtCapacity. Accepting again returns the same assignment.
func (s *Service) Accept(ctx context.Context, caller access.Caller, id OfferID) (Assignment, error) {
	var a Assignment
	err := s.onOffer(ctx, caller, id, func(tx *gorm.DB, q *Question, o Offer) error {
		if o.State == OfferAccepted {
			var err error
			a, err = currentOfOfferTx(ctx, tx, o)
			marketplace.Made(ctx, a.ID)
			return err
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

func currentOfOfferTx(ctx context.Context, tx *gorm.DB, o Offer) (Assignment, error) {
	var a Assignment
	err := tx.WithContext(ctx).Where("question_id = ? AND offer_id = ?", o.QuestionID, o.ID).Take(&a).Error
	return a, marketplace.OnlyOne(err, "assignment of offer", o.ID)
}

func (s *Service) acceptTx(ctx context.Context, tx *gorm.DB, q *Question, o Offer, now time.Time) (Assignment, error) {
	if err := mayWorkTx(ctx, tx, q, o); err != nil {
		return Assignment{}, err
	}
	if err := s.experts.TakeTx(ctx, tx, o.PersonID); err != nil {
		return Assignment{}, err
	}
	if err := s.trimTx(ctx, tx, q, o, now); err != nil {
		return Assignment{}, err
	}
	if err := acceptOfferTx(ctx, tx, o, now); err != nil {
		return Assignment{}, err
	}
	p, err := s.programs.LoadTx(ctx, tx, q.ProgramID)
	if err != nil {
		return Assignment{}, err
	}
	a := Assignment{
		ID: marketplace.NewID[Assignment](), BrandID: q.BrandID, QuestionID: q.ID, Attempt: q.Attempt, PersonID: o.PersonID,
		OfferID: o.ID, State: Working, RewardMinor: o.RewardMinor, FeeMinor: o.FeeMinor, Currency: o.Currency, AcceptedAt: now,
	}
	if err := tx.WithContext(ctx).Create(&a).Error; err != nil {
		return Assignment{}, fmt.Errorf("insert the assignment: %w", err)
	}
	marketplace.Made(ctx, a.ID)
	deliverBy := now.Add(p.Policies.Routing.DeliverWithin)
	if err := q.enter(VerbAccept, now, &deliverBy); err != nil {
		return Assignment{}, err
	}
	if err := saveTx(ctx, tx, q); err != nil {
		return Assignment{}, err
	}
	return a, s.appendTx(ctx, tx, EventAccepted, q, now, Detail{Attempt: q.Attempt, Person: &a.PersonID, Assignment: &a.ID})
}

// mayWorkTx refuses one who was suspended, or left, after they were asked, and
// everybody while the brand's money is frozen: then open offers count as
// withdrawn.
func mayWorkTx(ctx context.Context, tx *gorm.DB, q *Question, o Offer) error {
	frozen, err := payouts.IsFrozen(ctx, tx, uuid.UUID(q.BrandID), uuid.UUID(q.ProgramID))
	if err != nil {
		return err
	}
	if frozen {
		return fmt.Errorf("accept offer %s: the brand's money is frozen: %w", o.ID, ErrOfferGone)
	}
	e, _, err := expert.EnrolmentTx(ctx, tx, q.ProgramID, o.PersonID)
	if err != nil {
		return err
	}
	if !slices.Contains([]expert.State{expert.Probation, expert.Active, expert.Paused}, e.State) {
		return fmt.Errorf("accept offer %s: the expert works here no more: %w", o.ID, ErrOfferGone)
	}
	return nil
}

// Decline says no to an offer, which costs nothing and is remembered nowhere
// but on the offer. When it was the wave's last open offer the next wave goes
// out at once. Declining again changes nothing; an offer that is gone is
// ErrOfferGone.
func (s *Service) Decline(ctx context.Context, caller access.Caller, id OfferID) error {
	return s.onOffer(ctx, caller, id, func(tx *gorm.DB, q *Question, o Offer) error {
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
func (s *Service) onOffer(ctx context.Context, caller access.Caller, id OfferID, fn func(tx *gorm.DB, q *Question, o Offer) error) error {
	var found Offer
	err := s.store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) (err error) {
		found, err = offerTx(ctx, tx, id)
		return err
	})
	if err != nil {
		return err
	}
	if !caller.IsPerson(found.PersonID) {
		return marketplace.NotFound("offer", id)
	}
	return s.store.InTx(ctx, found.BrandID, func(tx *gorm.DB) error {
		q, err := lockTx(ctx, tx, found.QuestionID)
		if err != nil {
			return err
		}
		o, err := offerTx(ctx, tx, id)
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

// acceptOfferTx accepts one open offer and withdraws the question's others.
func acceptOfferTx(ctx context.Context, tx *gorm.DB, o Offer, now time.Time) error {
	err := tx.WithContext(ctx).Exec(`UPDATE offers SET state = CASE WHEN id = ? THEN 'accepted' ELSE 'withdrawn' END, settled_at = ?
		WHERE question_id = ? AND state = 'open'`, o.ID, now, o.QuestionID).Error
	if err != nil {
		return fmt.Errorf("accept offer %s: %w", o.ID, err)
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
