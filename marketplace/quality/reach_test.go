package quality_test

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/program"
	"knowhow/marketplace/quality"
	"knowhow/marketplace/question"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
	"knowhow/payouts"
)

// roamer moves one question about by whatever anybody may do with it.
type roamer struct {
	*bench
	experts []access.Caller
	of      question.ID
}

// errNothing: there is nothing such a move could be made on.
var errNothing = errors.New("nothing to move")

// moves are everything that people do with a question and the work on it. What is
// refused changes nothing.
var moves = map[string]func(r *roamer) error{
	"accept": func(r *roamer) error {
		for _, x := range r.experts {
			offers, err := r.Questions.OpenOffers(ctx, x)
			r.ok("list offers", err)
			for _, o := range offers {
				if o.Question == r.of {
					_, err := r.Questions.Accept(ctx, x, o.ID)
					return err
				}
			}
		}
		return errNothing
	},
	"answer":    func(r *roamer) error { return r.byExpert(r.answer) },
	"hand back": func(r *roamer) error { return r.byExpert(r.handBack) },
	"end": func(r *roamer) error {
		return r.byExpert(func(x access.Caller, id question.AssignmentID) error {
			return r.Questions.End(ctx, x, id, question.End{Reason: "abusive", Note: "Insults."})
		})
	},
	"resolve":  func(r *roamer) error { return r.Questions.Resolve(ctx, r.Customer, r.of) },
	"reopen":   func(r *roamer) error { return r.Questions.Reopen(ctx, r.Customer, r.of, "") },
	"withdraw": func(r *roamer) error { return r.Questions.Withdraw(ctx, r.Customer, r.of) },
	"escalate": func(r *roamer) error { return r.Questions.Escalate(ctx, r.Customer, r.of) },
	"take over": func(r *roamer) error {
		return r.Questions.TakeOver(ctx, r.Agent, r.Brand, r.of)
	},
	"answer for the brand": func(r *roamer) error {
		return r.Questions.AnswerForBrand(ctx, r.Agent, r.Brand, r.of, "We send another box.")
	},
	"pass": func(r *roamer) error { return r.judge(pass()) },
	"fail": func(r *roamer) error { return r.judge(fail()) },
	"refuse": func(r *roamer) error {
		a, there := r.last()
		if !there {
			return errNothing
		}
		_, err := r.Quality.Refuse(ctx, r.Manager, r.Brand, a.ID, quality.RefuseWrong, "It is another model.")
		return err
	},
	"appeal": func(r *roamer) error {
		f, there := r.lastRefusal()
		if !there {
			return errNothing
		}
		return r.Quality.Appeal(ctx, access.PersonCaller(f.PersonID), f.ID, "The customer named this model.")
	},
	"uphold":      func(r *roamer) error { return r.decide(true) },
	"reject":      func(r *roamer) error { return r.decide(false) },
	"a day":       func(r *roamer) error { r.After(day); return nil },
	"a week":      func(r *roamer) error { r.After(7 * day); return nil },
	"a fortnight": func(r *roamer) error { r.After(14 * day); return nil },
}

func (r *roamer) answer(x access.Caller, id question.AssignmentID) error {
	return r.Questions.Answer(ctx, x, id, "Hold the button for ten seconds.")
}

func (r *roamer) handBack(x access.Caller, id question.AssignmentID) error {
	return r.Questions.HandBack(ctx, x, id, "no_time", "It is the filter, not the lamp.")
}

// last is the latest turn on the question.
func (r *roamer) last() (a question.Assignment, there bool) {
	r.read(func(tx *gorm.DB) error {
		var list []question.Assignment
		err := tx.Where("question_id = ?", r.of).Order("attempt DESC, accepted_at DESC").Limit(1).Find(&list).Error
		if there = len(list) > 0; there {
			a = list[0]
		}
		return err
	})
	return a, there
}

func (r *roamer) byExpert(do func(x access.Caller, id question.AssignmentID) error) error {
	a, there := r.last()
	if !there {
		return errNothing
	}
	return do(access.PersonCaller(a.PersonID), a.ID)
}

func (r *roamer) lastRefusal() (f quality.Refusal, there bool) {
	r.read(func(tx *gorm.DB) error {
		var list []quality.Refusal
		err := tx.Where("question_id = ?", r.of).Order("refused_at DESC").Limit(1).Find(&list).Error
		if there = len(list) > 0; there {
			f = list[0]
		}
		return err
	})
	return f, there
}

func (r *roamer) judge(v quality.Verdict) error {
	a, there := r.last()
	if !there {
		return errNothing
	}
	list := r.reviews(a.ID)
	if len(list) == 0 {
		return errNothing
	}
	return r.Decide(r.Reviewer, list[0].ID, v)
}

func (r *roamer) decide(upheld bool) error {
	f, there := r.lastRefusal()
	if !there {
		return errNothing
	}
	return r.Quality.DecideAppeal(ctx, r.Second, r.Brand, f.ID, upheld, "I looked.")
}

// where is the state of everything that hangs on the question.
func (r *roamer) where() string {
	var q question.Question
	r.read(func(tx *gorm.DB) (err error) {
		q, err = question.QuestionTx(ctx, tx, r.of)
		return err
	})
	states := []string{"question " + string(q.State)}
	a, there := r.last()
	if !there {
		return states[0]
	}
	states = append(states, "turn "+string(a.State))
	for _, review := range r.reviews(a.ID) {
		states = append(states, "review "+string(review.State))
	}
	if f, there := r.lastRefusal(); there && f.AssignmentID == a.ID {
		states = append(states, "refusal "+string(f.State))
	}
	return strings.Join(states, ", ")
}

// begin asks a new question and does to it what is on a path, and says whether it
// has come to where that led before.
func (r *roamer) begin(path []string, where string) bool {
	r.T.Helper()
	r.of = r.Ask(r.Customer, "The box keeps restarting").ID
	for _, name := range path {
		if moves[name](r) != nil {
			return false
		}
		r.RunDue()
	}
	return r.where() == where
}

// explore does everything in every state, and in the end leaves a question in each
// state that it came to. It gives all of them, with a way there. From where a move
// leads it goes on with what was not yet done there; only where nothing is left to
// do, it begins anew, where the way is shortest.
func (r *roamer) explore() map[string][]string {
	r.T.Helper()
	ways, untried := map[string][]string{}, map[string][]string{}
	come := func(where string, path []string) {
		if before, known := ways[where]; !known {
			ways[where], untried[where] = path, slices.Sorted(maps.Keys(moves))
		} else if len(path) < len(before) {
			ways[where] = path
		}
	}
	r.begin(nil, "")
	where, path := r.where(), []string(nil)
	for come(where, path); ; {
		if len(untried[where]) == 0 {
			open := slices.DeleteFunc(slices.Sorted(maps.Keys(ways)), func(s string) bool { return len(untried[s]) == 0 })
			if len(open) == 0 {
				break
			}
			where = slices.MinFunc(open, func(a, b string) int { return len(ways[a]) - len(ways[b]) })
			path = ways[where]
			r.leave(path, where)
		}
		name := untried[where][0]
		if untried[where] = untried[where][1:]; r.refuses(name) {
			continue
		}
		where, path = r.where(), append(slices.Clone(path), name)
		come(where, path)
	}
	for _, where := range slices.Sorted(maps.Keys(ways)) {
		r.leave(ways[where], where)
	}
	return ways
}

// leave begins a question that is to come to a state.
func (r *roamer) leave(path []string, where string) {
	r.T.Helper()
	if !r.begin(path, where) {
		r.T.Fatalf("%q leads to %s, no longer to %s", path, r.where(), where)
	}
}

// refuses makes a move, and reports that it was refused.
func (r *roamer) refuses(name string) bool {
	r.T.Helper()
	err := moves[name](r)
	if err == nil {
		r.RunDue()
		return false
	}
	for _, known := range []error{errNothing, marketplace.ErrConflict, marketplace.ErrNotFound, marketplace.ErrForbidden} {
		if errors.Is(err, known) {
			return true
		}
	}
	r.T.Fatalf("%q where everything is %s: %v", name, r.where(), err)
	return true
}

// reachable are the states that the machines' own lists say there are, of a
// question, its turns, their reviews and refusals.
func reachable() (list []string) {
	for _, s := range question.States {
		if s != question.Asked { // nobody sees it: routing is part of asking
			list = append(list, "question "+string(s))
		}
	}
	for _, s := range question.AssignmentStates {
		list = append(list, "turn "+string(s))
	}
	for _, s := range quality.ReviewStates {
		list = append(list, "review "+string(s))
	}
	for _, s := range quality.RefusalStates {
		list = append(list, "refusal "+string(s))
	}
	return list
}

// Whatever people have done with a question, in whatever order: left alone from
// there, every delivered answer is paid, or refused by a named human for a listed
// reason, after the expert's time to appeal.
func TestFromEveryReachableStateTimeEndsInPay(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := &roamer{bench: newBench(t, db, func(p *program.Policies) { p.Routing.WaveSizes = []int{3} })}
		r.experts = []access.Caller{r.Expert, r.Market.Expert("mimi"), r.Market.Expert("tess")}
		for _, x := range r.experts {
			r.ok("take many", r.Experts.SetCapacity(ctx, x, 100))
		}
		all := strings.Join(slices.Sorted(maps.Keys(r.explore())), ", ") + ", "
		for _, state := range reachable() {
			if !strings.Contains(all, state+", ") {
				t.Errorf("nothing was left with its %s: this proves nothing of it", state)
			}
		}
		for range 12 {
			r.After(15 * day)
		}
		r.allEnded()
	})
}

// allEnded fails the test unless all work ended as the expert may expect.
func (r *roamer) allEnded() {
	r.T.Helper()
	var turns []question.Assignment
	var refusals []quality.Refusal
	r.read(func(tx *gorm.DB) error { return errors.Join(tx.Find(&turns).Error, tx.Find(&refusals).Error) })
	by := map[question.AssignmentID]quality.Refusal{}
	for _, f := range refusals {
		by[f.AssignmentID] = f
	}
	for _, a := range turns {
		switch {
		case a.NextDueAt != nil || slices.Contains([]question.AssignmentState{question.Working, question.Delivered, question.Earned, question.Contested}, a.State):
			r.T.Errorf("a turn is %s, due %v", a.State, a.NextDueAt)
		case a.DeliveredAt == nil:
			continue
		case a.State == question.Refused:
			f := by[a.ID]
			if f.State != quality.Final || f.RefusedBy.IsZero() || !slices.Contains(quality.RefusalReasons, f.Reason) || f.Evidence == "" || !f.AppealUntil.After(f.RefusedAt) ||
				f.AppealedAt != nil && (f.DecidedBy.IsZero() || f.DecidedBy == f.RefusedBy) {
				r.T.Errorf("refused by %+v", f)
			}
		case a.State != question.Released:
			r.T.Errorf("a delivered turn ended %s", a.State)
		case r.reward(uuid.UUID(a.ID)).State != payouts.RewardReleased:
			r.T.Errorf("of a released turn the reward is %s", r.reward(uuid.UUID(a.ID)).State)
		}
	}
	r.Balanced()
}
