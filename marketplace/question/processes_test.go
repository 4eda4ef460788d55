package question_test

import (
	"context"
	"sync"
	"testing"

	"gorm.io/gorm"

	"knowhow/marketplace/question"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

// twoProcesses are a market on PostgreSQL with so many questions that wait, and a
// second process with connections and a memory of its own.
func twoProcesses(t *testing.T, questions, hands int) (*room, *room, []question.ID) {
	url := dbtest.URL(t, "postgres")
	open := func() *sqldb.DB {
		db, err := sqldb.Open(context.Background(), url)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := db.Close(); err != nil {
				t.Error(err)
			}
		})
		return db
	}
	r, list := waiting(t, open(), questions, hands)
	market, there := *r.Market, *r
	market.House, there.Market = r.AgainOn(open()), &market
	return r, &there, list
}

// advance works off a question's deadline in this process.
func (r *room) advance(id question.ID) error {
	return r.write(func(tx *gorm.DB) error { return r.Questions.AdvanceTx(r.Ctx(), tx, id) })
}

// Two processes that come by the same waiting questions at the same moment route
// each of them once, one process all that it finds, and both by the same record.
func TestTwoProcessesRouteWaitingQuestionsOnce(t *testing.T) {
	t.Parallel()
	here, there, list := twoProcesses(t, 8, 2)
	var all sync.WaitGroup
	for i := range 24 {
		in := []*room{here, there}[i%2]
		all.Go(func() {
			if err := in.advance(list[i/2%len(list)]); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	records, asked := here.secondWaves(list)
	if open := here.count("offers", "state = 'open'"); len(asked) != 8 || open != 8 {
		t.Errorf("%d asked, %d offers are open", len(asked), open)
	}
	for i := range records {
		if n, err := there.Questions.ReplayDecisions(there.Ctx(), there.Manager, there.Brand, list[i]); n != 2 || err != nil {
			t.Errorf("replay of question %d: %d, %v", i, n, err)
		}
	}
	here.Balanced()
}

// Where a batch failed, the process that saw it routes one by one; another one
// goes on together until it has seen it too. Nothing is routed twice, and what
// cannot be routed keeps nobody from it.
func TestEachProcessParts(t *testing.T) {
	t.Parallel()
	here, there, list := twoProcesses(t, 4, 2)
	here.must("break", here.rawUpdate("DELETE FROM decisions WHERE question_id = ?", list[1]))
	for name, in := range map[string]*room{"here": here, "there": there} {
		if err := in.advance(list[0]); err == nil {
			t.Fatalf("%s a batch with a question that cannot be routed is routed", name)
		}
		if n := here.count("decisions", "wave = 2"); n != 0 {
			t.Fatalf("%s %d decisions are left of it", name, n)
		}
	}
	for i, in := range []*room{here, here, there, there} {
		if err := in.advance(list[i]); (err == nil) != (i != 1) {
			t.Errorf("question %d: %v", i, err)
		}
	}
	for _, i := range []int{0, 2, 3} {
		records, asked := here.secondWaves(list[i : i+1])
		if len(asked) != 1 || records[0].Together != nil {
			t.Errorf("question %d: %d asked, %+v", i, len(asked), records[0].Together)
		}
	}
	if q := here.load(list[1]); q.Wave != 1 {
		t.Errorf("what cannot be routed is in wave %d", q.Wave)
	}
	here.Balanced()
}
