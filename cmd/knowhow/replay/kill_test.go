package replay_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"reflect"
	"syscall"
	"testing"
	"time"

	"knowhow/cmd/knowhow/replay"
	"knowhow/marketplace"
	"knowhow/marketplace/markettest"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

// child names the database in the environment of a test process that is to be
// the command instead.
const child = "KNOWHOW_TEST_REPLAY"

const sample = "sample/questions.jsonl"

func TestMain(m *testing.M) {
	url := os.Getenv(child)
	if url == "" {
		os.Exit(m.Run())
	}
	c := command(url)
	if err := c.Run(context.Background(), os.Stdout, slog.New(slog.NewTextHandler(os.Stderr, nil))); err != nil {
		slog.Error("replay", "err", err)
		os.Exit(1)
	}
}

func command(url string) *replay.Command {
	c := &replay.Command{Data: sample, From: "brindle-161", DatabaseURL: url}
	c.Format.Name = "json"
	return c
}

// TestKilledAtRandom kills the replay again and again at random points; run to
// its end at last, it comes to what an undisturbed one comes to.
func TestKilledAtRandom(t *testing.T) {
	want := run(t, dbtest.URL(t, "sqlite"))
	sound(t, want)
	for _, dialect := range dbtest.Dialects {
		t.Run(dialect, func(t *testing.T) {
			url := dbtest.URL(t, dialect)
			kills := dbtest.Loops(20, 200) / len(dbtest.Dialects)
			came := func(got replay.Report) {
				sound(t, got)
				if got.Seconds = want.Seconds; !reflect.DeepEqual(got, want) {
					t.Errorf("after kills %+v, undisturbed %+v", got, want)
				}
			}
			for k := 0; k < kills; {
				if end, done := killed(t, url); done {
					came(end)
					url = dbtest.URL(t, dialect) // begin anew
				} else {
					k++
				}
			}
			came(run(t, url))
		})
	}
}

// killed starts the command and kills it at a random moment; done: it had come
// to its end before, and this is what it printed.
func killed(t *testing.T, url string) (end replay.Report, done bool) {
	t.Helper()
	theirs, rest := dbtest.Doomed(t, url)
	defer rest()
	var out, log bytes.Buffer
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), child+"="+theirs)
	cmd.Stdout, cmd.Stderr = &out, &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(rand.N(1200 * time.Millisecond)) // the one sleep: it is what is tested
	if err := cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		t.Fatal(err)
	}
	err := cmd.Wait()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.Sys().(syscall.WaitStatus).Signal() == syscall.SIGKILL {
		return end, false
	}
	if err != nil {
		t.Fatalf("the replay failed by itself: %v\n%s", err, log.String())
	}
	return read(t, out.Bytes()), true
}

func run(t *testing.T, url string) replay.Report {
	t.Helper()
	var out bytes.Buffer
	if err := command(url).Run(t.Context(), &out, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	return read(t, out.Bytes())
}

func read(t *testing.T, printed []byte) (r replay.Report) {
	t.Helper()
	if err := json.Unmarshal(printed, &r); err != nil {
		t.Fatal(err)
	}
	return r
}

// sound fails the test unless the replay keeps its promises.
func sound(t *testing.T, r replay.Report) {
	t.Helper()
	if !r.LedgerBalanced || r.AcceptedUnpaid != 0 || r.Lost != 0 || r.Resolved+r.Escalated != r.Questions {
		t.Errorf("not sound: %+v", r)
	}
	if 10*r.BestResolved < 9*r.BestOffered || r.OfferedHitAt5 <= r.ActivityHitAt5 {
		t.Errorf("not better than activity, or left unresolved: %+v", r)
	}
	if r.Experts == 0 || r.QuizTries < 2*r.Experts || r.ReviewedByPeers == 0 || r.PeerVotes < 2*r.ReviewedByPeers {
		t.Errorf("not everybody came by both quizzes, or peers judged nothing: %+v", r)
	}
}

// A database that holds something else is refused and left as it is.
func TestForeignDatabaseIsRefused(t *testing.T) {
	quiet := slog.New(slog.DiscardHandler)
	foreign := map[string]func(t *testing.T, db *sqldb.DB, url string){
		"a market": func(t *testing.T, db *sqldb.DB, _ string) { markettest.New(t, db) },
		"another replay": func(t *testing.T, _ *sqldb.DB, url string) {
			c := command(url)
			c.To = "brindle-163"
			if err := c.Run(t.Context(), io.Discard, quiet); err != nil {
				t.Fatal(err)
			}
		},
	}
	for name, fill := range foreign {
		t.Run(name, func(t *testing.T) {
			url := dbtest.URL(t, "sqlite")
			db, err := sqldb.Open(t.Context(), url)
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			fill(t, db, url)
			dbtest.Unchanged(t, db, func() {
				if err := command(url).Run(t.Context(), io.Discard, quiet); !errors.Is(err, marketplace.ErrInvalid) {
					t.Errorf("replayed into %s: %v, want ErrInvalid", name, err)
				}
			})
		})
	}
}
