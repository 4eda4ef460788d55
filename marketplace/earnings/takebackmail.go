package earnings

import (
	"context"
	"errors"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/notify"
	"knowhow/payouts"
)

// tellTakeBackTx writes to the expert what was decided about their pay; it cannot
// be turned off. It names no one, and what people wrote is read behind the link.
func (s *Service) tellTakeBackTx(ctx context.Context, tx *gorm.DB, b TakeBack, reward payouts.Reward, a Act, occasion string) error {
	p, err := access.PersonTx(ctx, tx, b.PersonID)
	if errors.Is(err, marketplace.ErrNotFound) || err == nil && p.EmailSealed == nil {
		return nil
	}
	if err != nil {
		return err
	}
	return s.notify.SendTx(ctx, tx, notify.Mail{
		Brand: marketplace.AllBrands, Key: "take_back:" + occasion + ":" + b.ID.String(), To: b.PersonID,
		Says: b.letter(occasion, reward.Amount(), a, s.notify.Link("work/refusals", "")),
	})
}

// letter is what is written on an occasion.
func (b TakeBack) letter(occasion string, amount payouts.Money, a Act, link string) notify.Letter {
	name := "earnings.take_back_final"
	switch {
	case occasion == "began":
		name = "earnings.take_back"
	case b.State == TakeBackOverturned:
		name = "earnings.take_back_upheld"
	case b.State == TakeBackLapsed:
		name = "earnings.take_back_lapsed"
	case b.Decision != "":
		name = "earnings.take_back_rejected"
	}
	return notify.Letter{Name: name, Values: notify.Values{
		"amount": amount, "reason": notify.Words{Of: "earnings.ground." + string(a.Ground)}, "until": notify.Moment(b.AppealUntil),
		"end": notify.Words{Of: "earnings.take_back_end", Values: notify.Values{"link": link, "decision": b.ID.String()}},
	}}
}
