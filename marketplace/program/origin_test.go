package program_test

import (
	"errors"
	"reflect"
	"strconv"
	"testing"

	"knowhow/marketplace"
	"knowhow/marketplace/program"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

// Origins are stored as browsers write them, so that comparing text is enough;
// what is none is refused and changes nothing.
func TestOrigins(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		p := h.draft(t)
		for given, want := range map[string]string{
			"https://www.example.com":      "https://www.example.com",
			"HTTPS://WWW.Example.com/":     "https://www.example.com",
			"https://a.example:443":        "https://a.example",
			"https://a.example:8443":       "https://a.example:8443",
			"https://a.example:80":         "https://a.example:80",
			"https://xn--exmple-cua.com":   "https://xn--exmple-cua.com",
			"http://localhost:3000":        "http://localhost:3000",
			"http://LOCALHOST:80":          "http://localhost",
			"http://shop.localhost":        "http://shop.localhost",
			"http://127.0.0.1:8080":        "http://127.0.0.1:8080",
			"http://[::1]:8080":            "http://[::1]:8080",
			"https://[2001:DB8::1]":        "https://[2001:db8::1]",
			"https://192.0.2.1:443":        "https://192.0.2.1",
			"https://a.example:443/":       "https://a.example",
			"https://with-hyphen.example/": "https://with-hyphen.example",
		} {
			must(t, h.SetOrigins(t.Context(), h.owner, p.ID, []string{given}))
			if got := h.load(t, p.ID).Origins; !reflect.DeepEqual(got, []string{want}) {
				t.Errorf("%q became %q, want %q", given, got, want)
			}
		}
		many := make([]string, program.MaxOrigins+1)
		for i := range many {
			many[i] = "https://a.example:" + strconv.Itoa(9000+i)
		}
		must(t, h.SetOrigins(t.Context(), h.owner, p.ID, many[1:]))
		dbtest.Unchanged(t, db, func() {
			for _, bad := range [][]string{
				{""}, {"*"}, {"null"}, {"https://*.example.com"}, {"http://example.com"}, {"http://192.0.2.1"}, {"http://localhost.example.com"},
				{"https://"}, {"https://user@example.com"}, {"https://example.com/path"}, {"https://example.com/?"}, {"https://example.com#"},
				{"ftp://example.com"}, {"//example.com"}, {"example.com"}, {"https://exämple.com"}, {"https://example.com\r\nX: y"}, {"https://exa mple.com"},
				{"https://example.com:port"}, {"https://good.example", "https://bad.example/path"}, {"\xff"}, many,
			} {
				var invalid *marketplace.InvalidError
				if err := h.SetOrigins(t.Context(), h.owner, p.ID, bad); !errors.As(err, &invalid) || invalid.Field != "origins" {
					t.Errorf("%q: %v, want origins invalid", bad, err)
				}
			}
		})
	})
}

// Listed are the origins of live programs, each with its brand, and no others.
func TestLiveOrigins(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		ctx := t.Context()
		want := func(origins ...program.Origin) {
			t.Helper()
			if got, err := h.LiveOrigins(ctx); err != nil || !reflect.DeepEqual(got, origins) {
				t.Errorf("live origins %v, %v; want %v", got, err, origins)
			}
		}
		p, draft := h.live(t), h.draft(t)
		must(t, h.SetOrigins(ctx, h.owner, draft.ID, []string{"https://draft.example"}))
		want()
		must(t, h.SetOrigins(ctx, h.owner, p.ID, []string{"https://b.example", "https://a.example"}))
		want(program.Origin{Origin: "https://a.example", Brand: h.brand}, program.Origin{Origin: "https://b.example", Brand: h.brand})
		must(t, h.Pause(ctx, h.owner, p.ID))
		want()
		must(t, h.Resume(ctx, h.owner, p.ID))
		must(t, h.SetOrigins(ctx, h.owner, p.ID, nil))
		want()
		must(t, h.Close(ctx, h.owner, p.ID))
		if err := h.SetOrigins(ctx, h.owner, p.ID, nil); !errors.Is(err, program.ErrState) {
			t.Errorf("of a closed program: %v", err)
		}
	})
}
