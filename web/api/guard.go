package api

import (
	"encoding/json"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"knowhow/web/problem"
)

// guard refuses who may not call a route before anything of the request is
// read: nobody learns what a route takes, or sends it a large body, unknown.
func (a *API) guard(r Route) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		err := requestOf(ctx.Context()).may(r)
		if err == nil {
			next(ctx)
			return
		}
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
}

// refusals are the statuses a route may refuse with, for its documentation.
func (r Route) refusals() []int {
	list := []int{http.StatusBadRequest, http.StatusUnauthorized}
	if r.Who.Kind != Anyone {
		list = append(list, http.StatusForbidden)
	}
	list = append(list, http.StatusNotFound)
	if r.Method != http.MethodGet {
		list = append(list, http.StatusConflict, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType)
	}
	return append(list, http.StatusUnprocessableEntity, http.StatusTooManyRequests, http.StatusInternalServerError,
		http.StatusServiceUnavailable)
}
