package payouts

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"knowhow/payouts/ledger"
)

// RunKind is why payouts are made.
type RunKind string

const (
	// Weekly pays everyone who has at least the minimum.
	Weekly RunKind = "weekly"
	// OnDemand pays the one expert who asked.
	OnDemand RunKind = "on_demand"
)

// Run is one round of payouts. Period is the key within the kind ("2026-W47"; of
// an on-demand run, the request's id); Position is how far a weekly one has come.
type Run struct {
	ID          uuid.UUID
	Kind        RunKind
	Period      string
	Position    string
	CreatedAt   time.Time
	CompletedAt *time.Time
}

// TableName names the table.
func (Run) TableName() string { return "payout_runs" }

// runBatch is how many experts one transaction of a run takes on.
const runBatch = 100

// WeekOf is the period of the weekly run that t falls in: "2026-W47", UTC.
func WeekOf(t time.Time) string {
	year, week := t.UTC().ISOWeek()
	return fmt.Sprintf("%04d-W%02d", year, week)
}

// CreateRun makes the weekly payouts of a period: for each expert who has at
// least the minimum available and an account that can be paid, one payout with
// its money put in transit. It returns how many it made. It works in bounded
// transactions; after a crash, call it again and it goes on where it was. A
// completed run makes none. What the provider has not cleared yet is not paid out:
// whose money that leaves short waits for the next run, and the fact
// FactPayoutsShort tells of it.
func (s *Service) CreateRun(ctx context.Context, period string) (int, error) {
	return s.CreateRunWith(ctx, period, func(*gorm.DB, int) error { return nil })
}

// CreateRunWith is CreateRun where each transaction that makes payouts does
// something more, which is told how many it made: either both are kept or
// neither is. Like all that InTx runs, with may be run again.
func (s *Service) CreateRunWith(ctx context.Context, period string, with func(tx *gorm.DB, made int) error) (int, error) {
	if period == "" || len(period) > 64 {
		return 0, &InvalidError{Field: "period", Reason: "must have 1 to 64 bytes"}
	}
	if err := s.openRun(ctx, Weekly, period); err != nil {
		return 0, err
	}
	cleared, err := s.cleared(ctx)
	if err != nil {
		return 0, err
	}
	var left funds
	err = s.InTx(ctx, func(tx *gorm.DB) error {
		if err := netDebtsTx(ctx, tx, s.now(), uuid.Nil); err != nil {
			return err
		}
		left, err = s.free(tx, cleared)
		return err
	})
	if err != nil {
		return 0, err
	}
	total := 0
	for {
		made, done, err := s.runBatch(ctx, period, left, with)
		total += made
		if err != nil || done {
			return total, err
		}
		s.at("batch")
	}
}

func (s *Service) openRun(ctx context.Context, kind RunKind, period string) error {
	return s.InTx(ctx, func(tx *gorm.DB) error { return insertRun(tx, kind, period, s.now()) })
}

func insertRun(tx *gorm.DB, kind RunKind, period string, now time.Time) error {
	id, err := uuid.NewV7()
	if err != nil {
		return fmt.Errorf("make run id: %w", err)
	}
	run := Run{ID: id, Kind: kind, Period: period, CreatedAt: now}
	onPeriod := clause.OnConflict{Columns: []clause.Column{{Name: "kind"}, {Name: "period"}}, DoNothing: true}
	if err := tx.Clauses(onPeriod).Create(&run).Error; err != nil {
		return fmt.Errorf("insert run %s: %w", period, err)
	}
	return nil
}

func lockRun(tx *gorm.DB, kind RunKind, period string) (Run, error) {
	var run Run
	if err := forUpdate(tx).Where("kind = ? AND period = ?", kind, period).Take(&run).Error; err != nil {
		return Run{}, fmt.Errorf("lock run %s: %w", period, err)
	}
	return run, nil
}

// RunMadeTx reports whether all of a period's weekly payouts were made.
func RunMadeTx(ctx context.Context, tx *gorm.DB, period string) (bool, error) {
	var made int64
	err := tx.WithContext(ctx).Model(&Run{}).Where("kind = ? AND period = ? AND completed_at IS NOT NULL", Weekly, period).Count(&made).Error
	if err != nil {
		return false, fmt.Errorf("look for run %s: %w", period, err)
	}
	return made > 0, nil
}

// runBatch takes on the next experts; the run's lock lets one process at a time.
func (s *Service) runBatch(ctx context.Context, period string, funds funds, with func(tx *gorm.DB, made int) error) (made int, done bool, err error) {
	now, left := s.now(), funds
	err = s.InTx(ctx, func(tx *gorm.DB) error {
		made, done, left = 0, false, funds.copy()
		run, err := lockRun(tx, Weekly, period)
		if err != nil || run.CompletedAt != nil {
			done = true
			return err
		}
		due, err := s.lockDue(tx, tx.Where("a.id > ? AND COALESCE(c.schedule, ?) = ?", run.Position, EveryWeek, EveryWeek))
		if err != nil {
			return err
		}
		if made, err = s.intend(ctx, tx, run, due, left, now); err != nil {
			return err
		}
		if made > 0 {
			if err := with(tx, made); err != nil {
				return err
			}
		}
		done = len(due) < s.batchSize()
		if done {
			run.CompletedAt = &now
		} else {
			run.Position = due[len(due)-1].ID
		}
		return run.update(tx)
	})
	if err != nil {
		return 0, false, err // what was made was undone
	}
	funds.take(left)
	return made, done, nil
}

func (r Run) update(tx *gorm.DB) error {
	err := tx.Model(&Run{}).Where("id = ?", r.ID).
		Updates(map[string]any{"position": r.Position, "completed_at": r.CompletedAt}).Error
	if err != nil {
		return fmt.Errorf("update run %s: %w", r.ID, err)
	}
	return nil
}

// dueRow is an available balance, less what is set aside of it, whose owner can be
// paid. Kept is a fee that is taken off it, and Threshold what the expert wants the
// weekly run to wait for; zero where they want nothing.
type dueRow struct {
	ID        string
	OwnerID   uuid.UUID
	Currency  Currency
	Balance   int64
	Reference string
	Country   string
	Threshold int64
	Kept      int64
	Instant   bool // it is to arrive at once
}

// amount is what of it is paid.
func (d dueRow) amount() int64 { return payableOf(d.Balance-d.Kept, d.Currency, d.Instant) }

// lockDue reads and locks a batch of available balances, in account order, of
// experts whose account can be paid, who owe nothing and are not kept from it. What
// is set aside is read once they are locked: a statement that waits for them would
// see what was set aside before it began to wait.
func (s *Service) lockDue(tx, where *gorm.DB) ([]dueRow, error) {
	var due []dueRow
	query := tx.Table("ledger_accounts AS a").
		Select("a.id, a.owner_id, a.currency, a.balance, p.reference, p.country, COALESCE(c.threshold_minor, 0) AS threshold").
		Joins("JOIN payout_accounts AS p ON p.expert_id = a.owner_id AND p.provider = ? AND p.payouts_enabled",
			s.Provider.Label()).
		Joins("LEFT JOIN payout_choices AS c ON c.expert_id = a.owner_id AND c.currency = a.currency").
		Where("a.kind = ? AND a.balance > 0", ledger.ExpertAvailable).Where(where).
		Where("NOT EXISTS (SELECT 1 FROM payout_freezes AS f WHERE f.scope = ? AND f.owner_id = a.owner_id)", scopeExpert).
		Where("NOT EXISTS (SELECT 1 FROM ledger_accounts AS o WHERE o.owner_id = a.owner_id AND o.kind = ? AND o.balance > 0)", ledger.ExpertOwes).
		Clauses(clause.Locking{Strength: "NO KEY UPDATE", Table: clause.Table{Name: "a"}})
	if err := query.Order("a.id").Limit(s.batchSize()).Scan(&due).Error; err != nil {
		return nil, fmt.Errorf("read available balances: %w", err)
	}
	return due, lessAside(tx, due)
}

// lessAside takes what is set aside off balances that are locked.
func lessAside(tx *gorm.DB, due []dueRow) error {
	if len(due) == 0 {
		return nil
	}
	owners := make([]uuid.UUID, len(due))
	for i, d := range due {
		owners[i] = d.OwnerID
	}
	aside, err := setAsidesTx(tx, owners)
	for i, d := range due {
		due[i].Balance -= aside[holder{d.OwnerID, d.Currency}]
	}
	return err
}

// intend writes the payouts of due balances that reach the minimum and are
// covered by funds, and puts their money in transit.
func (s *Service) intend(ctx context.Context, tx *gorm.DB, run Run, due []dueRow, funds funds, now time.Time) (int, error) {
	var payouts []Payout
	var postings []ledger.Posting
	short := map[Currency]int64{}
	for _, d := range due {
		amount := d.amount()
		if amount < s.minimum(now, d.Country, d.Currency) || run.Kind == Weekly && amount < d.Threshold {
			continue
		}
		if !funds.cover(d.Currency, amount) {
			short[d.Currency] += amount
			continue
		}
		id, err := uuid.NewV7()
		if err != nil {
			return 0, fmt.Errorf("make payout id: %w", err)
		}
		p := Payout{
			ID: id, RunID: run.ID, ExpertID: d.OwnerID, Currency: d.Currency, AmountMinor: amount,
			Provider: s.Provider.Label(), Destination: d.Reference,
			State: PayoutCreated, Attempt: 1, NotBefore: now, CreatedAt: now,
		}
		payouts = append(payouts, p)
		postings = append(postings, p.posting("intend", now, ledger.Move(p.available(), p.inTransit(), p.AmountMinor)))
	}
	if err := tellShort(tx, run, short, now); err != nil || len(payouts) == 0 {
		return 0, err
	}
	if _, err := ledger.PostAllTx(ctx, tx, postings...); err != nil {
		return 0, err
	}
	if err := tx.Create(&payouts).Error; err != nil {
		return 0, fmt.Errorf("insert payouts of run %s: %w", run.ID, err)
	}
	return len(payouts), nil
}
