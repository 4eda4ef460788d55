package api

import (
	"encoding/hex"
	"encoding/json"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"knowhow/web/limit"
	"knowhow/web/problem"
)

// guard refuses who may not call a route, or calls it too often, before
// anything of the request is read: nobody learns what a route takes, or sends
// it a large body, unknown.
func (a *API) guard(r Route) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		err := requestOf(ctx.Context()).may(r)
		if err == nil && r.policy.Limit > 0 {
			err = a.count(ctx, r.policy)
		}
		if err == nil {
			next(ctx)
			return
		}
		refuse(ctx, err)
	}
}

// count counts a request against the limit of its address. The database it
// counts in may fail without taking the service with it.
func (a *API) count(ctx huma.Context, p limit.Policy) error {
	req := requestOf(ctx.Context())
	verdict, err := a.Limiter.Take(ctx.Context(), p, hex.EncodeToString(req.Source))
	if err != nil {
		a.Log.ErrorContext(ctx.Context(), "a request was not counted", "request", req.ID, "err", err)
		return nil
	}
	verdict.Tell(ctx.SetHeader)
	if !verdict.Allowed {
		p := problem.New("too_many_requests", "")
		p.RetryAfter = verdict.Reset
		return p
	}
	return nil
}

// refuse answers with the problem an error is.
func refuse(ctx huma.Context, err error) {
	p := problem.From(err)
	p.Request = requestOf(ctx.Context()).ID
	for name, values := range p.GetHeaders() {
		for _, value := range values {
			ctx.SetHeader(name, value)
		}
	}
	ctx.SetHeader("Content-Type", problem.MediaType)
	ctx.SetStatus(p.Status)
	if body, err := json.Marshal(p); err == nil {
		_, _ = ctx.BodyWriter().Write(body) // the client may be gone
	}
}

// refusals are the statuses a route may refuse with, for its documentation.
func (r Route) refusals() []int {
	list := []int{http.StatusBadRequest, http.StatusUnauthorized}
	if r.Who.Kind != Anyone || r.cookie {
		list = append(list, http.StatusForbidden)
	}
	list = append(list, http.StatusNotFound)
	if r.Method != http.MethodGet {
		list = append(list, http.StatusConflict, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType)
	}
	return append(list, http.StatusUnprocessableEntity, http.StatusTooManyRequests, http.StatusInternalServerError,
		http.StatusServiceUnavailable)
}
