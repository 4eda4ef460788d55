package earnings

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

// TakeBackView is a decision to take pay back as it is read: what the pay was for,
// why, and what the money is.
type TakeBackView struct {
	TakeBack    TakeBack `gorm:"embedded"`
	Ground      Ground
	Evidence    string
	Kind        payouts.RewardKind
	QuestionID  uuid.UUID
	Currency    payouts.Currency
	AmountMinor int64
	EarnedAt    time.Time
	ProgramName string
	BrandName   string
	Handle      string
}

// Amount is what is at stake.
func (v TakeBackView) Amount() payouts.Money {
	return payouts.Money{Minor: v.AmountMinor, Currency: v.Currency}
}

func takeBackViews(ctx context.Context, tx *gorm.DB) *gorm.DB {
	return tx.WithContext(ctx).Table("take_backs").
		Select(`take_backs.*, money_acts.ground, money_acts.reason AS evidence, rewards.kind, rewards.question_id, rewards.currency,
			rewards.amount_minor, rewards.earned_at, programs.name AS program_name, brands.name AS brand_name, experts.handle`).
		Joins("JOIN money_acts ON money_acts.id = take_backs.id").
		Joins("JOIN rewards ON rewards.id = take_backs.reward_id").
		Joins("JOIN programs ON programs.id = rewards.program_id").
		Joins("JOIN brands ON brands.id = rewards.brand_id").
		Joins("JOIN experts ON experts.person_id = take_backs.person_id")
}

// MyTakeBacks lists the decisions to take pay of the calling person's back, newest
// first. Error: *access.ForbiddenError to who is no person.
func (s *Service) MyTakeBacks(ctx context.Context, caller access.Caller, page marketplace.Page) (list marketplace.Listing[TakeBackView], err error) {
	err = s.readOwn(ctx, caller, func(tx *gorm.DB) error {
		find := takeBackViews(ctx, tx).Where("take_backs.person_id = ?", caller.Person)
		order := marketplace.Order{At: "take_backs.began_at", ID: "take_backs.id", Newest: true}
		list, err = marketplace.List(find, page, order, func(v TakeBackView) marketplace.Place {
			return marketplace.Place{At: v.TakeBack.BeganAt, ID: v.TakeBack.ID}
		})
		return wrap(err, "list what is taken back of", caller)
	})
	return list, err
}

// TakeBackAppeals lists the appeals that the caller may decide, soonest due first
// (permission DecideAppeal, of an operator): none about what they asked for or
// agreed to, nor about their own pay. Error: *access.ForbiddenError.
func (s *Service) TakeBackAppeals(ctx context.Context, caller access.Caller, page marketplace.Page) (list marketplace.Listing[TakeBackView], err error) {
	now := s.clock.Now()
	err = s.store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		if err := access.AuthorizeTx(ctx, tx, caller, marketplace.AllBrands, access.DecideAppeal); err != nil {
			return err
		}
		find := takeBackViews(ctx, tx).Where("take_backs.state = ? AND take_backs.next_due_at > ?", TakeBackAppealed, now).
			Where("money_acts.asked_by <> ? AND money_acts.decided_by <> ? AND take_backs.person_id <> ?", caller.Person, caller.Person, caller.Person)
		order := marketplace.Order{At: "take_backs.next_due_at", ID: "take_backs.id"}
		list, err = marketplace.List(find, page, order, func(v TakeBackView) marketplace.Place {
			return marketplace.Place{At: *v.TakeBack.NextDueAt, ID: v.TakeBack.ID}
		})
		return wrap(err, "list the appeals for", caller)
	})
	return list, err
}

// outcomesTx adds to acts that take pay back what has become of them.
func outcomesTx(ctx context.Context, tx *gorm.DB, acts []Act) error {
	at := map[ActID]int{}
	ids := []ActID{}
	for i, a := range acts {
		if a.Kind == ActClawBack && a.State == ActDone {
			at[a.ID], ids = i, append(ids, a.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	var found []TakeBack
	if err := tx.WithContext(ctx).Where("id IN ?", ids).Find(&found).Error; err != nil {
		return fmt.Errorf("read what became of acts: %w", err)
	}
	for _, b := range found {
		acts[at[b.ID]].Outcome = b.State
	}
	return nil
}
