package question

import (
	"context"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/customer"
	"knowhow/marketplace/event"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/program"
)

// What a question may hold, in bytes.
const (
	MaxTitle   = 300
	MaxBody    = 16 << 10
	MaxContext = 4 << 10
	maxTags    = 20
	maxTag     = 60
)

// Ask is a customer's question. Only Title is required.
type Ask struct {
	Program   program.ID
	Title     string
	Body      string
	Context   string // page and product, one "key: value" a line
	Topic     string // slug; empty: none known
	Tags      []string
	Language  string // BCP 47; empty: the customer's, if the program has it, else the program's first
	Reference string // the brand's own id; asking again with it returns the first question
	// Person is the asker, where they are signed in as a person too; they are never
	// offered their own question. It is what the session says, never what a request's
	// body does, and zero for a customer of whom nothing else is known.
	Person access.PersonID
	// Source is the keyed hash of the address it was asked from; empty where there
	// is none.
	Source []byte

	HideTitle, HideBody [][2]int    // byte ranges the customer hid from experts besides
	Pictures            []PictureID // the customer's uploads that the first message shows
}

func (a *Ask) check() error {
	if a.Program.IsZero() {
		return &marketplace.InvalidError{Field: "program", Reason: "is missing"}
	}
	if len(a.Tags) > maxTags {
		return &marketplace.InvalidError{Field: "tags", Reason: fmt.Sprintf("at most %d are allowed", maxTags)}
	}
	for _, tag := range a.Tags {
		if err := marketplace.CheckText("tags", tag, 1, maxTag); err != nil {
			return err
		}
	}
	texts := []struct {
		field, text string
		min, max    int
	}{
		{"title", a.Title, 1, MaxTitle}, {"body", a.Body, 0, MaxBody}, {"context", a.Context, 0, MaxContext},
		{"topic", a.Topic, 0, 100}, {"language", a.Language, 0, 35}, {"reference", a.Reference, 0, 200},
	}
	for _, t := range texts {
		if err := marketplace.CheckText(t.field, t.text, t.min, t.max); err != nil {
			return err
		}
	}
	return nil
}

// Ask takes a customer's question: it is stored sealed and redacted, its SLA
// clocks start, and routing is on its way. Asking again with the same
// Reference and title returns the first question; with another title it is
// ErrReferenceUsed. A program that is not live is ErrProgramClosed, a customer
// who was erased customer.ErrErased, one nobody vouches for who has asked as
// much as they may today a *CapError.
func (s *Service) Ask(ctx context.Context, caller access.Caller, ask Ask) (Question, error) {
	if caller.Kind != access.KindCustomer || !caller.Valid() {
		return Question{}, &access.ForbiddenError{Permission: "ask"}
	}
	if err := ask.check(); err != nil {
		return Question{}, err
	}
	var q Question
	err := s.store.InTx(ctx, caller.Brand, func(tx *gorm.DB) error {
		who, err := customer.LockTx(ctx, tx, caller.Brand, caller.Customer)
		if err != nil {
			return err
		}
		p, err := s.programs.LoadTx(ctx, tx, ask.Program)
		if err != nil {
			return err
		}
		if p.BrandID != caller.Brand {
			return marketplace.NotFound("program", ask.Program)
		}
		if p.State != program.Live {
			q, err = s.repeatTx(ctx, tx, who, p, ask)
		} else {
			q, err = s.askTx(ctx, tx, who, p, ask)
		}
		marketplace.Made(ctx, q.ID)
		return err
	})
	return q, err
}

// languageOf is the program's language that a customer's locale is in, else the
// program's first.
func languageOf(locale string, p program.Program) string {
	base, _, _ := strings.Cut(locale, "-")
	for _, tag := range p.Languages {
		if language, _, _ := strings.Cut(tag, "-"); base != "" && language == base {
			return tag
		}
	}
	return p.Languages[0]
}

func (s *Service) askTx(ctx context.Context, tx *gorm.DB, who customer.Customer, p program.Program, ask Ask) (Question, error) {
	if ask.Language == "" {
		ask.Language = languageFor(who.Locale, p, ask)
	}
	now := s.clock.Now()
	q, first, err := s.draftTx(ctx, tx, who, p, ask, now)
	if err != nil {
		return Question{}, err
	}
	insert, err := q.insert()
	if err != nil {
		return Question{}, err
	}
	list := []marketplace.Statement{insert}
	if q.Reference != nil { // it may be taken
		taken := false
		list[0].Then = func(rows int64) error { taken = rows == 0; return nil }
		if err := marketplace.WriteTx(ctx, tx, list...); err != nil {
			return Question{}, err
		}
		if taken {
			return s.askedBeforeTx(ctx, tx, q)
		}
		list = nil
	}
	if err := s.capTx(ctx, tx, who, p, &q, ask.Source, now); err != nil {
		return Question{}, err
	}
	remember, err := s.remember(tx, &q, ask.Topic)
	if err != nil {
		return Question{}, err
	}
	if err := first.enclose(ctx, tx, enclosed{access.CustomerCaller(who.BrandID, who.ID), ask.Pictures}); err != nil {
		return Question{}, err
	}
	list = append(append(list, first.inserts()...), remember...)
	return q, s.events.WriteTx(ctx, tx, []event.News{q.news(EventAsked, now, nil)}, list...)
}

// remember puts the redacted question on record for matching, where its answers
// will be entered.
func (s *Service) remember(tx *gorm.DB, q *Question, topic string) ([]marketplace.Statement, error) {
	return s.experts.RecordQuestion(tx, expert.PastQuestion{
		ID: expert.PastQuestionID(q.ID), Brand: q.BrandID, Program: q.ProgramID, Title: q.Title, Body: q.Body,
		Tags: q.Tags, Topic: topic, Asker: expert.AskerID(q.CustomerID), AskedAt: q.AskedAt,
	})
}

// draftTx makes the question's row and its first message.
func (s *Service) draftTx(ctx context.Context, tx *gorm.DB, who customer.Customer, p program.Program, ask Ask, now time.Time) (Question, Message, error) {
	q := Question{
		ID: marketplace.NewID[Question](), BrandID: p.BrandID, ProgramID: p.ID, CustomerID: who.ID,
		AskerPerson: ask.Person, Language: ask.Language, Tags: append([]string{}, ask.Tags...), State: Asked, Attempt: 1, Messages: 1,
		AskedAt: now, FirstResponseDueAt: now.Add(p.Policies.SLA.FirstResponse), ResolutionDueAt: now.Add(p.Policies.SLA.Resolution),
	}
	canonical, err := program.Languages("language", []string{q.Language})
	if err != nil {
		return Question{}, Message{}, err
	}
	q.Language = canonical[0]
	if ask.Reference != "" {
		q.Reference = &ask.Reference
	}
	if ask.Topic != "" {
		topic, err := s.programs.TopicBySlugTx(ctx, tx, p.ID, ask.Topic)
		if err != nil {
			return Question{}, Message{}, err
		}
		q.TopicID = topic.ID
	}
	first, err := s.hideTx(ctx, tx, who, &q, ask)
	overdue := q.AskedAt.Add(routeWithin)
	q.StageDueAt = &overdue
	q.schedule()
	s.promise(&q)
	return q, first, err
}

// askedBeforeTx answers a repeated reference.
func (s *Service) askedBeforeTx(ctx context.Context, tx *gorm.DB, again Question) (Question, error) {
	var q Question
	err := tx.WithContext(ctx).Where("program_id = ? AND reference = ?", again.ProgramID, again.Reference).Take(&q).Error
	if err != nil {
		return Question{}, fmt.Errorf("load the question of reference %q: %w", *again.Reference, err)
	}
	if q.CustomerID != again.CustomerID || q.Title != again.Title || q.Body != again.Body {
		return Question{}, ErrReferenceUsed
	}
	return q, nil
}

// appendTx records what happened to a question.
func (s *Service) appendTx(ctx context.Context, tx *gorm.DB, kind event.Kind, q *Question, now time.Time, data any) error {
	n := q.news(kind, now, data)
	return s.events.AppendTx(ctx, tx, n.Event, n.Data)
}

// news is an event about a question.
func (q *Question) news(kind event.Kind, now time.Time, data any) event.News {
	return event.News{Event: event.Event{Brand: q.BrandID, Kind: kind, Subject: event.Subject(q.ID), At: now}, Data: data}
}
