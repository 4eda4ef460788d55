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

// Reconciled is what one look at the provider's books has found.
type Reconciled struct {
	Read      int // entries not read before
	Matched   int // of which a posting is known now
	Waiting   int // whose cause may still be told
	Suspended int // booked to suspense: nobody knows their cause
	Polled    int // orders looked at, because a bank should have them
	Overdue   int // payouts and orders under way for two days
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

// reconciliation is how far a provider's books have been read.
type reconciliation struct {
	Provider   string `gorm:"primaryKey"`
	ReadTo     time.Time
	DoneAt     time.Time
	ComparedAt *time.Time
}

// TableName names the table.
func (reconciliation) TableName() string { return "reconciliations" }

// Reconcile reads what is new in the provider's books, finds for each entry the
// posting that it is in ours, records what no webhook told of, books the
// provider's own fees, and looks after orders that a bank should have. What
// nobody can explain goes into suspense, and pauses payouts. Once a day the sums
// are compared; a difference pauses payouts too. Any number of processes may do
// it; again, it changes nothing.
func (s *Service) Reconcile(ctx context.Context) (Reconciled, error) { return s.reconcile(ctx, false) }

// ReconcileAndCompare is Reconcile that compares the sums whenever it is called.
func (s *Service) ReconcileAndCompare(ctx context.Context) (Reconciled, error) {
	return s.reconcile(ctx, true)
}

func (s *Service) reconcile(ctx context.Context, compare bool) (r Reconciled, err error) {
	if r.Polled, err = s.pollOrders(ctx); err != nil {
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
	if err := s.readBooks(ctx, last, &r); err != nil {
		return r, err
	}
	if err := s.matchAll(ctx, &r); err != nil {
		return r, err
	}
	if compare {
		if err := s.compare(ctx, before, &r); err != nil {
			return r, err
		}
	}
	return r, s.finish(ctx, &r)
}

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

// readBooks keeps every entry that is new, the newest page first. How far it has
// come is kept once all of them are.
func (s *Service) readBooks(ctx context.Context, last reconciliation, r *Reconciled) error {
	begun, from := s.now(), time.Time{}
	if !last.ReadTo.IsZero() {
		from = last.ReadTo.Add(-booksOverlap)
	}
	query := BalanceQuery{From: from, Limit: booksPage}
	for {
		page, err := ask(ctx, func(ctx context.Context) (BalancePage, error) { return s.Provider.BalanceTransactions(ctx, query) })
		if err != nil {
			return reached(fmt.Errorf("read the provider's books: %w", err))
		}
		if err := s.keepEntries(ctx, page.Entries, begun, r); err != nil {
			return err
		}
		if !page.More || len(page.Entries) == 0 {
			break
		}
		query.After = page.Entries[len(page.Entries)-1].ID
	}
	last.ReadTo, last.DoneAt = begun, begun
	return s.InTx(ctx, func(tx *gorm.DB) error {
		onProvider := clause.OnConflict{Columns: []clause.Column{{Name: "provider"}}, DoUpdates: clause.AssignmentColumns([]string{"read_to", "done_at"})}
		if err := tx.Clauses(onProvider).Create(&last).Error; err != nil {
			return fmt.Errorf("keep how far the books were read: %w", err)
		}
		return nil
	})
}

func (s *Service) keepEntries(ctx context.Context, list []BalanceTransaction, now time.Time, r *Reconciled) error {
	rows := make([]providerEntry, 0, len(list))
	for _, e := range list {
		if e.Gross != 0 || e.Fee != 0 { // else it moves nothing
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
			+ (SELECT COUNT(*) FROM payout_orders WHERE state IN ('created', 'sending') AND created_at < ?)`, since, since).Scan(&r.Overdue).Error
		if err != nil {
			return fmt.Errorf("count what is overdue: %w", err)
		}
		r.Paused, err = isPaused(tx)
		return err
	})
}

// pollOrders looks at orders that a bank should have by now.
func (s *Service) pollOrders(ctx context.Context) (polled int, err error) {
	var due []Order
	err = s.InTx(ctx, func(tx *gorm.DB) error {
		due = nil
		return tx.Where("next_look_at <= ? AND provider = ?", s.now(), s.Provider.Label()).Order("next_look_at, id").Limit(booksPage).Find(&due).Error
	})
	if err != nil {
		return 0, fmt.Errorf("look for orders to poll: %w", err)
	}
	for _, o := range due {
		if err := s.pollOrder(ctx, o); err != nil {
			return polled, err
		}
		polled++
	}
	return polled, nil
}

func (s *Service) pollOrder(ctx context.Context, o Order) error {
	m, err := ask(ctx, func(ctx context.Context) (Movement, error) {
		return s.Provider.MoveStatus(ctx, o.Kind, o.Account, *o.ObjectID)
	})
	if err != nil {
		return reached(fmt.Errorf("poll order %s: %w", o.ID, err))
	}
	now := s.now()
	return s.InTx(ctx, func(tx *gorm.DB) error {
		o, err := FindOrder(ctx, forUpdate(tx), o.ID)
		if err != nil {
			return err
		}
		return o.see(ctx, tx, m, now)
	})
}
