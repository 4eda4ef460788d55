package stream_test

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/event"
	"knowhow/marketplace/markettest"
	"knowhow/marketplace/question"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

// storm is a market with two nodes on one database, writers, and clients that
// are cut off and come back at either node.
type storm struct {
	t      *testing.T
	m      *markettest.Market
	stores []*marketplace.Store
	nodes  []*node
	last   atomic.Pointer[string] // the id of the last event, once it is written
	killed atomic.Int64           // listeners of the database
	mu     sync.Mutex
	heard  map[string][]string // the ids each client heard, in order
}

// newStorm opens the database once for each node on PostgreSQL, where they call
// each other, and once for both on SQLite.
func newStorm(t *testing.T, dialect string) (*storm, question.ID, map[string]access.Caller) {
	t.Helper()
	url := dbtest.URL(t, dialect)
	db := reopen(t, url)
	m := markettest.New(t, db)
	ada, dana := m.Expert("ada"), m.Customer("Dana")
	q := m.Ask(dana, "My box is dead")
	m.Accept(ada)
	s := &storm{t: t, m: m, stores: []*marketplace.Store{m.Store, m.Store}, heard: map[string][]string{}}
	signals := []*sqldb.Signal{signal(t, db, m.Store)}
	if dialect == "postgres" {
		second := reopen(t, url)
		s.stores[1] = marketplace.NewStore(second.Write, second.Read)
		signals = append(signals, signal(t, second, s.stores[1]))
	}
	for i, store := range s.stores {
		n := newNode(t, store, m, nil)
		signals[min(i, len(signals)-1)].Subscribe(n.hub.Wake)
		s.nodes = append(s.nodes, n)
	}
	return s, q.ID, map[string]access.Caller{"dana": dana, "ada": ada, "owner": m.Owner, "agent": m.Agent}
}

func reopen(t *testing.T, url string) *sqldb.DB {
	t.Helper()
	db, err := sqldb.Open(t.Context(), url)
	must(t, err)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func signal(t *testing.T, db *sqldb.DB, store *marketplace.Store) *sqldb.Signal {
	s := sqldb.NewSignal(db, slog.New(slog.NewTextHandler(t.Output(), nil)))
	store.OnCommit(s.Changed)
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { s.Run(ctx) })
	t.Cleanup(func() { stop(); running.Wait() })
	return s
}

// written lists the ids of the events after a place, in commit order.
func (s *storm) written(after event.Cursor) (ids []string) {
	s.t.Helper()
	must(s.t, s.m.Store.Read(s.t.Context(), marketplace.AllBrands, func(tx *gorm.DB) error {
		list, _, err := s.m.Events.AfterTx(s.t.Context(), tx, marketplace.AllBrands, after, 1_000_000)
		for _, e := range list {
			ids = append(ids, fmt.Sprintf("%x-%x", e.Cursor().Xid, e.Seq))
		}
		return err
	}))
	return ids
}

// write appends events about q in transactions that take their time, so that
// they commit in another order than they began; some do not commit at all.
func (s *storm) write(store *marketplace.Store, q question.ID, events int) {
	for range events {
		errBack := fmt.Errorf("roll back")
		err := store.InTx(s.t.Context(), s.m.Brand, func(tx *gorm.DB) error {
			e := event.Event{Brand: s.m.Brand, Kind: question.EventMessage, Subject: event.Subject(q), At: s.m.Clock.Now()}
			if err := s.m.Events.AppendTx(s.t.Context(), tx, e, nil); err != nil {
				return err
			}
			if marketplace.Postgres(tx) && rand.IntN(3) == 0 {
				time.Sleep(rand.N(8 * time.Millisecond))
			}
			if rand.IntN(10) == 0 {
				return errBack
			}
			return nil
		})
		if err != nil && err != errBack {
			s.t.Error(err)
		}
		time.Sleep(rand.N(3 * time.Millisecond))
	}
}

// follow hears until the last event, being cut off on the way.
func (s *storm) follow(who string, caller access.Caller, after string) {
	numbers := []int{s.nodes[0].number(caller), s.nodes[1].number(caller)}
	var ids []string
	most := 120 * time.Millisecond
	for deadline := time.Now().Add(patience); ; {
		i := rand.IntN(2)
		ctx, cut := context.WithTimeout(s.t.Context(), 5*time.Millisecond+rand.N(most))
		got, place, err := s.hear(ctx, s.nodes[i], numbers[i], after)
		cut()
		if len(got) == 0 {
			most += 5 * time.Millisecond // a slow machine needs longer for a page
		}
		ids, after = append(ids, got...), place
		last := s.last.Load()
		switch {
		case err != nil:
			s.t.Errorf("%s: %v", who, err)
		case time.Now().After(deadline):
			s.t.Errorf("%s has not heard the last event", who)
		case last == nil || !slices.Contains(ids, *last):
			continue
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		s.heard[who] = ids
		return
	}
}

// hear connects once and reads whole blocks until ctx ends.
func (s *storm) hear(ctx context.Context, n *node, number int, after string) (ids []string, place string, err error) {
	socket, err := new(net.Dialer).DialContext(ctx, "tcp", n.server.Listener.Addr().String())
	if err != nil {
		return nil, after, nil
	}
	defer context.AfterFunc(ctx, func() { _ = socket.Close() })()
	defer socket.Close()
	_, _ = fmt.Fprintf(socket, "GET / HTTP/1.1\r\nHost: test\r\nX-Caller: %d\r\nLast-Event-ID: %s\r\n\r\n", number, after)
	c := &client{t: s.t, socket: socket, in: bufio.NewReader(socket)}
	head, err := http.ReadResponse(c.in, nil)
	if err != nil {
		return nil, after, nil // cut off
	}
	if head.StatusCode != http.StatusOK {
		return nil, after, fmt.Errorf("answered %s", head.Status)
	}
	for {
		f, err := c.next()
		if err != nil {
			return ids, after, nil
		}
		if f.id != "" {
			after = f.id
		}
		if f.name == "question.message" {
			ids = append(ids, f.id)
		}
		if last := s.last.Load(); last != nil && f.id == *last {
			return ids, after, nil
		}
	}
}

// killListeners ends the connections on which the nodes hear each other, and counts
// them.
func (s *storm) killListeners(db *sqldb.DB, until <-chan struct{}) {
	for {
		select {
		case <-until:
			return
		case <-time.After(150 * time.Millisecond):
		}
		var gone []bool
		err := db.Read.Raw("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN %'").Scan(&gone).Error
		if err != nil {
			s.t.Error(err)
		}
		s.killed.Add(int64(len(gone)))
	}
}

// Streams lose nothing and double nothing: with concurrent writers, with
// clients that are cut off at any moment and come back at another node, and on
// PostgreSQL with the nodes' connections for calling each other killed.
func TestStreamsLoseAndDoubleNothing(t *testing.T) {
	for _, dialect := range dbtest.Dialects {
		t.Run(dialect, func(t *testing.T) {
			s, q, callers := newStorm(t, dialect)
			var place event.Cursor
			begin := lastID(t, s.m)
			_, err := fmt.Sscanf(begin, "%x-%x", &place.Xid, &place.Seq)
			must(t, err)
			var following, writing sync.WaitGroup
			for who, caller := range callers {
				for i := range 3 {
					following.Go(func() { s.follow(fmt.Sprint(who, i), caller, begin) })
				}
			}
			stop, killing := make(chan struct{}), sync.WaitGroup{}
			if dialect == "postgres" {
				killing.Go(func() { s.killListeners(s.m.DB, stop) })
			}
			for i := range 6 {
				writing.Go(func() { s.write(s.stores[i%2], q, dbtest.Loops(100, 3000)) })
			}
			writing.Wait()
			for deadline := time.Now().Add(patience); dialect == "postgres" && s.killed.Load() < 2; time.Sleep(time.Millisecond) {
				if time.Now().After(deadline) {
					t.Fatalf("only %d listeners were killed", s.killed.Load())
				}
			}
			happen(t, s.m, q, question.EventMessage)
			last := lastID(t, s.m)
			s.last.Store(&last)
			following.Wait()
			close(stop)
			killing.Wait()
			want := s.written(place)
			if len(want) < 400 || len(s.heard) != 12 {
				t.Errorf("%d events were written, %d clients heard", len(want), len(s.heard))
			}
			for who, ids := range s.heard {
				if !slices.Equal(ids, want) {
					t.Errorf("%s heard %d events of %d; lost or doubled: %q", who, len(ids), len(want), difference(ids, want))
				}
			}
		})
	}
}

// difference lists what is not exactly once in both.
func difference(got, want []string) (list []string) {
	n := map[string]int{}
	for _, id := range got {
		n[id]++
	}
	for _, id := range want {
		n[id]--
	}
	for id, more := range n {
		if more != 0 {
			list = append(list, fmt.Sprintf("%s %+d", id, more))
		}
	}
	return list
}
