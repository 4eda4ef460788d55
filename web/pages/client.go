package pages

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"knowhow/web/problem"
)

// client asks the API for a visitor, as a browser app would: with their
// address, cookies and language, and the access token they have. What the API
// sets as a cookie goes on to the browser.
type client struct {
	handler http.Handler
	visit   *visit
	token   string // empty: nobody is signed in
}

const prefix = "/api/v1"

// as is the client of who has token.
func (c client) as(token string) client {
	c.token = token
	return c
}

// read gets what lies at path.
func (c client) read(path string, into any) error { return c.do(http.MethodGet, path, nil, "", into) }

// send posts body to path; into may be nil.
func (c client) send(path string, body, into any) error {
	return c.do(http.MethodPost, path, body, "", into)
}

// do sends a request; a refusal is a *problem.Problem. key, where it is not
// empty, makes it safe to repeat.
func (c client) do(method, path string, body any, key string, into any) error {
	answer, err := c.roundTrip(method, path, body, key)
	if err != nil {
		return err
	}
	for _, cookie := range answer.header.Values("Set-Cookie") {
		c.visit.w.Header().Add("Set-Cookie", cookie)
	}
	if answer.status >= http.StatusBadRequest {
		return refusal(answer)
	}
	if into == nil || answer.body.Len() == 0 {
		return nil
	}
	if err := json.Unmarshal(answer.body.Bytes(), into); err != nil {
		return fmt.Errorf("read the API's answer to %s %s: %w", method, path, err)
	}
	return nil
}

func (c client) roundTrip(method, path string, body any, key string) (*answer, error) {
	var content io.Reader
	if body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			return nil, fmt.Errorf("write a request to %s: %w", path, err)
		}
		content = bytes.NewReader(encoded)
	}
	from := c.visit.r
	r, err := http.NewRequestWithContext(from.Context(), method, prefix+path, content)
	if err != nil {
		return nil, fmt.Errorf("make a request to %s: %w", path, err)
	}
	r.Host, r.RemoteAddr, r.RequestURI = from.Host, from.RemoteAddr, r.URL.RequestURI()
	for _, name := range []string{"Cookie", "User-Agent", "X-Forwarded-For"} {
		r.Header[name] = from.Header[name]
	}
	r.Header.Set("Accept-Language", c.visit.Lang)
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	if key != "" {
		r.Header.Set("Idempotency-Key", key)
	}
	got := &answer{header: http.Header{}}
	c.handler.ServeHTTP(got, r)
	return got, nil
}

// refusal is the problem that the API answered with.
func refusal(a *answer) error {
	p := &problem.Problem{}
	if err := json.Unmarshal(a.body.Bytes(), p); err != nil || p.Code == "" {
		return fmt.Errorf("the API answered %d", a.status)
	}
	if s, err := strconv.Atoi(a.header.Get("Retry-After")); err == nil {
		p.RetryAfter = time.Duration(s) * time.Second
	}
	return p
}

// answer is what the API answers, kept to be read.
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header implements http.ResponseWriter.
func (a *answer) Header() http.Header { return a.header }

// WriteHeader implements http.ResponseWriter.
func (a *answer) WriteHeader(status int) { a.status = cmp.Or(a.status, status) }

// Write implements http.ResponseWriter.
func (a *answer) Write(b []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	return a.body.Write(b)
}

// code is the kind of problem that err is; empty: none.
func code(err error) string {
	if p, ok := err.(*problem.Problem); ok {
		return p.Code
	}
	return ""
}

// segment is text as one part of a path, whatever is in it.
func segment(text string) string { return url.PathEscape(text) }
