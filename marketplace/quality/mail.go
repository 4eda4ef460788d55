package quality

import (
	"context"

	"gorm.io/gorm"

	"knowhow/marketplace/notify"
)

// writeTx writes to the refusal's expert once per occasion. It names no one, quotes
// nothing of the conversation and holds no personal data.
func (s *Service) writeTx(ctx context.Context, tx *gorm.DB, f Refusal, occasion string, kind notify.Kind, l notify.Letter) error {
	return s.notify.SendTx(ctx, tx, notify.Mail{
		Brand: f.BrandID, Kind: kind, Key: "refusal:" + occasion + ":" + f.ID.String(), To: f.PersonID, Says: l,
	})
}

func refusedMail(f Refusal) notify.Letter {
	return notify.Letter{Name: "quality.refused", Values: notify.Values{
		"reason": notify.Words{Of: "quality.reason." + string(f.Reason)}, "until": notify.Moment(f.AppealUntil), "refusal": f.ID.String(),
	}}
}

// decidedMail says how an appeal ended: "upheld", "rejected" or "undecided".
func decidedMail(f Refusal, how string) notify.Letter {
	return notify.Letter{Name: "quality." + how, Values: notify.Values{"refusal": f.ID.String()}}
}
