package demo

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace/access"
	"knowhow/marketplace/customer"
	"knowhow/marketplace/quality"
	"knowhow/marketplace/question"
)

// How long customers take to judge an answer, and the brand's team to give one.
const (
	judgeLeast, judgeMost = 4 * time.Minute, 5 * time.Hour
	teamLeast, teamMost   = 10 * time.Minute, 3 * time.Hour
)

// Percentages of customers who never say a word, and of the others who leave
// feedback.
const (
	neverSays = 20
	rates     = 65
)

// ask puts a question to the market.
func (w *world) ask(ctx context.Context, it *item) error {
	caller, err := w.caller(ctx, it.Asker)
	if err != nil {
		return err
	}
	q, err := w.Questions.Ask(ctx, caller, question.Ask{
		Program: w.program.ID, Reference: it.Reference, Title: it.Title, Body: it.Body, Context: it.Context,
		Topic: it.Topic, Tags: it.Tags, Language: it.Language,
	})
	if err != nil {
		return fmt.Errorf("ask: %w", err)
	}
	w.asked[it.Reference] = q.ID
	return nil
}

// caller is the customer, known to the brand from its own system.
func (w *world) caller(ctx context.Context, p person) (access.Caller, error) {
	if known, ok := w.askers[p.Handle]; ok {
		return known, nil
	}
	c, err := w.Customers.Identify(ctx, w.staff["agent"], w.brand, customer.Contact{
		Channel: customer.External, Handle: p.Handle, Name: p.Name, Locale: p.Locale,
	})
	if err != nil {
		return access.Caller{}, fmt.Errorf("identify customer %s: %w", p.Handle, err)
	}
	w.askers[p.Handle] = access.CustomerCaller(w.brand, c.ID)
	return w.askers[p.Handle], nil
}

// expectJudgement has the customer judge an answer a while after it came.
func (w *world) expectJudgement(it *item, attempt int, delivered time.Time) {
	name, t := fmt.Sprintf("%s/%d", it.Reference, attempt), it.turn(attempt)
	at := delivered.Add(w.wait(draw("judge", name).between(judgeLeast, judgeMost)))
	if it.JudgeAgo > 0 && t.Reopen != "" {
		at = w.end.Add(-time.Duration(it.JudgeAgo) * time.Minute)
	}
	switch {
	case t.Reopen != "":
		w.agenda.Add(at, doJudge, name, func(ctx context.Context) error { return w.reopen(ctx, it, attempt, t) })
	case it.Team != "":
		w.agenda.Add(at, doJudge, name, func(ctx context.Context) error { return w.wantTeam(ctx, it) })
	case it.Ago > 0 || !draw("says nothing", name).in(neverSays): // silence is taken as an answer in time
		w.agenda.Add(at, doJudge, name, func(ctx context.Context) error { return w.resolve(ctx, it) })
	}
}

// resolve is the customer's word that it worked. Feedback comes before it, so
// that an interruption between them repeats both.
func (w *world) resolve(ctx context.Context, it *item) error {
	caller, err := w.caller(ctx, it.Asker)
	if err != nil {
		return err
	}
	f := quality.Feedback{Solved: true, CSAT: pick(draw("csat", it.Reference), []int{5, 5, 5, 5, 5, 4, 4, 4, 3})}
	if f.CSAT == 3 {
		f.Reason = pick(draw("reason", it.Reference), []quality.FeedbackReason{quality.ReasonUnclear, quality.ReasonWaitingTime, quality.ReasonProductDefect})
	}
	if draw("comment", it.Reference).in(35) {
		f.Comment = pick(draw("thanks", it.Reference), thanks[it.Language])
	}
	if draw("rates", it.Reference).in(rates) {
		if err := w.rate(ctx, caller, it, f); err != nil {
			return err
		}
	}
	if err := w.Questions.Resolve(ctx, caller, w.asked[it.Reference]); err != nil {
		return fmt.Errorf("resolve: %w", err)
	}
	if err := w.recommend(ctx, caller, it); err != nil {
		return fmt.Errorf("recommend: %w", err)
	}
	return nil
}

func (w *world) reopen(ctx context.Context, it *item, attempt int, t turn) error {
	caller, err := w.caller(ctx, it.Asker)
	if err != nil {
		return err
	}
	f := quality.Feedback{CSAT: 2, Reason: quality.ReasonIncomplete}
	if t.Weak != nil {
		f = quality.Feedback{CSAT: 1, Reason: quality.ReasonWrong, Comment: t.Reopen}
	}
	if err := w.rate(ctx, caller, it, f); err != nil {
		return err
	}
	if err := w.Questions.Reopen(ctx, caller, w.asked[it.Reference], t.Reopen); err != nil {
		return fmt.Errorf("reopen: %w", err)
	}
	if t.Weak != nil {
		return w.expectRefusalOf(ctx, it, attempt)
	}
	return nil
}

// wantTeam is the customer asking for the brand's own people after all.
func (w *world) wantTeam(ctx context.Context, it *item) error {
	caller, err := w.caller(ctx, it.Asker)
	if err != nil {
		return err
	}
	if err := w.Questions.Escalate(ctx, caller, w.asked[it.Reference]); err != nil {
		return fmt.Errorf("escalate: %w", err)
	}
	return w.notice(ctx, w.clock.Now())
}

// rate leaves feedback on the latest answer, unless some is there from before
// an interruption.
func (w *world) rate(ctx context.Context, caller access.Caller, it *item, f quality.Feedback) error {
	var given int64
	id := w.asked[it.Reference]
	err := w.Store.Read(ctx, w.brand, func(tx *gorm.DB) error {
		return tx.Model(&quality.FeedbackRecord{}).Where(`question_id = ? AND given_at >=
			(SELECT MAX(m.at) FROM messages m WHERE m.question_id = feedback.question_id AND m.author <> 'customer')`, id).Count(&given).Error
	})
	if err != nil || given > 0 {
		return err
	}
	if err := w.Quality.Give(ctx, caller, id, f); err != nil {
		return fmt.Errorf("give feedback: %w", err)
	}
	return nil
}

// escalated is a question that the brand's own team has.
type escalated struct {
	Reference string
	EndedAt   time.Time
}

func newEscalations(tx *gorm.DB, since time.Time) ([]escalated, error) {
	var list []escalated
	err := tx.Raw("SELECT reference, ended_at FROM questions WHERE state = 'escalated' AND ended_at >= ? AND reference IS NOT NULL", since).Scan(&list).Error
	if err != nil {
		return nil, fmt.Errorf("look for escalated questions: %w", err)
	}
	return list, nil
}

// expectTeam has the brand's agent answer what went to their team.
func (w *world) expectTeam(list []escalated) {
	for _, e := range list {
		it := w.item(e.Reference)
		if it == nil || it.Open || w.answering[e.Reference] {
			continue
		}
		w.answering[e.Reference] = true
		at := e.EndedAt.Add(w.wait(draw("team", e.Reference).between(teamLeast, teamMost)))
		w.agenda.Add(at, doAnswerForBrand, e.Reference, func(ctx context.Context) error { return w.answerForBrand(ctx, it) })
	}
}

func (w *world) answerForBrand(ctx context.Context, it *item) error {
	text := it.Team
	if text == "" {
		text = it.turn(len(it.Turns)).Text
	}
	if err := w.Questions.AnswerForBrand(ctx, w.staff["agent"], w.brand, w.asked[it.Reference], text); err != nil {
		return fmt.Errorf("answer for the brand: %w", err)
	}
	w.expectThanks(it, w.clock.Now())
	return nil
}

// expectThanks has the customer judge the brand's answer.
func (w *world) expectThanks(it *item, answered time.Time) {
	at := answered.Add(w.wait(draw("thanks", it.Reference).between(judgeLeast, judgeMost)))
	if !draw("says nothing", it.Reference).in(neverSays) {
		w.agenda.Add(at, doJudge, it.Reference, func(ctx context.Context) error { return w.resolve(ctx, it) })
	}
}

// pickUpBrandAnswers puts judgements on the agenda for what the brand answered.
func (w *world) pickUpBrandAnswers(ctx context.Context) error {
	var list []escalated
	err := w.Store.Read(ctx, w.brand, func(tx *gorm.DB) error {
		return tx.Raw(`SELECT q.reference, m.at AS ended_at FROM questions q JOIN messages m ON m.question_id = q.id
			WHERE q.state = 'answered' AND m.author = 'brand' AND q.reference IS NOT NULL`).Scan(&list).Error
	})
	if err != nil {
		return fmt.Errorf("look for the brand's answers: %w", err)
	}
	for _, e := range list {
		if it := w.item(e.Reference); it != nil {
			w.expectThanks(it, e.EndedAt)
		}
	}
	return nil
}

// thanks are words that customers leave with their feedback.
var thanks = map[string][]string{
	"en": {"That did it, thank you!", "Quick and clear.", "Works again. My evening is saved.", "Thanks for not making me read a manual.",
		"Explained so that even I got it.", "Honest answer, appreciated.", "Solved in five minutes."},
	"de": {"Hat geklappt, danke!", "Schnell und verständlich.", "Endlich eine ehrliche Antwort.", "Läuft wieder."},
	"es": {"¡Funcionó, gracias!", "Rápido y claro.", "Ya va todo bien."},
	"fr": {"Ça marche, merci !", "Clair et rapide.", "Enfin une vraie réponse."},
	"tr": {"Oldu, teşekkürler!", "Hızlı ve net."},
	"ar": {"نجح الأمر، شكراً!", "إجابة سريعة وواضحة."},
}
