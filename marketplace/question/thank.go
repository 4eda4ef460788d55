package question

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/payouts"
)

// Thanks is what a brand gave an expert for a turn beside its reward: a bonus
// out of the program's budget, with the reason. It is paid at once, and nothing
// of the turn's reward follows from it.
type Thanks struct {
	ID           ThanksID `gorm:"primaryKey"`
	BrandID      marketplace.BrandID
	QuestionID   ID
	AssignmentID AssignmentID
	PersonID     access.PersonID // the expert
	GivenBy      access.PersonID
	AmountMinor  int64
	Currency     payouts.Currency
	Reason       string // redacted
	GivenAt      time.Time
}

// ThanksID names a Thanks.
type ThanksID = marketplace.ID[Thanks]

// TableName is the table.
func (Thanks) TableName() string { return "thanks" }

// Amount is what was given.
func (t Thanks) Amount() payouts.Money {
	return payouts.Money{Minor: t.AmountMinor, Currency: t.Currency}
}

// maxThanks bounds one bonus, and a typing error with it: a hundred times the
// work's reward.
const maxThanks = 100

// Thank gives the expert who answered in an attempt a bonus out of the program's
// budget (permission ThankExperts, and never for their own work). Errors:
// *access.ForbiddenError, *marketplace.NotFoundError,
// *marketplace.InvalidError, *TransitionError for work without an answer,
// payouts.ErrFrozen, payouts.ErrInsufficientFunds.
func (s *Service) Thank(ctx context.Context, caller access.Caller, brand marketplace.BrandID, id ID, attempt int, minor int64, reason string) (Thanks, error) {
	var t Thanks
	err := s.onBrands(ctx, caller, brand, access.ThankExperts, id, func(tx *gorm.DB, q *Question) error {
		a, err := turnTx(ctx, tx, "question_id = ? AND attempt = ?", q.ID, attempt)
		if err != nil {
			return marketplace.OnlyOne(err, fmt.Sprintf("attempt %d of question", attempt), q.ID)
		}
		if err := a.mayThank(caller.Person, minor, reason); err != nil {
			return err
		}
		r, err := s.redactorTx(ctx, tx, q)
		if err != nil {
			return err
		}
		t = Thanks{
			ID: marketplace.NewID[Thanks](), BrandID: q.BrandID, QuestionID: q.ID, AssignmentID: a.ID, PersonID: a.PersonID, GivenBy: caller.Person,
			AmountMinor: minor, Currency: a.Currency, Reason: r.Redact(reason, &q.Redaction).Text, GivenAt: s.clock.Now(),
		}
		marketplace.Made(ctx, t.ID)
		return s.thankTx(ctx, tx, q, &a, t)
	})
	return t, err
}

func (a Assignment) mayThank(by access.PersonID, minor int64, reason string) error {
	switch {
	case a.DeliveredAt == nil:
		return &TransitionError{Noun: "assignment", From: string(a.State), Verb: "be thanked for"}
	case a.PersonID == by:
		return &access.ForbiddenError{Permission: access.ThankExperts}
	}
	if most := a.RewardMinor * maxThanks; minor < 1 || minor > most {
		return &marketplace.InvalidError{Field: "amount", Reason: fmt.Sprintf("is %d, must be from 1 to %d", minor, most)}
	}
	return marketplace.CheckText("reason", reason, 1, 500)
}

// thankTx writes the thanks, and the money last.
func (s *Service) thankTx(ctx context.Context, tx *gorm.DB, q *Question, a *Assignment, t Thanks) error {
	if err := tx.WithContext(ctx).Create(&t).Error; err != nil {
		return fmt.Errorf("insert the thanks for assignment %s: %w", a.ID, err)
	}
	var w writes
	w.tell(EventThanked, q, t.GivenAt, Detail{Attempt: a.Attempt, Person: &a.PersonID, Assignment: &a.ID, Minor: t.AmountMinor})
	if err := s.writeTx(ctx, tx, q, w); err != nil {
		return err
	}
	return payouts.GrantBonusTx(ctx, tx, t.GivenAt, payouts.Bonus{
		ID: uuid.UUID(t.ID), Brand: uuid.UUID(q.BrandID), Program: uuid.UUID(q.ProgramID), Expert: uuid.UUID(a.PersonID),
		By: uuid.UUID(t.GivenBy), Amount: t.Amount(),
	})
}

// ThanksOf reads one thanks of a brand (permission SeeMoney).
func (s *Service) ThanksOf(ctx context.Context, caller access.Caller, brand marketplace.BrandID, id ThanksID) (t Thanks, err error) {
	err = s.readBrand(ctx, caller, brand, []access.Permission{access.SeeQuestions, access.SeeMoney}, func(tx *gorm.DB) error {
		err := tx.WithContext(ctx).Where("id = ? AND brand_id = ?", id, brand).Take(&t).Error
		return marketplace.OnlyOne(err, "thanks", id)
	})
	return t, err
}

// thanksTx lists what was given for a question's turns, the oldest first.
func thanksTx(ctx context.Context, tx *gorm.DB, id ID) (map[AssignmentID][]ThanksReceipt, error) {
	var rows []Thanks
	if err := tx.WithContext(ctx).Where("question_id = ?", id).Order("given_at, id").Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("list the thanks for question %s: %w", id, err)
	}
	list := map[AssignmentID][]ThanksReceipt{}
	for _, t := range rows {
		list[t.AssignmentID] = append(list[t.AssignmentID], ThanksReceipt{Amount: t.Amount(), Reason: t.Reason, At: t.GivenAt})
	}
	return list, nil
}

// ThanksReceipt is a thanks as receipts have it; customers read no reason.
type ThanksReceipt struct {
	Amount payouts.Money `json:"amount"`
	Reason string        `json:"reason,omitempty"`
	At     time.Time     `json:"at"`
}

// shownThanks is what a view has of the thanks for a turn.
func shownThanks(list []ThanksReceipt, view View) []ThanksReceipt {
	if view == ViewShared {
		return nil
	}
	for i := range list {
		if view == ViewCustomer {
			list[i].Reason = ""
		}
	}
	return list
}
