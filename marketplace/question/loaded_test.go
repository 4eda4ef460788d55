package question_test

import (
	"errors"
	"testing"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/question"
	"knowhow/migrations/dbtest"
)

// Who waits for a question reads nothing beside it that is older than what they
// waited for: another expert's answer may have come between.
func TestNothingIsReadOlderThanItsQuestion(t *testing.T) {
	t.Parallel()
	r := newRoom(t, dbtest.Open(t, "postgres"))
	s := r.stage(question.Answered)
	locked, read := make(chan struct{}), make(chan error, 1)
	err := r.write(func(tx *gorm.DB) error {
		if _, err := question.LockQuestionTx(r.Ctx(), tx, s.q); err != nil {
			return err
		}
		go func() {
			close(locked)
			read <- r.write(func(tx *gorm.DB) error {
				_, _, err := r.Questions.LockAnsweredTx(r.Ctx(), tx, s.dana, s.q)
				return err
			})
		}()
		<-locked
		r.untilOneWaits()
		return tx.Exec("UPDATE questions SET messages = messages + 1 WHERE id = ?", s.q).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := <-read; !errors.Is(err, marketplace.ErrNotFound) {
		t.Errorf("after somebody wrote: %v", err)
	}
	err = r.write(func(tx *gorm.DB) error {
		_, a, err := r.Questions.LockAnsweredTx(r.Ctx(), tx, s.dana, s.q)
		if a.ID != s.turn {
			t.Errorf("the answer is of %s, want %s", a.ID, s.turn)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// untilOneWaits returns once a transaction waits for another.
func (r *room) untilOneWaits() {
	r.t.Helper()
	for deadline := time.Now().Add(5 * time.Minute); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		var waiting int64
		err := r.DB.Read.Raw("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'").Scan(&waiting).Error
		if err != nil {
			r.t.Fatal(err)
		}
		if waiting > 0 {
			return
		}
	}
	r.t.Fatal("nobody waited")
}
