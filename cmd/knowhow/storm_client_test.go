package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"knowhow/marketplace/access"
)

// storm is a market under load, whose processes are killed at random.
type storm struct {
	t     *testing.T
	m     *stormMarket
	webs  []*stormNode
	http  *http.Client
	diary diary

	requests, cutOff, busy, inFlight, lapsed, killed atomic.Int64
}

// diary is what the clients were acknowledged, by ids.
type diary struct {
	mu        sync.Mutex
	asked     map[string]string // questions by their requests' keys
	said      map[string]int    // messages of the customer, by question
	accepted  map[string]access.PersonID
	answered  map[string]bool // assignments
	resolved  map[string]bool // by the customer's word, and not reopened
	withdrawn map[string]bool
	rated     map[string]int      // CSAT by question
	forBrand  map[string]bool     // questions the brand's team answered
	verdicts  map[string]bool     // by review
	payouts   map[string][]string // by request
}

func newDiary() diary {
	return diary{
		asked: map[string]string{}, said: map[string]int{}, accepted: map[string]access.PersonID{}, answered: map[string]bool{},
		resolved: map[string]bool{}, withdrawn: map[string]bool{}, rated: map[string]int{}, forBrand: map[string]bool{},
		verdicts: map[string]bool{}, payouts: map[string][]string{},
	}
}

// note writes into the diary.
func (d *diary) note(write func(d *diary)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	write(d)
}

// request is something a client wants done, whatever happens to the processes.
type request struct {
	who    access.Caller
	method string
	path   string
	body   any
	key    string // idempotency key; empty: it may be repeated as it is
}

// reply is what a request was answered in the end.
type reply struct {
	status int
	body   []byte
}

// patience is how long a client tries.
const stormPatience = 10 * time.Minute

// call sends the request until it is answered: after a broken connection, or an
// answer that says "not now", it goes to the other web process.
func (s *storm) call(r request) reply {
	var body []byte
	if r.body != nil {
		var err error
		if body, err = json.Marshal(r.body); err != nil {
			s.t.Errorf("write the body of %s %s: %v", r.method, r.path, err)
			return reply{}
		}
	}
	first := rand.IntN(len(s.webs))
	for try, deadline := 0, time.Now().Add(stormPatience); time.Now().Before(deadline); try++ {
		if try > 0 {
			time.Sleep(30*time.Millisecond + rand.N(70*time.Millisecond))
		}
		web := s.webs[(first+try)%len(s.webs)]
		base := web.address()
		if base == "" {
			continue
		}
		s.requests.Add(1)
		web.serving.Add(1)
		got, err := s.send(base, r, body)
		web.serving.Add(-1)
		switch {
		case err != nil:
			s.cutOff.Add(1) // whether it was done is not known
		case got.status == http.StatusServiceUnavailable:
			s.busy.Add(1)
		case got.status == http.StatusConflict && got.problem() == "in_flight":
			s.inFlight.Add(1)
		case got.status >= http.StatusInternalServerError:
			s.t.Errorf("%s %s was answered %d: %.300s", r.method, r.path, got.status, got.body)
		default:
			return got
		}
	}
	s.t.Errorf("%s %s was not answered within %s", r.method, r.path, stormPatience)
	return reply{}
}

// send sends the request once. Some clients lose their connection by themselves,
// before they learn what came of it.
func (s *storm) send(base string, r request, body []byte) (reply, error) {
	answersWithin := 30 * time.Second
	if r.method != http.MethodGet && chance(5) {
		answersWithin = rand.N(30 * time.Millisecond)
	}
	ctx, cancel := context.WithTimeout(context.Background(), answersWithin)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, r.method, base+"/api/v1"+r.path, bytes.NewReader(body))
	if err != nil {
		return reply{}, err
	}
	req.Header.Set("Authorization", "Bearer "+s.m.token(r.who))
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if r.key != "" {
		req.Header.Set("Idempotency-Key", r.key)
	}
	resp, err := s.http.Do(req)
	if err != nil {
		return reply{}, err
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	return reply{resp.StatusCode, text}, err
}

// problem is the code of a refusal.
func (r reply) problem() string {
	var p struct{ Code string }
	_ = json.Unmarshal(r.body, &p) // no code is no problem of ours
	return p.Code
}

// read gets what is at a path into result.
func (s *storm) read(who access.Caller, path string, result any) bool {
	got := s.call(request{who: who, method: http.MethodGet, path: path})
	if got.status != http.StatusOK {
		s.t.Errorf("GET %s was answered %d: %.300s", path, got.status, got.body)
		return false
	}
	if err := json.Unmarshal(got.body, result); err != nil {
		s.t.Errorf("GET %s was answered %.300s: %v", path, got.body, err)
		return false
	}
	return true
}

// write has something done once. It reports false where the state of things
// forbids it, as when a deadline was faster.
func (s *storm) write(who access.Caller, method, path string, body, result any) bool {
	return s.writeUnder(uuid.NewString(), who, method, path, body, result)
}

func (s *storm) writeUnder(key string, who access.Caller, method, path string, body, result any) bool {
	got := s.call(request{who: who, method: method, path: path, body: body, key: key})
	switch {
	case got.status == http.StatusConflict:
		return false
	case got.status < 200 || got.status > 299:
		s.t.Errorf("%s %s was answered %d: %.300s", method, path, got.status, got.body)
		return false
	}
	if result == nil {
		return true
	}
	if err := json.Unmarshal(got.body, result); err != nil {
		s.t.Errorf("%s %s was answered %.300s: %v", method, path, got.body, err)
		return false
	}
	return true
}

// is fails the test unless the question's customer reads, at whatever process,
// that it is in one of these states.
func (s *storm) is(who access.Caller, id string, states ...string) {
	var q struct{ State string }
	if !s.read(who, "/questions/"+id, &q) {
		return
	}
	for _, state := range states {
		if q.State == state {
			return
		}
	}
	s.t.Errorf("question %s is %s, and acknowledged was that it is %s", id, q.State, fmt.Sprint(states))
}
