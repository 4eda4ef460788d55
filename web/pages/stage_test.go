package pages_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/markettest"
	"knowhow/marketplace/question"
	"knowhow/payouts"
	"knowhow/web"
	"knowhow/web/api"
)

// levers are a demo's, which remember who moved them.
type levers struct {
	manager access.PersonID
	state   api.DemoState
	days    int
	pulled  int
}

func (l *levers) State() api.DemoState     { return l.state }
func (l *levers) Questions() []question.ID { return nil }

func (l *levers) may(caller access.Caller) error {
	if !caller.IsPerson(l.manager) {
		return &access.ForbiddenError{Permission: "demo"}
	}
	return nil
}

func (l *levers) Advance(caller access.Caller, days int) (<-chan struct{}, error) {
	over := make(chan struct{})
	close(over)
	l.days += days
	return over, l.may(caller)
}

func (l *levers) PullPlug(_ context.Context, caller access.Caller) error {
	if l.pulled++; l.pulled > 1 {
		return marketplace.ErrConflict
	}
	return l.may(caller)
}

func (l *levers) SetTraffic(_ context.Context, caller access.Caller, on bool) error {
	l.state.Traffic = on
	return l.may(caller)
}

// The front page has the demo's levers, moves them as the manager without
// making the visitor that, and tells what came of it.
func TestTheDemosLevers(t *testing.T) {
	l := &levers{}
	each(t, func(t *testing.T, b *browser) {
		*l = levers{state: api.DemoState{Now: time.Date(2026, 3, 4, 5, 6, 0, 0, time.UTC)}}
		if _, err := b.Access.CreatePerson(b.Ctx(), access.SystemCaller("test"), access.NewPerson{Name: "Mara Manager", Email: "mara@example.com"}); err != nil {
			t.Fatal(err)
		}
		l.manager = setPassword(b, "mara@example.com")
		b.look("/", 200).says(t, "Advance seven days", "Pull the plug", "2026-03-04 05:06 UTC")
		if p := b.do("POST", "/demo/advance", nil); p.path != "/" || l.days != 7 {
			t.Errorf("it leads to %s, %d days passed", p.path, l.days)
		}
		b.do("POST", "/demo/plug", nil)
		if l.pulled != 1 || b.cookie("knowhow_refresh") != "" {
			t.Errorf("pulled %d times; the visitor's cookie: %q", l.pulled, b.cookie("knowhow_refresh"))
		}
		b.send("/demo/plug", 409)
		l.told()
		p := b.look("/", 200)
		p.says(t, "7 days passed", "The ledger sums to 0.", "Process 7 was killed", "1 transfer at the provider", "Everybody was paid once.")
		if p.header.Get("Refresh") != "" {
			t.Error("the page reloads though nothing goes on")
		}
		l.state.Days.Done = false
		if p := b.look("/", 200); p.header.Get("Refresh") == "" || !strings.Contains(p.text, "Days are passing: 50%") {
			t.Errorf("while days pass: %q", p.header.Get("Refresh"))
		}
	}, demoScene, func(_ *markettest.Market, o *web.Options) { o.DemoStage = l })
}

// told has the stories be over.
func (l *levers) told() {
	now := l.state.Now
	later := now.Add(time.Second / 2)
	euro := payouts.Money{Minor: 1250, Currency: "EUR"}
	books := api.DemoBooks{Balanced: true}
	l.state.Days = &api.DemoDays{Days: 7, From: now.Add(-time.Hour), To: now.Add(time.Hour), Done: true, Answered: 3, Reviewed: 1,
		Released: api.DemoSum{Count: 1, Money: euro}, Paid: api.DemoSum{Count: 1, Money: euro}, Books: books}
	l.state.Plug = &api.DemoPlug{AskedAt: &now, KilledAt: &now, RestartedAt: &later, DoneAt: &later, Killed: 7, Restarted: 8,
		Payouts: []api.DemoPayout{{Expert: "Ayşe", Money: euro, Cut: true, Before: "sending", After: "sent", Transfers: 1}}, Books: books}
}
