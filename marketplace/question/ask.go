package question

import (
	"context"
	"errors"
	"fmt"
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
	Topic     string // slug; empty: none known, so that it is read from the text
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
// clocks start, and it is put to experts at once; where that cannot be done now,
// routing is on its way. Asking again with the same
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
	q, err := s.ask(ctx, caller, ask, true)
	var unrouted *unroutedError
	if errors.As(err, &unrouted) && ctx.Err() == nil {
		q, err = s.ask(ctx, caller, ask, false) // what is wrong, the job will tell
	}
	return q, err
}

// ask is one transaction, in which the question is routed too if it can be.
func (s *Service) ask(ctx context.Context, caller access.Caller, ask Ask, route bool) (q Question, err error) {
	err = s.store.InTx(ctx, caller.Brand, func(tx *gorm.DB) error {
		who, g, err := s.customerTx(ctx, tx, caller, ask.Program)
		if err != nil {
			return err
		}
		if g.State != program.Live {
			q, err = s.repeatTx(ctx, tx, who, g, ask)
		} else {
			q, err = s.askTx(ctx, tx, who, g, ask, route)
		}
		marketplace.Made(ctx, q.ID)
		return err
	})
	return q, err
}

func (s *Service) askTx(ctx context.Context, tx *gorm.DB, who customer.Customer, g grounds, ask Ask, route bool) (Question, error) {
	if ask.Language == "" {
		ask.Language = languageFor(who.Locale, g.Program, ask)
	}
	now := s.clock.Now()
	q, first, err := s.draft(who, g, ask, now)
	if err != nil {
		return Question{}, err
	}
	if q.Reference != nil { // it may be taken
		taken, err := takenTx(ctx, tx, &q)
		if err != nil {
			return Question{}, err
		}
		if taken {
			return s.askedBeforeTx(ctx, tx, q)
		}
	}
	if err := s.capTx(ctx, tx, who, g, &q, ask.Source, now); err != nil {
		return Question{}, err
	}
	if err := first.enclose(ctx, tx, enclosed{access.CustomerCaller(who.BrandID, who.ID), ask.Pictures}); err != nil {
		return Question{}, err
	}
	var p *plan
	if route {
		if p, err = s.planAtOnceTx(ctx, tx, &q, g, now); err != nil {
			return Question{}, &unroutedError{err}
		}
	}
	if err = s.storeTx(ctx, tx, &q, first, ask.Topic, p, now); err != nil && p != nil {
		err = &unroutedError{err}
	}
	return q, err
}

// storeTx writes what was asked, and what the plan makes of it; without a plan
// the event has the question routed. One with a reference is in its table
// already, as it was asked. The money is moved last.
func (s *Service) storeTx(ctx context.Context, tx *gorm.DB, q *Question, first Message, topic string, p *plan, now time.Time) error {
	var w writes
	w.tell(EventAsked, q, now, Detail{routed: p != nil})
	remember, err := s.remember(tx, q, topic)
	if err != nil {
		return err
	}
	var next writes
	if p != nil {
		if next, err = p.follow(q, now); err != nil {
			return err
		}
	}
	if q.Reference == nil {
		insert, err := q.insert()
		if err != nil {
			return err
		}
		w.add(insert) // before what refers to it
	}
	w.add(first.inserts()...)
	w.add(remember...)
	w.add(next.list...)
	if p != nil && q.Reference != nil {
		save, err := q.save()
		if err != nil {
			return err
		}
		w.add(save)
	}
	if err := s.events.WriteTx(ctx, tx, append(w.news, next.news...), w.list...); err != nil || p == nil {
		return err
	}
	return holdTx(ctx, tx, now, *p)
}

// takenTx inserts a question with a reference, unless that is taken.
func takenTx(ctx context.Context, tx *gorm.DB, q *Question) (taken bool, err error) {
	insert, err := q.insert()
	if err != nil {
		return false, err
	}
	insert.Then = func(rows int64) error { taken = rows == 0; return nil }
	return taken, marketplace.WriteTx(ctx, tx, insert)
}

// remember puts the redacted question on record for matching, where its answers
// will be entered.
func (s *Service) remember(tx *gorm.DB, q *Question, topic string) ([]marketplace.Statement, error) {
	return s.experts.RecordQuestion(tx, expert.PastQuestion{
		ID: expert.PastQuestionID(q.ID), Brand: q.BrandID, Program: q.ProgramID, Title: q.Title, Body: q.Body,
		Tags: q.Tags, Topic: topic, Asker: expert.AskerID(q.CustomerID), AskedAt: q.AskedAt,
	})
}

// draft makes the question's row and its first message.
func (s *Service) draft(who customer.Customer, g grounds, ask Ask, now time.Time) (Question, Message, error) {
	q := Question{
		ID: marketplace.NewID[Question](), BrandID: g.BrandID, ProgramID: g.ID, CustomerID: who.ID,
		AskerPerson: ask.Person, Language: ask.Language, Tags: append([]string{}, ask.Tags...), State: Asked, Attempt: 1, Messages: 1,
		AskedAt: now, FirstResponseDueAt: now.Add(g.Policies.SLA.FirstResponse), ResolutionDueAt: now.Add(g.Policies.SLA.Resolution),
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
		topic, err := g.TopicBySlug(ask.Topic)
		if err != nil {
			return Question{}, Message{}, err
		}
		q.TopicID, q.TopicBy = topic.ID, TopicAsker
	}
	first, err := s.hide(who, g.Names, &q, ask)
	if ask.Topic == "" && err == nil {
		s.readTopic(&q, g)
	}
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
