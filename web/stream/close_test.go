package stream_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace/access"
	"knowhow/marketplace/markettest"
	"knowhow/marketplace/question"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
	"knowhow/web/problem"
	"knowhow/web/stream"
)

// Signing out closes that session's streams, whichever process does it, and no
// other's.
func TestSignOutCloses(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		m := markettest.New(t, db)
		n := open(t, m, nil)
		one, two := n.dial(t, m.Owner, "s1", ""), n.dial(t, m.Owner, "s2", "")
		other := n.dial(t, m.Agent, "", "")
		endSession(t, m, "s0", "s1")
		one.over()
		q := m.Ask(m.Customer("Dana"), "My box is dead")
		happen(t, m, q.ID, question.EventNudged)
		for _, c := range []*client{two, other} {
			wantNames(t, "who is signed in", c.hear("question.nudged"), "ready", "question.asked", "question.escalated", "question.nudged")
		}
		n.hub.CloseSession("s2")
		two.over()
		if got := n.hub.Stats().Clients; got != 1 {
			t.Errorf("%d clients are left, want 1", got)
		}
	})
}

// A session that ended before the stream was opened gets none.
func TestEndedSessionGetsNoStream(t *testing.T) {
	m := markettest.New(t, dbtest.Open(t, "sqlite"))
	n := open(t, m, func(o *stream.Options) {
		o.SessionLive = func(_ context.Context, _ access.Caller, session string) (bool, error) { return session == "live", nil }
	})
	if c := n.dial(t, m.Owner, "ended", ""); c.head.StatusCode != http.StatusUnauthorized {
		t.Errorf("an ended session was answered %s", c.head.Status)
	}
	if c := n.dial(t, m.Owner, "live", ""); c.head.StatusCode != http.StatusOK {
		t.Errorf("a live session was answered %s", c.head.Status)
	}
	if got := n.hub.Stats().Clients; got != 1 {
		t.Errorf("%d clients, want 1", got)
	}
}

func TestRefusedStreams(t *testing.T) {
	m := markettest.New(t, dbtest.Open(t, "sqlite"))
	n := open(t, m, func(o *stream.Options) { o.Most = 3 })
	for _, after := range []string{"x", "1", "0-0-0", "0-zz", "-1-1", "00-1", "0-01", "0-A", "ffffffffffffffff-1", "0-8000000000000000", "0-ffffff"} {
		c := n.dial(t, m.Owner, "", after)
		body, _ := io.ReadAll(c.head.Body)
		if c.head.StatusCode != http.StatusBadRequest || !strings.Contains(string(body), `"code":"malformed"`) {
			t.Errorf("Last-Event-ID %q was answered %s %s", after, c.head.Status, body)
		}
	}
	for _, nobody := range []access.Caller{{}, access.SystemCaller("test")} {
		if c := n.dial(t, nobody, "", ""); c.head.StatusCode != http.StatusForbidden {
			t.Errorf("%s was answered %s", nobody, c.head.Status)
		}
	}
	for range 3 {
		n.listen(t, m.Owner, "")
	}
	if c := n.dial(t, m.Owner, "", ""); c.head.StatusCode != http.StatusServiceUnavailable || c.head.Header.Get("Retry-After") == "" {
		t.Errorf("one too many was answered %s %v", c.head.Status, c.head.Header)
	}
	// net/http's recorder cannot be taken over.
	w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil)
	m2 := stream.New(stream.Options{Store: m.Store, Events: m.Events, Clock: m.Clock})
	if err := m2.Serve(w, r, stream.Client{Caller: m.Owner}); err == nil || problem.From(err).Status != http.StatusInternalServerError || m2.Stats().Clients != 0 {
		t.Errorf("a connection that cannot be taken over: %v, %+v", err, m2.Stats())
	}
}

func TestOldestOfACallerMakesRoom(t *testing.T) {
	m := markettest.New(t, dbtest.Open(t, "sqlite"))
	n := open(t, m, func(o *stream.Options) { o.PerCaller = 2 })
	first, _ := n.listen(t, m.Owner, "")
	other, _ := n.listen(t, m.Agent, "")
	second, _ := n.listen(t, m.Owner, "")
	third, _ := n.listen(t, m.Owner, "")
	first.over()
	m.Ask(m.Customer("Dana"), "My box is dead")
	for _, c := range []*client{other, second, third} {
		c.hear("question.asked")
	}
}

// One address has so many streams, whoever they are of, and another as many.
// Who is refused is told when to come back, and finds room when one has gone.
func TestAnAddressHasSoManyStreams(t *testing.T) {
	m := markettest.New(t, dbtest.Open(t, "sqlite"))
	n := open(t, m, func(o *stream.Options) { o.PerAddress = 2 })
	const unknown, home, away = 0, 1, 2
	first := n.dialFrom(t, m.Owner, "s1", "", home)
	n.dialFrom(t, m.Agent, "", "", home)
	refused := func(c *client) {
		t.Helper()
		body, _ := io.ReadAll(c.head.Body)
		wait, err := strconv.Atoi(c.head.Header.Get("Retry-After"))
		if c.head.StatusCode != http.StatusTooManyRequests || err != nil || wait < 30 || !strings.Contains(string(body), `"code":"too_many_requests"`) {
			t.Errorf("one too many was answered %s %v %s", c.head.Status, c.head.Header, body)
		}
	}
	refused(n.dialFrom(t, m.Manager, "", "", home))
	for _, from := range []byte{away, away, unknown, unknown, unknown} { // which is no bound
		if c := n.dialFrom(t, m.Manager, "", "", from); c.head.StatusCode != http.StatusOK {
			t.Errorf("from %d: %s", from, c.head.Status)
		}
	}
	refused(n.dialFrom(t, m.Manager, "", "", away))
	n.settle(t, 7)
	n.hub.CloseSession("s1")
	first.over()
	if c := n.dialFrom(t, m.Manager, "", "", home); c.head.StatusCode != http.StatusOK {
		t.Errorf("with room again: %s", c.head.Status)
	}
	refused(n.dialFrom(t, m.Manager, "", "", home))
}

func TestShutdownSendsClientsAway(t *testing.T) {
	m := markettest.New(t, dbtest.Open(t, "sqlite"))
	n := open(t, m, nil)
	waits := map[string]bool{}
	var clients []*client
	for range 8 {
		c, _ := n.listen(t, m.Owner, "")
		clients = append(clients, c)
	}
	n.settle(t, len(clients))
	n.hub.Shutdown()
	for _, c := range clients {
		rest := c.over()
		if len(rest) != 1 || rest[0].retry == "" {
			t.Fatalf("at the end came %+v", rest)
		}
		waits[rest[0].retry] = true
	}
	if len(waits) < 3 {
		t.Errorf("all come back at the same moments %v", waits)
	}
	if c := n.dial(t, m.Owner, "", ""); c.head.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("after the end a stream was answered %s", c.head.Status)
	}
}

// Each tick is the turn of a part of the connections; a heartbeat shows the
// client its place, and an hour ends the connection.
func TestHeartbeats(t *testing.T) {
	m := markettest.New(t, dbtest.Open(t, "sqlite"))
	beats := make(chan time.Time)
	n := open(t, m, func(o *stream.Options) { o.Beats = beats })
	eve, start := n.listen(t, m.Customer("Eve"), "")
	owner, _ := n.listen(t, m.Owner, "")
	n.settle(t, 2) // who still catches up has no heartbeat
	m.Ask(m.Customer("Dana"), "My box is dead")
	owner.hear("question.asked")
	place := owner.frame().id // question.escalated or offered, the last event
	turn := func() {
		for range 150 {
			beats <- time.Time{}
		}
	}
	turn()
	for _, c := range []*client{eve, owner} {
		if f := c.frame(); f.name != "" || f.id != place || f.id == start {
			t.Errorf("the heartbeat is %+v, want the id %s", f, place)
		}
	}
	m.Clock.Advance(59 * time.Minute)
	turn()
	eve.frame()
	m.Clock.Advance(2 * time.Minute)
	turn()
	eve.over()
	owner.over()
}

// pipe takes a connection over that is no socket and has no buffer.
type pipe struct {
	*httptest.ResponseRecorder
	server net.Conn
}

func (p pipe) Hijack() (net.Conn, *bufio.ReadWriter, error) { return p.server, nil, nil }

// A client that takes nothing is let go before much waits for it, and holds up
// nobody.
func TestSlowClientIsLetGo(t *testing.T) {
	m := markettest.New(t, dbtest.Open(t, "sqlite"))
	n := open(t, m, nil)
	quick, _ := n.listen(t, m.Owner, "")
	server, mute := net.Pipe()
	served := make(chan error, 1)
	go func() {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		served <- n.hub.Serve(pipe{httptest.NewRecorder(), server}, r, stream.Client{Caller: m.Owner})
	}()
	in := bufio.NewReader(mute)
	for range 2 { // the head, and the beginning
		for line := "x"; line != "\r\n" && line != "\n"; {
			var err error
			line, err = in.ReadString('\n')
			must(t, err)
		}
	}
	_, err := in.Discard(in.Buffered())
	must(t, err)
	must(t, <-served)
	q := m.Ask(m.Customer("Dana"), "My box is dead")
	for range 300 {
		happen(t, m, q.ID, question.EventMessage)
		quick.hear("question.message")
	}
	if got := n.hub.Stats(); got.Clients != 1 || got.Slow != 1 || got.Notices < 300 {
		t.Errorf("then there are %+v", got)
	}
	if rest, err := io.ReadAll(mute); err != nil || len(rest) != 0 {
		t.Logf("the slow client still read %d bytes, %v", len(rest), err)
	}
}

// An idle connection costs the process no goroutine.
func TestIdleConnectionsHaveNoGoroutine(t *testing.T) {
	m := markettest.New(t, dbtest.Open(t, "sqlite"))
	n := open(t, m, func(o *stream.Options) { o.PerCaller = 1000 })
	n.listen(t, m.Owner, "")
	before := runtime.NumGoroutine()
	for range 200 {
		n.listen(t, m.Owner, "")
	}
	deadline := time.Now().Add(patience)
	for runtime.NumGoroutine() > before+10 && time.Now().Before(deadline) {
		time.Sleep(time.Millisecond)
	}
	if got := runtime.NumGoroutine(); got > before+10 {
		t.Errorf("200 idle connections have %d goroutines", got-before)
	}
	if got := n.hub.Stats().Clients; got != 201 {
		t.Errorf("%d clients, want 201", got)
	}
}

// While nobody listens nothing is read.
func TestHubRestsWhileNobodyListens(t *testing.T) {
	m := markettest.New(t, dbtest.Open(t, "sqlite"))
	n := open(t, m, nil)
	c, _ := n.listen(t, m.Owner, "")
	_ = c.socket.Close()
	q := m.Ask(m.Customer("Dana"), "My box is dead")
	for deadline := time.Now().Add(patience); n.hub.Stats().Clients > 0 && time.Now().Before(deadline); {
		happen(t, m, q.ID, question.EventMessage) // shows that the client is gone
		time.Sleep(time.Millisecond)
	}
	reads := 0
	must(t, m.DB.Read.Callback().Query().Before("*").Register("count", func(tx *gorm.DB) { reads++ }))
	for range 10 {
		n.hub.Wake()
		time.Sleep(5 * time.Millisecond)
	}
	if reads != 0 || n.hub.Stats().Clients != 0 {
		t.Errorf("with %d clients the hub made %d reads", n.hub.Stats().Clients, reads)
	}
	c, _ = n.listen(t, m.Owner, "") // and it wakes up again
	happen(t, m, q.ID, question.EventNudged)
	wantNames(t, "the next client", c.hear("question.nudged"), "question.nudged")
}
