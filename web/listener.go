package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"net/http"

	"github.com/google/uuid"

	"knowhow/web/problem"
)

// MostHeaders is how many bytes of headers an http.Server is to read at all: what
// a connection may have us keep before anything is known of it. Requests are
// refused for fewer.
const MostHeaders = 64 << 10

// Listener is l for an http.Server: what net/http itself refuses, since it
// never becomes a request (a malformed line, a host that is missing, more than
// MostHeaders), is answered with a problem too and not in plain text. Where
// net/http should come to write otherwise, its own words go out.
func Listener(l net.Listener) net.Listener { return listener{l} }

type listener struct{ net.Listener }

func (l listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if tcp, ok := c.(*net.TCPConn); ok {
		return &conn{tcp}, err
	}
	return c, err
}

// conn has all that a TCP connection has: streams need its descriptor.
type conn struct{ *net.TCPConn }

// plainHead is what net/http writes, after the status, before its own refusals
// and nothing else: at once, and then it closes the connection.
var plainHead = []byte("\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n")

// Write writes b, or a problem in place of net/http's refusal.
func (c *conn) Write(b []byte) (int, error) {
	end := bytes.IndexByte(b, '\r')
	if end < 0 || !bytes.HasPrefix(b, []byte("HTTP/1.1 ")) || !bytes.HasPrefix(b[end:], plainHead) {
		return c.TCPConn.Write(b)
	}
	code := "malformed"
	if bytes.HasPrefix(b, fmt.Appendf(nil, "HTTP/1.1 %d ", http.StatusRequestHeaderFieldsTooLarge)) {
		code = "headers_too_large"
	}
	if _, err := c.TCPConn.Write(written(problem.New(code, ""))); err != nil {
		return 0, err
	}
	return len(b), nil
}

// written is p as a whole response.
func written(p *problem.Problem) []byte {
	p.Request = uuid.NewString()
	body, _ := json.Marshal(p) // text and numbers
	return fmt.Appendf(nil, "HTTP/1.1 %d %s\r\nCache-Control: no-store\r\nConnection: close\r\nContent-Length: %d\r\nContent-Type: %s\r\nX-Request-Id: %s\r\n\r\n%s",
		p.Status, http.StatusText(p.Status), len(body), problem.MediaType, p.Request, body)
}
