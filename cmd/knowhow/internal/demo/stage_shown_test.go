package demo_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"knowhow/cmd/knowhow/internal/demo"
	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/assembly"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
	"knowhow/payouts/sandbox"
)

// show opens the stage of a demo that was lived, as a process that serves it
// does, and runs workers until the test ends.
func (s stage) show(scene demo.Scene, killed func()) (*demo.Stage, *assembly.House, access.Caller) {
	s.Helper()
	ctx, stop := context.WithCancel(context.Background())
	clock, err := demo.OpenClock(ctx, s.parts.Store, s.parts.Clock)
	if err != nil {
		s.Fatal(err)
	}
	outlet := demo.NewOutlet(&sandbox.Provider{Now: clock.Now, InTx: func(ctx context.Context, fn func(tx *gorm.DB) error) error {
		return s.parts.Store.InTx(ctx, marketplace.AllBrands, fn)
	}})
	outlet.Kill = killed
	parts := s.parts
	parts.Clock, parts.Doors, parts.Provider, parts.Payday = clock, s.parts.Clock, outlet, true
	house := assembly.New(parts)
	shown, err := demo.NewStage(ctx, scene, house, clock, outlet, parts.Log)
	if err != nil {
		s.Fatal(err)
	}
	if err := shown.CatchUp(ctx); err != nil {
		s.Fatal(err)
	}
	worked, played := make(chan struct{}), make(chan struct{})
	go func() { defer close(worked); house.Queue.Run(ctx, 2, 20*time.Millisecond) }()
	go func() { defer close(played); shown.Run(ctx) }()
	s.Cleanup(func() { stop(); <-worked; <-played })
	manager, _ := scene.Persona("manager")
	return shown, house, manager.Caller()
}

// TestDaysPass: deadlines and people come at their time beside the workers, the
// twelve are asked anew, what visitors may not do is refused, and the crowd
// leaves alone what is theirs.
func TestDaysPass(t *testing.T) {
	t.Parallel()
	lived.Each(t, func(t *testing.T, db *sqldb.DB) {
		t.Parallel()
		s := newStage(t, db, present)
		scene := s.mustSeed()
		shown, _, manager := s.show(scene, func() {})
		jonas, _ := scene.Persona("jonas")
		if _, err := shown.Advance(jonas.Caller(), 7); !errors.Is(err, marketplace.ErrForbidden) {
			t.Errorf("an expert lets days pass: %v", err)
		}
		for _, days := range []int{-1, 0, demo.MostDays + 1} {
			if _, err := shown.Advance(manager, days); !errors.Is(err, marketplace.ErrInvalid) {
				t.Errorf("%d days pass: %v", days, err)
			}
		}
		over, err := shown.Advance(manager, 8)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := shown.Advance(manager, 1); !errors.Is(err, demo.ErrBusy) {
			t.Errorf("days pass in days: %v", err)
		}
		if err := shown.PullPlug(t.Context(), manager); !errors.Is(err, demo.ErrBusy) {
			t.Errorf("the plug is pulled while days pass: %v", err)
		}
		<-over
		passed := shown.Passed()
		if passed.Failed != "" || passed.Reviewed == 0 || passed.Released == 0 || passed.Paid == 0 || passed.LedgerSum != 0 || !passed.Balanced {
			t.Errorf("the days: %+v", passed)
		}
		if now, ahead := shown.Now(); ahead < 8*24*time.Hour || now.Before(present.Add(8*24*time.Hour)) {
			t.Errorf("it is %s, %s ahead", now, ahead)
		}
		s.stillOpen(shown.Scene(), 2)
		if n := s.count("SELECT COUNT(*) FROM questions WHERE reference LIKE 'today-%' AND reference NOT LIKE '%+2' AND state = 'offered'"); n != 0 {
			t.Errorf("%d of the earlier questions were not answered", n)
		}
		s.traffic(shown, manager)
		s.balanced()
	})
}

// stillOpen: those of the twelve that wait for visitors are asked the week-th
// time, and open to whom they are for.
func (s stage) stillOpen(scene demo.Scene, week int) {
	s.Helper()
	for i, want := range wantFirst {
		if want == "" || want == "-" {
			continue
		}
		open := s.read("SELECT x.handle FROM offers o JOIN experts x ON x.person_id = o.person_id WHERE o.question_id = ? AND o.state = 'open'", scene.Questions[i])
		if len(open) != 1 || open[0] != want {
			s.Errorf("question %d of week %d is open to %v, want %s", i+1, week, open, want)
		}
	}
}

// TestNobodyCameForLong: a demo that is started again after six days, in the long
// run a month, has the twelve open, and four days later still has.
func TestNobodyCameForLong(t *testing.T) {
	t.Parallel()
	s := newStage(t, lived.Open(t, "sqlite"), present)
	scene := s.mustSeed()
	clock := s.parts.Clock.(*marketplace.ManualClock)
	clock.Advance(time.Duration(dbtest.Loops(6, 31)) * 24 * time.Hour)
	shown, house, _ := s.show(scene, func() {})
	s.stillOpen(shown.Scene(), 2)
	for range 4 * 24 {
		clock.Advance(time.Hour)
		if _, err := house.Queue.RunDue(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	s.stillOpen(shown.Scene(), 2)
	s.balanced()
}

// traffic: the crowd asks and experts answer, and what is the visitors' stays
// theirs.
func (s stage) traffic(shown *demo.Stage, manager access.Caller) {
	s.Helper()
	clock := s.parts.Clock.(*marketplace.ManualClock)
	if err := shown.SetTraffic(context.Background(), manager, true); err != nil || !shown.Traffic() {
		s.Fatalf("traffic: %v", err)
	}
	crowd := "SELECT COUNT(*) FROM questions WHERE reference LIKE '%+t%'"
	answered := crowd + " AND state IN ('answered', 'resolved')"
	for deadline := time.Now().Add(5 * time.Minute); s.count(answered) < 3 && time.Now().Before(deadline); time.Sleep(300 * time.Millisecond) {
		clock.Advance(10 * time.Second)
	}
	if n := s.count(answered); n < 3 {
		s.Fatalf("%d questions of the crowd were answered", n)
	}
	if err := shown.SetTraffic(context.Background(), manager, false); err != nil {
		s.Fatal(err)
	}
	ayse := s.read("SELECT DISTINCT o.state FROM offers o JOIN experts x ON x.person_id = o.person_id JOIN questions q ON q.id = o.question_id WHERE x.handle = 'ayse' AND q.reference LIKE '%+t%'")
	if strings.Contains(strings.Join(ayse, " "), "accepted") {
		s.Error("the crowd's Ayşe took something")
	}
	s.stillOpen(shown.Scene(), 2)
	asked, still := s.count(crowd), false
	for try := 0; !still && try < 60; try++ { // a turn that was under way may take its time
		clock.Advance(5 * time.Minute)
		time.Sleep(2500 * time.Millisecond)
		n := s.count(crowd)
		asked, still = n, n == asked
	}
	if !still {
		s.Errorf("%d questions by now, although the traffic was stopped", asked)
	}
	s.balanced()
}
