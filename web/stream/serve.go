package stream

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/event"
	"knowhow/marketplace/question"
	"knowhow/web/problem"
)

// Client is who wants a stream.
type Client struct {
	Caller  access.Caller
	Session string    // the stream ends with it; empty: with none
	Source  [16]byte  // the keyed hash of the address; zero: it counts against none
	Until   time.Time // zero: for ever
}

// Serve answers a request with the caller's stream, which goes on after Serve
// has returned: the connection is the hub's from then on. It goes on after the
// event that the header Last-Event-ID or the parameter after names, else from
// now, until the client's session ends, its Until comes or an hour has passed.
// Headers that are set on w already are sent too.
//
// An error means that nothing was answered yet: the caller may have no stream
// (marketplace.ErrForbidden), the id is none of ours (a *problem.Problem, 400),
// there are too many streams from the address (429) or in all (503), or the
// database or connection failed.
func (h *Hub) Serve(w http.ResponseWriter, r *http.Request, from Client) error {
	who, ok := listen(from.Caller)
	if !ok {
		return &access.ForbiddenError{Permission: "own_stream"}
	}
	after, resumed, err := resumes(r)
	if err != nil {
		return err
	}
	c := &conn{who: who, from: from.Source, session: strings.Clone(from.Session), until: h.ending(from.Until)}
	if err := h.admit(c); err != nil {
		return err
	}
	defer h.serving.Done()
	if err := h.open(w, r, c, from.Caller, after, resumed); err != nil {
		h.drop(c)
		return err
	}
	return nil
}

// open takes the connection over and brings the client up to date.
func (h *Hub) open(w http.ResponseWriter, r *http.Request, c *conn, caller access.Caller, after event.Cursor, resumed bool) error {
	at, err := h.now(r.Context())
	if err != nil {
		return err
	}
	if err := h.checkSession(r.Context(), caller, c.session); err != nil {
		return err
	}
	if !resumed {
		after = at
	} else if err := h.checkPlace(r.Context(), after, at); err != nil {
		return err
	}
	head := header(w)
	socket, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return fmt.Errorf("take over the connection of a stream: %w", err)
	}
	if !c.attach(socket) || c.write(append(head, begin(after)...)) != nil {
		h.drop(c)
		return nil
	}
	// The request is answered as far as the server goes, and its context with it.
	if err := h.catchUp(context.WithoutCancel(r.Context()), c, caller, after); err != nil {
		if !errors.Is(err, errGone) {
			h.o.Log.Error("bring a stream up to date", "err", err)
		}
		h.drop(c) // it comes back by itself
	}
	return nil
}

// checkSession comes after admit, so that a session which ends from now on is
// one whose connections the hub closes.
func (h *Hub) checkSession(ctx context.Context, caller access.Caller, session string) error {
	if h.o.SessionLive == nil || session == "" {
		return nil
	}
	live, err := h.o.SessionLive(ctx, caller, session)
	if err == nil && !live {
		err = problem.New("unauthenticated", "the session has ended")
	}
	return err
}

// checkPlace refuses to go on after an event that has not happened, which is
// one of another database: the client would wait for it in silence.
func (h *Hub) checkPlace(ctx context.Context, after, at event.Cursor) error {
	if after.Compare(at) <= 0 {
		return nil
	}
	end, err := h.end(ctx) // the hub may be behind
	if err == nil && after.Compare(end) > 0 {
		err = problem.New("malformed", "Last-Event-ID is ahead of every event; begin anew without it")
	}
	return err
}

// ending is when the hub closes a connection, in Unix seconds of its clock.
func (h *Hub) ending(until time.Time) int64 {
	latest := h.o.Clock.Now().Add(longest)
	if !until.IsZero() && until.Before(latest) {
		latest = until
	}
	return latest.Unix()
}

// header is the response's head, written by hand since net/http's own writer
// stays behind.
func header(w http.ResponseWriter) []byte {
	head := w.Header()
	head.Set("Content-Type", "text/event-stream")
	head.Set("Cache-Control", "no-store")
	head.Set("X-Accel-Buffering", "no")
	head.Set("Connection", "close")
	head.Set("Date", time.Now().UTC().Format(http.TimeFormat))
	head.Del("Content-Length")
	var b bytes.Buffer
	b.WriteString("HTTP/1.1 200 OK\r\n")
	_ = head.Write(&b) // a buffer takes everything
	b.WriteString("\r\n")
	return b.Bytes()
}

// errGone: the client was let go while it caught up.
var errGone = errors.New("the client is gone")

// catchUp sends the client what it missed since after, page by page, and then
// makes it live at the very place where the hub is.
func (h *Hub) catchUp(ctx context.Context, c *conn, caller access.Caller, after event.Cursor) error {
	for {
		if live, err := h.join(c, after); live || err != nil {
			return err
		}
		next, err := h.sendMissed(ctx, c, caller, after)
		if err != nil {
			return err
		}
		after = next
	}
}

// sendMissed sends what concerns the client of the next page, and returns how
// far it now is.
func (h *Hub) sendMissed(ctx context.Context, c *conn, caller access.Caller, after event.Cursor) (event.Cursor, error) {
	at, _ := h.reached()
	p, err := h.readFor(ctx, c, caller, after)
	if err != nil {
		return after, err
	}
	var missed [][]byte
	p.each(func(who listener, _ event.Cursor, text func() []byte) {
		if who == c.who {
			missed = append(missed, text())
		}
	})
	if len(missed) > 0 {
		if err := c.write(bytes.Join(missed, nil)); err != nil {
			return after, errors.Join(errGone, err)
		}
		h.sent.Add(int64(len(missed)))
	}
	// A page that is not full holds all there was, also up to where the hub was
	// before it was read.
	if !p.full && p.end.Compare(at) < 0 {
		return at, nil
	}
	return p.end, nil
}

// readFor is read for one client. Only a few read at the same time, so that
// many who come back at once do not take the database from everybody else.
func (h *Hub) readFor(ctx context.Context, c *conn, caller access.Caller, after event.Cursor) (page, error) {
	h.places <- struct{}{}
	defer func() { <-h.places }()
	if h.left(c) || hungUp(c.net) {
		return page{}, errGone // while it waited
	}
	switch caller.Kind {
	case access.KindCustomer:
		return h.read(ctx, caller.Brand, after, question.Ears{Customers: true})
	case access.KindKey:
		return h.read(ctx, caller.Brand, after, question.Ears{Keys: true})
	default:
		return h.read(ctx, marketplace.AllBrands, after, question.Ears{Persons: true})
	}
}
