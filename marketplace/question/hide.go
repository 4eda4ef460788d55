package question

import (
	"context"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/customer"
	"knowhow/marketplace/redact"
)

var (
	titleColumn   = redact.SealedColumn{Table: "questions", Column: "title_sealed", Prefix: "questions.title:", Key: []string{"id"}}
	contextColumn = redact.SealedColumn{Table: "questions", Column: "context_sealed", Prefix: "questions.context:", Key: []string{"id"}}
	messageColumn = redact.SealedColumn{Table: "messages", Column: "body_sealed", Prefix: "messages.body:", Key: []string{"id"}}
)

// Sealed lists this room's sealed columns.
var Sealed = []redact.SealedColumn{titleColumn, contextColumn, messageColumn, uploadColumn, pictureColumn}

// What a sealed text is sealed to, so that no row's text opens in another's.
func titleContext(id ID) string          { return titleColumn.Context(id.String()) }
func contextContext(id ID) string        { return contextColumn.Context(id.String()) }
func messageContext(id MessageID) string { return messageColumn.Context(id.String()) }

// redactorTx knows the names of the question's customer, and those given, and
// the brand's own words.
func (s *Service) redactorTx(ctx context.Context, tx *gorm.DB, q *Question, others ...string) (*redact.Redactor, error) {
	names, err := s.namesTx(ctx, tx, q)
	if err != nil {
		return nil, err
	}
	return s.redactorOfTx(ctx, tx, q, append(names, others...))
}

func (s *Service) namesTx(ctx context.Context, tx *gorm.DB, q *Question) ([]string, error) {
	if q.nameSealed != nil {
		return s.customers.OpenNames(q.CustomerID, *q.nameSealed)
	}
	return s.customers.KnownNamesTx(ctx, tx, q.BrandID, q.CustomerID)
}

// redactorOfTx knows the names given, and the brand's own words.
func (s *Service) redactorOfTx(ctx context.Context, tx *gorm.DB, q *Question, names []string) (*redact.Redactor, error) {
	keep, err := s.wordsTx(ctx, tx, q)
	if err != nil {
		return nil, err
	}
	return s.redactor(names, keep), nil
}

func (s *Service) redactor(names, keep []string) *redact.Redactor {
	return redact.New(redact.Options{Key: s.redactKey, Names: names, Keep: keep})
}

// hide fills the question's redacted and sealed texts and makes the first
// message of them. keep is the brand's own words.
func (s *Service) hide(who customer.Customer, keep []string, q *Question, ask Ask) (Message, error) {
	names, err := s.customers.OpenNames(who.ID, who.NameSealed)
	if err != nil {
		return Message{}, err
	}
	r := s.redactor(names, keep)
	q.Title = r.Redact(ask.Title, &q.Redaction, ask.HideTitle...).Text
	q.Body = r.Redact(ask.Body, &q.Redaction, ask.HideBody...).Text
	q.Context = r.Redact(ask.Context, &q.Redaction).Text
	q.Tags = slices.DeleteFunc(q.Tags, func(tag string) bool { // a tag with personal data says nothing of the product
		return r.Redact(tag, &q.Redaction).Text != tag
	})
	if q.TitleSealed, err = s.keys.Seal([]byte(ask.Title), titleContext(q.ID)); err != nil {
		return Message{}, fmt.Errorf("seal the title: %w", err)
	}
	if q.ContextSealed, err = s.keys.Seal([]byte(ask.Context), contextContext(q.ID)); err != nil {
		return Message{}, fmt.Errorf("seal the context: %w", err)
	}
	return s.sealMessage(q, Message{Author: ByCustomer, Body: q.Body, At: q.AskedAt}, ask.Body)
}

// sealMessage completes a message whose Body is already redacted.
func (s *Service) sealMessage(q *Question, m Message, raw string) (Message, error) {
	m.ID, m.BrandID, m.QuestionID, m.Position = marketplace.NewID[Message](), q.BrandID, q.ID, q.Messages
	var err error
	if m.BodySealed, err = s.keys.Seal([]byte(raw), messageContext(m.ID)); err != nil {
		return Message{}, fmt.Errorf("seal a message: %w", err)
	}
	return m, nil
}

// sayTx adds a message to the conversation: redacted for reading, sealed as it
// was written. The question's row must be saved after it.
func (s *Service) sayTx(ctx context.Context, tx *gorm.DB, q *Question, author Author, person access.PersonID, assignment AssignmentID, text string, with enclosed, now time.Time) error {
	m, err := s.messageTx(ctx, tx, q, author, person, assignment, text, with, now)
	if err != nil {
		return err
	}
	return marketplace.WriteTx(ctx, tx, m.inserts()...)
}

// messageTx makes the message that sayTx adds.
func (s *Service) messageTx(ctx context.Context, tx *gorm.DB, q *Question, author Author, person access.PersonID, assignment AssignmentID, text string, with enclosed, now time.Time) (Message, error) {
	r, err := s.redactorTx(ctx, tx, q)
	if err != nil {
		return Message{}, err
	}
	m := Message{Author: author, PersonID: person, AssignmentID: assignment, Body: r.Redact(text, &q.Redaction).Text, At: now}
	if err := m.enclose(ctx, tx, with); err != nil {
		return Message{}, err
	}
	q.Messages++
	return s.sealMessage(q, m, text)
}

// Preview shows a customer what experts would see of a text, before it is
// sent. Nothing is stored.
func (s *Service) Preview(ctx context.Context, caller access.Caller, text string, hide ...[2]int) (redact.Result, error) {
	if caller.Kind != access.KindCustomer || !caller.Valid() {
		return redact.Result{}, &access.ForbiddenError{Permission: "preview"}
	}
	if err := marketplace.CheckText("text", text, 0, MaxBody); err != nil {
		return redact.Result{}, err
	}
	var shown redact.Result
	err := s.store.Read(ctx, caller.Brand, func(tx *gorm.DB) error {
		r, err := s.redactorTx(ctx, tx, &Question{BrandID: caller.Brand, CustomerID: caller.Customer})
		if err == nil {
			shown = r.Redact(text, nil, hide...)
		}
		return err
	})
	return shown, err
}
