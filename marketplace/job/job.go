// Package job runs what must happen later or elsewhere: durable jobs with
// leases and backoff, and sweeps over deadline columns. A job is written in the
// transaction that needs it, runs at least once, and its effect commits
// together with its completion, so the effect happens once. Time is the
// injected clock, so tests and replays travel through it; there are no timers.
//
// It owns the table jobs. What a job does belongs to the room that handles its
// kind; handlers are registered before the first run.
package job

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
)

// State says where a job stands. A job that is done has no row.
type State string

const (
	Ready   State = "ready"   // waits for run_at; any worker may claim it
	Running State = "running" // claimed under a lease; the worker, or a lapsed lease, moves it on
	Buried  State = "buried"  // failed MaxAttempts times or for good; a person retries it, or who enqueues its key
)

// Job is one piece of work.
type Job struct {
	Seq        int64 `gorm:"primaryKey"`
	BrandID    marketplace.BrandID
	Kind       string
	Args       string // JSON: ids, codes and numbers; never personal data
	UniqueKey  *string
	State      State
	RunAt      time.Time
	Attempts   int     // how often it was claimed, this time included
	LeaseOwner *string // names the claim, not the worker: nobody else has it
	LeaseUntil *time.Time
	LastError  string
	CreatedAt  time.Time

	known any
}

// Known is New's Known where the job was handed over within this process, else
// nil.
func (j Job) Known() any { return j.known }

// Decode reads the job's arguments into args.
func (j Job) Decode(args any) error {
	if err := json.Unmarshal([]byte(j.Args), args); err != nil {
		return fmt.Errorf("read the arguments of %s job %d: %w", j.Kind, j.Seq, err)
	}
	return nil
}

// New describes a job to enqueue.
type New struct {
	Kind      string
	Args      any                 // marshalled to JSON
	Brand     marketplace.BrandID // the brand its transaction enters; zero for all
	RunAt     time.Time           // zero: at once
	UniqueKey string              // not empty: at most one job of this key
	Known     any                 // what the handler would else load; it may get it, see Job.Known
}

// TxHandler does the work in tx; the job's completion commits with it. An
// error rolls both back and the job is tried again with backoff.
type TxHandler func(ctx context.Context, tx *gorm.DB, j Job) error

// CallHandler does work that talks to the network, outside any transaction. It
// may run again after a crash, so it must be idempotent.
type CallHandler func(ctx context.Context, j Job) error

// ErrGiveUp, wrapped in a handler's error, buries the job at once: trying
// again cannot help.
var ErrGiveUp = errors.New("giving up")

// errLeaseLost rolls back a worker whose lease was taken over meanwhile.
var errLeaseLost = errors.New("the job's lease was lost")

const (
	// MaxAttempts is how often a failing job is tried before it is buried.
	MaxAttempts = 12
	// Lease is how long a claimed job belongs to its worker.
	Lease = 2 * time.Minute

	backoffFirst = 5 * time.Second
	backoffMost  = time.Hour
)

// backoff is the wait after the given number of attempts: 5 s, doubled each
// time, at most an hour.
func backoff(attempts int) time.Duration {
	d := backoffFirst
	for range attempts - 1 {
		if d *= 2; d >= backoffMost {
			return backoffMost
		}
	}
	return d
}
