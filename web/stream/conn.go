package stream

import (
	"bytes"
	"errors"
	"net"
	"os"
	"sync"
	"time"

	"knowhow/marketplace/access"
	"knowhow/marketplace/event"
)

// listener is who is at the other end, short enough to be a key.
type listener struct {
	kind access.Kind
	id   [16]byte
}

// listen names the caller; false where it is nobody who may have a stream.
func listen(c access.Caller) (listener, bool) {
	switch {
	case !c.Valid():
		return listener{}, false
	case c.Kind == access.KindPerson:
		return listener{c.Kind, c.Person}, true
	case c.Kind == access.KindCustomer:
		return listener{c.Kind, c.Customer}, true
	case c.Kind == access.KindKey:
		return listener{c.Kind, c.Key}, true
	}
	return listener{}, false
}

// address is the keyed hash of where a client comes from; zero: nobody knows.
type address [16]byte

// conn is one client's connection. Many of them are idle, so it is small: it
// has neither goroutine nor buffer of its own.
type conn struct {
	who     listener
	from    address
	session string
	until   int64 // Unix seconds; the hub closes it then

	// These are guarded by the hub's lock.
	after event.Cursor // live notices up to here were sent, or never are
	live  bool         // it has caught up and hears what the hub reads
	gone  bool         // the hub knows it no more
	slot  int32        // when it gets its heartbeats

	mu      sync.Mutex
	net     net.Conn // nil before the client's request was taken over
	waiting [][]byte // what could not be written at once
	writing bool     // a goroutine writes what waits
	closed  bool
	slow    bool // closed because the client did not keep up
}

// send writes frames without ever waiting: what the socket does not take waits
// for a goroutine, which is started then. False says that the client is gone,
// or so slow that too much waits for it: the connection is of no more use.
func (c *conn) send(frames ...[]byte) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.closed || c.net == nil:
		return false
	case c.writing && len(c.waiting)+len(frames) > mostWaiting:
		c.slow = true
		return false
	case c.writing:
		c.waiting = append(c.waiting, frames...)
		return true
	}
	text := frames[0]
	if len(frames) > 1 {
		text = bytes.Join(frames, nil)
	}
	n, err := writeNow(c.net, text)
	if err != nil {
		return false
	}
	if n < len(text) {
		c.waiting, c.writing = append(c.waiting, text[n:]), true
		go c.drain()
	}
	return true
}

// drain writes what waits, until nothing does.
func (c *conn) drain() {
	for {
		c.mu.Lock()
		if c.closed || len(c.waiting) == 0 {
			c.waiting, c.writing = nil, false
			c.mu.Unlock()
			return
		}
		text := bytes.Join(c.waiting, nil)
		c.waiting = nil
		c.mu.Unlock()
		if err := c.write(text); err != nil {
			c.close(errors.Is(err, os.ErrDeadlineExceeded)) // the next send finds it closed
			return
		}
	}
}

// write waits for the client to take text, for so long and no longer.
func (c *conn) write(text []byte) error {
	if err := c.net.SetWriteDeadline(time.Now().Add(writeWithin)); err != nil {
		return err
	}
	if _, err := c.net.Write(text); err != nil {
		return err
	}
	return c.net.SetWriteDeadline(time.Time{})
}

// close ends the connection, for being slow or not; again changes nothing. It
// tells whether the client was slow.
func (c *conn) close(slow bool) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return c.slow
	}
	if c.net != nil {
		_ = c.net.Close() // nobody is left to tell
	}
	c.closed, c.slow, c.waiting = true, c.slow || slow, nil
	return c.slow
}

// attach gives the connection its socket; false where it was closed before.
func (c *conn) attach(socket net.Conn) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.net = socket
	if c.closed {
		_ = socket.Close()
	}
	return !c.closed
}
