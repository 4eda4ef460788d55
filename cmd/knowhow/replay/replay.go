// Package replay is the command that lives a community's real questions
// through the whole market: history becomes evidence, then every question of a
// window is asked, routed, accepted, answered, judged, reviewed and paid
// through the real services under a clock of the past.
//
// Everything people do is drawn from the file and a seed, so the same window
// ends the same on either database, and an interrupted replay goes on where it
// was when it is run again on the same database.
package replay

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"gorm.io/gorm"

	"knowhow/cmd/knowhow/internal/database"
	"knowhow/cmd/knowhow/internal/output"
	"knowhow/marketplace"
	"knowhow/marketplace/assembly"
	"knowhow/marketplace/notify"
	"knowhow/migrations/sqldb"
)

// Command is `knowhow replay`.
type Command struct {
	Data        string `required:"" type:"existingfile" placeholder:"FILE" help:"The community's questions: JSON lines, gzipped or plain, in order of time."`
	DatabaseURL string `name:"database-url" env:"KNOWHOW_REPLAY_DATABASE_URL" placeholder:"URL" help:"Where to replay, a database of its own: sqlite:FILE or postgres://… (default: a temporary SQLite file, removed at the end)."`
	From        string `placeholder:"ID" help:"The window's first question; what is before it is history (default: the middle of the file)."`
	To          string `placeholder:"ID" help:"The first question after the window (default: the end of the file)."`
	output.Format
}

// Help is the end of --help.
func (Command) Help() string {
	return `Stopped or killed, it goes on where it was when run again with the same file, window and database. Payouts go through the sandbox: no real money moves.

Example:
  knowhow replay --data questions.jsonl.gz --from travel-6979 --to travel-8558 --format json`
}

// Run implements the command.
func (c *Command) Run(ctx context.Context, out io.Writer, log *slog.Logger) (err error) {
	start, bar := time.Now(), newProgress()
	posts, err := load(c.Data, c.From, c.To)
	if err != nil {
		return err
	}
	url, temporary := c.DatabaseURL, ""
	if url == "" {
		temporary = filepath.Join(os.TempDir(), "knowhow-replay-"+posts.digest+".db")
		url = "sqlite:" + temporary
	}
	db, err := database.Open(ctx, url, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	w, err := newWorld(posts, db, log)
	if err != nil {
		return err
	}
	err = w.live(ctx, bar)
	bar.clear()
	if ctx.Err() != nil {
		log.Info("stopped: the same command goes on from here")
	}
	if err != nil {
		return err
	}
	r, err := w.report(ctx)
	if err != nil {
		return err
	}
	r.Seconds = time.Since(start).Seconds()
	if temporary != "" {
		remove(temporary)
		r.example = ""
	}
	return c.Print(out, r, func(to io.Writer) error { return r.write(to, url) })
}

// newWorld builds the services on db under a clock that stands before the first
// question.
func newWorld(posts *community, db *sqldb.DB, log *slog.Logger) (*world, error) {
	store := marketplace.NewStore(db.Write, db.Read)
	clock := marketplace.NewManualClock(posts.start())
	keys, err := posts.keys()
	if err != nil {
		return nil, err
	}
	house := assembly.New(assembly.Parts{Store: store, Clock: clock, Log: log, Keys: keys, Mailer: unread{}})
	return &world{community: posts, House: house, clock: clock}, nil
}

// leftOff is the time of the last thing that happened. What a killed run had under
// way may live on in PostgreSQL for a moment: it is waited for, so that it does not
// happen behind our back.
func leftOff(ctx context.Context, store *marketplace.Store) (at time.Time, err error) {
	err = store.InTx(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		if !marketplace.Postgres(tx) {
			return nil
		}
		return tx.Exec("LOCK TABLE events IN SHARE ROW EXCLUSIVE MODE").Error
	})
	if err != nil {
		return time.Time{}, fmt.Errorf("wait for what a killed replay had under way: %w", err)
	}
	var times []time.Time
	err = store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		return tx.Table("events").Select("at").Order("at DESC").Limit(1).Scan(&times).Error
	})
	if err != nil {
		return time.Time{}, fmt.Errorf("read when the replay was left: %w", err)
	}
	if len(times) == 1 {
		at = times[0]
	}
	return at, nil
}

// live goes through history and window, from where an earlier run left it.
func (w *world) live(ctx context.Context, bar *progress) error {
	if err := w.findBrand(ctx); err != nil {
		return err
	}
	if err := w.Queue.ReleaseLeases(ctx); err != nil { // the database is ours alone
		return err
	}
	left, err := leftOff(ctx, w.Store)
	if err != nil {
		return err
	}
	w.clock.Set(latest(left, w.clock.Now()))
	if err := w.open(ctx); err != nil {
		return err
	}
	if err := w.importHistory(ctx, bar.step("history")); err != nil {
		return err
	}
	if err := w.pickUp(ctx); err != nil {
		return err
	}
	return w.play(ctx, bar.step("questions"))
}

// remove deletes a temporary SQLite database.
func remove(file string) {
	for _, suffix := range []string{"", "-wal", "-shm"} {
		_ = os.Remove(file + suffix) // a temporary file that stays harms nobody
	}
}

// unread is where the replay's mail goes: its people do not exist.
type unread struct{}

func (unread) Send(context.Context, notify.Message) error { return nil }
