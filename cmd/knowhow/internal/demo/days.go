package demo

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/payouts"
)

// MostDays is how many days may be passed at once.
const MostDays = 30

// Days is what happened in the days that were passed, or are passing.
type Days struct {
	Days     int
	From, To time.Time
	Done     bool
	Failed   string // why it ended early; empty: it did not
	Deeds
	Books
}

// Deeds are what came to an end in a time, in minor units of the program's
// currency.
type Deeds struct {
	Answered, Resolved, Reviewed int
	Released, Paid               int
	ReleasedMinor, PaidMinor     int64
}

// Books is how the platform's books stand.
type Books struct {
	LedgerSum int64 // of all entries; zero, or something is very wrong
	Balanced  bool  // every invariant of the money holds
}

// Advance begins to let days pass, each deadline and job at its time, and the
// demo's people act as they would. Progress tells how it goes; the channel is
// closed when it is over. Errors: *access.ForbiddenError, ErrBusy,
// *marketplace.InvalidError.
func (s *Stage) Advance(caller access.Caller, days int) (<-chan struct{}, error) {
	if err := s.may(caller); err != nil {
		return nil, err
	}
	if days < 1 || days > MostDays {
		return nil, &marketplace.InvalidError{Field: "days", Reason: fmt.Sprintf("must be 1 to %d", MostDays)}
	}
	if !s.playing.TryLock() {
		return nil, ErrBusy
	}
	from := s.clock.Now()
	s.note(Days{Days: days, From: from, To: from.Add(time.Duration(days) * day)})
	over := make(chan struct{})
	s.aside(func(ctx context.Context) {
		defer close(over)
		s.pass(ctx, *s.Passed())
	})
	return over, nil
}

// pass lets the days pass.
func (s *Stage) pass(ctx context.Context, d Days) {
	err := s.live(ctx, d.To, true)
	if looked := s.look(ctx, &d); err == nil {
		err = looked
	}
	if err != nil {
		s.log.Error("the demo's days did not pass", "err", err)
		d.Failed = "not everything could be done; see the log"
	}
	d.Done = true
	s.note(d)
	if err := s.keep(context.WithoutCancel(ctx), func(k *kept) { k.Days = &d }); err != nil {
		s.log.Error("what happened in the days was not kept", "err", err)
	}
}

// Passed is what happened in the days passed last, so far; nil: none were.
func (s *Stage) Passed() *Days {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.days
}

func (s *Stage) note(d Days) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.days = &d
}

// CatchUp lives through the time in which nobody served the demo, where it was
// so long that the twelve are old. Before anything is served.
func (s *Stage) CatchUp(ctx context.Context) error {
	left, err := leftOff(ctx, s.house.Store)
	if err != nil {
		return err
	}
	var asked []time.Time
	err = s.house.Store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		return tx.Table("questions").Select("asked_at").Where("id = ?", s.Scene().Questions[0]).Scan(&asked).Error
	})
	now := s.clock.Now()
	if err != nil || len(asked) == 0 || now.Sub(asked[0]) < freshFor {
		return err
	}
	s.clock.Set(left)
	return s.live(ctx, now, true)
}

// freshFor is how old the twelve may be at a start.
const freshFor = 3 * day

// live lives on up to a time, with the twelve asked anew or left as they are.
// The clock runs on from there.
func (s *Stage) live(ctx context.Context, to time.Time, anew bool) error {
	now := s.clock.Now()
	s.clock.Set(now)
	defer s.clock.Run()
	w, err := s.world(ctx, to)
	if err != nil {
		return err
	}
	if anew {
		w.nextWeek()
	}
	if err := w.pickUpNow(ctx); err != nil {
		return err
	}
	if err := w.play(ctx, func(int, int) {}); err != nil {
		return err
	}
	s.open(w)
	s.clock.Run()
	err = s.keep(ctx, func(k *kept) { k.Ahead = s.clock.Ahead() })
	s.mu.Lock()
	s.plans++
	s.mu.Unlock()
	if err == nil {
		err = s.house.Questions.RefreshForecasts(ctx)
	}
	if err == nil {
		err = w.promise(ctx, false)
	}
	return err
}

// pickUpNow puts on the agenda what the demo's people have in hand.
func (w *world) pickUpNow(ctx context.Context) error {
	if err := w.quiet(ctx); err != nil { // before the time moves
		return err
	}
	for _, pick := range []func(context.Context) error{w.pickUpWork, w.pickUpBrandAnswers, w.pickUpRefusals} {
		if err := pick(ctx); err != nil {
			return err
		}
	}
	return w.notice(ctx, time.Time{})
}

// look counts what happened in the days, and looks at the books.
func (s *Stage) look(ctx context.Context, d *Days) error {
	err := s.house.Store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		err := tx.Raw(`SELECT
			(SELECT COUNT(*) FROM assignments WHERE delivered_at > @from AND delivered_at <= @to) AS answered,
			(SELECT COUNT(*) FROM questions WHERE resolved_at > @from AND resolved_at <= @to) AS resolved,
			(SELECT COUNT(*) FROM reviews WHERE state = 'decided' AND ended_at > @from AND ended_at <= @to) AS reviewed,
			(SELECT COUNT(*) FROM rewards WHERE state = 'released' AND decided_at > @from AND decided_at <= @to) AS released,
			(SELECT CAST(COALESCE(SUM(amount_minor), 0) AS bigint) FROM rewards WHERE state = 'released' AND decided_at > @from AND decided_at <= @to) AS released_minor,
			(SELECT COUNT(*) FROM payouts WHERE state = 'sent' AND ended_at > @from AND ended_at <= @to) AS paid,
			(SELECT CAST(COALESCE(SUM(amount_minor), 0) AS bigint) FROM payouts WHERE state = 'sent' AND ended_at > @from AND ended_at <= @to) AS paid_minor`,
			map[string]any{"from": d.From, "to": d.To}).Scan(&d.Deeds).Error
		if err != nil {
			return err
		}
		d.Books, err = booksTx(ctx, tx)
		return err
	})
	if err != nil {
		return fmt.Errorf("look at what happened: %w", err)
	}
	return nil
}

// booksTx reads how the books stand.
func booksTx(ctx context.Context, tx *gorm.DB) (b Books, err error) {
	err = tx.Raw("SELECT CAST(COALESCE(SUM(amount), 0) AS bigint) FROM ledger_entries").Scan(&b.LedgerSum).Error
	if err != nil {
		return b, err
	}
	report, err := payouts.Check(ctx, tx)
	b.Balanced = report.Balanced()
	return b, err
}
