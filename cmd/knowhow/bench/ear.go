package bench

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"time"
)

// ear is one connection that listens to a stream. It costs as little as it can
// beside the server.
type ear struct {
	conn net.Conn
	rest []byte // read, and not yet looked at
}

// hearing is one ear having heard of its so manyth message.
type hearing struct {
	message int
	at      time.Time
}

var (
	opened  = []byte("event: ready\n")
	notice  = []byte("event: question.message\n")
	success = []byte("HTTP/1.1 200 ")
)

// openEar opens a stream and reads its beginning.
func openEar(ctx context.Context, host, token string) (*ear, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", host)
	if err != nil {
		return nil, fmt.Errorf("open a stream: %w", err)
	}
	e := &ear{conn: conn}
	if err := e.begin(host, token); err != nil {
		e.close()
		return nil, fmt.Errorf("open a stream: %w", err)
	}
	return e, nil
}

func (e *ear) begin(host, token string) error {
	if err := e.conn.SetDeadline(time.Now().Add(answersWithin)); err != nil {
		return err
	}
	_, err := fmt.Fprintf(e.conn, "GET /api/v1/stream HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\n\r\n", host, token)
	if err != nil {
		return err
	}
	buffer, read := make([]byte, 2<<10), []byte(nil)
	for open := false; !open; {
		n, err := e.conn.Read(buffer)
		if err != nil {
			return fmt.Errorf("%w after %.200q", err, read)
		}
		read = append(read, buffer[:n]...)
		if len(read) >= len(success) && !bytes.HasPrefix(read, success) {
			return fmt.Errorf("answered %.200q", read)
		}
		_, e.rest, open = bytes.Cut(read, opened)
	}
	return e.conn.SetDeadline(time.Time{})
}

// hear tells of every notice of a message until the connection ends.
func (e *ear) hear(heard chan<- hearing) {
	buffer, messages := make([]byte, 1<<10), 0
	for {
		at := time.Now()
		for {
			frame, rest, whole := bytes.Cut(e.rest, []byte("\n\n"))
			if !whole {
				break
			}
			if bytes.Contains(frame, notice) {
				messages++
				heard <- hearing{messages, at}
			}
			e.rest = rest
		}
		if len(e.rest) == 0 {
			e.rest = nil
		}
		n, err := e.conn.Read(buffer)
		if err != nil {
			return
		}
		e.rest = append(e.rest, buffer[:n]...)
	}
}

// close ends the connection. There may be none.
func (e *ear) close() {
	if e != nil {
		_ = e.conn.Close() // it may have ended already
	}
}
