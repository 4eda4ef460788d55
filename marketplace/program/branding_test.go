package program_test

import (
	"errors"
	"maps"
	"testing"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/program"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

func (h *house) branding(t *testing.T, id program.ID) (b program.Branding) {
	t.Helper()
	must(t, h.store.Read(t.Context(), h.brand, func(tx *gorm.DB) (err error) {
		b, err = program.BrandingTx(t.Context(), tx, id)
		return err
	}))
	return b
}

func TestBranding(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		ctx, p := t.Context(), h.draft(t)
		if b := h.branding(t, p.ID); b.Accent != "" || len(b.Greeting) > 0 || b.TextOn() != "" {
			t.Errorf("at first: %+v", b)
		}
		set := program.Branding{Accent: "#1F6FEB", Greeting: map[string]string{"EN-us": "Ask those who know.", "de": "Fragen Sie."}}
		if n := dbtest.Halfway(t, db, func() error { return h.SetBranding(ctx, h.owner, p.ID, set) }); n < 2 {
			t.Errorf("%d statements", n)
		}
		got, err := h.Branding(ctx, h.owner, p.ID)
		if err != nil || got.Accent != "#1f6feb" || !maps.Equal(got.Greeting, map[string]string{"en-US": "Ask those who know.", "de": "Fragen Sie."}) {
			t.Errorf("read back %+v, %v", got, err)
		}
		if loaded := h.load(t, p.ID); loaded.Name != p.Name || len(loaded.Languages) != len(p.Languages) {
			t.Errorf("the program is now %+v", loaded)
		}
		_, stranger := h.newBrand(t, "Other")
		for who, c := range map[string]access.Caller{"a stranger": stranger, "nobody": {}} {
			_, read := h.Branding(ctx, c, p.ID)
			if err := h.SetBranding(ctx, c, p.ID, set); !errors.Is(err, marketplace.ErrNotFound) || !errors.Is(read, marketplace.ErrNotFound) {
				t.Errorf("%s: %v, %v", who, err, read)
			}
		}
		if err := h.SetBranding(ctx, h.operator, p.ID, set); !errors.Is(err, marketplace.ErrForbidden) {
			t.Errorf("an operator: %v", err)
		}
		must(t, h.SetBranding(ctx, h.owner, p.ID, program.Branding{}))
		if b := h.branding(t, p.ID); b.Accent != "" || len(b.Greeting) > 0 {
			t.Errorf("taken back: %+v", b)
		}
		must(t, h.Close(ctx, h.owner, p.ID))
		if err := h.SetBranding(ctx, h.owner, p.ID, set); !errors.Is(err, program.ErrState) {
			t.Errorf("of a closed program: %v", err)
		}
	})
}

func TestBrandingThatIsRefused(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		p := h.draft(t)
		many := map[string]string{}
		for a := 'a'; a <= 'z'; a++ {
			many["en-x"+string(a)], many["de-"+string(a)] = "Hi", "Hallo"
		}
		for field, list := range map[string][]program.Branding{
			"accent":      {{Accent: "red"}, {Accent: "#12345"}, {Accent: "#1234567"}, {Accent: "#+12345"}, {Accent: "#12345g"}, {Accent: "1f6feb0"}},
			"greeting":    {{Greeting: map[string]string{"english": "Hi"}}, {Greeting: many}, {Greeting: map[string]string{"en-US": "Hi", "EN-us": "Hi"}}},
			"greeting.en": {{Greeting: map[string]string{"en": ""}}, {Greeting: map[string]string{"en": "a\x00"}}, {Greeting: map[string]string{"en": string(make([]byte, 501))}}},
		} {
			for _, b := range list {
				var invalid *marketplace.InvalidError
				if err := h.SetBranding(t.Context(), h.owner, p.ID, b); !errors.As(err, &invalid) || invalid.Field != field {
					t.Errorf("%+v: %v, want %s invalid", b, err, field)
				}
			}
		}
	})
}
