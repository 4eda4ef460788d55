package quality

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/program"
	"knowhow/marketplace/question"
)

// goldViewsTx shows gold as any other work, asked and answered about as long ago
// as the work that others were asked to judge at the same moment: a time of its own
// would tell what it is.
func (s *Service) goldViewsTx(ctx context.Context, tx *gorm.DB, gold map[GoldID]Vote, views map[VoteID]WorkView) error {
	if len(gold) == 0 {
		return nil
	}
	ids, among := make([]GoldID, 0, len(gold)), make([]program.ID, 0, len(gold))
	for id, v := range gold {
		ids, among = append(ids, id), append(among, v.ProgramID)
	}
	var items []Gold
	if err := tx.WithContext(ctx).Where("id IN ?", ids).Find(&items).Error; err != nil {
		return fmt.Errorf("load gold: %w", err)
	}
	beside, err := besideTx(ctx, tx, gold)
	if err != nil {
		return err
	}
	programs, err := s.programs.KnownOfTx(ctx, tx, among)
	if err != nil {
		return err
	}
	for _, g := range items {
		v := gold[g.ID]
		p := programs[v.ProgramID]
		if p == nil {
			return marketplace.NotFound("program", v.ProgramID)
		}
		rnd := s.lots(work{of: question.Question{AskedAt: v.AskedAt}}, "gold view "+g.Title, 0)
		asked, answered := beside[momentOf(v)].about(rnd, v.AskedAt)
		views[v.ID] = WorkView{Title: g.Title, Tags: []string{}, Language: g.Language, Rubric: p.Policies.Rubric, Turns: []question.Turn{
			{Position: 1, Author: question.ByCustomer, Text: g.Question, At: asked},
			{Position: 2, Author: question.ByExpert, Text: g.Answer, At: answered},
		}}
	}
	return nil
}

// moment is when votes are asked for in a program.
type moment struct {
	program program.ID
	micro   int64
}

func momentOf(v Vote) moment { return moment{v.ProgramID, v.AskedAt.UnixMicro()} }

// worked is when a question was asked and answered; zero: nobody knows.
type worked struct{ asked, answered time.Time }

// besideTx is the work that others were asked to judge when the gold was given.
func besideTx(ctx context.Context, tx *gorm.DB, gold map[GoldID]Vote) (map[moment]worked, error) {
	programs, times := make([]program.ID, 0, len(gold)), make([]time.Time, 0, len(gold))
	for _, v := range gold {
		programs, times = append(programs, v.ProgramID), append(times, v.AskedAt)
	}
	var rows []struct {
		Vote       Vote `gorm:"embedded"`
		QuestionAt time.Time
		AnswerAt   time.Time
	}
	err := tx.WithContext(ctx).Table("review_votes").Select("review_votes.program_id, review_votes.asked_at, questions.asked_at AS question_at, assignments.delivered_at AS answer_at").
		Joins("JOIN reviews ON reviews.id = review_votes.review_id").
		Joins("JOIN questions ON questions.id = reviews.question_id").
		Joins("JOIN assignments ON assignments.id = reviews.assignment_id").
		Where("review_votes.program_id IN ? AND review_votes.asked_at IN ? AND assignments.delivered_at IS NOT NULL", programs, times).
		Order("questions.asked_at DESC").Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("look for the work beside gold: %w", err)
	}
	found := map[moment]worked{}
	for _, r := range rows {
		found[momentOf(r.Vote)] = worked{r.QuestionAt, r.AnswerAt}
	}
	return found, nil
}

// about draws times before now that are like the work's, and not the same, since
// somebody else reads those. The order stays.
func (w worked) about(rnd *rand.Rand, now time.Time) (asked, answered time.Time) {
	toQuestion, toAnswer := now.Sub(w.asked), now.Sub(w.answered)
	if w.asked.IsZero() || toAnswer <= 0 || toQuestion < toAnswer {
		toQuestion, toAnswer = 36*time.Hour, 35*time.Hour
	}
	before := func(d time.Duration) time.Duration { return time.Duration(float64(d) * (.75 + rnd.Float64()/2)) }
	ago := before(toAnswer)
	return now.Add(-ago - before(toQuestion-toAnswer)).Truncate(time.Microsecond), now.Add(-ago).Truncate(time.Microsecond)
}
