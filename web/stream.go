package web

import (
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/labstack/echo/v4"

	"knowhow/marketplace/access"
	"knowhow/web/api"
	"knowhow/web/problem"
	"knowhow/web/stream"
)

// streamRoute adds the callers' streams: they leave huma and echo behind, so
// their description is written by hand.
func (s *Server) streamRoute(described huma.API) {
	path := api.Prefix + "/stream"
	s.echo.GET(path, s.stream)
	text := &huma.Schema{Type: "string"}
	answers := map[string]*huma.Response{
		"200": {Description: "The stream.", Content: map[string]*huma.MediaType{"text/event-stream": {Schema: text}}},
	}
	for _, status := range []int{400, 401, 403, 429, 500, 503} {
		answers[strconv.Itoa(status)] = &huma.Response{Description: http.StatusText(status), Content: map[string]*huma.MediaType{
			problem.MediaType: {Schema: &huma.Schema{Ref: "#/components/schemas/Problem"}},
		}}
	}
	described.OpenAPI().AddOperation(&huma.Operation{
		OperationID: "stream", Method: "GET", Path: path, Tags: []string{"Streams"},
		Summary: "Hear of what concerns you, as it happens",
		Description: "Server-sent events: each names a type and the id of what it is about, to be read anew. The id of an event is a " +
			"cursor: a client that comes back with Last-Event-ID hears of everything since, once.",
		Security:   []map[string][]string{{"bearer": {}}},
		Extensions: map[string]any{"x-callers": []string{"customer", "person", "API key"}},
		Parameters: []*huma.Param{
			{Name: "Last-Event-ID", In: "header", Description: "The last event that was heard.", Schema: text},
			{Name: "after", In: "query", Description: "The same, where headers cannot be set.", Schema: text},
		},
		Responses: answers,
	})
}

// stream hands the connection over to the hub.
func (s *Server) stream(c echo.Context) error {
	req := requestOf(c)
	switch {
	case !req.Caller.Valid():
		return problem.New("unauthenticated", "")
	case req.Limited:
		return problem.New("second_factor_missing", "")
	}
	until := req.Until
	if req.Caller.Kind == access.KindPerson && req.Session != "" {
		until = time.Time{} // it ends with its session
	}
	client := stream.Client{Caller: req.Caller, Session: req.Session, Until: until}
	copy(client.Source[:], req.Source)
	return s.Hub.Serve(c.Response().Writer, c.Request(), client)
}
