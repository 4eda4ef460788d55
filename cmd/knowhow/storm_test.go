package main

import (
	"context"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"knowhow/migrations/dbtest"
)

// stormLasts is how long the storm lasts: 25 seconds in every run of the tests,
// ten minutes in a soak, or as long as KNOWHOW_STORM says.
func stormLasts(t *testing.T) time.Duration {
	text := os.Getenv("KNOWHOW_STORM")
	if text == "" {
		return time.Duration(dbtest.Loops(25, 600)) * time.Second
	}
	d, err := time.ParseDuration(text)
	if err != nil || d <= 0 {
		t.Fatalf("KNOWHOW_STORM is %q, must be a duration, as 2m is", text)
	}
	return d
}

// Two web and two worker processes on one PostgreSQL serve people who ask,
// answer, review and are paid, and listeners who hear of it, while the processes
// are killed at random. What was acknowledged is there in the end, once; what
// follows from it happened once; and each listener heard once what concerned it.
func TestStorm(t *testing.T) {
	lasts, dir, url := stormLasts(t), t.TempDir(), dbtest.URL(t, "postgres")
	s := &storm{
		t: t, m: newStormMarket(t, url), diary: newDiary(),
		http: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16}},
	}
	var nodes []*stormNode
	s.webs, nodes = startNodes(t, dir, url, s.m.keyFile)
	defer s.keepLogs(nodes)

	var rough atomic.Bool
	rough.Store(true)
	listening, hangUp := context.WithCancel(t.Context())
	defer hangUp()
	ears, ending := s.listeners(), sync.WaitGroup{}
	for _, l := range ears {
		ending.Go(func() { l.listen(listening, &rough) })
	}

	killed, asked := s.blow(lasts, nodes)
	rough.Store(false)
	s.settle()
	past := s.remembered()
	s.caughtUp(past, ears)
	hangUp()
	ending.Wait()
	for _, n := range nodes {
		n.end(false)
	}

	notices, visits := s.checkHeard(past, ears), 0
	for _, l := range ears {
		visits += l.visits
	}
	s.checkDatabase()
	s.checkDiary()
	mails, warnings := s.checkMail(dir), readLogs(t, nodes)
	t.Logf("%s: %d killed and %d asked to end; %d requests, of which %d were cut off, %d turned away and %d already under way; %d leases lapsed",
		lasts, killed, asked, s.requests.Load(), s.cutOff.Load(), s.busy.Load(), s.inFlight.Load(), s.lapsed.Load())
	t.Logf("%d questions, %d turns, %d answers, %d resolved by the customer, %d verdicts, %d payouts asked for, %d mails; %d events, %d listeners heard %d notices on %d streams",
		len(s.diary.asked), len(s.diary.accepted), len(s.diary.answered), len(s.diary.resolved), len(s.diary.verdicts), len(s.diary.payouts), mails,
		len(past.events), len(ears), notices, visits)
	t.Logf("warnings: %s", tally(warnings))
	if !s.wasOne(lasts) || mails == 0 {
		t.Error("that was no storm")
	}
}

// wasOne reports whether enough has happened for a storm that is to last so long.
func (s *storm) wasOne(lasts time.Duration) (enough bool) {
	least := int(lasts.Seconds())
	s.diary.note(func(d *diary) { enough = len(d.resolved) >= least/4 && len(d.payouts) > 0 })
	return enough && int(s.killed.Load()) >= least/10 && s.cutOff.Load() > 0
}

// blow has the service used for so long while its processes are killed. In the
// end all of them run.
func (s *storm) blow(lasts time.Duration, nodes []*stormNode) (killed, asked int) {
	using, stopUsing := context.WithTimeout(s.t.Context(), lasts+10*time.Minute)
	defer stopUsing()
	go func() { // a slow machine takes longer until it was a storm
		for sleep(using, lasts); using.Err() == nil && !s.wasOne(lasts); sleep(using, time.Second) {
		}
		stopUsing()
	}()
	lapsing, stopLapsing := context.WithCancel(s.t.Context())
	var around sync.WaitGroup
	around.Go(func() { killed, asked = s.rage(using, nodes) })
	around.Go(func() {
		for sleep(lapsing, time.Second) {
			s.lapsed.Add(s.m.lapse())
		}
	})
	s.load(using)
	stopLapsing()
	around.Wait()
	return killed, asked
}
