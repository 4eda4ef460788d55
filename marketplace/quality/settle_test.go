package quality_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/program"
	"knowhow/marketplace/quality"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
	"knowhow/payouts"
)

// signal is the only one of a kind.
func (b *bench) signal(kind quality.SignalKind) quality.Signal {
	b.T.Helper()
	list := b.signals(kind)
	if len(list) != 1 {
		b.T.Fatalf("of %s are shown %+v", kind, list)
	}
	return list[0]
}

func (b *bench) settle(who access.Caller, s quality.Signal, outcome quality.SettlementOutcome, note string) error {
	return b.Quality.Settle(ctx, who, b.Program.ID, s.Key, quality.Finding{Outcome: outcome, Note: note, AsOf: s.AsOf})
}

// shareAccount has people paid to one bank account.
func (b *bench) shareAccount(people ...access.Caller) {
	b.T.Helper()
	b.ok("note accounts", b.Store.InTx(ctx, b.Brand, func(tx *gorm.DB) (err error) {
		for _, x := range people {
			err = errors.Join(err, payouts.NoteFingerprintsTx(ctx, tx, b.Clock.Now(), "stripe", uuid.UUID(x.Person), "a"))
		}
		return err
	}))
}

// What a human settled no longer has more reviewed, until as much has come since
// as makes a signal, and is on record with who said so, and why.
func TestASignalIsSettled(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBench(t, db, func(p *program.Policies) { p.Review.SampleBP = 0 })
		for range 3 {
			b.answeredWith("ok")
		}
		if b.watched(b.Expert) != expert.WatchSignal || !b.signal(quality.SignalJunk).Open {
			t.Fatal("the signal is not open")
		}
		b.ok("settle", b.settle(b.Manager, b.signal(quality.SignalJunk), quality.SettledNothing, "They needed no more, says mia@example.org."))
		b.RunDue() // and nothing of the daily look
		var e expert.Enrolment
		b.read(func(tx *gorm.DB) (err error) {
			e, _, err = expert.EnrolmentTx(ctx, tx, b.Program.ID, b.Expert.Person)
			return err
		})
		s := b.signal(quality.SignalJunk)
		if e.Watch != expert.NotWatched || s.Open || s.Settled == nil || s.Settled.Outcome != quality.SettledNothing || s.Settled.SettledBy != b.Manager.Person {
			t.Errorf("watched for %q, settled: %v, %+v", e.Watch, !s.Open, s.Settled)
		}
		if s.Settled != nil && (strings.Contains(s.Settled.Note, "mia@") || !strings.HasPrefix(s.Settled.Note, "They needed no more")) {
			t.Errorf("the note is %q", s.Settled.Note)
		}
		if got := b.causes(12); got[""] != 12 {
			t.Errorf("settled: reviewed for %v", got)
		}
		b.answeredWith("ok")
		b.answeredWith("ok")
		if s := b.signal(quality.SignalJunk); s.Open || s.Count != 5 {
			t.Errorf("two more are a signal: %+v", s)
		}
		b.answeredWith("ok")
		if s := b.signal(quality.SignalJunk); !s.Open || s.Settled == nil || b.watched(b.Expert) != expert.WatchSignal {
			t.Errorf("with three more it is not open again: %+v", s)
		}
		h, err := b.Quality.History(ctx, b.Owner, b.Brand, marketplace.Page{})
		b.ok("read the history", err)
		if got := h.Items[0]; got.Kind != quality.EventSignalSettled || got.By != "person:"+b.Manager.Person.String() || got.Detail["kind"] != "junk" || got.Detail["outcome"] != "nothing" {
			t.Errorf("the history begins with %+v", got)
		}
	})
}

// Settled is what somebody looked at: with one more behind the account, or about
// another kind, it is another signal. It may be opened again.
func TestAnotherSignalIsNotSettledWithIt(t *testing.T) {
	t.Parallel()
	eachPeers(t, 3, func(t *testing.T, b *bench, peers []access.Caller) {
		b.shareAccount(peers[0], peers[1])
		first := b.signal(quality.SignalAccount)
		b.ok("settle", b.settle(b.Manager, first, quality.SettledActed, "Sisters. One left."))
		b.Clock.Advance(100 * day)
		if s := b.signal(quality.SignalAccount); s.Open || b.watched(peers[0]) != expert.NotWatched {
			t.Errorf("settled long ago: %+v", s)
		}
		b.ok("open again", b.settle(b.Operator, first, quality.SettledAgain, "Nobody left."))
		if s := b.signal(quality.SignalAccount); !s.Open || s.Settled.Round != 2 || s.Settled.Note != "Nobody left." {
			t.Errorf("opened again: %+v, %+v", s, s.Settled)
		}
		b.ok("settle anew", b.settle(b.Manager, first, quality.SettledNothing, "They are sisters."))
		b.shareAccount(peers[2])
		if s := b.signal(quality.SignalAccount); !s.Open || s.Settled != nil {
			t.Errorf("with one more: %+v, %+v", s, s.Settled)
		}
	})
}

// With one fewer it is no other: what was looked at holds for who is left, as do
// later words on the others.
func TestWhoLeavesOpensNothing(t *testing.T) {
	t.Parallel()
	eachPeers(t, 3, func(t *testing.T, b *bench, peers []access.Caller) {
		b.shareAccount(peers...)
		all := b.signal(quality.SignalAccount)
		b.ok("settle", b.settle(b.Manager, all, quality.SettledActed, "Three sisters. One was let go."))
		b.ok("leave", b.Admission.Leave(ctx, peers[2], b.Program.ID))
		two := b.signal(quality.SignalAccount)
		if two.Open || two.Count != 2 || two.Key == all.Key || two.Settled == nil || two.Settled.Signal != all.Key {
			t.Fatalf("of the two who are left: %+v, %+v", two, two.Settled)
		}
		b.want("settled with the third", b.settle(b.Manager, two, quality.SettledNothing, "Again."), marketplace.ErrConflict)
		b.Clock.Advance(time.Minute)
		b.ok("open again", b.settle(b.Operator, b.signal(quality.SignalAccount), quality.SettledAgain, "Look at these two."))
		if s := b.signal(quality.SignalAccount); !s.Open || s.Settled.Round != 1 || s.Settled.Signal != two.Key {
			t.Errorf("opened again: %+v, %+v", s, s.Settled)
		}
		b.Clock.Advance(time.Minute)
		b.ok("settle anew", b.settle(b.Manager, b.signal(quality.SignalAccount), quality.SettledNothing, "They are sisters."))
		if s := b.signal(quality.SignalAccount); s.Open || s.Settled.Round != 2 {
			t.Errorf("settled anew: %+v, %+v", s, s.Settled)
		}
	})
}

// What nobody was shown is not settled: it counts as come since, and where it makes
// a signal of its own it has to be read first.
func TestWhatWasNotReadIsNotSettled(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBench(t, db, func(p *program.Policies) { p.Review.SampleBP = 0 })
		for range 3 {
			b.answeredWith("ok")
		}
		first := b.signal(quality.SignalJunk)
		b.Clock.Advance(time.Minute)
		for range 3 {
			b.answeredWith("ok")
		}
		b.want("what grew", b.settle(b.Manager, first, quality.SettledNothing, "It is nothing."), marketplace.ErrConflict)
		if s := b.signal(quality.SignalJunk); !s.Open || s.Settled != nil {
			t.Errorf("refused: %+v", s)
		}
		second := b.signal(quality.SignalJunk)
		b.Clock.Advance(time.Minute)
		b.answeredWith("ok")
		b.answeredWith("ok")
		b.ok("settle", b.settle(b.Manager, second, quality.SettledNothing, "It is nothing."))
		if s := b.signal(quality.SignalJunk); s.Open || s.Count != 8 || !s.Settled.AsOf.Equal(second.AsOf) {
			t.Errorf("settled: %+v, %+v", s, s.Settled)
		}
		b.answeredWith("ok")
		if s := b.signal(quality.SignalJunk); !s.Open {
			t.Errorf("with a third that was not read: %+v", s)
		}
	})
}

// How much opens each kind anew: of what others wrote, and of one's own.
func TestWhatOpensASettledSignal(t *testing.T) {
	t.Parallel()
	const never = 0
	for kind, least := range map[quality.SignalKind]struct{ others, own int }{
		quality.SignalAccount: {never, never}, quality.SignalRing: {5, 3}, quality.SignalJudging: {5, 3}, quality.SignalCopied: {1, 3}, quality.SignalSpun: {1, 3},
		quality.SignalJunk: {3, 3}, quality.SignalCustomer: {5, 3}, quality.SignalRatedUp: {5, 3}, quality.SignalRatedLow: {5, 3},
		quality.SignalOwnAddress: {1, 3}, quality.SignalOwnAccount: {1, 3},
	} {
		for n := range 7 {
			if got, want := quality.Opens(kind, n, 0), least.others != never && n >= least.others; got != want {
				t.Errorf("%s: after %d more it is open: %v", kind, n, got)
			}
			if got, want := quality.Opens(kind, 0, n), least.own != never && n >= least.own; got != want {
				t.Errorf("%s: after %d more of one's own it is open: %v", kind, n, got)
			}
		}
	}
	for _, kind := range quality.Growing() {
		if quality.Opens(kind, 0, 0) || !quality.Opens(kind, 5, 0) {
			t.Errorf("%s is not opened by what came since", kind)
		}
	}
}

// One answer made of somebody else's opens what was settled of one's own.
func TestASpunAnswerOfOthersOpensASettledSignal(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		sam := b.Expert
		b.answeredWith(longAdvice)
		for i, seed := range []string{"un", "re", "be"} {
			b.askedAndAnswered(different[i], spun(seed))
		}
		b.ok("settle", b.settle(b.Manager, b.signal(quality.SignalSpun), quality.SettledNothing, "A template."))
		b.askedAndAnswered(different[3], spun("de"))
		if s := b.signal(quality.SignalSpun); s.Open || s.Count != 4 {
			t.Errorf("one more of one's own: %+v", s)
		}
		const other = "Open the menu with the wheel on top of your phone, choose the second entry that speaks about networks, remove every saved device, restart, then pair them one after another and note which number appears beside each name."
		b.ok("stop", b.Experts.SetAvailability(ctx, sam, false))
		mimi := b.Market.Expert("mimi")
		b.Expert = mimi
		b.askedAndAnswered(different[0], other)
		b.ok("stop", b.Experts.SetAvailability(ctx, mimi, false))
		b.ok("go on", b.Experts.SetAvailability(ctx, sam, true))
		b.Expert = sam
		list := strings.Fields(other)
		for i := 3; i < len(list); i += 4 {
			list[i] = "ver" + list[i]
		}
		b.askedAndAnswered(different[1], strings.Join(list, " "))
		if s := b.signal(quality.SignalSpun); !s.Open || s.Count != 5 {
			t.Errorf("one more of somebody else's: %+v", s)
		}
	})
}

func TestWhoSettlesSignals(t *testing.T) {
	t.Parallel()
	eachPeers(t, 2, func(t *testing.T, b *bench, peers []access.Caller) {
		b.shareAccount(peers[0], peers[1])
		s := b.signal(quality.SignalAccount)
		for name, caller := range map[string]access.Caller{
			"an expert": b.Expert, "of whom it is": peers[0], "a reviewer": b.Reviewer, "a customer": b.Customer, "the system": access.SystemCaller("test"),
		} {
			if b.settle(caller, s, quality.SettledNothing, "It is nothing.") == nil {
				t.Errorf("%s settles a signal", name)
			}
		}
		b.want("another brand's manager", b.settle(b.Neighbour().Manager, s, quality.SettledNothing, "Nothing."), marketplace.ErrNotFound)
		b.want("no outcome", b.settle(b.Manager, s, "sure", "It is nothing."), marketplace.ErrInvalid)
		b.want("no note", b.settle(b.Manager, s, quality.SettledNothing, ""), marketplace.ErrInvalid)
		unread, ahead := s, s
		unread.AsOf, ahead.AsOf = time.Time{}, b.Clock.Now().Add(time.Microsecond)
		b.want("not read", b.settle(b.Manager, unread, quality.SettledNothing, "It is nothing."), marketplace.ErrInvalid)
		b.want("read later than now", b.settle(b.Manager, ahead, quality.SettledNothing, "It is nothing."), marketplace.ErrInvalid)
		b.want("too long a note", b.settle(b.Manager, s, quality.SettledNothing, strings.Repeat("x", 4097)), marketplace.ErrInvalid)
		b.want("no signal", b.Quality.Settle(ctx, b.Manager, b.Program.ID, "AAAAAAAAAAAAAAAAAAAAAA", quality.Finding{Outcome: quality.SettledNothing, Note: "Nothing.", AsOf: s.AsOf}), marketplace.ErrNotFound)
		b.want("open anyhow", b.settle(b.Manager, s, quality.SettledAgain, "Look."), marketplace.ErrConflict)
		b.ok("let an expert manage", b.Store.InTx(ctx, b.Brand, func(tx *gorm.DB) error {
			return tx.Exec("INSERT INTO memberships (brand_id, person_id, role, created_at) VALUES (?, ?, 'manager', ?)", b.Brand, peers[0].Person, b.Clock.Now()).Error
		}))
		b.want("of oneself", b.settle(peers[0], s, quality.SettledNothing, "It is nothing."), quality.ErrOwnSignal)
	})
}

func TestSettlingHalfwayKeepsNothing(t *testing.T) {
	t.Parallel()
	eachPeers(t, 2, func(t *testing.T, b *bench, peers []access.Caller) {
		b.shareAccount(peers[0], peers[1])
		s := b.signal(quality.SignalAccount)
		if n := dbtest.Halfway(t, b.DB, func() error { return b.settle(b.Manager, s, quality.SettledNothing, "It is nothing.") }); n < 3 {
			t.Errorf("%d statements", n)
		}
	})
}

func TestSixteenSettleOneSignal(t *testing.T) {
	t.Parallel()
	eachPeers(t, 2, func(t *testing.T, b *bench, peers []access.Caller) {
		b.shareAccount(peers[0], peers[1])
		s := b.signal(quality.SignalAccount)
		errs := make([]error, 16)
		var all sync.WaitGroup
		for i := range errs {
			all.Go(func() { errs[i] = b.settle(b.Manager, s, quality.SettledNothing, "It is nothing.") })
		}
		all.Wait()
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
				continue
			}
			b.want("who is too late", err, marketplace.ErrConflict)
		}
		if won != 1 {
			t.Errorf("%d of 16 settled it", won)
		}
	})
}
