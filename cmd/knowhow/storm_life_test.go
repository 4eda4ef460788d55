package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"knowhow/marketplace/access"
	"knowhow/payouts"
)

// chance is true so many times of a hundred.
func chance(percent int) bool { return rand.IntN(100) < percent }

// live takes one question to some end: resolved and rated mostly, but also
// withdrawn, left to nobody, handed back, let lapse, met with silence, reopened.
func (s *storm) live() {
	who := s.m.customers[rand.IntN(len(s.m.customers))]
	id := s.ask(who)
	if id == "" {
		return
	}
	path := "/questions/" + id
	if chance(20) {
		s.say(who, id)
	}
	if chance(4) {
		if s.write(who, http.MethodPost, path+"/withdraw", nil, nil) {
			s.diary.note(func(d *diary) { d.withdrawn[id] = true })
			s.is(who, id, "withdrawn")
		}
		return
	}
	for range 3 {
		turn, expert := s.place(id)
		if turn == "" || chance(6) {
			return // time will do the rest
		}
		if chance(6) {
			s.write(expert, http.MethodPost, "/assignments/"+turn+"/hand_back", map[string]string{"reason": "no_time", "note": "not the cable"}, nil)
			continue
		}
		if !s.answer(who, id, turn, expert) || chance(15) {
			return
		}
		if chance(10) {
			if s.write(who, http.MethodPost, path+"/reopen", map[string]string{"reason": "the picture is dark again"}, nil) {
				s.diary.note(func(d *diary) { d.said[id]++ }) // the reason is a message
				continue
			}
		}
		s.judge(who, id)
		return
	}
}

func (s *storm) ask(who access.Caller) string {
	slug, key := stormSlugs[rand.IntN(len(stormSlugs))], uuid.NewString()
	var q struct{ ID string }
	asked := s.writeUnder(key, who, http.MethodPost, "/questions", map[string]any{
		"program": s.m.program, "title": stormText(slug, 6), "body": stormText(slug, 20), "topic": slug, "tags": []string{slug},
	}, &q)
	if !asked {
		return ""
	}
	s.diary.note(func(d *diary) { d.asked[key] = q.ID })
	return q.ID
}

// say adds a message, which nothing but its key keeps from being added twice.
func (s *storm) say(who access.Caller, id string) {
	if s.write(who, http.MethodPost, "/questions/"+id+"/messages", map[string]string{"text": "it is still " + stormText("picture", 3)}, nil) {
		s.diary.note(func(d *diary) { d.said[id]++ })
	}
}

// offerOf is one open offer.
type offerOf struct {
	id     string
	expert access.Caller
}

// open waits for a question's open offers, as the brand sees them, for a while.
func (s *storm) open(id string) (list []offerOf) {
	path := fmt.Sprintf("/brands/%s/questions/%s/offers", s.m.brand, id)
	for until := time.Now().Add(6 * time.Second); len(list) == 0 && time.Now().Before(until); {
		time.Sleep(50*time.Millisecond + rand.N(100*time.Millisecond))
		var all struct {
			Data []struct {
				ID, State string
				Expert    access.PersonID
			}
		}
		if !s.read(s.m.owner, path, &all) {
			return nil
		}
		for _, o := range all.Data {
			if o.State == "open" {
				list = append(list, offerOf{o.ID, access.PersonCaller(o.Expert)})
			}
		}
	}
	return list
}

// place has a question accepted by one of those it is offered to. Some decline,
// some race, some offers are left alone.
func (s *storm) place(id string) (turn string, expert access.Caller) {
	offers := s.open(id)
	if len(offers) == 0 || chance(6) {
		return "", expert
	}
	if chance(8) {
		for _, o := range offers {
			s.write(o.expert, http.MethodPost, "/offers/"+o.id+"/decline", nil, nil)
		}
		if offers = s.open(id); len(offers) == 0 {
			return "", expert
		}
	}
	if chance(70) {
		offers = offers[:1]
	}
	var racing sync.WaitGroup
	var won atomic.Int32
	for _, o := range offers {
		racing.Go(func() {
			var a struct{ ID string }
			if s.write(o.expert, http.MethodPost, "/offers/"+o.id+"/accept", nil, &a) {
				s.diary.note(func(d *diary) { d.accepted[a.ID], turn, expert = o.expert.Person, a.ID, o.expert })
				won.Add(1)
			}
		})
	}
	racing.Wait()
	if won.Load() > 1 {
		s.t.Errorf("%d experts were told that they have question %s", won.Load(), id)
	}
	return turn, expert
}

func (s *storm) answer(who access.Caller, id, turn string, expert access.Caller) bool {
	if !s.write(expert, http.MethodPost, "/assignments/"+turn+"/answer", map[string]string{"text": "try the " + stormText("network", 8)}, nil) {
		return false
	}
	s.diary.note(func(d *diary) { d.answered[turn] = true })
	s.is(who, id, "answered", "resolved")
	return true
}

// judge is the customer's word that it is solved, and what it was worth.
func (s *storm) judge(who access.Caller, id string) {
	if !s.write(who, http.MethodPost, "/questions/"+id+"/resolve", nil, nil) {
		return
	}
	s.diary.note(func(d *diary) { d.resolved[id] = true })
	s.is(who, id, "resolved")
	csat := 3 + rand.IntN(3)
	if s.write(who, http.MethodPut, "/questions/"+id+"/feedback", map[string]any{"solved": true, "csat": csat, "comment": "thanks"}, nil) {
		s.diary.note(func(d *diary) { d.rated[id] = csat })
	}
}

// review decides what reviews are open; one of ten fails, which moves no money.
func (s *storm) review() {
	path := fmt.Sprintf("/brands/%s/reviews", s.m.brand)
	for range 100 {
		var next struct{ Review *struct{ ID string } }
		if !s.write(s.m.reviewer, http.MethodPost, path+"/next", nil, &next) || next.Review == nil {
			return
		}
		pass, correct := !chance(10), 1
		if pass {
			correct = 5
		}
		verdict := map[string]any{"pass": pass, "scores": map[string]int{"correct": correct, "complete": 4, "kind": 5, "safe": 5, "honest": 5}, "note": "see the manual"}
		if s.write(s.m.reviewer, http.MethodPost, path+"/"+next.Review.ID+"/verdict", verdict, nil) {
			s.diary.note(func(d *diary) { d.verdicts[next.Review.ID] = pass })
		}
	}
}

// help answers some of the questions that no expert took, as the brand.
func (s *storm) help() {
	path := fmt.Sprintf("/brands/%s/questions", s.m.brand)
	var list struct{ Data []struct{ ID string } }
	if !s.read(s.m.agent, path+"?state=escalated&limit=5", &list) {
		return
	}
	for _, q := range list.Data {
		if s.write(s.m.agent, http.MethodPost, path+"/"+q.ID+"/answer", map[string]string{"text": "we sent a new cable"}, nil) {
			s.diary.note(func(d *diary) { d.forBrand[q.ID] = true })
		}
	}
}

// claim is an expert who has worked and wants what is available. The request's
// own id is what keeps it from being paid twice.
func (s *storm) claim() {
	var who access.Caller
	s.diary.note(func(d *diary) {
		for _, person := range d.accepted { // in no order
			who = access.PersonCaller(person)
			break
		}
	})
	if !who.Valid() {
		return
	}
	id := uuid.NewString()
	var made struct{ Data []struct{ ID string } }
	if !s.writeUnder("", who, http.MethodPost, "/me/payouts", map[string]string{"request": id}, &made) {
		return // there is too little
	}
	list := []string{}
	for _, p := range made.Data {
		list = append(list, p.ID)
	}
	s.diary.note(func(d *diary) { d.payouts[id] = list })
}

// payOut makes the run of payouts of a past week.
func (s *storm) payOut(weeksAgo int) {
	period := payouts.WeekOf(s.m.Clock.Now().AddDate(0, 0, -7*weeksAgo))
	s.writeUnder("", s.m.operator, http.MethodPost, "/payout_runs", map[string]string{"period": period}, nil)
}

// load has people use the service until ctx ends, and then finish what they are
// at.
func (s *storm) load(ctx context.Context) {
	var people sync.WaitGroup
	again := func(pause time.Duration, do func()) {
		people.Go(func() {
			for sleep(ctx, pause/2+rand.N(pause)) {
				do()
			}
		})
	}
	for range 6 {
		again(50*time.Millisecond, s.live)
	}
	again(500*time.Millisecond, s.review)
	again(2*time.Second, s.help)
	again(100*time.Millisecond, s.claim)
	weeks := 0
	again(5*time.Second, func() { weeks++; s.payOut(weeks) })
	people.Wait()
}
