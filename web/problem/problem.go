// Package problem turns errors into what a client reads: an HTTP status and a
// body of type application/problem+json (RFC 9457) with a stable code. The one
// table of what becomes what is in table.go.
package problem

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// MediaType is the content type of a problem.
const MediaType = "application/problem+json"

// Problem is what went wrong, as a client reads it.
type Problem struct {
	Type    string   `json:"type" doc:"Where this kind of problem is described." example:"/docs#offer_gone"`
	Title   string   `json:"title" doc:"What went wrong, the same for every problem of its kind."`
	Status  int      `json:"status" doc:"The HTTP status." example:"409"`
	Code    string   `json:"code" doc:"The kind of problem, for programs." example:"offer_gone"`
	Detail  string   `json:"detail,omitempty" doc:"What went wrong this time."`
	Request string   `json:"request_id,omitempty" doc:"The request's id, for asking about it."`
	Errors  []Detail `json:"errors,omitempty" doc:"The parts of the request that were refused."`
	// RetryAfter, where it is not zero, becomes the header Retry-After.
	RetryAfter time.Duration `json:"-"`
}

// Detail is one part of a request that was refused.
type Detail struct {
	Location string `json:"location,omitempty" doc:"Where it is." example:"body.title"`
	Message  string `json:"message" doc:"What is wrong with it."`
}

// New is a problem of a kind in the table, by its code. A code that is not in
// the table is a mistake in the code and becomes an internal error.
func New(code, detail string) *Problem {
	for _, k := range kinds {
		if k.code == code {
			return k.problem(detail)
		}
	}
	return internal.problem("")
}

// From is the problem that err is for the client. Whatever is not in the table
// is an internal error, of which the client learns nothing.
func From(err error) *Problem {
	var p *Problem
	if errors.As(err, &p) {
		return p
	}
	for _, row := range table {
		if !errors.Is(err, row.err) {
			continue
		}
		p := row.kind.problem(row.detail(err))
		p.Errors, p.RetryAfter = parts(err), wait(err)
		return p
	}
	return internal.problem("")
}

// Error implements error.
func (p *Problem) Error() string {
	if p.Detail == "" {
		return p.Title
	}
	return p.Title + ": " + p.Detail
}

// GetStatus implements huma.StatusError.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType implements huma.ContentTypeFilter.
func (p *Problem) ContentType(string) string { return MediaType }

// GetHeaders implements huma.HeadersError.
func (p *Problem) GetHeaders() http.Header {
	h := http.Header{}
	if p.RetryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(int((p.RetryAfter+time.Second-1)/time.Second)))
	}
	if p.Status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", `Bearer realm="knowhow"`)
	}
	return h
}

// Write answers w with the problem.
func (p *Problem) Write(w http.ResponseWriter) {
	for name, values := range p.GetHeaders() {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Type", MediaType)
	w.WriteHeader(p.Status)
	body, err := json.Marshal(p)
	if err == nil {
		_, _ = w.Write(body) // the client may be gone
	}
}

// kind is one sort of problem.
type kind struct {
	code   string
	status int
	title  string
}

func (k kind) problem(detail string) *Problem {
	return &Problem{Type: "/docs#" + k.code, Title: k.title, Status: k.status, Code: k.code, Detail: detail}
}

// Kind describes a sort of problem for the documentation.
type Kind struct {
	Code   string
	Status int
	Title  string
}

// Kinds lists every sort of problem, each once, by status and code.
func Kinds() []Kind {
	list := make([]Kind, len(kinds))
	for i, k := range kinds {
		list[i] = Kind{k.code, k.status, k.title}
	}
	return list
}

// clip keeps a detail to one line of a sensible length.
func clip(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if len(text) > 300 {
		text = strings.ToValidUTF8(text[:300], "") + "…"
	}
	return text
}
