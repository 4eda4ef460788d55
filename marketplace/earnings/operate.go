package earnings

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/event"
	"knowhow/payouts"
)

// RunDone is the data of RunMade: a large run has several, one for each
// transaction that makes payouts.
type RunDone struct {
	By     string `json:"by"` // the caller, by id
	Period string `json:"period"`
	Made   int    `json:"made"` // payouts in the same transaction
}

// weekForm is how a period is written: "2026-W47".
var weekForm = regexp.MustCompile(`^(\d{4})-W(\d{2})$`)

// firstWeek is the earliest whose payouts are made: there was nothing to pay before,
// so that an older one is a slip of the keyboard.
const firstWeek = "2020-W01"

// checkPeriod refuses what is no week of the calendar (2025 has no W53), and one
// before the first or after this one.
func checkPeriod(period string, now time.Time) error {
	invalid := func(reason string) error { return &marketplace.InvalidError{Field: "period", Reason: reason} }
	parts := weekForm.FindStringSubmatch(period)
	if parts == nil {
		return invalid("must be an ISO week, such as 2026-W47")
	}
	year, _ := strconv.Atoi(parts[1]) // digits, by the form
	week, _ := strconv.Atoi(parts[2])
	// the 4th of January is always in the first week
	switch this := payouts.WeekOf(now); {
	case payouts.WeekOf(time.Date(year, time.January, 4, 0, 0, 0, 0, time.UTC).AddDate(0, 0, 7*(week-1))) != period:
		return invalid(fmt.Sprintf("%s is no week of the calendar", period))
	case period > this:
		return invalid(fmt.Sprintf("%s has not begun: it is %s now", period, this))
	case period < firstWeek:
		return invalid(fmt.Sprintf("%s is too long ago: there were no payouts before %s", period, firstWeek))
	}
	return nil
}

// CreateRun makes the weekly payouts of an ISO week, "2026-W47", that has begun,
// of 2020 or later (permission RunPayouts), and returns how many. A week's run is made once;
// again it makes none, so it takes no claim. Errors: *access.ForbiddenError,
// *marketplace.InvalidError.
func (s *Service) CreateRun(ctx context.Context, caller access.Caller, period string) (int, error) {
	ctx = marketplace.WithoutClaim(ctx)
	if err := s.readAll(ctx, caller, func(*gorm.DB) error { return nil }); err != nil {
		return 0, err
	}
	if err := checkPeriod(period, s.clock.Now()); err != nil {
		return 0, err
	}
	made, err := s.payouts.CreateRunWith(ctx, period, func(tx *gorm.DB, made int) error {
		return s.appendTx(ctx, tx, RunMade, caller, RunDone{By: caller.String(), Period: period, Made: made})
	})
	if err != nil || made == 0 {
		return made, err
	}
	return made, s.SendSoon(ctx)
}

// ResumePayouts lets payouts go on that were stopped until a person has looked
// (permission RunPayouts, of a person). Where they were not stopped it changes
// nothing. Error: *marketplace.InvalidError without a reason.
func (s *Service) ResumePayouts(ctx context.Context, caller access.Caller, reason string) error {
	if err := marketplace.CheckText("reason", reason, 1, 200); err != nil {
		return err
	}
	return s.store.InTx(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		if err := access.AuthorizeTx(ctx, tx, caller, marketplace.AllBrands, access.RunPayouts); err != nil {
			return err
		}
		if !caller.IsPerson(caller.Person) {
			return &access.ForbiddenError{Permission: access.RunPayouts}
		}
		paused, err := payouts.Paused(ctx, tx)
		if err != nil || !paused {
			return err
		}
		if err := payouts.ResumePayoutsTx(ctx, tx); err != nil {
			return err
		}
		return s.appendTx(ctx, tx, Resumed, caller, PausedBy{By: caller.String(), Reason: reason})
	})
}

// appendTx records what an operator did; nothing of it is a brand's. What the
// machinery does is in the books.
func (s *Service) appendTx(ctx context.Context, tx *gorm.DB, kind event.Kind, caller access.Caller, data any) error {
	if caller.Person.IsZero() {
		return nil
	}
	e := event.Event{Brand: marketplace.AllBrands, Kind: kind, Subject: event.Subject(caller.Person), At: s.clock.Now()}
	return s.events.AppendTx(ctx, tx, e, data)
}

// Standing is how the platform's books stand.
type Standing struct {
	Accounts []payouts.AccountTotal // by kind and currency
	Paused   bool                   // payouts wait until a person has looked
}

// LedgerBalances adds up the books by kind of account and currency (permission
// RunPayouts).
func (s *Service) LedgerBalances(ctx context.Context, caller access.Caller) (st Standing, err error) {
	err = s.readAll(ctx, caller, func(tx *gorm.DB) error {
		if st.Accounts, err = payouts.BooksTx(ctx, tx); err != nil {
			return err
		}
		st.Paused, err = payouts.Paused(ctx, tx)
		return err
	})
	return st, err
}

// Check proves the money's invariants (permission RunPayouts). It reads all of
// the books.
func (s *Service) Check(ctx context.Context, caller access.Caller) (r payouts.Report, err error) {
	err = s.readAll(ctx, caller, func(tx *gorm.DB) error {
		r, err = payouts.Check(ctx, tx)
		return err
	})
	return r, err
}
