package payouts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

const (
	// booksOverlap is how far back of what was read the books are read again: an
	// entry may show later than its time.
	booksOverlap = 2 * time.Hour
	// booksPage is how many entries are read, and matched, at a time.
	booksPage = 100
	// explainWithin is how long after an entry its cause may be told of, unless it is
	// a transfer: those are all known before.
	explainWithin = time.Hour
	// compareEvery is how often the sums of both books are compared.
	compareEvery = 24 * time.Hour
	// overdueAfter is when a payout or order under way is told to operators.
	overdueAfter = 48 * time.Hour
)

// Where its time is limited, Reconcile polls no other order once so many twelfths of
// it are over, reads no other page of the books, and matches no other entries.
const (
	pollTime  = 3
	readTime  = 7
	matchTime = 10
)

// Reconciled is what one look at the provider's books has found.
type Reconciled struct {
	Read      int  // entries not read before
	Matched   int  // of which a posting is known now
	Waiting   int  // whose cause may still be told, or whose currency is known no more
	Suspended int  // booked to suspense: nobody knows their cause
	Polled    int  // orders looked at, because a bank should have them
	Unseen    int  // of which the provider did not show
	Overdue   int  // payouts and orders under way for two days
	More      bool // there was no time for all of the books: call it again
	Compared  bool
	Differing []Difference
	Paused    bool // payouts are paused, since now or before
}

// Difference is what our books and the provider's do not agree on in a currency,
// in minor units; or, with a Posting, what is ours alone.
type Difference struct {
	Currency Currency
	Provider int64
	Ours     int64
	Posting  string
}

func (d Difference) String() string {
	if d.Posting != "" {
		return fmt.Sprintf("%s is not in the provider's books", d.Posting)
	}
	return fmt.Sprintf("the provider has %s, the books %s", Money{Minor: d.Provider, Currency: d.Currency}, Money{Minor: d.Ours, Currency: d.Currency})
}

// reconciliation is how far a provider's books have been read: everything up to
// ReadTo, which is zero where nobody was through yet; and of a reading that is not,
// when it began, and after which entry it goes on.
type reconciliation struct {
	Provider   string `gorm:"primaryKey"`
	ReadTo     time.Time
	DoneAt     time.Time
	ComparedAt *time.Time
	BeganAt    *time.Time
	AfterID    string
}

// TableName names the table.
func (reconciliation) TableName() string { return "reconciliations" }

// Reconcile reads what is new in the provider's books, finds for each entry the
// posting that it is in ours, records what no webhook told of, books the
// provider's own fees, and looks after orders that a bank should have. What
// nobody can explain goes into suspense, and pauses payouts. Once a day the sums
// are compared; a difference pauses payouts too. What ctx leaves no time for is done
// when it is called again, which More asks for. Any number of processes may do it;
// again, it changes nothing.
func (s *Service) Reconcile(ctx context.Context) (Reconciled, error) { return s.reconcile(ctx, false) }

// ReconcileAndCompare is Reconcile that compares the sums whenever it is called.
func (s *Service) ReconcileAndCompare(ctx context.Context) (Reconciled, error) {
	return s.reconcile(ctx, true)
}

func (s *Service) reconcile(ctx context.Context, compare bool) (r Reconciled, err error) {
	polling, reading, matching := within(ctx, pollTime), within(ctx, readTime), within(ctx, matchTime)
	if err := s.pollOrders(ctx, polling, &r); err != nil {
		return r, err
	}
	last, err := s.lastReconciled(ctx)
	if err != nil {
		return r, err
	}
	compare = compare || last.ComparedAt == nil || s.now().Sub(*last.ComparedAt) >= compareEvery
	var before []ProviderBalance
	if compare {
		if before, err = s.balance(ctx); err != nil {
			return r, err
		}
	}
	cutOff := last.BeganAt != nil
	if err := s.readBooks(ctx, &last, reading, &r); err != nil {
		return r, err
	}
	if cutOff && !r.More { // now what came since that reading began
		if err := s.readBooks(ctx, &last, reading, &r); err != nil {
			return r, err
		}
	}
	if err := s.unsuspendAll(ctx); err != nil {
		return r, err
	}
	if err := s.matchAll(ctx, matching, &r); err != nil {
		return r, err
	}
	if compare && !r.More {
		if err := s.compare(ctx, before, &r); err != nil {
			return r, err
		}
	}
	return r, s.finish(ctx, &r)
}

// within is when so many twelfths of the time that ctx leaves will be over; zero: never.
func within(ctx context.Context, twelfths time.Duration) time.Time {
	until, limited := ctx.Deadline()
	if !limited {
		return time.Time{}
	}
	return until.Add(-time.Until(until) / 12 * (12 - twelfths))
}

// over reports that the time is.
func over(until time.Time) bool { return !until.IsZero() && time.Until(until) <= 0 }

func (s *Service) balance(ctx context.Context) ([]ProviderBalance, error) {
	b, err := ask(ctx, s.Provider.Balance)
	return b, reached(err)
}

func (s *Service) lastReconciled(ctx context.Context) (last reconciliation, err error) {
	err = s.InTx(ctx, func(tx *gorm.DB) error {
		err := tx.Where("provider = ?", s.Provider.Label()).Take(&last).Error
		if errors.Is(err, gorm.ErrRecordNotFound) {
			last = reconciliation{Provider: s.Provider.Label()}
			return nil
		}
		return err
	})
	if err != nil {
		return last, fmt.Errorf("read how far the books were read: %w", err)
	}
	return last, nil
}

// readBooks keeps every entry that is new, the newest page first. After each page it
// keeps how far it has come, and goes on there where it is called again before it was
// through, or was killed. What came since it began is for the next reading.
func (s *Service) readBooks(ctx context.Context, last *reconciliation, until time.Time, r *Reconciled) error {
	if last.BeganAt == nil {
		begun := s.now()
		last.BeganAt, last.AfterID = &begun, ""
	}
	query := BalanceQuery{After: last.AfterID, Limit: booksPage}
	if !last.ReadTo.IsZero() {
		query.From = last.ReadTo.Add(-booksOverlap)
	}
	for first := true; ; first = false {
		if !first && over(until) {
			r.More = true
			return nil
		}
		page, err := ask(ctx, func(ctx context.Context) (BalancePage, error) { return s.Provider.BalanceTransactions(ctx, query) })
		if err != nil {
			return s.unread(ctx, *last, err)
		}
		if err := s.keepEntries(ctx, page.Entries, s.now(), r); err != nil {
			return err
		}
		if !page.More {
			break
		}
		if page.Next == "" || page.Next == query.After {
			return s.unread(ctx, *last, errNoPlace)
		}
		query.After, last.AfterID = page.Next, page.Next
		if err := s.keepPlace(ctx, *last); err != nil {
			return err
		}
	}
	last.ReadTo, last.DoneAt, last.BeganAt, last.AfterID = *last.BeganAt, s.now(), nil, ""
	return s.keepPlace(ctx, *last)
}

// errNoPlace is of a page that says that there is more, and not after which entry.
var errNoPlace = errors.New("a page does not say where the next one begins")

// unread is that a page could not be read. Where the provider does not know the entry
// any more after which it was to go on, the next reading begins anew.
func (s *Service) unread(ctx context.Context, last reconciliation, err error) error {
	if last.AfterID != "" && errors.Is(err, ErrProviderRefuses) {
		last.BeganAt, last.AfterID = nil, ""
		if err := s.keepPlace(ctx, last); err != nil {
			return err
		}
	}
	return reached(fmt.Errorf("read the provider's books: %w", err))
}

func (s *Service) keepPlace(ctx context.Context, last reconciliation) error {
	return s.InTx(ctx, func(tx *gorm.DB) error {
		onProvider := clause.OnConflict{
			Columns:   []clause.Column{{Name: "provider"}},
			DoUpdates: clause.AssignmentColumns([]string{"read_to", "done_at", "began_at", "after_id"}),
		}
		if err := tx.Clauses(onProvider).Create(&last).Error; err != nil {
			return fmt.Errorf("keep how far the books were read: %w", err)
		}
		return nil
	})
}

// keepEntries keeps what moves something, in a currency that is known: a provider has
// left out the others.
func (s *Service) keepEntries(ctx context.Context, list []BalanceTransaction, now time.Time, r *Reconciled) error {
	rows := make([]providerEntry, 0, len(list))
	for _, e := range list {
		if (e.Gross != 0 || e.Fee != 0) && e.Currency.Check() == nil {
			rows = append(rows, newProviderEntry(s.Provider.Label(), e, now))
		}
	}
	if len(rows) == 0 {
		return nil
	}
	var fresh int64
	err := s.InTx(ctx, func(tx *gorm.DB) error {
		done := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&rows)
		fresh = done.RowsAffected
		return done.Error
	})
	if err != nil {
		return fmt.Errorf("keep the provider's entries: %w", err)
	}
	r.Read += int(fresh)
	return nil
}

// finish counts what is overdue, and looks whether payouts are paused.
func (s *Service) finish(ctx context.Context, r *Reconciled) error {
	since := s.now().Add(-overdueAfter)
	return s.InTx(ctx, func(tx *gorm.DB) (err error) {
		err = tx.Raw(`SELECT (SELECT COUNT(*) FROM payouts WHERE state IN ('created', 'sending') AND created_at < ?)
			+ (SELECT COUNT(*) FROM payout_orders WHERE state IN ('created', 'sending') AND created_at < ? AND `+notKept+`)`, since, since).Scan(&r.Overdue).Error
		if err != nil {
			return fmt.Errorf("count what is overdue: %w", err)
		}
		r.Paused, err = isPaused(tx)
		return err
	})
}
