package payouts

import (
	"context"
	"errors"
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
// completed run makes none.
func (s *Service) CreateRun(ctx context.Context, period string) (int, error) {
	if period == "" || len(period) > 64 {
		return 0, &InvalidError{Field: "period", Reason: "must have 1 to 64 bytes"}
	}
	if err := s.openRun(ctx, Weekly, period); err != nil {
		return 0, err
	}
	total := 0
	for {
		made, done, err := s.runBatch(ctx, period)
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

// runBatch takes on the next experts; the run's lock lets one process at a time.
func (s *Service) runBatch(ctx context.Context, period string) (made int, done bool, err error) {
	now := s.now()
	err = s.InTx(ctx, func(tx *gorm.DB) error {
		made, done = 0, false
		run, err := lockRun(tx, Weekly, period)
		if err != nil || run.CompletedAt != nil {
			done = true
			return err
		}
		due, err := s.lockDue(tx, tx.Where("a.id > ?", run.Position))
		if err != nil {
			return err
		}
		if made, err = s.intend(ctx, tx, run, due, now); err != nil {
			return err
		}
		done = len(due) < s.batchSize()
		if done {
			run.CompletedAt = &now
		} else {
			run.Position = due[len(due)-1].ID
		}
		return run.update(tx)
	})
	return made, done, err
}

func (r Run) update(tx *gorm.DB) error {
	err := tx.Model(&Run{}).Where("id = ?", r.ID).
		Updates(map[string]any{"position": r.Position, "completed_at": r.CompletedAt}).Error
	if err != nil {
		return fmt.Errorf("update run %s: %w", r.ID, err)
	}
	return nil
}

// dueRow is an available balance whose owner can be paid.
type dueRow struct {
	ID        string
	OwnerID   uuid.UUID
	Currency  Currency
	Balance   int64
	Reference string
}

// lockDue reads and locks a batch of available balances, in account order.
func (s *Service) lockDue(tx, where *gorm.DB) ([]dueRow, error) {
	var due []dueRow
	query := tx.Table("ledger_accounts AS a").
		Select("a.id, a.owner_id, a.currency, a.balance, p.reference").
		Joins("JOIN payout_accounts AS p ON p.expert_id = a.owner_id AND p.provider = ? AND p.payouts_enabled",
			s.Provider.Label()).
		Where("a.kind = ? AND a.balance > 0", ledger.ExpertAvailable).Where(where).
		Clauses(clause.Locking{Strength: "NO KEY UPDATE", Table: clause.Table{Name: "a"}})
	if err := query.Order("a.id").Limit(s.batchSize()).Scan(&due).Error; err != nil {
		return nil, fmt.Errorf("read available balances: %w", err)
	}
	return due, nil
}

// intend writes the payouts of due balances that reach the minimum, and puts
// their money in transit.
func (s *Service) intend(ctx context.Context, tx *gorm.DB, run Run, due []dueRow, now time.Time) (int, error) {
	var payouts []Payout
	var postings []ledger.Posting
	for _, d := range due {
		if d.Balance < s.minimum(d.Currency) {
			continue
		}
		id, err := uuid.NewV7()
		if err != nil {
			return 0, fmt.Errorf("make payout id: %w", err)
		}
		p := Payout{
			ID: id, RunID: run.ID, ExpertID: d.OwnerID, Currency: d.Currency, AmountMinor: d.Balance,
			Provider: s.Provider.Label(), Destination: d.Reference,
			State: PayoutCreated, Attempt: 1, NotBefore: now, CreatedAt: now,
		}
		payouts = append(payouts, p)
		postings = append(postings, p.posting("intend", now, ledger.Move(p.available(), p.inTransit(), p.AmountMinor)))
	}
	if len(payouts) == 0 {
		return 0, nil
	}
	if _, err := ledger.PostAllTx(ctx, tx, postings...); err != nil {
		return 0, err
	}
	if err := tx.Create(&payouts).Error; err != nil {
		return 0, fmt.Errorf("insert payouts of run %s: %w", run.ID, err)
	}
	return len(payouts), nil
}

// RequestPayout pays an expert all that is available now, in each currency that
// reaches the minimum. Request is the key: asked again, it returns the same
// payouts. Errors: ErrNoAccount, ErrBelowMinimum, ErrKeyReused for another
// expert's request.
func (s *Service) RequestPayout(ctx context.Context, expert, request uuid.UUID) (made []Payout, err error) {
	if err := checkIDs([]string{"expert", "request"}, expert, request); err != nil {
		return nil, err
	}
	now := s.now()
	err = s.InTx(ctx, func(tx *gorm.DB) error {
		made, err = s.requestTx(ctx, tx, expert, request, now)
		return err
	})
	if err != nil {
		return nil, err
	}
	return made, nil
}

func (s *Service) requestTx(ctx context.Context, tx *gorm.DB, expert, request uuid.UUID, now time.Time) ([]Payout, error) {
	if err := insertRun(tx, OnDemand, request.String(), now); err != nil {
		return nil, err
	}
	run, err := lockRun(tx, OnDemand, request.String())
	if err != nil {
		return nil, err
	}
	if run.CompletedAt != nil {
		return requested(tx, run, expert)
	}
	if err := s.payable(tx, expert); err != nil {
		return nil, err
	}
	due, err := s.lockDue(tx, tx.Where("a.owner_id = ?", expert))
	if err != nil {
		return nil, err
	}
	n, err := s.intend(ctx, tx, run, due, now)
	if err != nil {
		return nil, err
	}
	if n == 0 {
		return nil, ErrBelowMinimum
	}
	run.CompletedAt = &now
	if err := run.update(tx); err != nil {
		return nil, err
	}
	return requested(tx, run, expert)
}

func (s *Service) payable(tx *gorm.DB, expert uuid.UUID) error {
	a, err := findAccount(tx, expert, s.Provider.Label())
	if errors.Is(err, ErrNotFound) || (err == nil && !a.PayoutsEnabled) {
		return fmt.Errorf("%w: expert %s", ErrNoAccount, expert)
	}
	return err
}

// requested returns the run's payouts: ErrKeyReused if they are not the expert's.
func requested(tx *gorm.DB, run Run, expert uuid.UUID) ([]Payout, error) {
	var payouts []Payout
	if err := tx.Where("run_id = ?", run.ID).Order("currency").Find(&payouts).Error; err != nil {
		return nil, fmt.Errorf("read payouts of run %s: %w", run.ID, err)
	}
	for _, p := range payouts {
		if p.ExpertID != expert {
			return nil, fmt.Errorf("%w: request %s", ErrKeyReused, run.Period)
		}
	}
	return payouts, nil
}
