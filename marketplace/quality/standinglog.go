package quality

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/program"
	"knowhow/marketplace/question"
)

// ChangeSource says what a change of standing came from.
type ChangeSource string

const (
	FromResolution ChangeSource = "resolution" // the question was resolved by the answer
	FromReview     ChangeSource = "review"     // somebody looked at it
	FromFeedback   ChangeSource = "feedback"   // the customer rated it, for a reason that was the expert's
	FromAppeal     ChangeSource = "appeal"     // makes good for a review after an appeal
)

// StandingChange is one outcome that moved what is believed of an expert's work
// on a topic.
type StandingChange struct {
	At         time.Time
	Topic      string // slug; empty: of no known topic
	Source     ChangeSource
	Outcome    expert.Outcome
	Weight     float64
	Assignment question.AssignmentID
	Question   question.ID
	Title      string // the question's, redacted
	Note       string // what the reviewer wrote to the expert; redacted
	// Before and After are the expected share of good work on the topic, around it.
	Before, After float64

	customer access.CustomerID
}

// StandingLog is what an expert's standing in a program came from, and the levels
// it makes.
type StandingLog struct {
	Levels  []Reached        // by topic
	Changes []StandingChange // the latest first
}

// mostChanges is how many changes are shown.
const mostChanges = 100

// StandingLog tells the calling expert what each change of their standing in a
// program came from, as events, verdicts and feedback have it; of a topic that
// was put right later under the one it has now. Errors: *access.ForbiddenError,
// *marketplace.NotFoundError without an enrolment there.
func (s *Service) StandingLog(ctx context.Context, caller access.Caller, id program.ID) (l StandingLog, err error) {
	if caller.Kind != access.KindPerson || !caller.Valid() {
		return l, &access.ForbiddenError{Permission: "own_standing"}
	}
	brand, err := s.programs.BrandOf(ctx, id)
	if err != nil {
		return l, err
	}
	now := s.clock.Now()
	err = s.store.Read(ctx, brand, func(tx *gorm.DB) error {
		_, enrolled, err := expert.EnrolmentTx(ctx, tx, id, caller.Person)
		if err != nil {
			return err
		}
		if !enrolled {
			return marketplace.NotFound("application to program", id)
		}
		p, err := s.programs.LoadTx(ctx, tx, id)
		if err != nil {
			return err
		}
		var changes []StandingChange
		for _, look := range []func(context.Context, *gorm.DB, program.Program, access.PersonID) ([]StandingChange, error){
			resolutionsTx, s.verdictsTx, ratingsTx,
		} {
			found, err := look(ctx, tx, p, caller.Person)
			if err != nil {
				return err
			}
			changes = append(changes, found...)
		}
		l = logOf(changes, now)
		return nil
	})
	return l, err
}

// logOf follows changes in time: what is believed before and after each, and the
// levels they come to.
func logOf(changes []StandingChange, now time.Time) (l StandingLog) {
	slices.SortStableFunc(changes, func(a, b StandingChange) int { return a.At.Compare(b.At) })
	by := map[string]*climb{}
	for i, x := range changes {
		if by[x.Topic] == nil {
			by[x.Topic] = newClimb(x.Topic)
		}
		changes[i].Before, changes[i].After = by[x.Topic].take(x)
	}
	for _, c := range slices.SortedFunc(maps.Values(by), func(a, b *climb) int { return cmp.Compare(a.Topic, b.Topic) }) {
		c.weigh(now)
		l.Levels = append(l.Levels, c.Reached)
	}
	slices.Reverse(changes)
	l.Changes = changes[:min(len(changes), mostChanges)]
	return l
}

// worked are the columns of a change that its question has, and where they are.
const (
	workedColumns = " a.id, a.question_id, q.title, COALESCE(t.slug, ''), q.customer_id"
	workedTables  = " assignments a JOIN questions q ON q.id = a.question_id LEFT JOIN topics t ON t.id = q.topic_id "
)

// changesTx reads changes by a statement whose columns are those of worked, and
// five more.
func changesTx[V any](ctx context.Context, tx *gorm.DB, doing, query string, args []any, change func(x *StandingChange, v V) bool, more func(*StandingChange, *V) []any) ([]StandingChange, error) {
	var list []StandingChange
	err := marketplace.EachTx(tx.WithContext(ctx), query, args, func(scan marketplace.Scan) error {
		var x StandingChange
		var v V
		if err := scan(append([]any{&x.Assignment, &x.Question, &x.Title, &x.Topic, &x.customer}, more(&x, &v)...)...); err != nil {
			return err
		}
		if x.At = x.At.UTC(); change(&x, v) {
			list = append(list, x)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", doing, err)
	}
	return list, nil
}

// resolutionsTx are the resolutions by an expert's answers.
func resolutionsTx(ctx context.Context, tx *gorm.DB, p program.Program, person access.PersonID) ([]StandingChange, error) {
	return changesTx(ctx, tx, "list the resolutions by "+person.String(),
		"SELECT"+workedColumns+", e.at, e.data FROM"+workedTables+`JOIN events e ON e.brand_id = a.brand_id AND e.subject = a.question_id AND e.kind = ?
		WHERE a.person_id = ? AND q.program_id = ?`, []any{question.EventResolved, person, p.ID},
		func(x *StandingChange, data string) bool {
			var d question.Detail
			x.Source, x.Outcome, x.Weight = FromResolution, expert.Success, 1
			return json.Unmarshal([]byte(data), &d) == nil && d.Assignment != nil && *d.Assignment == x.Assignment
		},
		func(x *StandingChange, data *string) []any { return []any{&x.At, data} })
}

// judgedWork is what a verdict's change is made of.
type judgedWork struct {
	passed bool
	cause  ReviewCause
	end    *time.Time // of a refusal that ended in the expert's favour
}

// verdictsTx are the verdicts on an expert's work, and what made good for them.
func (s *Service) verdictsTx(ctx context.Context, tx *gorm.DB, p program.Program, person access.PersonID) ([]StandingChange, error) {
	var good []StandingChange
	list, err := changesTx(ctx, tx, "list the verdicts on "+person.String(),
		"SELECT"+workedColumns+", r.ended_at, r.passed, r.cause, r.note, f.ended_at FROM"+workedTables+`JOIN reviews r ON r.assignment_id = a.id AND r.state = ?
		LEFT JOIN refusals f ON f.assignment_id = a.id AND f.state IN ?
		WHERE a.person_id = ? AND q.program_id = ?`, []any{ReviewDecided, []RefusalState{Overturned, Lapsed}, person, p.ID},
		func(x *StandingChange, v judgedWork) bool {
			x.Source, x.Outcome, x.Weight = FromReview, expert.Failure, verdictWeight(v.cause, p)
			if v.passed {
				x.Outcome = expert.Success
			} else if v.end != nil {
				made := *x
				made.Source, made.Outcome, made.At, made.Note = FromAppeal, expert.Success, v.end.UTC(), ""
				good = append(good, made)
			}
			return true
		},
		func(x *StandingChange, v *judgedWork) []any {
			return []any{&x.At, &v.passed, &v.cause, &x.Note, &v.end}
		})
	return append(list, good...), err
}

// ratingsTx is the feedback on an expert's work that counts.
func ratingsTx(ctx context.Context, tx *gorm.DB, p program.Program, person access.PersonID) ([]StandingChange, error) {
	return changesTx(ctx, tx, "list the feedback on "+person.String(),
		"SELECT"+workedColumns+", f.changed_at, f.solved, f.csat, f.reason FROM"+workedTables+`JOIN feedback f ON f.assignment_id = a.id AND f.next_due_at IS NULL
		WHERE a.person_id = ? AND q.program_id = ?`, []any{person, p.ID},
		func(x *StandingChange, f Feedback) bool {
			var counts bool
			x.Source, x.Weight = FromFeedback, feedbackWeight
			x.Outcome, counts = f.outcome()
			return counts
		},
		func(x *StandingChange, f *Feedback) []any { return []any{&x.At, &f.Solved, &f.CSAT, &f.Reason} })
}
