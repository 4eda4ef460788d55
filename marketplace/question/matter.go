package question

import (
	"context"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/program"
	"knowhow/matching"
	"knowhow/matching/mood"
)

// hopeless is below which mood.Reading.Resolvable a question is the brand's own
// matter: as low as a word of safety, of law, of personal data or of a refund alone
// brings it, or two weaker cues together. docs/matching.md has what that finds,
// and what in error.
const hopeless = 0.41

// DecidedMatter is by which words only the brand can settle a question.
type DecidedMatter struct {
	Resolvable float64    `json:"resolvable"` // 0 to 1, no probability
	Cues       []mood.Cue `json:"cues"`
}

// matter is why only the brand can settle a question that was just asked; nil
// where nothing says so, or the program does not want to know. What the brand
// has given back to the crowd is not looked at again.
func (q *Question) matter(p program.Program) *DecidedMatter {
	if !p.Policies.Routing.BrandMatters || q.Attempt > 1 || q.Wave > 0 {
		return nil
	}
	read := mood.Read(q.Title+"\n"+q.Body, q.Language)
	if read.Resolvable >= hopeless {
		return nil
	}
	return &DecidedMatter{Resolvable: read.Resolvable, Cues: slices.DeleteFunc(read.Cues, func(c mood.Cue) bool { return !c.ForBrand() })}
}

// note is the record of why nobody was ranked, if there is one.
func (p *plan) note(q *Question, now time.Time) ([]marketplace.Statement, error) {
	if p.matter == nil {
		return nil, nil
	}
	d := DecisionRecord{Matter: p.matter, Ranking: matching.Record{At: now, Factors: []matching.Factor{}, Candidates: []matching.Ranked{}}}
	decision, err := d.decision(q, now)
	return []marketplace.Statement{decision.insert()}, err
}

func (p *plan) noteTx(ctx context.Context, tx *gorm.DB, q *Question, now time.Time) error {
	list, err := p.note(q, now)
	if err != nil || len(list) == 0 {
		return err
	}
	return marketplace.WriteTx(ctx, tx, list...)
}

// RouteBack is the brand giving the crowd a question that was held to be its own
// matter, by its words, and was not. It is then routed as any other. One that is
// with the brand for another reason, or no longer, is a *TransitionError.
func (s *Service) RouteBack(ctx context.Context, caller access.Caller, brand marketplace.BrandID, id ID) error {
	return s.onBrands(ctx, caller, brand, access.AnswerForBrand, id, func(tx *gorm.DB, q *Question) error {
		if q.State != Escalated || q.EndReason != ReasonMatter {
			return fmt.Errorf("question %s: %w", id, &TransitionError{Noun: "question", From: string(q.State), Verb: string(VerbRouteBack)})
		}
		return s.againTx(ctx, tx, q, ending{}, VerbRouteBack, EventRoutedBack, s.clock.Now(), Detail{Attempt: q.Attempt})
	})
}
