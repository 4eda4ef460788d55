package job

import (
	"context"
	"sync"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/marketplace"
)

// handing passes jobs from the transaction that enqueued them straight to a
// worker of the same process, without a look into the table. Such a job is
// committed as claimed already, under a lease as any other: a process that dies
// loses none.
type handing struct {
	mu    sync.Mutex
	open  bool  // workers are running
	jobs  []Job // committed, and not begun
	ready chan struct{}
	wake  chan struct{}
}

// mostHanded is how many jobs may wait in this process. What comes on top is
// left in the table for any process.
const mostHanded = 200

func newHanding() *handing {
	return &handing{ready: make(chan struct{}, 1), wake: make(chan struct{}, 1)}
}

// takes reports whether there are workers with time for one more job.
func (h *handing) takes() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.open && len(h.jobs) < mostHanded
}

// put hands over claimed jobs; false where no worker will come for them.
func (h *handing) put(jobs ...Job) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.open {
		h.jobs = append(h.jobs, jobs...)
		signal(h.ready)
	}
	return h.open
}

// next takes the job that waits longest. There is a signal while more wait.
func (h *handing) next() (Job, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.jobs) == 0 {
		return Job{}, false
	}
	j := h.jobs[0]
	h.jobs[0] = Job{}
	h.jobs = h.jobs[1:]
	if len(h.jobs) > 0 {
		signal(h.ready)
	}
	return j, true
}

func (h *handing) start() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.open = true
}

// stop gives what nobody has begun.
func (h *handing) stop() []Job {
	h.mu.Lock()
	defer h.mu.Unlock()
	left := h.jobs
	h.open, h.jobs = false, nil
	return left
}

// signal lets one waiting worker go on; several signals are as one.
func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// Wake has one of Run's workers look for due jobs and deadlines now. It never
// waits, and calls before the worker looks count as one. Jobs enqueued in this
// process need none.
func (q *Queue) Wake() { signal(q.hand.wake) }

// handOverTx has a worker of this process do a job that is about to be inserted
// in tx, if one can take it: the job is then inserted as claimed. j.Seq stays
// zero where it is not inserted after all.
func (q *Queue) handOverTx(tx *gorm.DB, j *Job, now time.Time) {
	if !q.hand.takes() {
		marketplace.AfterCommit(tx, q.Wake)
		return
	}
	told := marketplace.AfterCommit(tx, func() {
		if j.Seq != 0 {
			q.handOver(*j)
		}
	})
	if told {
		owner, until := uuid.NewString(), now.Add(Lease)
		j.State, j.Attempts, j.LeaseOwner, j.LeaseUntil = Running, 1, &owner, &until
	}
}

// handOver passes on a claimed job that was committed. The workers that were
// there when it was enqueued may have stopped: then it is given back.
func (q *Queue) handOver(j Job) {
	if q.hand.put(j) {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), giveBackWithin)
	defer cancel()
	if err := q.giveBack(ctx, []Job{j}); err != nil {
		q.log.Error("a job waits for its lease to lapse", "kind", j.Kind, "job", j.Seq, "err", err)
	}
}

const giveBackWithin = 5 * time.Second
