package question

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/notify"
	"knowhow/payouts"
)

// watched is who is to be told, and of what.
type watched struct {
	PersonID    access.PersonID
	BrandID     marketplace.BrandID
	CustomerID  access.CustomerID
	Title       string // redacted
	RewardMinor int64
	Currency    payouts.Currency
	More        int // beside this one
}

// toldBefore is the condition, of the row c of mail_choices and a time, that a
// person who wants mails of a kind was not yet told of what happened then, nor
// of anything else just before.
func toldBefore(at string) string {
	return "c.kind = ? AND c.wanted AND " + at + " > c.changed_at AND (c.mailed_at IS NULL OR c.mailed_at <= ? AND " + at + " > c.mailed_at)"
}

// offersSQL finds who wants to be told of open offers, with that of theirs which
// lasts longest.
var offersSQL = `SELECT person_id, brand_id, customer_id, title, reward_minor, currency, n - 1 AS more FROM (
	SELECT c.person_id, q.brand_id, q.customer_id, q.title, o.reward_minor, o.currency, COUNT(*) OVER (PARTITION BY c.person_id) AS n,
		ROW_NUMBER() OVER (PARTITION BY c.person_id ORDER BY o.expires_at DESC, o.offered_at, o.position) AS place
	FROM mail_choices c JOIN offers o ON o.person_id = c.person_id AND o.state = 'open' JOIN questions q ON q.id = o.question_id
	WHERE ` + toldBefore("o.offered_at") + ` AND o.expires_at > ?) AS open WHERE place = 1 ORDER BY person_id`

// wordsSQL finds who wants to be told that a customer wrote about a question
// they have, and has neither read it nor written since.
var wordsSQL = `SELECT c.person_id, COUNT(DISTINCT q.id) - 1 AS more
	FROM mail_choices c JOIN assignments a ON a.person_id = c.person_id AND a.state IN ('working', 'delivered')
	JOIN questions q ON q.id = a.question_id AND q.state IN ('assigned', 'answered')
	JOIN messages m ON m.question_id = q.id AND m.author = 'customer' AND m.at > a.accepted_at
	WHERE ` + toldBefore("m.at") + ` AND m.at <= ?
		AND NOT EXISTS (SELECT 1 FROM messages own WHERE own.question_id = q.id AND own.assignment_id = a.id AND own.position > m.position)
		AND NOT EXISTS (SELECT 1 FROM read_marks r WHERE r.question_id = q.id AND r.expert >= m.position)
	GROUP BY c.person_id ORDER BY c.person_id`

// watchOffersTx tells experts who asked for it of their offers, by no more than
// a redacted title.
func (s *Service) watchOffersTx(ctx context.Context, tx *gorm.DB, now time.Time) error {
	var list []watched
	err := tx.WithContext(ctx).Raw(offersSQL, notify.Offers, now.Add(-notify.GatherFor), now).Scan(&list).Error
	if err != nil {
		return fmt.Errorf("look for offers to be told of: %w", err)
	}
	for _, w := range list {
		err := s.notify.GatheredTx(ctx, tx, notify.Mail{
			Brand: w.BrandID, Kind: notify.Offers, Key: fmt.Sprintf("offers:%s:%d", w.PersonID, now.UnixMicro()), To: w.PersonID,
			Customer: w.CustomerID, Says: w.offerLetter(s.notify.Link("work", "")),
		}, now)
		if err != nil {
			return err
		}
	}
	return nil
}

// offerLetter holds no more of the question than its redacted title.
func (w watched) offerLetter(link string) notify.Letter {
	values := notify.Values{
		"reward": payouts.Money{Minor: w.RewardMinor, Currency: w.Currency}, "title": w.Title, "more": "", "link": link,
	}
	if w.More > 0 {
		values["more"] = notify.Count{Of: "question.offer_more", N: w.More}
	}
	return notify.Letter{Name: "question.offer", Values: values}
}

// watchWordsTx tells experts who asked for it that a customer wrote about a
// question they have. It quotes nothing.
func (s *Service) watchWordsTx(ctx context.Context, tx *gorm.DB, now time.Time) error {
	var list []watched
	err := tx.WithContext(ctx).Raw(wordsSQL, notify.Questions, now.Add(-notify.GatherFor), now.Add(-TellAfter)).Scan(&list).Error
	if err != nil {
		return fmt.Errorf("look for words to be told of: %w", err)
	}
	for _, w := range list {
		err := s.notify.GatheredTx(ctx, tx, notify.Mail{
			Brand: marketplace.AllBrands, Kind: notify.Questions, Key: fmt.Sprintf("words:%s:%d", w.PersonID, now.UnixMicro()), To: w.PersonID,
			Says: notify.Letter{Name: "question.words", Values: notify.Values{"link": s.notify.Link("work", "")}},
		}, now)
		if err != nil {
			return err
		}
	}
	return nil
}
