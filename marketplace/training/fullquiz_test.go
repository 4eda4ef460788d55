package training_test

import (
	"testing"

	"knowhow/marketplace/training"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

func TestFullQuizIsForManagers(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h, ctx := newHouse(t, db), t.Context()
		if q, err := h.FullQuiz(ctx, h.Owner, training.QuizRef{Program: h.Program.ID}); err != nil || q.Version != 0 {
			t.Errorf("before there is one: %+v, %v", q, err)
		}
		item := training.QuizItem{Question: "?", Options: []string{"a", "b"}, Answer: 1}
		_, err := h.PublishQuiz(ctx, h.Owner, training.QuizRef{Program: h.Program.ID}, training.NewQuiz{Items: []training.QuizItem{item}, PassMark: 1})
		must(t, err)
		q, err := h.FullQuiz(ctx, h.Owner, training.QuizRef{Program: h.Program.ID})
		if err != nil || q.Version != 1 || len(q.Items) != 1 || q.Items[0].Answer != 1 {
			t.Errorf("quiz %+v, %v", q, err)
		}
	})
}
