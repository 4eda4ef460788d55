package bench

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"time"
)

// answersWithin bounds one request.
const answersWithin = 30 * time.Second

// client is one connection to the server that is kept, and used by one
// goroutine. It speaks just enough HTTP/1.1 to cost little beside the server,
// with which it shares the processors.
type client struct {
	host string
	conn net.Conn
	in   *bufio.Reader
	out  []byte
	body bytes.Buffer
}

// dial connects. The connection ends with ctx.
func dial(ctx context.Context, host string) (*client, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", host)
	if err != nil {
		return nil, fmt.Errorf("connect to the server: %w", err)
	}
	context.AfterFunc(ctx, func() { _ = conn.Close() })
	return &client{host: host, conn: conn, in: bufio.NewReaderSize(conn, 16<<10)}, nil
}

func (c *client) close() { _ = c.conn.Close() }

// do sends a request as the holder of token and reads the answer, which is good
// until the next one.
func (c *client) do(method, path, token string, body []byte) (status int, answer []byte, err error) {
	c.out = append(append(append(c.out[:0], method...), " /api/v1"...), path...)
	c.out = append(append(c.out, " HTTP/1.1\r\nHost: "...), c.host...)
	c.out = append(append(c.out, "\r\nAuthorization: Bearer "...), token...)
	if method != http.MethodGet {
		c.out = append(c.out, "\r\nContent-Type: application/json\r\nContent-Length: "...)
		c.out = strconv.AppendInt(c.out, int64(len(body)), 10)
	}
	c.out = append(append(c.out, "\r\n\r\n"...), body...)
	if err := c.conn.SetDeadline(time.Now().Add(answersWithin)); err != nil {
		return 0, nil, err
	}
	if _, err := c.conn.Write(c.out); err != nil {
		return 0, nil, err
	}
	resp, err := http.ReadResponse(c.in, nil)
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	c.body.Reset()
	_, err = c.body.ReadFrom(resp.Body)
	return resp.StatusCode, c.body.Bytes(), err
}

// must does a request that has to succeed, and reads its answer into result
// where that is not nil.
func (c *client) must(method, path, token string, body []byte, result any) error {
	status, answer, err := c.do(method, path, token, body)
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	if status >= 300 {
		return fmt.Errorf("%s %s: %w", method, path, &refusedError{status, string(answer)})
	}
	if result == nil {
		return nil
	}
	if err := json.Unmarshal(answer, result); err != nil {
		return fmt.Errorf("%s %s answered %.200q: %w", method, path, answer, err)
	}
	return nil
}

// refusedError is an answer that is no success.
type refusedError struct {
	status int
	answer string
}

func (e *refusedError) Error() string { return fmt.Sprintf("status %d: %.300s", e.status, e.answer) }
