package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"knowhow/marketplace/access"
	"knowhow/marketplace/event"
)

// listener is one caller with a stream that is cut off again and again, and
// comes back at any process.
type listener struct {
	s    *storm
	name string
	who  access.Caller
	http *http.Client

	mu     sync.Mutex
	begin  event.Cursor // where the first stream began
	place  event.Cursor // where it goes on
	heard  []heard
	visits int
}

// heard is a notice as it came.
type heard struct {
	at   event.Cursor
	name string
}

// block is one block of a stream.
type block struct{ id, name, data string }

// listeners are some of each kind of callers.
func (s *storm) listeners() []*listener {
	list := []*listener{
		{name: "owner", who: s.m.owner}, {name: "reviewer", who: s.m.reviewer}, {name: "agent", who: s.m.agent},
		{name: "operator", who: s.m.operator}, {name: "API key", who: s.m.key},
	}
	for i := range 8 {
		list = append(list, &listener{name: fmt.Sprintf("customer %d", i), who: s.m.customers[i]})
	}
	for i := range 10 {
		list = append(list, &listener{name: fmt.Sprintf("expert %d", 3*i), who: s.m.experts[3*i]})
	}
	for _, l := range list {
		l.s, l.http = s, &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	}
	return list
}

// listen stays on one stream after the other until ctx ends. While it is rough
// it hangs up by itself too.
func (l *listener) listen(ctx context.Context, rough *atomic.Bool) {
	for ctx.Err() == nil {
		base := l.s.webs[rand.IntN(len(l.s.webs))].address()
		if base == "" {
			sleep(ctx, 50*time.Millisecond)
			continue
		}
		stay := time.Minute
		if rough.Load() {
			stay = 200*time.Millisecond + rand.N(8*time.Second)
		}
		visit, leave := context.WithTimeout(ctx, stay)
		if err := l.visit(visit, base); err != nil {
			l.s.t.Errorf("the stream of %s: %v", l.name, err)
		}
		leave()
		sleep(ctx, rand.N(150*time.Millisecond))
	}
}

// visit listens until the stream ends. What is wrong with what it says is an
// error; that it ends is none.
func (l *listener) visit(ctx context.Context, base string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/api/v1/stream", nil)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+l.s.m.token(l.who))
	from := l.reached()
	if from != (event.Cursor{}) {
		req.Header.Set("Last-Event-ID", fmt.Sprintf("%x-%x", from.Xid, from.Seq))
	}
	resp, err := l.http.Do(req)
	if err != nil {
		return nil
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode == http.StatusServiceUnavailable {
		return nil
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("answered %s", resp.Status)
	}
	l.mu.Lock()
	l.visits++
	l.mu.Unlock()
	for in := bufio.NewReader(resp.Body); ; {
		b, err := readBlock(in)
		if err != nil {
			return nil
		}
		if err := l.take(b, from); err != nil {
			return err
		}
	}
}

// readBlock reads a whole block; one that is cut short never was.
func readBlock(in *bufio.Reader) (b block, err error) {
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return b, err
		}
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
		switch name {
		case "":
			if line == "\n" {
				return b, nil
			}
		case "id":
			b.id = value
		case "event":
			b.name = value
		case "data":
			b.data = value
		}
	}
}

func (l *listener) reached() event.Cursor {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.place
}

// take notes a block of a stream that was to go on at from.
func (l *listener) take(b block, from event.Cursor) error {
	if b.id == "" {
		return nil // only a sign of life
	}
	var at event.Cursor
	if _, err := fmt.Sscanf(b.id, "%x-%x", &at.Xid, &at.Seq); err != nil {
		return fmt.Errorf("an id is %q: %w", b.id, err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case at.Compare(l.place) < 0:
		return fmt.Errorf("%s %q came after %x-%x", b.name, b.id, l.place.Xid, l.place.Seq)
	case b.name == "ready" && from != (event.Cursor{}) && at != from:
		return fmt.Errorf("it goes on at %s and not at %x-%x", b.id, from.Xid, from.Seq)
	case b.name == "ready" && from == (event.Cursor{}):
		l.begin = at
	}
	if b.name != "" && b.name != "ready" {
		var d struct{ Type string }
		if err := json.NewDecoder(strings.NewReader(b.data)).Decode(&d); err != nil && err != io.EOF || d.Type != b.name {
			return fmt.Errorf("%s %q says %q", b.name, b.id, b.data)
		}
		if at == l.place && len(l.heard) > 0 && l.heard[len(l.heard)-1].at == at {
			return fmt.Errorf("%s %q came twice", b.name, b.id)
		}
		l.heard = append(l.heard, heard{at, b.name})
	}
	l.place = at
	return nil
}
