package question

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/program"
	"knowhow/matching"
	"knowhow/payouts"
)

// OfferView is an offer as its expert sees it: redacted text, pay, effort,
// expiry and why they are asked, nothing about anybody else.
type OfferView struct {
	ID        OfferID
	Question  ID
	Title     string
	Body      string
	Context   string
	Tags      []string
	Language  string
	Reward    payouts.Money
	Items     []program.QuoteItem // what the reward is made of
	Effort    time.Duration
	OfferedAt time.Time
	ExpiresAt time.Time
	Why       matching.Reason
}

// OpenOffers lists what the caller may accept now, in every brand, soonest
// expiry first.
func (s *Service) OpenOffers(ctx context.Context, caller access.Caller) ([]OfferView, error) {
	if caller.Kind != access.KindPerson || !caller.Valid() {
		return nil, &access.ForbiddenError{Permission: "own_offers"}
	}
	var views []OfferView
	err := s.store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) (err error) {
		views, err = openOffersTx(tx.WithContext(ctx), caller.Person, s.clock.Now())
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list open offers: %w", err)
	}
	return views, nil
}

// mostOpen is how many open offers are listed. It stands in the statement: SQLite
// reads what a LIMIT is bound to as it plans, and would plan at every reading.
const mostOpen = "100"

func openOffersTx(tx *gorm.DB, person access.PersonID, now time.Time) ([]OfferView, error) {
	rows, err := marketplace.RowsTx(marketplace.Last(tx), `SELECT o.id, o.reward_minor, o.currency, o.effort_s, o.why, o.items, o.offered_at, o.expires_at,
		q.id, q.title, q.body, q.context, q.tags, q.language
		FROM offers o JOIN questions q ON q.id = o.question_id
		WHERE o.person_id = ? AND o.state = 'open' AND o.expires_at > ?
		ORDER BY o.expires_at, o.offered_at, o.position LIMIT `+mostOpen, person, now)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var views []OfferView
	for rows.Next() {
		var o Offer
		var q Question
		var tags []byte
		if err := rows.Scan(&o.ID, &o.RewardMinor, &o.Currency, &o.EffortS, &o.Why, &o.Items, &o.OfferedAt, &o.ExpiresAt,
			&q.ID, &q.Title, &q.Body, &q.Context, &tags, &q.Language); err != nil {
			return nil, err
		}
		if err := json.Unmarshal(tags, &q.Tags); err != nil {
			return nil, fmt.Errorf("the tags of question %s: %w", q.ID, err)
		}
		view, err := o.view(q)
		if err != nil {
			return nil, err
		}
		views = append(views, view)
	}
	return views, rows.Err()
}

func (o Offer) view(q Question) (OfferView, error) {
	v := OfferView{
		ID: o.ID, Question: q.ID, Title: q.Title, Body: q.Body, Context: q.Context, Tags: q.Tags, Language: q.Language,
		Reward: payouts.Money{Minor: o.RewardMinor, Currency: o.Currency}, Effort: time.Duration(o.EffortS) * time.Second,
		OfferedAt: o.OfferedAt, ExpiresAt: o.ExpiresAt,
	}
	if err := json.Unmarshal([]byte(o.Why), &v.Why); err != nil {
		return OfferView{}, fmt.Errorf("read the reason of offer %s: %w", o.ID, err)
	}
	var err error
	v.Items, err = o.Lines()
	return v, err
}

// Turn is one message as somebody reads it.
type Turn struct {
	Position int
	Author   Author
	Text     string
	Pictures []Picture
	At       time.Time
}

// Conversation is a question with its messages as one kind of reader sees it.
type Conversation struct {
	Question ID
	State    State
	Reason   string // how it ended
	Title    string
	Context  string
	Turns    []Turn
	Notes    []string  // of earlier hand-backs, for experts; for the brand, of who ended the conversation
	Handoffs []Handoff // the same with what confirming them needs
	Read     ReadMarks
	Forecast *Forecast // while nobody has answered; for the customer and the brand
}

// Handoff is an earlier hand-back that left a note.
type Handoff struct {
	Assignment AssignmentID
	Note       string
	Confirmed  bool // somebody said that it helped
}

// ForCustomer returns the caller's own question: their own words as they wrote
// them, everybody else's redacted.
func (s *Service) ForCustomer(ctx context.Context, caller access.Caller, id ID) (Conversation, error) {
	if caller.Kind != access.KindCustomer || !caller.Valid() {
		return Conversation{}, &access.ForbiddenError{Permission: "own_question"}
	}
	var c Conversation
	var asked Question
	err := s.store.Read(ctx, caller.Brand, func(tx *gorm.DB) error {
		q, messages, read, err := conversationTx(ctx, tx, id)
		if err != nil {
			return err
		}
		if !caller.IsCustomer(q.BrandID, q.CustomerID) {
			return marketplace.NotFound("question", id)
		}
		c, asked = conversation(q, messages, read), q
		return s.reveal(&c, q, messages)
	})
	if err != nil {
		return c, err
	}
	c.Forecast, err = s.ahead(ctx, asked)
	return c, err
}

// reveal puts the customer's own words back.
func (s *Service) reveal(c *Conversation, q Question, messages []Message) error {
	if len(q.TitleSealed) == 0 {
		return nil // erased
	}
	title, err := s.keys.Open(q.TitleSealed, titleContext(q.ID))
	if err != nil {
		return fmt.Errorf("open the title of question %s: %w", q.ID, err)
	}
	about, err := s.keys.Open(q.ContextSealed, contextContext(q.ID))
	if err != nil {
		return fmt.Errorf("open the context of question %s: %w", q.ID, err)
	}
	c.Title, c.Context = string(title), string(about)
	for i, m := range messages {
		if m.Author != ByCustomer {
			continue
		}
		text, err := s.keys.Open(m.BodySealed, messageContext(m.ID))
		if err != nil {
			return fmt.Errorf("open message %s: %w", m.ID, err)
		}
		c.Turns[i].Text = string(text)
	}
	return nil
}

// ForBrand returns a question of the brand, redacted, to its people who may
// see questions.
func (s *Service) ForBrand(ctx context.Context, caller access.Caller, brand marketplace.BrandID, id ID) (Conversation, error) {
	var c Conversation
	var asked Question
	err := s.store.Read(ctx, brand, func(tx *gorm.DB) error {
		if err := access.AuthorizeTx(ctx, tx, caller, brand, access.SeeQuestions); err != nil {
			return err
		}
		q, messages, read, err := conversationTx(ctx, tx, id)
		if err != nil {
			return err
		}
		if q.BrandID != brand {
			return marketplace.NotFound("question", id)
		}
		c, asked = conversation(q, messages, read), q
		c.Notes, err = endNotesTx(ctx, tx, q)
		return err
	})
	if err != nil {
		return c, err
	}
	c.Forecast, err = s.ahead(ctx, asked)
	return c, err
}

func conversationTx(ctx context.Context, tx *gorm.DB, id ID) (Question, []Message, ReadMarks, error) {
	q, read, err := questionReadTx(ctx, tx, id)
	if err != nil {
		return q, nil, read, err
	}
	var messages []Message
	if err := tx.WithContext(ctx).Where("question_id = ?", id).Order("position").Find(&messages).Error; err != nil {
		return q, nil, read, fmt.Errorf("list the messages of question %s: %w", id, err)
	}
	return q, messages, read, nil
}

func conversation(q Question, messages []Message, read ReadMarks) Conversation {
	c := Conversation{
		Question: q.ID, State: q.State, Reason: q.EndReason, Title: q.Title, Context: q.Context, Turns: make([]Turn, len(messages)), Read: read,
	}
	for i, m := range messages {
		c.Turns[i] = Turn{Position: m.Position, Author: m.Author, Text: m.Body, Pictures: m.Pictures, At: m.At}
	}
	return c
}

// Mine lists the caller's own turns, newest first.
func (s *Service) Mine(ctx context.Context, caller access.Caller, limit int) ([]Assignment, error) {
	if caller.Kind != access.KindPerson || !caller.Valid() {
		return nil, &access.ForbiddenError{Permission: "own_assignments"}
	}
	var list []Assignment
	err := s.store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		return tx.Where("person_id = ?", caller.Person).Order("accepted_at DESC").Limit(min(max(limit, 1), 200)).Find(&list).Error
	})
	if err != nil {
		return nil, fmt.Errorf("list the caller's assignments: %w", err)
	}
	return list, nil
}

// OwnTurn is one of the caller's own turns. To anybody else there is no such
// assignment.
func (s *Service) OwnTurn(ctx context.Context, caller access.Caller, id AssignmentID) (Assignment, error) {
	var a Assignment
	err := s.store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) (err error) {
		a, err = AssignmentTx(ctx, tx, id)
		return err
	})
	if err == nil && !caller.IsPerson(a.PersonID) {
		err = marketplace.NotFound("assignment", id)
	}
	if err != nil {
		return Assignment{}, err
	}
	return a, nil
}
