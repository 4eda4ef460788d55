package bench

import (
	"bufio"
	"context"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// speak answers one connection, in pieces, which come one by one or at once.
func speak(t *testing.T, apart time.Duration, pieces ...string) (host string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	if apart == 0 {
		pieces = []string{strings.Join(pieces, "")}
	}
	go func() {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer func() { _ = conn.Close() }()
		r, err := http.ReadRequest(bufio.NewReader(conn))
		if err != nil || r.Header.Get("Authorization") != "Bearer secret" {
			return
		}
		for _, p := range pieces {
			if _, err := conn.Write([]byte(p)); err != nil {
				return
			}
			time.Sleep(apart)
		}
	}()
	return l.Addr().String()
}

// An ear counts the notices of messages, however they are cut into pieces, and
// nothing else.
func TestEarCountsMessages(t *testing.T) {
	for _, apart := range []time.Duration{0, 2 * time.Millisecond} {
		host := speak(t, apart, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\nretry: 2000\n\nid: 0-1\nevent: re", "ady\ndata: {}\n\n",
			"id: 0-2\nevent: question.message\ndata: {}\n\n:\nid: 0-2\n\nid: 0-3\nevent: question.", "message\ndata: {}\n", "\n",
			"id: 0-4\nevent: question.resolved\ndata: {}\n\nid: 0-5\nevent: question.message\nda")
		e, err := openEar(t.Context(), host, "secret")
		if err != nil {
			t.Fatal(err)
		}
		heard := make(chan hearing, 10)
		e.hear(heard)
		e.close()
		close(heard)
		var got []int
		for h := range heard {
			got = append(got, h.message)
		}
		if len(got) != 2 || got[0] != 1 || got[1] != 2 {
			t.Errorf("%v apart: heard the messages %v, want 1 and 2", apart, got)
		}
	}
}

func TestEarIsRefused(t *testing.T) {
	_, err := openEar(t.Context(), speak(t, 0, "HTTP/1.1 503 Service Unavailable\r\n\r\n"), "secret")
	if err == nil || !strings.Contains(err.Error(), "503") {
		t.Errorf("a refused stream: %v", err)
	}
}

// Each connection is to hear of each message once: what comes late is lost, and
// what comes too early is doubled.
func TestGatherCountsLostAndDoubled(t *testing.T) {
	heard := make(chan hearing, 10)
	for _, n := range []int{1, 2, 3, 2} {
		heard <- hearing{message: n}
	}
	if got, doubled := gather(t.Context(), heard, 2, 2); len(got) != 2 || doubled != 1 {
		t.Errorf("%d heard of message 2, %d were doubled; want 2 and 1", len(got), doubled)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if got, _ := gather(ctx, heard, 3, 1); len(got) != 0 {
		t.Errorf("%d heard of message 3, want none", len(got))
	}
}
