package sqldb

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
)

const (
	// signalChannel is what processes on one database call each other on.
	signalChannel = "knowhow"
	// notifyEvery is how often a process calls the others at most: a call costs
	// the server as much as a small transaction.
	notifyEvery = 10 * time.Millisecond
	// notifyWithin bounds one call.
	notifyWithin = 5 * time.Second
	// whoIsThere, before a process's name, asks the others to call back.
	whoIsThere = "?"
)

// Signal tells those who wait for news in the database that there may be some:
// at once in the process that wrote it, and on PostgreSQL, by LISTEN and
// NOTIFY, in every other that runs a Signal. A signal can be lost, so whoever
// waits must look from time to time all the same. Safe for concurrent use.
//
// A process that is alone calls nobody, since a call costs a commit. Whoever
// comes asks who is there, and everybody calls from then on; what was written
// before they knew of each other, the first call of each tells.
type Signal struct {
	db   *DB
	log  *slog.Logger
	self string        // tells our own calls from others'
	due  chan struct{} // the other processes are to be called

	company atomic.Bool // there may be other processes
	asking  atomic.Bool // the next call is to ask who is there

	mu     sync.RWMutex
	wake   []func()
	others []func() // woken by other processes only
}

// NewSignal makes a signal for the processes on db.
func NewSignal(db *DB, log *slog.Logger) *Signal {
	s := &Signal{db: db, log: log, self: uuid.NewString(), due: make(chan struct{}, 1)}
	s.company.Store(true) // as far as is known
	return s
}

// Subscribe has wake called at every signal. It must return at once, and is
// called concurrently.
func (s *Signal) Subscribe(wake func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.wake = append(s.wake, wake)
}

// SubscribeOthers is Subscribe for who knows already what this process wrote,
// and waits for what the others write.
func (s *Signal) SubscribeOthers(wake func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.others = append(s.others, wake)
}

// Changed says that something was written: what Store.OnCommit is given. It
// returns at once, and touches no database.
func (s *Signal) Changed() {
	s.wakeAll(false)
	if s.db.Dialect == "postgres" && s.company.Load() {
		s.callOthers()
	}
}

func (s *Signal) callOthers() {
	select {
	case s.due <- struct{}{}:
	default: // a call is due already
	}
}

func (s *Signal) wakeAll(fromOthers bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, wake := range s.wake {
		wake()
	}
	if !fromOthers {
		return
	}
	for _, wake := range s.others {
		wake()
	}
}

// Run listens to the other processes and calls them, until ctx ends. On SQLite
// there are none, and it only waits.
func (s *Signal) Run(ctx context.Context) {
	if s.db.Dialect != "postgres" {
		<-ctx.Done()
		return
	}
	var calling sync.WaitGroup
	calling.Go(func() { s.call(ctx) })
	var once sync.Once
	hear := func(text string) {
		if text == "" {
			once.Do(func() { s.company.Store(false) })
			s.asking.Store(true)
			s.callOthers()
		}
		s.hear(text)
	}
	listen(ctx, s.db.direct, signalChannel, hear, func(err error) {
		s.company.Store(true) // who comes meanwhile is not heard
		s.log.Warn("lost touch with the other processes; connecting anew", "err", err)
	})
	calling.Wait()
}

// hear is told what was called, "" for having begun to listen.
func (s *Signal) hear(text string) {
	from, asks := strings.CutPrefix(text, whoIsThere)
	if from == s.self {
		return
	}
	if text != "" && s.company.CompareAndSwap(false, true) || asks {
		s.callOthers()
	}
	s.wakeAll(true)
}

// call calls the other processes whenever it is due, but not all the time. What
// is due at the end is called too.
func (s *Signal) call(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			s.lastCall(ctx)
			return
		case <-s.due:
		}
		if err := s.notify(ctx); err != nil && ctx.Err() == nil {
			s.log.Warn("call the other processes", "err", err) // they look by themselves before long
		}
		pause(ctx, notifyEvery)
	}
}

func (s *Signal) lastCall(ctx context.Context) {
	select {
	case <-s.due:
		if err := s.notify(context.WithoutCancel(ctx)); err != nil {
			s.log.Warn("call the other processes", "err", err)
		}
	default:
	}
}

func (s *Signal) notify(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, notifyWithin)
	defer cancel()
	text := s.self
	if s.asking.Swap(false) {
		text = whoIsThere + s.self
	}
	if err := s.db.Write.WithContext(ctx).Exec("SELECT pg_notify(?, ?)", signalChannel, text).Error; err != nil {
		if text != s.self {
			s.asking.Store(true)
			s.callOthers()
		}
		return fmt.Errorf("notify %s: %w", signalChannel, err)
	}
	return nil
}
