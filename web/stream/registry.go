package stream

import (
	"context"
	"math/rand/v2"
	"slices"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/event"
	"knowhow/marketplace/question"
	"knowhow/web/problem"
)

// ears counts the connected clients of each kind.
type ears struct{ customers, persons, keys int }

func (e *ears) add(k access.Kind, n int) {
	switch k {
	case access.KindCustomer:
		e.customers += n
	case access.KindPerson:
		e.persons += n
	case access.KindKey:
		e.keys += n
	}
}

// cover reports whether every kind in now is in e too.
func (e ears) cover(now ears) bool {
	a, b := e.question(), now.question()
	return (a.Customers || !b.Customers) && (a.Persons || !b.Persons) && (a.Keys || !b.Keys)
}

// question names the kinds that there are.
func (e ears) question() question.Ears {
	return question.Ears{Customers: e.customers > 0, Persons: e.persons > 0, Keys: e.keys > 0}
}

// admit takes a client in, which is not yet live, and is being served. Where its caller has too many
// connections the oldest goes. Where its address or the process has, it is a problem.
func (h *Hub) admit(c *conn) error {
	h.mu.Lock()
	if full := h.full(c); full != nil {
		h.mu.Unlock()
		return full
	}
	var oldest *conn
	if own := h.conns[c.who]; len(own) >= h.o.PerCaller {
		oldest = own[0]
	}
	h.conns[c.who] = append(h.conns[c.who], c)
	c.slot = rand.Int32N(slots)
	h.slots[c.slot] = append(h.slots[c.slot], c)
	h.count++
	if c.from != (address{}) {
		h.from[c.from]++
	}
	h.serving.Add(1)
	h.perKind.add(c.who.kind, 1)
	h.mu.Unlock()
	if oldest != nil {
		h.drop(oldest)
	}
	return nil
}

// crowded is how long a client waits whose address has too many connections:
// longer than where another process may have room.
const crowded = 30 * time.Second

// full is the problem that no more clients can be taken in like c, or nil.
func (h *Hub) full(c *conn) error {
	if h.over || h.count >= h.o.Most {
		p := problem.New("unavailable", "no more streams can be opened here now")
		p.RetryAfter = jitter()
		return p
	}
	if c.from != (address{}) && h.from[c.from] >= h.o.PerAddress {
		p := problem.New("too_many_requests", "too many streams are open from this address")
		p.RetryAfter = crowded + jitter()
		return p
	}
	return nil
}

// drop closes a connection and forgets it; again changes nothing.
func (h *Hub) drop(c *conn) {
	slow := c.close(false)
	h.mu.Lock()
	defer h.mu.Unlock()
	if c.gone {
		return
	}
	c.gone, c.live = true, false
	if slow {
		h.slow.Add(1)
	}
	if own := without(h.conns[c.who], c); len(own) > 0 {
		h.conns[c.who] = own
	} else {
		delete(h.conns, c.who)
	}
	h.slots[c.slot] = without(h.slots[c.slot], c)
	h.count--
	if h.from[c.from]--; h.from[c.from] <= 0 {
		delete(h.from, c.from)
	}
	h.perKind.add(c.who.kind, -1)
	if h.count == 0 {
		h.awake = false
	}
}

func without(list []*conn, c *conn) []*conn {
	if i := slices.Index(list, c); i >= 0 {
		return slices.Delete(list, i, i+1)
	}
	return list
}

// all lists every connection, those that are live before those that catch up.
func (h *Hub) all() (live, late []*conn) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, own := range h.conns {
		for _, c := range own {
			if c.live {
				live = append(live, c)
			} else {
				late = append(late, c)
			}
		}
	}
	return live, late
}

// now is the place up to which the hub has read. For the first client it begins
// behind all that has happened; that client must have been admitted.
func (h *Hub) now(ctx context.Context) (event.Cursor, error) {
	if at, awake := h.reached(); awake {
		return at, nil
	}
	h.rising.Lock()
	defer h.rising.Unlock()
	if at, awake := h.reached(); awake {
		return at, nil // another one was first
	}
	end, err := h.end(ctx)
	if err != nil {
		return event.Cursor{}, err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.position, h.awake = end, true
	return end, nil
}

// end is the place behind all that has happened.
func (h *Hub) end(ctx context.Context) (end event.Cursor, err error) {
	err = h.transaction(ctx, marketplace.AllBrands, func(ctx context.Context, tx *gorm.DB) error {
		end, err = h.o.Events.EndTx(ctx, tx)
		return err
	})
	return end, err
}

func (h *Hub) reached() (event.Cursor, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.position, h.awake
}

// join makes a client live that has read up to a place, if the hub has not read
// on meanwhile. Where the hub is behind, the client hears only what comes after
// its own place. One that was let go meanwhile is errGone.
func (h *Hub) join(c *conn, read event.Cursor) (bool, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if c.gone {
		return false, errGone
	}
	if read.Compare(h.position) >= 0 {
		c.after, c.live = read, true
	}
	return c.live, nil
}

func (h *Hub) left(c *conn) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return c.gone
}

// jitter is a while that differs from client to client.
func jitter() time.Duration { return 500*time.Millisecond + rand.N(4500*time.Millisecond) }
