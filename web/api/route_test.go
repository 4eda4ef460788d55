package api

import (
	"context"
	"strings"
	"testing"

	"knowhow/marketplace/access"
)

// A route whose function takes a struct, or gives something else, is named at the
// start.
func TestRoutesTakeAndGivePointersToStructs(t *testing.T) {
	type in struct{}
	for name, register := range map[string]func(*API){
		"takes a struct": func(a *API) {
			act(a, Route{ID: "odd"}, func(context.Context, access.Caller, in) error { return nil })
		},
		"takes a pointer to a number": func(a *API) {
			act(a, Route{ID: "odd"}, func(context.Context, access.Caller, *int) error { return nil })
		},
		"gives a struct": func(a *API) {
			read(a, Route{ID: "odd"}, func(context.Context, access.Caller, *in) (in, error) { return in{}, nil })
		},
	} {
		told := func() (told any) {
			defer func() { told = recover() }()
			register(&API{})
			return nil
		}()
		if text, _ := told.(string); !strings.HasPrefix(text, "route odd: ") {
			t.Errorf("%s: %v", name, told)
		}
	}
}
