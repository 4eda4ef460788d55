package marketplace

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// txDeadline bounds a transaction whose context has no deadline of its own.
// With SQLite's single writer connection a transaction that never ends would
// stop every other.
const txDeadline = 60 * time.Second

// maxRetries is how often a transaction that PostgreSQL rolled back for a
// serialization failure or a deadlock is run again.
const maxRetries = 8

// Store runs transactions on SQLite or PostgreSQL. Safe for concurrent use.
type Store struct {
	write, read *gorm.DB
	shared      *sharing // of writers on SQLite
	committed   func()
	undone      []func()
	refused     atomic.Bool // a write was, for want of room: see Writable
}

// NewStore makes a Store of the handle for writes and the handle for reads;
// on PostgreSQL they are the same, on SQLite the reader is query-only.
func NewStore(write, read *gorm.DB) *Store {
	s := &Store{write: write, read: read}
	if !Postgres(write) {
		s.shared = &sharing{db: write, undone: s.wasUndone, open: sharedFor}
	}
	return s
}

// OnUndone has fn called when a transaction that others had shared could not be
// committed: whoever copied what they read in one of their own may have read
// what is not there. Register before the first transaction.
func (s *Store) OnUndone(fn func()) { s.undone = append(s.undone, fn) }

func (s *Store) wasUndone() {
	for _, fn := range s.undone {
		fn()
	}
}

// OnCommit has fn called after every transaction that wrote: whoever waits for
// news may look. fn must return at once and is called concurrently. Set it
// before the first transaction.
func (s *Store) OnCommit(fn func()) { s.committed = fn }

// InTx runs fn in one transaction that sees only brand's rows (every brand's
// with AllBrands) and commits when fn returns nil. fn must have no effect
// outside tx: it is run again when PostgreSQL reports a serialization failure
// or a deadlock, when what was put off (WriteSoonTx) went wrong, or when a COMMIT
// that it shared on SQLite failed. It takes the context's Claim, if one is waiting to be taken.
// Errors: fn's, and ErrUnavailable.
func (s *Store) InTx(ctx context.Context, brand BrandID, fn func(tx *gorm.DB) error) error {
	claim := untaken(ctx)
	if claim != nil {
		work := fn
		fn = func(tx *gorm.DB) error { return claim.around(tx, work) }
	}
	if err := s.run(ctx, s.write, brand, nil, fn); err != nil {
		if refusesWrites(err) {
			s.refused.Store(true)
		}
		return err
	}
	if claim != nil {
		claim.taken = true
	}
	if s.committed != nil {
		s.committed()
	}
	return nil
}

// Read runs fn in one read-only transaction with a consistent snapshot that
// sees only brand's rows. Errors: fn's, and ErrUnavailable.
func (s *Store) Read(ctx context.Context, brand BrandID, fn func(tx *gorm.DB) error) error {
	opts := &sql.TxOptions{ReadOnly: true}
	if Postgres(s.read) {
		opts.Isolation = sql.LevelRepeatableRead
	}
	return s.run(ctx, s.read, brand, opts, fn)
}

func (s *Store) run(ctx context.Context, db *gorm.DB, brand BrandID, opts *sql.TxOptions, fn func(tx *gorm.DB) error) error {
	if brand.IsZero() {
		return &InvalidError{Field: "brand", Reason: "no brand was named for the transaction"}
	}
	if _, ok := ctx.Deadline(); !ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, txDeadline)
		defer cancel()
	}
	ctx, entered := entering(ctx, db, brand)
	if opts == nil {
		ctx = puttingOff(ctx, db, true)
	}
	for attempt := 0; ; attempt++ {
		var later afterwards
		err := s.once(context.WithValue(ctx, afterKey{}, &later), db, opts, func(tx *gorm.DB) error {
			later.list = nil // of a run that was undone
			if !entered {
				if err := enterBrand(tx, brand); err != nil {
					return err
				}
			}
			return fn(tx)
		})
		if err == nil {
			later.run()
		}
		if late(err) {
			ctx = puttingOff(ctx, db, false)
			continue
		}
		if err == nil || attempt == maxRetries || !Retried(err) {
			return unavailable(err)
		}
		if err := pause(ctx, attempt); err != nil {
			return err
		}
	}
}

// once runs fn in one transaction.
func (s *Store) once(ctx context.Context, db *gorm.DB, opts *sql.TxOptions, fn func(tx *gorm.DB) error) error {
	if opts == nil && s.shared != nil {
		return s.shared.run(ctx, fn)
	}
	return db.WithContext(ctx).Transaction(fn, txOptions(opts)...)
}

func txOptions(opts *sql.TxOptions) []*sql.TxOptions {
	if opts == nil {
		return nil
	}
	return []*sql.TxOptions{opts}
}

// brandPlugin is the name of a handle's plugin that has transactions enter a
// brand as they begin, which saves the round trip of enterBrand.
const brandPlugin = "knowhow:brand"

// entering has the transactions of the returned context enter brand as they
// begin, where the handle can.
func entering(ctx context.Context, db *gorm.DB, brand BrandID) (context.Context, bool) {
	plugin, ok := db.Plugins[brandPlugin].(interface {
		EnterBrand(ctx context.Context, brand string) context.Context
	})
	if !ok {
		return ctx, false
	}
	return plugin.EnterBrand(ctx, brandName(brand)), true
}

// puttingOff says whether the transactions of the returned context may put
// statements off, where the handle can.
func puttingOff(ctx context.Context, db *gorm.DB, may bool) context.Context {
	plugin, ok := db.Plugins[brandPlugin].(interface {
		PutOff(ctx context.Context, may bool) context.Context
	})
	if !ok {
		return ctx
	}
	return plugin.PutOff(ctx, may)
}

// enterBrand tells row-level security whose rows this transaction may touch.
func enterBrand(tx *gorm.DB, brand BrandID) error {
	if !Postgres(tx) {
		return nil
	}
	if err := tx.Exec("SELECT set_config('knowhow.brand', ?, true)", brandName(brand)).Error; err != nil {
		return fmt.Errorf("set the transaction's brand: %w", err)
	}
	return nil
}

func brandName(brand BrandID) string {
	if brand == AllBrands {
		return "*"
	}
	return brand.String()
}

// ErrAgain, in the error of a function that InTx runs, has it rolled back and
// run again: what it went by was changed meanwhile. It Is ErrConflict.
var ErrAgain = fmt.Errorf("what the transaction went by has changed: %w", ErrConflict)

// Retried reports what InTx runs a function again for: ErrAgain, a statement that
// was put off and failed, or a rollback that PostgreSQL asks to be tried again,
// 40001 serialization_failure and 40P01 deadlock_detected.
func Retried(err error) bool {
	if errors.Is(err, ErrAgain) || late(err) {
		return true
	}
	var state interface{ SQLState() string }
	return errors.As(err, &state) && rolledBack(state.SQLState())
}

func rolledBack(state string) bool { return state == "40001" || state == "40P01" }

// late reports that a statement which was put off was refused: run again, with
// nothing put off, the function learns what is wrong where it is.
func late(err error) bool {
	var refused interface{ Late() }
	return errors.As(err, &refused)
}

func pause(ctx context.Context, attempt int) error {
	limit := time.Millisecond << attempt
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(rand.N(limit) + limit/2):
		return nil
	}
}

// Postgres reports whether db speaks to PostgreSQL (else it is SQLite).
func Postgres(db *gorm.DB) bool { return db.Dialector.Name() == "postgres" }

// ForUpdate locks the rows the query returns until the transaction ends. Rows
// that refer to them may still be inserted: keys do not change, and to wait for
// that would deadlock with who locks in another order. On SQLite a write
// transaction already is the only one, so it adds nothing.
func ForUpdate(tx *gorm.DB) *gorm.DB {
	if !Postgres(tx) {
		return tx
	}
	return tx.Clauses(clause.Locking{Strength: "NO KEY UPDATE"})
}

// OnlyOne turns the outcome of a look-up by key into a NotFoundError for noun
// and id where gorm found nothing, and wraps anything else with the doing.
func OnlyOne(err error, noun string, id fmt.Stringer) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, gorm.ErrRecordNotFound):
		return NotFound(noun, id)
	default:
		return fmt.Errorf("load %s %s: %w", noun, id, err)
	}
}
