package question_test

import (
	"encoding/json"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace/access"
	"knowhow/marketplace/program"
	"knowhow/marketplace/question"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

const blurry = "The picture turns blurry"

// waiting is a market in which one expert is asked at a time, and so many
// questions, and two minutes later those worded besides, whose first wave is over.
func waiting(t *testing.T, db *sqldb.DB, questions, hands int, besides ...string) (*room, []question.ID) {
	r := newRoom(t, db, func(p *program.Policies) { p.Routing.WaveSizes = []int{1} })
	for _, x := range []access.Caller{r.first, r.second, r.rival, r.Expert("dunja")} {
		r.must("set the capacity", r.Experts.SetCapacity(r.Ctx(), x, hands))
	}
	var list []question.ID
	for range questions {
		list = append(list, r.Ask(r.dana, blurry).ID)
	}
	for _, text := range besides {
		r.Clock.Advance(2 * time.Minute)
		list = append(list, r.Ask(r.dana, text).ID)
	}
	dueStage(&scene{room: r, q: list[len(list)-1]})
	return r, list
}

// second are the second decision on each question, and who it asked.
func (r *room) secondWaves(list []question.ID) (records []question.DecisionRecord, asked []string) {
	r.t.Helper()
	for _, id := range list {
		all, err := r.Questions.Decisions(r.Ctx(), r.Manager, r.Brand, id)
		r.must("read the decisions", err)
		if len(all) != 2 {
			r.t.Fatalf("%d decisions on question %s", len(all), id)
		}
		records = append(records, all[1])
		for person := range all[1].Reasons {
			asked = append(asked, person)
		}
	}
	return records, asked
}

func different(list []string) int {
	list = slices.Clone(list)
	slices.Sort(list)
	return len(slices.Compact(list))
}

// Questions that wait at the same moment are decided on together: each gets an
// expert of its own, though alone all would go to the same one.
func TestWaitingQuestionsShareTheHands(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r, list := waiting(t, db, 3, 1)
		var first []string
		for _, id := range list {
			all, err := r.Questions.Decisions(r.Ctx(), r.Manager, r.Brand, id)
			r.must("read the decisions", err)
			if all[0].Together != nil {
				t.Error("a question that was just asked was not decided on alone")
			}
			for person := range all[0].Reasons {
				first = append(first, person)
			}
		}
		if different(first) != 1 {
			t.Fatalf("asked one by one, they went to %d experts", different(first))
		}
		r.RunDue()
		records, asked := r.secondWaves(list)
		if len(asked) != 3 || different(asked) != 3 {
			t.Errorf("%d offers, to %d experts", len(asked), different(asked))
		}
		for i, d := range records {
			if d.Together == nil || d.Together.Questions != 3 || d.Together.Round != 1 || len(d.Together.Asked) != 1 {
				t.Errorf("question %d: %+v", i, d.Together)
			}
			if n, err := r.Questions.ReplayDecisions(r.Ctx(), r.Manager, r.Brand, list[i]); err != nil || n != 2 {
				t.Errorf("replay of question %d: %d, %v", i, n, err)
			}
		}
		r.Balanced()
	})
}

// More questions than hands: everybody is asked about as many as it takes, and no
// question waits for nothing.
func TestMoreQuestionsThanHands(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r, list := waiting(t, db, 7, 1)
		r.RunDue()
		records, asked := r.secondWaves(list)
		rounds := map[int]int{}
		for _, d := range records {
			rounds[d.Together.Round]++
		}
		if len(asked) != 7 || different(asked) != 3 || rounds[1] != 3 || rounds[2] != 3 || rounds[3] != 1 {
			t.Errorf("%d offers to %d experts in rounds %v", len(asked), different(asked), rounds)
		}
	})
}

// Who presses comes before those who have waited a little longer, and who does not
// comes after them; the record says by how much, and is proved as any other.
func TestWhoPressesComesFirst(t *testing.T) {
	t.Parallel()
	for text, presses := range map[string]bool{blurry: false, blurry + ". Urgent: I need it right now": true} {
		dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
			r, list := waiting(t, db, 6, 1, text)
			r.RunDue()
			records, _ := r.secondWaves(list)
			last := records[len(list)-1].Together
			if last == nil || (last.Pressing > 0) != presses || (last.Round == 1) != presses {
				t.Errorf("%q: %+v", text, last)
			}
			for i, d := range records {
				if d.Together == nil || i < 6 && d.Together.Pressing != 0 {
					t.Errorf("question %d: %+v", i, d.Together)
				}
				if n, err := r.Questions.ReplayDecisions(r.Ctx(), r.Manager, r.Brand, list[i]); err != nil || n != 2 {
					t.Errorf("replay of question %d: %d, %v", i, n, err)
				}
			}
		})
	}
}

// What was decided together is proved by its prices: others than those whom they
// say are found out.
func TestPricesProveWhoWasAsked(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r, list := waiting(t, db, 3, 1)
		r.RunDue()
		records, _ := r.secondWaves(list)
		lower := func(d *question.DecidedTogether) { d.Gain -= .5 }
		raise := func(d *question.DecidedTogether) { d.Gain += .5 }
		for name, tamper := range map[string]func(d *question.DecidedTogether){
			"a lower gain": lower, "a higher gain": raise,
			"another rank": func(d *question.DecidedTogether) { d.Asked[0] = d.Asked[0]%3 + 1 },
			"nobody":       func(d *question.DecidedTogether) { d.Asked = nil },
		} {
			var d question.DecisionRecord
			text, err := json.Marshal(records[0])
			r.must("write", err)
			r.must("read", json.Unmarshal(text, &d))
			tamper(d.Together)
			text, err = json.Marshal(d)
			r.must("write", err)
			r.must("tamper", r.rawUpdate("UPDATE decisions SET record = ? WHERE question_id = ? AND wave = 2", string(text), list[0]))
			if _, err := r.Questions.ReplayDecisions(r.Ctx(), r.Manager, r.Brand, list[0]); !errors.Is(err, question.ErrReplayDiffers) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

// Whoever comes to waiting questions first routes them all, and nobody else does:
// each gets one wave and one offer.
func TestManyRouteWaitingQuestionsOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r, list := waiting(t, db, 6, 2)
		var all sync.WaitGroup
		for i := range 16 {
			all.Go(func() {
				if err := r.write(func(tx *gorm.DB) error {
					return r.Questions.AdvanceTx(r.Ctx(), tx, list[i%len(list)])
				}); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		_, asked := r.secondWaves(list)
		if len(asked) != 6 || r.count("offers", "state = 'open'") != 6 {
			t.Errorf("%d asked, %d offers are open", len(asked), r.count("offers", "state = 'open'"))
		}
	})
}

// One that cannot be routed does not keep the others from it.
func TestOneThatCannotBeRoutedIsLeftAlone(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r, list := waiting(t, db, 4, 2)
		r.must("break", r.rawUpdate("DELETE FROM decisions WHERE question_id = ?", list[1]))
		r.RunDue()
		r.After(2 * time.Minute) // one that failed is held back for a minute
		for i, id := range list {
			if q := r.load(id); (q.Wave == 2) != (i != 1) {
				t.Errorf("question %d is in wave %d", i, q.Wave)
			}
		}
	})
}

// A rollback that PostgreSQL asks to be tried again is no failure of theirs: what
// waits is decided on together in the next run too.
func TestContentionDoesNotPartThem(t *testing.T) {
	t.Parallel()
	db := dbtest.Open(t, "postgres")
	r, list := waiting(t, db, 3, 1)
	for _, statement := range []string{
		"CREATE SEQUENCE tries",
		`CREATE FUNCTION overtake() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
			IF nextval('tries') = 1 THEN RAISE EXCEPTION 'overtaken' USING ERRCODE = '40001'; END IF; RETURN NEW; END $$`,
		"CREATE TRIGGER overtaken BEFORE INSERT ON decisions FOR EACH ROW EXECUTE FUNCTION overtake()",
	} {
		r.must("prepare to overtake", db.Write.Exec(statement).Error)
	}
	r.RunDue()
	records, asked := r.secondWaves(list)
	if len(records) != 3 || different(asked) != 3 {
		t.Errorf("%d decisions, for %d experts", len(records), different(asked))
	}
	for i, d := range records {
		if d.Together == nil {
			t.Errorf("question %d was decided on alone", i)
		}
	}
	r.Balanced()
}

// What is decided for several is written for all of them or for none.
func TestRoutingTogetherFailsHalfway(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r, list := waiting(t, db, 2, 2)
		n := dbtest.Halfway(t, db, func() error {
			r.Questions.Forget() // also that it failed before
			return r.write(func(tx *gorm.DB) error { return r.Questions.AdvanceTx(r.Ctx(), tx, list[0]) })
		})
		if records, _ := r.secondWaves(list); n < 8 || records[1].Together == nil {
			t.Errorf("%d statements", n)
		}
		r.Balanced()
	})
}
