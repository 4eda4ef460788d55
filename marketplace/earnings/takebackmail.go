package earnings

import (
	"context"
	"errors"
	"fmt"
	"time"

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
	subject, text := b.words(occasion, reward.Amount(), a)
	return s.notify.SendTx(ctx, tx, notify.Mail{
		Brand: marketplace.AllBrands, Key: "take_back:" + occasion + ":" + b.ID.String(), To: b.PersonID, Subject: subject,
		Text: text + "\n\n" + s.notify.Link("work/refusals", "") + "\n\nDecision " + b.ID.String() + "\n",
	})
}

// words is what is written on an occasion.
func (b TakeBack) words(occasion string, amount payouts.Money, a Act) (subject, text string) {
	switch {
	case occasion == "began":
		return "Pay of yours is to be taken back", fmt.Sprintf(`Two people of the platform have decided to take back %s that you had earned.

Their reason: %s. What shows it is written with the decision.

You may appeal until %s; somebody else then decides. Until it is decided the money stays yours, and what you still have of it is not paid out.`,
			amount, grounds[a.Ground], b.AppealUntil.UTC().Format(time.RFC1123))
	case b.State == TakeBackOverturned:
		return "Your appeal was upheld", fmt.Sprintf("Another person has looked at it. The %s stay yours and can be paid out. Their reason is written with the decision.", amount)
	case b.State == TakeBackLapsed:
		return "Your appeal counts as upheld", fmt.Sprintf("Nobody decided it in time. The %s stay yours and can be paid out.", amount)
	case b.Decision != "":
		return "Your appeal was rejected", fmt.Sprintf("Another person has looked at it. %s were taken back. What you do not have any more is taken off what you earn next. Their reason is written with the decision.", amount)
	}
	return "Pay of yours was taken back", fmt.Sprintf("The time to appeal is over. %s were taken back. What you do not have any more is taken off what you earn next.\n\nThe reason was: %s.", amount, grounds[a.Ground])
}
