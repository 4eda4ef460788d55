package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"gorm.io/gorm"

	"knowhow/cmd/knowhow/internal/database"
	"knowhow/cmd/knowhow/internal/house"
	"knowhow/cmd/knowhow/internal/output"
	"knowhow/marketplace"
	"knowhow/marketplace/assembly"
	"knowhow/payouts"
)

// Restored is `knowhow backup restored`.
type Restored struct {
	house.Flag
	output.Format
}

// Help is the end of --help.
func (Restored) Help() string {
	return `Run it after restoring and before serving. On PostgreSQL it first numbers anew what another server had numbered, so that it is read in its order; that can be repeated. Then it checks, and changes nothing: that the ledger and what hangs on it balance, and that every sealed value opens with the keys at hand. It ends with 1 where something is wrong.`
}

// report is what is known of a restored database.
type report struct {
	Settled    int64              `json:"settled"` // rows numbered anew
	Rows       map[string]int64   `json:"rows"`
	Postings   int64              `json:"postings"`
	Violations []string           `json:"violations"` // of the ledger's invariants
	Sealed     assembly.SealCheck `json:"sealed"`
}

// counted is what is counted, in the order it is printed.
var counted = []string{"brands", "persons", "customers", "experts", "questions", "messages", "assignments", "rewards", "payouts", "events", "jobs"}

// Run implements the command.
func (c *Restored) Run(ctx context.Context, out io.Writer, log *slog.Logger) error {
	h, db, err := c.Open(ctx, log)
	if err != nil {
		return err
	}
	r, err := look(ctx, h)
	if err = errors.Join(err, db.Close()); err != nil {
		return err
	}
	if err := c.Print(out, r, func(w io.Writer) error { return r.write(w) }); err != nil {
		return err
	}
	if len(r.Violations) > 0 || r.Sealed.Broken > 0 {
		return fmt.Errorf("the database is not sound: %d violations in the ledger, %d sealed values that do not open", len(r.Violations), r.Sealed.Broken)
	}
	return nil
}

// patience is how long settling and checking may take; they read everything.
const patience = 6 * time.Hour

func look(ctx context.Context, h *assembly.House) (r report, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	r.Violations, r.Rows = []string{}, map[string]int64{}
	if r.Settled, err = database.Settle(ctx, h.Store); err != nil {
		return r, err
	}
	err = h.Store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		for _, table := range counted {
			var n int64
			if err := tx.Table(table).Count(&n).Error; err != nil {
				return fmt.Errorf("count %s: %w", table, err)
			}
			r.Rows[table] = n
		}
		money, err := payouts.Check(ctx, tx)
		r.Postings = money.Postings
		for _, v := range money.Violations {
			r.Violations = append(r.Violations, v.String())
		}
		return err
	})
	if err != nil {
		return r, err
	}
	r.Sealed, err = h.CheckSealed(ctx)
	return r, err
}

func (r report) write(w io.Writer) error {
	for _, table := range counted {
		fmt.Fprintf(w, "%-12s %d\n", table, r.Rows[table])
	}
	fmt.Fprintf(w, "\nNumbered anew: %d rows.\nSealed values that open: %d; that do not: %d.\n", r.Settled, r.Sealed.Opened, r.Sealed.Broken)
	for _, b := range r.Sealed.Named {
		fmt.Fprintf(w, "  %s.%s at %v: %s\n", b.Table, b.Column, b.Key, b.Reason)
	}
	if len(r.Violations) == 0 {
		_, err := fmt.Fprintf(w, "The ledger balances (%d postings).\n", r.Postings)
		return err
	}
	for _, v := range r.Violations {
		fmt.Fprintf(w, "The ledger does not balance: %s\n", v)
	}
	return nil
}
