package demo

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/admission"
	"knowhow/marketplace/community"
	"knowhow/marketplace/conduct"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/quality"
	"knowhow/payouts"
)

// act is one thing that somebody of the demo does once, beside the questions: one
// call of a service.
type act struct {
	day  int
	hour int
	name string
	do   func(ctx context.Context) error
}

// acts are all of them.
func (w *world) acts() []act {
	return slices.Concat(w.peers(), w.gold(), w.election(), w.talk(), w.proposals(), w.thanking(), w.applying(), w.measured(), w.saving(), w.preview())
}

// expectActs puts on the agenda what is not done. Each has an instant that nothing
// else has, so what is before the last thing that happened is done. What left no
// event may be done twice, which is refused or changes nothing.
func (w *world) expectActs() {
	left := w.clock.Now()
	for i, a := range w.acts() {
		at := w.start.Truncate(day).Add(time.Duration(a.day)*day + time.Duration(a.hour)*time.Hour + time.Duration(i+1)*time.Microsecond)
		if !at.After(left) {
			continue
		}
		w.agenda.Add(at, doAct, a.name, func(ctx context.Context) error {
			if err := a.do(ctx); err != nil && !errors.Is(err, marketplace.ErrConflict) {
				return err
			}
			return nil
		})
	}
}

// by is an expert, or an applicant, acting.
func (w *world) by(handle string) access.Caller { return access.PersonCaller(w.people[handle]) }

// peers say that they will judge others' work.
func (w *world) peers() (list []act) {
	for i, handle := range []string{"ayse", "tomas", "nkechi", "priya", "emre", "greta", "ines"} {
		list = append(list, act{20, 8 + i, handle + " will judge", func(ctx context.Context) error {
			return w.Quality.SetReviewing(ctx, w.by(handle), w.program.ID, true)
		}})
	}
	return list
}

// gold is written by the manager, before the peers begin.
func (w *world) gold() (list []act) {
	for _, g := range goldItems {
		list = append(list, act{19, 9, "gold: " + g.Title, func(ctx context.Context) error {
			there, err := w.count(ctx, "SELECT COUNT(*) FROM gold_items WHERE title = ? AND bad = ?", g.Title, g.Bad)
			if err == nil && there == 0 {
				_, err = w.Quality.AddGold(ctx, w.staff["manager"], w.program.ID, g)
			}
			return err
		}})
	}
	return list
}

// saving: one of them is paid only when they ask, so that on any day of the week
// somebody has something to ask for.
func (w *world) saving() []act {
	return []act{{52, 9, "tomas will ask for what is his", func(ctx context.Context) error {
		return w.Earnings.Choose(ctx, w.by("tomas"), payouts.WhenAsked, payouts.Money{Minor: 1000, Currency: w.program.Currency})
	}}}
}

// election: the experts elect who speaks for them.
func (w *world) election() []act {
	list := []act{{28, 18, "calls an election", func(ctx context.Context) error {
		_, err := w.Community.CallElection(ctx, w.by("emre"), w.program.ID)
		return err
	}}}
	for i, c := range candidates {
		list = append(list, act{29 + i, 19, c.who + " stands", func(ctx context.Context) error {
			return w.Community.Stand(ctx, w.by(c.who), w.program.ID, c.says)
		}})
	}
	for i, v := range ballots {
		list = append(list, act{36 + i%4, 20, v.who + " votes", func(ctx context.Context) error {
			return w.Community.Vote(ctx, w.by(v.who), w.program.ID, v.says)
		}})
	}
	return list
}

// talk is what is said in the experts' room.
func (w *world) talk() (list []act) {
	for i, p := range posts {
		list = append(list, act{p.day, 17, fmt.Sprintf("post %d", i), func(ctx context.Context) error {
			var below *community.PostID
			if p.to != "" {
				ids, err := read[community.PostID](ctx, w, "SELECT id FROM room_posts WHERE text = ?", p.to)
				if err != nil || len(ids) == 0 {
					return err
				}
				below = &ids[0]
			}
			_, err := w.Community.Say(ctx, w.by(p.who), w.program.ID, p.kind, p.says, below)
			return err
		}})
	}
	return list
}

// proposals are put before the brand, which has answered one of them.
func (w *world) proposals() (list []act) {
	id := func(ctx context.Context, title string) (id community.ProposalID, err error) {
		ids, err := read[community.ProposalID](ctx, w, "SELECT id FROM room_proposals WHERE title = ?", title)
		if err == nil && len(ids) == 0 {
			err = &marketplace.NotFoundError{Noun: "proposal", ID: title}
		}
		if err != nil {
			return id, err
		}
		return ids[0], nil
	}
	for _, p := range proposed {
		list = append(list, act{p.day, 12, "proposes: " + p.title, func(ctx context.Context) error {
			_, err := w.Community.Propose(ctx, w.by(p.who), w.program.ID, p.title, p.says)
			return err
		}})
		for i, handle := range p.with {
			list = append(list, act{p.day, 13 + i, handle + " supports: " + p.title, func(ctx context.Context) error {
				proposal, err := id(ctx, p.title)
				if err != nil {
					return err
				}
				return w.Community.Support(ctx, w.by(handle), w.program.ID, proposal, true)
			}})
		}
		if p.answer == "" {
			continue
		}
		list = append(list, act{p.day + 4, 10, "answers: " + p.title, func(ctx context.Context) error {
			proposal, err := id(ctx, p.title)
			if err != nil {
				return err
			}
			return w.Community.AnswerProposal(ctx, w.staff["manager"], w.program.ID, proposal, community.Partly, p.answer)
		}})
	}
	return list
}

// thanking: the manager gives a bonus for an answer that saved a family's evening.
func (w *world) thanking() []act {
	return []act{{61, 11, "thanks", func(ctx context.Context) error {
		var turns []struct {
			Reference string
			Attempt   int
		}
		err := w.Store.Read(ctx, w.brand, func(tx *gorm.DB) error {
			return tx.Raw(`SELECT q.reference, a.attempt FROM assignments a JOIN questions q ON q.id = a.question_id JOIN topics t ON t.id = q.topic_id
				WHERE t.slug = 'kids' AND q.state = 'resolved' AND a.person_id = ? AND a.earned_at IS NOT NULL ORDER BY a.earned_at DESC LIMIT 1`, w.people["nkechi"]).Scan(&turns).Error
		})
		if err != nil || len(turns) == 0 {
			return err
		}
		_, err = w.Questions.Thank(ctx, w.staff["manager"], w.brand, w.asked[turns[0].Reference], turns[0].Attempt, 5_00,
			"You asked how old the children are before you answered. That is how we want it.")
		return err
	}}}
}

// applying: somebody applies, passes the quiz and practises; the brand is yet to
// judge and to decide. The tasks are taken back afterwards, so that who else comes
// is not asked for them.
func (w *world) applying() []act {
	manager, x := w.staff["manager"], applicant
	list := []act{{64, 9, "practice task", func(ctx context.Context) error {
		_, err := w.Training.AddPracticeTask(ctx, manager, w.program.ID, practiceTask, practiceGuide)
		return err
	}}}
	steps := []func(ctx context.Context) error{
		func(ctx context.Context) error {
			_, err := w.Experts.Register(ctx, w.by(x.Handle), expert.Profile{Handle: x.Handle, Country: x.Country, Languages: x.Languages, Capacity: 3})
			return err
		},
		func(ctx context.Context) error {
			_, err := w.Admission.Apply(ctx, w.by(x.Handle), w.program.ID, admission.Application{
				Motivation: x.Motivation, Owns: x.About, Uses: expert.UsesDaily, Country: x.Country, Languages: x.Languages,
			})
			return err
		},
		func(ctx context.Context) error {
			return w.Training.AcceptTerms(ctx, w.by(x.Handle), w.program.ID, 1, "en")
		},
		func(ctx context.Context) error { return w.takeQuiz(ctx, w.by(x.Handle), false) },
		func(ctx context.Context) error {
			tasks, err := w.Training.Practice(ctx, w.by(x.Handle), w.program.ID)
			if err != nil || len(tasks) == 0 {
				return err
			}
			_, err = w.Training.AnswerPractice(ctx, w.by(x.Handle), w.program.ID, tasks[0].Task.ID, practiceAnswer)
			return err
		},
	}
	for i, step := range steps {
		list = append(list, act{67, 10 + i, x.Handle + " applies", step})
	}
	return append(list, act{68, 9, "practice task taken back", func(ctx context.Context) error {
		tasks, err := w.Training.PracticeTasks(ctx, manager, w.program.ID)
		if err != nil || len(tasks) == 0 {
			return err
		}
		return w.Training.RetirePracticeTask(ctx, manager, w.program.ID, tasks[0].ID)
	}})
}

// measured: the manager keeps an expert from a topic, who appeals; somebody else is
// to decide.
func (w *world) measured() []act {
	who := "baptiste"
	return []act{
		{67, 15, who + " is restricted", func(ctx context.Context) error {
			e, err := w.Experts.MyEnrolment(ctx, w.by(who), w.program.ID)
			if err != nil {
				return err
			}
			return w.Conduct.Restrict(ctx, w.staff["manager"], e.ID, []string{"picture-sound"}, conduct.SuspendQuality, restriction.evidence)
		}},
		{68, 19, who + " appeals", func(ctx context.Context) error {
			ids, err := read[conduct.MeasureID](ctx, w, "SELECT id FROM measures WHERE person_id = ?", w.people[who])
			if err != nil || len(ids) == 0 {
				return err
			}
			return w.Conduct.AppealMeasure(ctx, w.by(who), ids[0], restriction.statement)
		}},
	}
}

// recommend is what a customer says who is asked whether they would recommend the
// program.
func (w *world) recommend(ctx context.Context, caller access.Caller, it *item) error {
	score := pick(draw("recommends", it.Reference), []int{10, 10, 9, 9, 9, 10, 8, 8, 7, 10, 9, 5})
	err := w.Quality.GiveNPS(ctx, caller, w.asked[it.Reference], &score)
	if errors.Is(err, quality.ErrNotAsked) {
		return nil
	}
	return err
}

// count is the number that a query of the demo's brand gives.
func (w *world) count(ctx context.Context, query string, args ...any) (int64, error) {
	n, err := read[int64](ctx, w, query, args...)
	if err != nil {
		return 0, err
	}
	return n[0], nil
}

// read lists what a query of the demo's brand gives.
func read[T any](ctx context.Context, w *world, query string, args ...any) (list []T, err error) {
	err = w.Store.Read(ctx, w.brand, func(tx *gorm.DB) error { return tx.Raw(query, args...).Scan(&list).Error })
	if err != nil {
		return nil, fmt.Errorf("look at the demo: %w", err)
	}
	return list, nil
}
