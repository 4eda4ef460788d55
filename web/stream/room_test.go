package stream_test

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/event"
	"knowhow/marketplace/markettest"
	"knowhow/marketplace/question"
	"knowhow/web/problem"
	"knowhow/web/stream"
)

// patience is how long a test waits for what must come.
const patience = 5 * time.Minute

// node is a hub and the server before it. Whoever connects says who they are
// by the number of a caller.
type node struct {
	hub     *stream.Hub
	server  *httptest.Server
	mu      sync.Mutex
	callers []access.Caller
}

// newNode serves streams of the market's events; edit changes the options.
func newNode(t *testing.T, store *marketplace.Store, m *markettest.Market, edit func(o *stream.Options)) *node {
	t.Helper()
	o := stream.Options{Store: store, Events: m.Events, Clock: m.Clock, Log: slog.New(slog.NewTextHandler(t.Output(), nil))}
	if edit != nil {
		edit(&o)
	}
	n := &node{hub: stream.New(o)}
	n.server = httptest.NewServer(http.HandlerFunc(n.serve))
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { n.hub.Run(ctx) })
	t.Cleanup(func() {
		stop()
		running.Wait()
		n.server.Close()
	})
	return n
}

// open is newNode whose hub hears of every commit of the market's store.
func open(t *testing.T, m *markettest.Market, edit func(o *stream.Options)) *node {
	t.Helper()
	n := newNode(t, m.Store, m, edit)
	m.Store.OnCommit(n.hub.Wake)
	return n
}

func (n *node) serve(w http.ResponseWriter, r *http.Request) {
	n.mu.Lock()
	i, _ := strconv.Atoi(r.Header.Get("X-Caller"))
	caller := n.callers[i]
	n.mu.Unlock()
	w.Header().Set("X-Request-Id", "r1")
	from, _ := strconv.Atoi(r.Header.Get("X-Source"))
	if err := n.hub.Serve(w, r, stream.Client{Caller: caller, Session: r.Header.Get("X-Session"), Source: [16]byte{byte(from)}}); err != nil {
		problem.From(err).Write(w)
	}
}

func (n *node) number(c access.Caller) int {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.callers = append(n.callers, c)
	return len(n.callers) - 1
}

// frame is one block of a stream.
type frame struct{ id, name, data, retry string }

// client is one connection of a test's.
type client struct {
	t      *testing.T
	socket net.Conn
	in     *bufio.Reader
	head   *http.Response
}

// dial connects as caller, to go on after an id ("" for now).
func (n *node) dial(t *testing.T, caller access.Caller, session, after string) *client {
	t.Helper()
	return n.dialFrom(t, caller, session, after, 0)
}

// dialFrom is dial from an address; 0: from none that is known.
func (n *node) dialFrom(t *testing.T, caller access.Caller, session, after string, from byte) *client {
	t.Helper()
	socket, err := net.Dial("tcp", n.server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = socket.Close() })
	_, err = fmt.Fprintf(socket, "GET /api/v1/stream HTTP/1.1\r\nHost: test\r\nX-Caller: %d\r\nX-Source: %d\r\nX-Session: %s\r\nLast-Event-ID: %s\r\n\r\n", n.number(caller), from, session, after)
	if err != nil {
		t.Fatal(err)
	}
	c := &client{t: t, socket: socket, in: bufio.NewReader(socket)}
	c.patient()
	c.head, err = http.ReadResponse(c.in, nil)
	if err != nil {
		t.Fatalf("read the head of the stream: %v", err)
	}
	return c
}

// listen is dial and the stream's beginning; it returns the id to begin with.
func (n *node) listen(t *testing.T, caller access.Caller, after string) (*client, string) {
	t.Helper()
	c := n.dial(t, caller, "", after)
	if c.head.StatusCode != http.StatusOK {
		t.Fatalf("the stream was answered %s", c.head.Status)
	}
	if f := c.frame(); f.retry != "2000" {
		t.Fatalf("the stream begins with %+v", f)
	}
	f := c.frame()
	if f.name != "ready" || f.id == "" || after != "" && f.id != after {
		t.Fatalf("then comes %+v", f)
	}
	return c, f.id
}

func (c *client) patient() { _ = c.socket.SetReadDeadline(time.Now().Add(patience)) }

// settle waits until so many clients have caught up.
func (n *node) settle(t *testing.T, clients int) {
	t.Helper()
	for deadline := time.Now().Add(patience); n.hub.Live() < clients; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%d clients have caught up, want %d", n.hub.Live(), clients)
		}
	}
}

// next reads a block; an error where the stream is over.
func (c *client) next() (f frame, err error) {
	for {
		line, err := c.in.ReadString('\n')
		if err != nil {
			return f, err
		}
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
		switch name {
		case "":
			return f, nil
		case "id":
			f.id = value
		case "event":
			f.name = value
		case "data":
			f.data = value
		case "retry":
			f.retry = value
		}
	}
}

func (c *client) frame() frame {
	c.t.Helper()
	c.patient()
	f, err := c.next()
	if err != nil {
		c.t.Fatalf("read the stream: %v", err)
	}
	return f
}

// hear reads the names of the next notices, up to the one named last.
func (c *client) hear(last string) (names []string) {
	c.t.Helper()
	for {
		f := c.frame()
		if f.name == "" {
			continue // a heartbeat
		}
		names = append(names, f.name)
		if f.name == last {
			return names
		}
	}
}

// over reads to the stream's end.
func (c *client) over() (rest []frame) {
	c.t.Helper()
	c.patient()
	for {
		f, err := c.next()
		if err != nil {
			if wait, ok := err.(net.Error); ok && wait.Timeout() {
				c.t.Fatal("the stream was not closed")
			}
			return rest
		}
		rest = append(rest, f)
	}
}

// happen appends events to the log, each in a transaction of its own.
func happen(t *testing.T, m *markettest.Market, q question.ID, kinds ...event.Kind) {
	t.Helper()
	for _, kind := range kinds {
		err := m.Store.InTx(t.Context(), m.Brand, func(tx *gorm.DB) error {
			e := event.Event{Brand: m.Brand, Kind: kind, Subject: event.Subject(q), At: m.Clock.Now()}
			return m.Events.AppendTx(t.Context(), tx, e, nil)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// lastID is the id of the last event, as a client sees it.
func lastID(t *testing.T, m *markettest.Market) string {
	t.Helper()
	var c event.Cursor
	must(t, m.Store.Read(t.Context(), marketplace.AllBrands, func(tx *gorm.DB) (err error) {
		c, err = m.Events.EndTx(t.Context(), tx)
		return err
	}))
	return fmt.Sprintf("%x-%x", c.Xid, c.Seq)
}

// endSession tells that a session has ended, as sign-in does.
func endSession(t *testing.T, m *markettest.Market, sessions ...string) {
	t.Helper()
	err := m.Store.InTx(t.Context(), marketplace.AllBrands, func(tx *gorm.DB) error {
		e := event.Event{Brand: marketplace.AllBrands, Kind: "session.ended", Subject: event.Subject(m.Owner.Person), At: m.Clock.Now()}
		return m.Events.AppendTx(t.Context(), tx, e, map[string]any{"sessions": sessions})
	})
	if err != nil {
		t.Fatal(err)
	}
}

func wantNames(t *testing.T, who string, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s heard\n%q, want\n%q", who, got, want)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
