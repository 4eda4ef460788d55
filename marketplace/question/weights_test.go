package question_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/event"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/markettest"
	"knowhow/marketplace/question"
	"knowhow/matching"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

// lately has it that so many questions, up to the to-th, were resolved an hour
// apart, each by the expert of its subject; the first ten weeks ago.
func (r *room) lately(from, to int) {
	r.t.Helper()
	experts, subjects := []access.Caller{r.first, r.second, r.rival}, []string{"picture", "sound", "remote"}
	asker := r.Customer("Pat Past")
	var list []expert.ImportQuestion
	for i := from; i < to; i++ {
		n, asked := i%3, markettest.Start.Add(time.Duration(i)*time.Hour-70*24*time.Hour)
		q := expert.ImportQuestion{Reference: fmt.Sprint("before-", i), PastQuestion: expert.PastQuestion{
			Title: fmt.Sprintf("the %s of model %d fails", subjects[n], i%7), Asker: expert.AskerID(asker.Customer), AskedAt: asked,
		}}
		for k := range 3 { // everybody answers, and one resolves
			a := expert.Evidence{Person: experts[k].Person, AnsweredAt: asked.Add(time.Duration(k+1) * time.Minute)}
			if k == n {
				a.ResolvedAt = a.AnsweredAt.Add(time.Minute)
			}
			q.Answers = append(q.Answers, a)
		}
		list = append(list, q)
	}
	_, err := r.Experts.Import(r.Ctx(), r.Owner, r.Program.ID, list)
	r.must("import", err)
}

// another is the same room in a process that has just started.
func (r *room) another() *room {
	market, inner := *r.Market, *r
	market.House, inner.Market = r.Again(), &market
	return &inner
}

// refit has the weights fitted if that is due.
func (r *room) refit() {
	r.t.Helper()
	r.must("look for weights to fit", r.Questions.RefitWeights(r.Ctx()))
	r.RunDue()
}

// ranked asks a question, and gives the decision on it.
func (r *room) ranked() (question.ID, question.DecisionRecord) {
	r.t.Helper()
	q := r.Ask(r.dana, "The sound of model 3 hums")
	records, err := r.Questions.Decisions(r.Ctx(), r.Manager, r.Brand, q.ID)
	r.must("read the decisions", err)
	if len(records) != 1 {
		r.t.Fatalf("%d decisions", len(records))
	}
	return q.ID, records[0]
}

// onRecord are the weights of the program, without when they were fitted.
func (r *room) onRecord() (list []string) {
	r.t.Helper()
	r.read(func(tx *gorm.DB) error {
		return marketplace.EachTx(tx, `SELECT number, version, known_until, resolved, lessons, tagged, parameters FROM program_weights ORDER BY number`, nil,
			func(scan marketplace.Scan) error {
				var number, resolved, lessons, tagged int
				var version, parameters string
				var until time.Time
				err := scan(&number, &version, &until, &resolved, &lessons, &tagged, &parameters)
				list = append(list, fmt.Sprint(number, version, until.UnixMicro(), resolved, lessons, tagged, parameters))
				return err
			})
	})
	return list
}

// A program's questions are ranked by weights of its own as soon as there are
// any, in every process, and each decision is on record with those it was made
// by, whatever is fitted later.
func TestRankingLearnsFromTheProgram(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		other := r.another()
		platform := matching.DefaultWeights().Version
		var asked []question.ID
		ranked := func(by int64) {
			t.Helper()
			for name, in := range map[string]*room{"this": r, "another": other, "a new": r.another()} {
				id, d := in.ranked()
				asked = append(asked, id)
				own := strings.HasPrefix(d.Ranking.Version, platform+"+")
				if d.Weights != by || own != (by > 0) {
					t.Errorf("in %s process by weights %d, %s; want %d", name, d.Weights, d.Ranking.Version, by)
				}
			}
		}
		r.lately(0, 49)
		r.refit()
		ranked(0)
		r.lately(49, 60)
		other.refit()
		ranked(1)
		r.refit() // not due
		r.lately(60, 100)
		r.refit()
		ranked(2)
		if n := r.count("events", "kind = ? AND subject = ?", question.EventRefitted, event.Subject(r.Program.ID)); n != 2 || len(r.onRecord()) != 2 {
			t.Errorf("it was told of %d times, of %d weights", n, len(r.onRecord()))
		}
		for _, id := range asked {
			if n, err := r.Again().Questions.ReplayDecisions(r.Ctx(), r.Manager, r.Brand, id); n != 1 || err != nil {
				t.Errorf("%d decisions replayed, %v", n, err)
			}
		}
		for name, forge := range map[string]string{
			"other numbers": "UPDATE program_weights SET parameters = REPLACE(parameters, '\"prior\":1', '\"prior\":2')",
			"another name":  "UPDATE program_weights SET version = version || '!'",
			"none":          "DELETE FROM program_weights",
		} {
			err := r.write(func(tx *gorm.DB) error {
				if err := tx.Exec(forge).Error; err != nil {
					return err
				}
				return nil
			})
			r.must("forge", err)
			if _, err := r.Questions.ReplayDecisions(r.Ctx(), r.Manager, r.Brand, asked[len(asked)-1]); !errors.Is(err, question.ErrReplayDiffers) {
				t.Errorf("with %s on record: %v", name, err)
			}
			if _, err := r.Questions.ReplayDecisions(r.Ctx(), r.Manager, r.Brand, asked[0]); err != nil {
				t.Errorf("by the platform's weights, with %s on record: %v", name, err)
			}
		}
	})
}

// Who fits, and when, makes no difference: not a process that starts anew after
// the first one died, nor one that looks when more is known already.
func TestWeightsFollowFromTheHistory(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		r.lately(0, 100)
		r.refit()
		want := r.onRecord()
		if len(want) != 1 {
			t.Fatalf("%d weights", len(want))
		}
		again := func(when string) {
			t.Helper()
			r.must("lose them", r.write(func(tx *gorm.DB) error { return tx.Exec("DELETE FROM program_weights").Error }))
			r.another().refit()
			if got := r.onRecord(); len(got) != 1 || got[0] != want[0] {
				t.Errorf("%s\n%v\nat first\n%v", when, got, want)
			}
		}
		again("by another process")
		r.lately(100, 130)
		r.Clock.Advance(48 * time.Hour)
		again("when more was known")
	})
}

// Every process may look at once: one set of weights is kept, and told of once.
func TestWeightsAreFittedOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		r.lately(0, 60)
		var looks []func() error
		for range 4 {
			in := r.another()
			looks = append(looks, func() error {
				if err := in.Questions.RefitWeights(r.Ctx()); err != nil {
					return err
				}
				return in.Questions.RefitNow(r.Ctx(), r.Brand, r.Program.ID)
			})
		}
		for _, got := range race(looks...) {
			r.only(got, "ok")
		}
		r.RunDue()
		if n := r.count("events", "kind = ?", question.EventRefitted); n != 1 || len(r.onRecord()) != 1 {
			t.Errorf("told of %d times, %d weights", n, len(r.onRecord()))
		}
	})
}

// When the platform's weights change, those drawn to the earlier ones no longer
// count, and new ones are fitted.
func TestWeightsOfAnotherPlatformDoNotCount(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		r.lately(0, 60)
		r.refit()
		id, _ := r.ranked()
		earlier := `UPDATE program_weights SET drawn_to = 'earlier', version = 'earlier+50', parameters = '{"plain":{"fame":1},"tagged":{"fame":1}}'`
		r.must("go back", r.write(func(tx *gorm.DB) error { return tx.Exec(earlier).Error }))
		in := r.another()
		if _, d := in.ranked(); d.Weights != 0 {
			t.Errorf("ranked by weights %d", d.Weights)
		}
		in.refit()
		if _, d := in.ranked(); d.Weights != 2 {
			t.Errorf("then by weights %d", d.Weights)
		}
		if _, err := in.Questions.ReplayDecisions(r.Ctx(), r.Manager, r.Brand, id); !errors.Is(err, question.ErrReplayDiffers) {
			t.Errorf("a decision by weights that are no longer on record: %v", err)
		}
	})
}

// Weights of its own cost who asks nothing: they are read once by each process,
// and looked for in a statement that is sent anyway.
func TestOwnWeightsCostNoStatement(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		r.lately(0, 49)
		ask := func() int {
			return markettest.Statements(t, db, func() {
				_, err := r.askOnly(nil)
				r.must("ask", err)
			})
		}
		for range 3 { // until the process knows everybody
			ask()
			r.RunDue()
		}
		before := ask()
		r.lately(49, 60)
		r.refit()
		if first := ask(); first != before+1 {
			t.Errorf("the first takes %d statements, before it was %d", first, before)
		}
		if then := ask(); then != before {
			t.Errorf("the next takes %d statements, before it was %d", then, before)
		}
	})
}

func TestFittingFailsHalfway(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		r.lately(0, 60)
		for name, do := range map[string]func() error{
			"look": func() error { return r.Questions.RefitWeights(r.Ctx()) },
			"fit":  func() error { return r.Questions.RefitNow(r.Ctx(), r.Brand, r.Program.ID) },
		} {
			if n := dbtest.Halfway(t, db, do); n < 1 || t.Failed() {
				t.Fatalf("%s: %d statements", name, n)
			}
		}
	})
}
