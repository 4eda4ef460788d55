package pages

import (
	"errors"
	"net/http"
	"strconv"

	"knowhow/web/problem"
)

// trouble is what the page of a problem shows.
type trouble struct {
	Status  int
	Code    string
	Text    string
	Request string
}

// fail answers with the page of the problem that err is.
func (v *visit) fail(err error) {
	var p *problem.Problem
	if !errors.As(err, &p) {
		v.Log.ErrorContext(v.r.Context(), "a page failed", "path", v.r.Pattern, "err", err)
		p = problem.New("internal", "")
	}
	v.problemPage(p)
}

// retryAfter tells a browser when to try again, if the problem does.
func (v *visit) retryAfter(p *problem.Problem) {
	if p.RetryAfter > 0 {
		v.w.Header().Set("Retry-After", strconv.Itoa(int(p.RetryAfter.Seconds())))
	}
}

// problemPage answers with a problem's page. A request whose address is no
// good is for something that is not there.
func (v *visit) problemPage(p *problem.Problem) {
	if v.r.Method == http.MethodGet && (p.Status == http.StatusUnprocessableEntity || p.Status == http.StatusBadRequest) {
		p = problem.New("not_found", "")
	}
	v.retryAfter(p)
	t := trouble{Status: p.Status, Code: p.Code, Text: v.say(p), Request: p.Request}
	if t.Request == "" {
		t.Request = v.w.Header().Get("X-Request-Id")
	}
	err := v.show(page{name: "problem", title: "problem.title", args: []any{"status", p.Status}, status: p.Status, data: t})
	if err != nil {
		v.Log.ErrorContext(v.r.Context(), "a problem's page failed", "err", err)
		p.Write(v.w)
	}
}
