package demo_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"knowhow/cmd/knowhow/internal/demo"
	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/assembly"
	"knowhow/marketplace/customer"
	"knowhow/marketplace/question"
	"knowhow/payouts"
)

// TestWalk is the visitor's own way through the present house: they ask, are
// Ayşe, answer, are content, let a week pass and see the money arrive.
func TestWalk(t *testing.T) {
	s := newStage(t, lived.Open(t, "sqlite"), present)
	scene := s.mustSeed()
	ctx := context.Background()
	must := func(doing string, err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("%s: %v", doing, err)
		}
	}
	clock := s.parts.Clock.(*marketplace.ManualClock)
	clock.Advance(time.Minute)
	house := assembly.New(s.parts)
	walker := s.visitor(house, scene)
	shown, err := house.Questions.Preview(ctx, walker, scene.Walk.Body)
	must("preview", err)
	if !strings.Contains(shown.Text, "[name 1]") || strings.Contains(shown.Text, "Merriweather") {
		t.Errorf("the preview shows %s", shown.Text)
	}
	q, err := house.Questions.Ask(ctx, walker, question.Ask{
		Program: scene.Program, Title: scene.Walk.Title, Body: scene.Walk.Body, Context: scene.Walk.Context,
		Topic: scene.Walk.Topic, Tags: scene.Walk.Tags, Language: scene.Walk.Language,
	})
	must("ask", err)
	_, err = house.Queue.RunDue(ctx)
	must("route", err)

	ayse, _ := scene.Persona("ayse")
	offers, err := house.Questions.OpenOffers(ctx, ayse.Caller())
	must("list offers", err)
	var turn question.Assignment
	for _, o := range offers {
		if o.Question == q.ID {
			turn, err = house.Questions.Accept(ctx, ayse.Caller(), o.ID)
			must("accept", err)
		}
	}
	if turn.QuestionID != q.ID {
		t.Fatalf("Ayşe is not asked first; her offers: %+v", offers)
	}
	clock.Advance(6 * time.Minute)
	must("answer", house.Questions.Answer(ctx, ayse.Caller(), turn.ID, "Give it air."))
	must("resolve", house.Questions.Resolve(ctx, walker, q.ID))
	s.weekOn(house, clock)
	if got := s.read("SELECT state FROM assignments WHERE id = ?", turn.ID); got[0] != "released" {
		t.Errorf("after a week the work is %v", got)
	}
	made, err := house.Payouts.CreateRun(ctx, payouts.WeekOf(clock.Now()))
	must("make a run", err)
	done, err := house.Payouts.Process(ctx, 100)
	must("pay", err)
	if made == 0 || done.Sent != made {
		t.Errorf("%d payouts made, %d sent", made, done.Sent)
	}
	s.balanced()
}

// visitor is a new customer who has not told a name.
func (s stage) visitor(house *assembly.House, scene demo.Scene) access.Caller {
	s.Helper()
	agent, _ := scene.Persona("agent")
	c, err := house.Customers.Identify(context.Background(), agent.Caller(), scene.Brand, customer.Contact{
		Channel: customer.Web, Handle: "a-browser", Locale: "en",
	})
	if err != nil {
		s.Fatal(err)
	}
	return access.CustomerCaller(scene.Brand, c.ID)
}

// weekOn lets eight days pass, every deadline at its time.
func (s stage) weekOn(house *assembly.House, clock *marketplace.ManualClock) {
	s.Helper()
	end := clock.Now().Add(8 * 24 * time.Hour)
	for {
		next, more, err := house.Queue.NextDue(context.Background())
		if err != nil {
			s.Fatal(err)
		}
		if !more || next.After(end) {
			clock.Set(end)
			return
		}
		if next.After(clock.Now()) {
			clock.Set(next)
		}
		if _, err := house.Queue.RunDue(context.Background()); err != nil {
			s.Fatal(err)
		}
	}
}
