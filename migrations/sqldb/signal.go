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
	// mostSaid is how much may wait to be said, and mostWords how long it may be:
	// a notification has at most 8,000 bytes.
	mostSaid, mostWords = 256, 4000
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
	said chan string   // what they are to be told besides

	company atomic.Bool // there may be other processes
	asking  atomic.Bool // the next call is to ask who is there

	mu     sync.RWMutex
	wake   []func()
	others []func() // woken by other processes only
	heard  []func(text string)
}

// NewSignal makes a signal for the processes on db.
func NewSignal(db *DB, log *slog.Logger) *Signal {
	s := &Signal{db: db, log: log, self: uuid.NewString(), due: make(chan struct{}, 1), said: make(chan string, mostSaid)}
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

// Hear has heard called with what other processes say. It must return at once.
func (s *Signal) Hear(heard func(text string)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.heard = append(s.heard, heard)
}

// Say tells the other processes a few words, at most mostWords bytes of them. It
// returns at once and touches no database; where there is too much to be said it
// is dropped, as it may be on the way.
func (s *Signal) Say(text string) {
	if s.db.Dialect != "postgres" || len(text) > mostWords {
		return
	}
	select {
	case s.said <- text:
	default:
	}
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
	calling.Go(func() { s.speak(ctx) })
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
func (s *Signal) hear(call string) {
	from, text, words := strings.Cut(call, " ")
	from, asks := strings.CutPrefix(from, whoIsThere)
	if from == s.self {
		return
	}
	if call != "" && s.company.CompareAndSwap(false, true) || asks {
		s.callOthers()
	}
	if words {
		s.hearAll(text)
		return
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
		if err := s.callNow(ctx); err != nil && ctx.Err() == nil {
			s.log.Warn("call the other processes", "err", err) // they look by themselves before long
		}
		pause(ctx, notifyEvery)
	}
}

func (s *Signal) lastCall(ctx context.Context) {
	select {
	case <-s.due:
		if err := s.callNow(context.WithoutCancel(ctx)); err != nil {
			s.log.Warn("call the other processes", "err", err)
		}
	default:
	}
}

// callNow calls, and asks who is there where that is to be known.
func (s *Signal) callNow(ctx context.Context) error {
	asks := s.asking.Swap(false)
	call := s.self
	if asks {
		call = whoIsThere + s.self
	}
	err := s.notify(ctx, call)
	if err != nil && asks {
		s.asking.Store(true)
		s.callOthers()
	}
	return err
}

// speak says what there is to say, until ctx ends.
func (s *Signal) speak(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case text := <-s.said:
			if err := s.notify(ctx, s.self+" "+text); err != nil && ctx.Err() == nil {
				s.log.Warn("tell the other processes", "err", err)
			}
		}
	}
}

func (s *Signal) hearAll(text string) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, heard := range s.heard {
		heard(text)
	}
}

func (s *Signal) notify(ctx context.Context, call string) error {
	ctx, cancel := context.WithTimeout(ctx, notifyWithin)
	defer cancel()
	if err := s.db.Write.WithContext(ctx).Exec("SELECT pg_notify(?, ?)", signalChannel, call).Error; err != nil {
		return fmt.Errorf("notify %s: %w", signalChannel, err)
	}
	return nil
}
