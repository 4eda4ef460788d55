package question

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/program"
)

// Summary is a question as the brand's lists show it. Title is redacted.
type Summary struct {
	ID          ID
	ProgramID   program.ID
	ProgramName string
	Topic       string // slug; empty: none known
	TopicBy     TopicBy
	TopicRead   *float64 // the probability with which it was read, or none; nil: it was not
	Reference   *string
	Title       string
	Language    string
	State       State
	EndReason   string
	Attempt     int
	Wave        int
	Messages    int

	AskedAt            time.Time
	FirstResponseDueAt time.Time
	ResolutionDueAt    time.Time
	FirstRespondedAt   *time.Time
	ResolvedAt         *time.Time
	EndedAt            *time.Time
	ResponseBreached   bool
	ResolutionBreached bool

	Extras `gorm:"-"`
}

func (s Summary) place() marketplace.Place { return marketplace.Place{At: s.AskedAt, ID: s.ID} }

// Filter narrows a brand's list of questions; what is zero does not.
type Filter struct {
	States      []State // any of them
	Program     program.ID
	Topic       string // slug
	Language    string // BCP 47
	Overdue     bool   // past a promise, and not at an end for the customer
	AskedAfter  time.Time
	AskedBefore time.Time
	Words       string // all of them are in the redacted title, in any case
	Sort        Sort
	// Person had a turn. It needs the permission SeeMoney too: who did what is
	// told to those who may read the brand's receipts, and reviewers judge blind.
	Person access.PersonID
}

func (f Filter) check() error {
	for _, state := range f.States {
		if !slices.Contains(States, state) {
			return &marketplace.InvalidError{Field: "state", Reason: fmt.Sprintf("must be one of %v", States)}
		}
	}
	if f.Topic != "" {
		if err := program.CheckSlug("topic", f.Topic); err != nil {
			return err
		}
	}
	if err := f.Sort.check(); err != nil {
		return err
	}
	if err := marketplace.CheckText("q", f.Words, 0, 200); err != nil {
		return err
	}
	return marketplace.CheckText("language", f.Language, 0, 35)
}

// waiting are the states in which the customer still waits for something.
var waiting = []State{Asked, Offered, Assigned, Answered, Escalated}

// on adds the filter's conditions to a query of questions with their topics.
func (f Filter) on(find *gorm.DB, now time.Time) *gorm.DB {
	if len(f.States) > 0 {
		find = find.Where("questions.state IN ?", f.States)
	}
	if !f.Program.IsZero() {
		find = find.Where("questions.program_id = ?", f.Program)
	}
	if f.Topic != "" {
		find = find.Where("topics.slug = ?", f.Topic)
	}
	if f.Language != "" {
		find = find.Where("questions.language = ?", f.Language)
	}
	if !f.AskedAfter.IsZero() {
		find = find.Where("questions.asked_at >= ?", f.AskedAfter.UTC())
	}
	if !f.AskedBefore.IsZero() {
		find = find.Where("questions.asked_at < ?", f.AskedBefore.UTC())
	}
	if f.Overdue {
		find = find.Where("questions.state IN ?", waiting).Where(
			"(questions.first_responded_at IS NULL AND questions.first_response_due_at <= ?) OR questions.resolution_due_at <= ?", now, now)
	}
	for _, word := range strings.Fields(f.Words) {
		find = find.Where(`LOWER(questions.title) LIKE ? ESCAPE '!'`, "%"+unlike.Replace(strings.ToLower(word))+"%")
	}
	if f.Sort == SoonestDue {
		find = find.Where("questions.state IN ?", waiting)
	}
	if !f.Person.IsZero() {
		find = find.Where("EXISTS (SELECT 1 FROM assignments a WHERE a.question_id = questions.id AND a.person_id = ?)", f.Person)
	}
	return find
}

// unlike takes from a text what LIKE would read as a pattern.
var unlike = strings.NewReplacer("!", "!!", "%", "!%", "_", "!_")

// summariesTx is the query for a brand's summaries.
func summariesTx(ctx context.Context, tx *gorm.DB, brand marketplace.BrandID) *gorm.DB {
	return tx.WithContext(ctx).Table("questions").
		Select(`questions.id, questions.program_id, programs.name AS program_name, topics.slug AS topic,
			questions.topic_by, questions.topic_read, questions.reference,
			questions.title, questions.language, questions.state, questions.end_reason, questions.attempt, questions.wave,
			questions.messages, questions.asked_at, questions.first_response_due_at, questions.resolution_due_at,
			questions.first_responded_at, questions.resolved_at, questions.ended_at,
			questions.response_breached, questions.resolution_breached`).
		Joins("JOIN programs ON programs.id = questions.program_id").
		Joins("LEFT JOIN topics ON topics.id = questions.topic_id").
		Where("questions.brand_id = ?", brand)
}

// BrandQuestions lists a brand's questions, newest first or as the filter says,
// for those who may see them. Who has a question is told to those who see money
// too. Errors: *access.ForbiddenError, *marketplace.InvalidError.
func (s *Service) BrandQuestions(ctx context.Context, caller access.Caller, brand marketplace.BrandID, f Filter, page marketplace.Page) (list marketplace.Listing[Summary], err error) {
	if err := f.check(); err != nil {
		return list, err
	}
	needs := []access.Permission{access.SeeQuestions}
	if !f.Person.IsZero() {
		needs = append(needs, access.SeeMoney)
	}
	now := s.clock.Now()
	err = s.readBrand(ctx, caller, brand, needs, func(tx *gorm.DB) (err error) {
		order, place := f.Sort.order()
		list, err = marketplace.List(f.on(summariesTx(ctx, tx, brand), now), page, order, place)
		if err != nil {
			return wrap(err, "list the questions of brand", brand)
		}
		return addExtrasTx(ctx, tx, caller, brand, list.Items)
	})
	return list, err
}

// BrandQuestion is the summary of one question of the brand. Errors:
// *access.ForbiddenError, *marketplace.NotFoundError.
func (s *Service) BrandQuestion(ctx context.Context, caller access.Caller, brand marketplace.BrandID, id ID) (q Summary, err error) {
	err = s.readBrand(ctx, caller, brand, []access.Permission{access.SeeQuestions}, func(tx *gorm.DB) error {
		err := summariesTx(ctx, tx, brand).Where("questions.id = ?", id).Take(&q).Error
		if err != nil {
			return marketplace.OnlyOne(err, "question", id)
		}
		one := []Summary{q}
		err = addExtrasTx(ctx, tx, caller, brand, one)
		q = one[0]
		return err
	})
	return q, err
}

// readBrand runs fn in a reading transaction of a brand where the caller has
// every permission.
func (s *Service) readBrand(ctx context.Context, caller access.Caller, brand marketplace.BrandID, needs []access.Permission, fn func(tx *gorm.DB) error) error {
	if err := access.CheckBrand(brand); err != nil {
		return err
	}
	return s.store.Read(ctx, brand, func(tx *gorm.DB) error {
		if err := access.AuthorizeAllTx(ctx, tx, caller, brand, needs...); err != nil {
			return err
		}
		return fn(tx)
	})
}

func wrap(err error, doing string, id fmt.Stringer) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s %s: %w", doing, id, err)
}
