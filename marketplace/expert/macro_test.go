package expert_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/expert"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

func (h *house) macroNames(t *testing.T, caller access.Caller) (names []string) {
	t.Helper()
	list, err := h.Macros(t.Context(), caller)
	must(t, err)
	for _, m := range list {
		names = append(names, m.Name)
	}
	return names
}

func TestMacros(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		ctx, x, other := t.Context(), h.NewExpert(t, "dana"), h.NewExpert(t, "eve")
		var reset expert.Macro
		for _, name := range []string{"reset", "apology", " cable "} {
			m, err := h.AddMacro(ctx, x, expert.MacroText{Name: name, Text: "Dear Mrs Whitlow, about the " + name, Language: "EN"})
			must(t, err)
			if name == "reset" {
				reset = m
			}
		}
		if got := h.macroNames(t, x); !slices.Equal(got, []string{"apology", "cable", "reset"}) {
			t.Errorf("macros %q", got)
		}
		if strings.Contains(dbtest.Dump(t, db), "Whitlow") {
			t.Error("what a macro says is in clear")
		}
		must(t, h.ChangeMacro(ctx, x, reset.ID, expert.MacroText{Name: "a reset", Text: "Press it."}))
		got, err := h.Macro(ctx, x, reset.ID)
		if err != nil || got.Name != "a reset" || got.Text != "Press it." || got.Language != "" || !got.CreatedAt.Equal(reset.CreatedAt) {
			t.Errorf("changed: %+v, %v", got, err)
		}
		for doing, err := range map[string]error{
			"read":   func() error { _, err := h.Macro(ctx, other, reset.ID); return err }(),
			"change": h.ChangeMacro(ctx, other, reset.ID, expert.MacroText{Name: "mine", Text: "mine"}),
			"remove": h.RemoveMacro(ctx, other, reset.ID),
		} {
			if !errors.Is(err, marketplace.ErrNotFound) {
				t.Errorf("%s another's: %v", doing, err)
			}
		}
		if list := h.macroNames(t, other); len(list) != 0 {
			t.Errorf("another reads %q", list)
		}
		must(t, h.RemoveMacro(ctx, x, reset.ID))
		if err := h.RemoveMacro(ctx, x, reset.ID); !errors.Is(err, marketplace.ErrNotFound) {
			t.Errorf("removed twice: %v", err)
		}
		if got := h.macroNames(t, x); !slices.Equal(got, []string{"apology", "cable"}) {
			t.Errorf("macros %q", got)
		}
	})
}

func TestBadMacrosChangeNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		x := h.NewExpert(t, "dana")
		good := expert.MacroText{Name: "reset", Text: "Press it."}
		m, err := h.AddMacro(t.Context(), x, good)
		must(t, err)
		for name, spoil := range map[string]func(m *expert.MacroText){
			"no name":          func(m *expert.MacroText) { m.Name = " " },
			"long name":        func(m *expert.MacroText) { m.Name = strings.Repeat("x", 101) },
			"name on lines":    func(m *expert.MacroText) { m.Name = "a\nb" },
			"no text":          func(m *expert.MacroText) { m.Text = "" },
			"long text":        func(m *expert.MacroText) { m.Text = strings.Repeat("x", 16<<10+1) },
			"text not UTF-8":   func(m *expert.MacroText) { m.Text = "\xc3" },
			"unknown language": func(m *expert.MacroText) { m.Language = "no such" },
		} {
			bad := good
			spoil(&bad)
			dbtest.Unchanged(t, db, func() {
				_, err := h.AddMacro(t.Context(), x, bad)
				if !errors.Is(err, marketplace.ErrInvalid) || !errors.Is(h.ChangeMacro(t.Context(), x, m.ID, bad), marketplace.ErrInvalid) {
					t.Errorf("%s: %v", name, err)
				}
			})
		}
		dbtest.Unchanged(t, db, func() {
			if _, err := h.AddMacro(t.Context(), h.Owner, good); !errors.Is(err, marketplace.ErrNotFound) {
				t.Errorf("of a person who is no expert: %v", err)
			}
			if _, err := h.AddMacro(t.Context(), access.SystemCaller("test"), good); !errors.Is(err, expert.ErrNotAPerson) {
				t.Errorf("of no person: %v", err)
			}
		})
	})
}

// However many add at the same time, an expert keeps MaxMacros.
func TestMacrosAreCounted(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		x := h.NewExpert(t, "dana")
		many := make([]expert.Macro, expert.MaxMacros-3)
		for i := range many {
			many[i] = expert.Macro{
				ID: marketplace.NewID[expert.Macro](), PersonID: x.Person, Name: fmt.Sprintf("m%d", i), TextSealed: []byte("x"),
				CreatedAt: h.Clock.Now(), ChangedAt: h.Clock.Now(),
			}
		}
		h.InTx(t, func(tx *gorm.DB) error { return tx.Create(&many).Error })
		errs := make([]error, 16)
		var wg sync.WaitGroup
		for i := range errs {
			wg.Go(func() { _, errs[i] = h.AddMacro(t.Context(), x, expert.MacroText{Name: "reset", Text: "Press it."}) })
		}
		wg.Wait()
		added := 0
		for _, err := range errs {
			if err == nil {
				added++
			} else if !errors.Is(err, expert.ErrTooManyMacros) {
				t.Errorf("refused: %v", err)
			}
		}
		if added != 3 {
			t.Errorf("%d were added, want 3", added)
		}
	})
}

func TestMacrosFailHalfway(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		x, text := h.NewExpert(t, "dana"), expert.MacroText{Name: "reset", Text: "Press it."}
		m, err := h.AddMacro(t.Context(), x, text)
		must(t, err)
		for i, do := range []func() error{
			func() error { _, err := h.AddMacro(t.Context(), x, text); return err },
			func() error { return h.ChangeMacro(t.Context(), x, m.ID, text) },
			func() error { return h.RemoveMacro(t.Context(), x, m.ID) },
		} {
			if n := dbtest.Halfway(t, db, do); n < 1 {
				t.Errorf("write %d: %d statements", i, n)
			}
		}
	})
}
