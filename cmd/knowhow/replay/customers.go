package replay

import (
	"context"
	"fmt"
	"time"

	"knowhow/marketplace/access"
	"knowhow/marketplace/quality"
	"knowhow/marketplace/question"
)

// How long customers take to judge an answer.
const judgeLeast, judgeMost = 3 * time.Minute, 6 * time.Hour

// ask puts a question of the file to the market.
func (w *world) ask(ctx context.Context, p post) error {
	caller, err := w.askerOf(ctx, p)
	if err != nil {
		return err
	}
	q, err := w.Questions.Ask(ctx, caller, question.Ask{
		Program: w.program.ID, Reference: p.ID, Title: p.Title, Body: p.Body, Tags: p.Tags, Person: w.people[p.Asker],
	})
	if err != nil {
		return fmt.Errorf("ask: %w", err)
	}
	w.asked[p.ID] = q.ID
	return nil
}

// expectJudgement has the customer judge an answer a while after it came: the
// best answerer's resolves the question, any other reopens it. Where the file
// names no best answerer, the first answer does.
func (w *world) expectJudgement(reference string, a question.Assignment, delivered time.Time) {
	user := w.users[a.PersonID]
	name := fmt.Sprintf("%s/%d/%s", reference, a.Attempt, user)
	at := delivered.Add(w.draw("judge", name).between(judgeLeast, judgeMost))
	w.agenda.Add(at, doJudge, name, func(ctx context.Context) error {
		p := w.posts[reference]
		caller, err := w.askerOf(ctx, p)
		if err != nil {
			return err
		}
		if !p.labelled() || p.Best == user {
			return w.resolve(ctx, caller, p, user)
		}
		return w.reopen(ctx, caller, p)
	})
}

func (w *world) resolve(ctx context.Context, caller access.Caller, p post, user string) error {
	r, _ := p.answerOf(user)
	if err := w.rate(ctx, caller, p, quality.Feedback{Solved: true, CSAT: min(max(3+r.Score, 3), 5)}); err != nil {
		return err
	}
	if err := w.Questions.Resolve(ctx, caller, w.asked[p.ID]); err != nil {
		return fmt.Errorf("resolve: %w", err)
	}
	return w.letGo(ctx, p.ID)
}

func (w *world) reopen(ctx context.Context, caller access.Caller, p post) error {
	feedback := quality.Feedback{CSAT: 2, Reason: quality.ReasonIncomplete}
	if err := w.rate(ctx, caller, p, feedback); err != nil {
		return err
	}
	if err := w.Questions.Reopen(ctx, caller, w.asked[p.ID], ""); err != nil {
		return fmt.Errorf("reopen: %w", err)
	}
	return nil
}

// rate leaves the customer's feedback; some leave none. It comes before the move
// that ends the judgement, so that an interruption between them repeats both.
func (w *world) rate(ctx context.Context, caller access.Caller, p post, f quality.Feedback) error {
	if !w.draw("rate", p.ID).in(60) {
		return nil
	}
	if err := w.Quality.Give(ctx, caller, w.asked[p.ID], f); err != nil {
		return fmt.Errorf("give feedback: %w", err)
	}
	return nil
}
