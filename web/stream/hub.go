package stream

import (
	"cmp"
	"context"
	"log/slog"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/event"
	"knowhow/marketplace/question"
)

const (
	retry       = 2 * time.Second  // what a client waits before it comes back
	beatEvery   = 15 * time.Second // between two heartbeats of a connection
	slots       = 150              // heartbeats are spread over this many ticks
	poll        = 2 * time.Second  // the hub looks for events this often even if nobody wakes it
	afterWake   = 50 * time.Millisecond
	readWithin  = 10 * time.Second
	writeWithin = 10 * time.Second // a client that takes nothing for so long is gone
	mostWaiting = 256              // notices that may wait for a slow client
	pageSize    = 100
	longest     = time.Hour // a connection; then the client comes back with a fresh token
	readers     = 4         // clients that catch up at the same time read one page each
)

// Options are what a hub is made of.
type Options struct {
	Store  *marketplace.Store
	Events *event.Log
	Clock  marketplace.Clock
	Log    *slog.Logger
	Rules  map[event.Kind]question.Rule // who hears of what; nil: all that Rules gives

	// SessionLive tells whether a session of a caller's has not ended; nil: the
	// hub only hears of those that end while it listens.
	SessionLive func(ctx context.Context, caller access.Caller, session string) (bool, error)

	// Pass hands a whisper to the hubs of other processes, which are told it by
	// Passed; nil: there are none. It must return at once.
	Pass func(text string)

	PerCaller  int              // connections of one caller, the oldest is closed for the next; 0: 20
	PerAddress int              // connections from one address, further ones are refused; 0: 1,000
	Most       int              // connections in all; 0: 50,000
	Beats      <-chan time.Time // each is the turn of the next slot's heartbeats; nil: a ticker
}

// Hub is the streams of one process. Run must be running. Safe for concurrent
// use.
type Hub struct {
	o      Options
	woken  chan struct{}
	rising sync.Mutex    // held by who finds out where the hub begins to read
	places chan struct{} // of clients that catch up

	serving sync.WaitGroup // requests that are not yet wholly the hub's

	mu       sync.Mutex
	conns    map[listener][]*conn // oldest first
	from     map[address]int      // how many come from where
	slots    [slots][]*conn
	nextSlot int32
	count    int
	perKind  ears
	position event.Cursor // up to here live clients were sent everything
	awake    bool         // position is true; only while there are clients
	over     bool         // no more clients are taken

	sent, slow atomic.Int64
}

// New makes a hub.
func New(o Options) *Hub {
	if o.Rules == nil {
		o.Rules = Rules()
	}
	o.PerCaller, o.PerAddress, o.Most = cmp.Or(o.PerCaller, 20), cmp.Or(o.PerAddress, 1000), cmp.Or(o.Most, 50_000)
	return &Hub{o: o, woken: make(chan struct{}, 1), places: make(chan struct{}, readers), conns: map[listener][]*conn{}, from: map[address]int{}}
}

// Wake has the hub look for events soon. It returns at once; many wakes before
// the hub looks count as one.
func (h *Hub) Wake() {
	select {
	case h.woken <- struct{}{}:
	default:
	}
}

// Stats are figures for the metrics.
type Stats struct {
	Clients int   // connections open now
	Notices int64 // sent since the start
	Slow    int64 // connections closed because the client did not keep up
}

// Stats counts.
func (h *Hub) Stats() Stats {
	h.mu.Lock()
	defer h.mu.Unlock()
	return Stats{Clients: h.count, Notices: h.sent.Load(), Slow: h.slow.Load()}
}

// Run reads events and sends notices until ctx ends; then it sends every client
// away, each to come back at another moment.
func (h *Hub) Run(ctx context.Context) {
	defer h.Shutdown()
	beats := h.o.Beats
	if beats == nil {
		ticker := time.NewTicker(beatEvery / slots)
		defer ticker.Stop()
		beats = ticker.C
	}
	wait := poll
	timer := time.NewTimer(wait)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-beats:
			h.heartbeat()
			continue
		case <-h.woken:
			// An event may be held back by an older transaction that ends
			// without waking anybody.
			wait = afterWake
		case <-timer.C:
			wait = min(4*wait, poll)
		}
		if err := h.advance(ctx); err != nil && ctx.Err() == nil {
			h.o.Log.Error("read events for the streams", "err", err)
			wait = poll
		}
		timer.Reset(wait)
	}
}

// advance sends what happened since the hub last looked.
func (h *Hub) advance(ctx context.Context) error {
	for {
		h.mu.Lock()
		from, ears, awake := h.position, h.perKind, h.awake
		h.mu.Unlock()
		if !awake {
			return nil
		}
		p, err := h.read(ctx, marketplace.AllBrands, from, ears.question())
		if err != nil {
			return err
		}
		if h.deliver(from, p, ears) && !p.full {
			return nil
		}
	}
}

// deliver hands a page that was read from a place on to the clients it
// concerns. False says that it must be read again: clients came meanwhile who
// were not looked up for it, or everybody left and others begin elsewhere.
func (h *Hub) deliver(from event.Cursor, p page, heed ears) bool {
	var concerned []*conn
	frames := map[*conn][][]byte{}
	h.mu.Lock()
	if !h.awake || h.position != from || !heed.cover(h.perKind) {
		h.mu.Unlock()
		return false
	}
	p.each(func(who listener, at event.Cursor, text func() []byte) {
		for _, c := range h.conns[who] {
			if !c.live || at.Compare(c.after) <= 0 {
				continue
			}
			if frames[c] == nil {
				concerned = append(concerned, c)
			}
			frames[c] = append(frames[c], text())
		}
	})
	h.position = p.end
	h.mu.Unlock()
	atOnce(concerned, func(c *conn) { h.sendTo(c, frames[c]) })
	for _, session := range p.ended {
		h.CloseSession(session)
	}
	return true
}

// atOnce does something to many connections, on every processor, and waits.
func atOnce(list []*conn, do func(c *conn)) {
	const enough = 256 // for a goroutine of its own
	var done sync.WaitGroup
	share := max(enough, (len(list)+runtime.GOMAXPROCS(0)-1)/runtime.GOMAXPROCS(0))
	for part := range slices.Chunk(list, share) {
		done.Go(func() {
			for _, c := range part {
				do(c)
			}
		})
	}
	done.Wait()
}

// sendTo sends notices, and lets go of a client that cannot take them.
func (h *Hub) sendTo(c *conn, frames [][]byte) {
	if !c.send(frames...) {
		h.drop(c)
		return
	}
	h.sent.Add(int64(len(frames)))
}

// heartbeat is the turn of the next slot's clients: it shows who is gone, and
// that we are not. It comes from the same goroutine as notices, so that none
// below the place it names is still to be sent.
func (h *Hub) heartbeat() {
	now := h.o.Clock.Now().Unix()
	h.mu.Lock()
	list := slices.Clone(h.slots[h.nextSlot])
	h.nextSlot = (h.nextSlot + 1) % slots
	mark := beat(h.position)
	texts := make([][]byte, len(list))
	for i, c := range list {
		switch {
		case !c.live: // it is being written to
		case h.position.Compare(c.after) < 0:
			texts[i] = quiet
		default:
			texts[i] = mark
		}
	}
	h.mu.Unlock()
	for i, c := range list {
		if c.until <= now || texts[i] != nil && !c.send(texts[i]) {
			h.drop(c)
		}
	}
}

// CloseSession closes the connections of a session that has ended.
func (h *Hub) CloseSession(session string) {
	if session == "" {
		return
	}
	live, late := h.all()
	for _, c := range append(live, late...) {
		if c.session == session {
			h.drop(c)
		}
	}
}

// Shutdown closes every connection and takes no more. Each client is asked to
// come back after another while, so that they do not all come at once. When it
// returns nothing is read any more.
func (h *Hub) Shutdown() {
	h.mu.Lock()
	h.over = true
	h.mu.Unlock()
	live, late := h.all()
	for _, c := range live {
		c.send(goodbye(jitter()))
		h.drop(c)
	}
	for _, c := range late {
		h.drop(c)
	}
	h.serving.Wait()
}

// transaction is a short one that reads.
func (h *Hub) transaction(ctx context.Context, brand marketplace.BrandID, fn func(ctx context.Context, tx *gorm.DB) error) error {
	ctx, cancel := context.WithTimeout(ctx, readWithin)
	defer cancel()
	return h.o.Store.Read(ctx, brand, func(tx *gorm.DB) error { return fn(ctx, tx) })
}
