package program_test

import (
	"errors"
	"slices"
	"testing"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/program"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

// Whatever changes of a program, its topics or its brand, and by whatever way,
// who knows it sees it at once; what nobody changed is not read again.
func TestKnownIsAsItIs(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		p, err := h.CreateProgram(t.Context(), h.owner, h.brand, program.NewProgram{
			Name: "Support", Currency: "EUR", Languages: []string{"en"}, Policies: program.DefaultPolicies(),
		})
		must(t, err)
		know := func(id program.ID) (known *program.Known, err error) {
			return known, h.store.Read(t.Context(), h.brand, func(tx *gorm.DB) error {
				var version int64
				if err := tx.Raw("SELECT COALESCE("+program.VersionSQL+", 0)", id).Row().Scan(&version); err != nil {
					return err
				}
				var err error
				known, err = h.KnownTx(t.Context(), tx, id, version)
				return err
			})
		}
		before, err := know(p.ID)
		must(t, err)
		changed := func(what string, do func(tx *gorm.DB) error, holds func(k *program.Known) bool) {
			t.Helper()
			must(t, h.store.InTx(t.Context(), h.brand, do))
			after, err := know(p.ID)
			must(t, err)
			if again, err := know(p.ID); err != nil || again != after {
				t.Errorf("%s: read again though nothing changed, %v", what, err)
			}
			if after == before || !holds(after) {
				t.Errorf("%s: %+v", what, after)
			}
			before = after
		}
		run := func(statement string, args ...any) func(tx *gorm.DB) error {
			return func(tx *gorm.DB) error { return tx.Exec(statement, args...).Error }
		}
		changed("rollout", run("UPDATE programs SET rollout_share_bp = 7 WHERE id = ?", p.ID), func(k *program.Known) bool { return k.RolloutShareBP == 7 })
		changed("brand", run("UPDATE brands SET name = 'Zenith' WHERE id = ?", h.brand), func(k *program.Known) bool { return slices.Equal(k.Names, []string{"Zenith", "Support"}) })
		id := marketplace.NewID[program.Topic]()
		changed("topic", run("INSERT INTO topics (id, brand_id, program_id, slug, name, mode) VALUES (?, ?, ?, 'box', 'Box', 'crowd')", id, h.brand, p.ID),
			func(k *program.Known) bool {
				topic, err := k.TopicBySlug("box")
				same, found := k.Topic(id)
				return err == nil && found == nil && topic == same && topic.Name == "Box" && slices.Contains(k.Names, "Box")
			})
		changed("mode", run("UPDATE topics SET mode = 'brand-only' WHERE id = ?", id), func(k *program.Known) bool {
			topic, err := k.Topic(id)
			return err == nil && topic.Mode == program.BrandOnly
		})
		changed("no topic", run("DELETE FROM topics WHERE id = ?", id), func(k *program.Known) bool {
			_, byID := k.Topic(id)
			_, bySlug := k.TopicBySlug("box")
			return errors.Is(byID, marketplace.ErrNotFound) && errors.Is(bySlug, marketplace.ErrNotFound) && len(k.Names) == 2
		})
		if _, err := know(marketplace.NewID[program.Program]()); !errors.Is(err, marketplace.ErrNotFound) {
			t.Errorf("of no program: %v", err)
		}
		if _, err := before.TopicBySlug("No slug"); !errors.Is(err, marketplace.ErrInvalid) {
			t.Errorf("of no slug: %v", err)
		}
	})
}

// Of several programs each is what it is; what is no program is left out.
func TestKnownOfSeveral(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		var ids []program.ID
		for _, name := range []string{"Support", "Sales"} {
			p, err := h.CreateProgram(t.Context(), h.owner, h.brand, program.NewProgram{
				Name: name, Currency: "EUR", Languages: []string{"en"}, Policies: program.DefaultPolicies(),
			})
			must(t, err)
			ids = append(ids, p.ID)
		}
		known := func(ids ...program.ID) (list map[program.ID]*program.Known) {
			must(t, h.store.Read(t.Context(), h.brand, func(tx *gorm.DB) (err error) {
				list, err = h.KnownOfTx(t.Context(), tx, ids)
				return err
			}))
			return list
		}
		list := known(ids[0], marketplace.NewID[program.Program](), ids[1], ids[0])
		if len(list) != 2 || list[ids[0]].Name != "Support" || list[ids[1]].Name != "Sales" {
			t.Errorf("known: %+v", list)
		}
		must(t, h.store.InTx(t.Context(), h.brand, func(tx *gorm.DB) error {
			return tx.Exec("UPDATE programs SET name = 'Shop' WHERE id = ?", ids[1]).Error
		}))
		if again := known(ids...); again[ids[0]] != list[ids[0]] || again[ids[1]].Name != "Shop" {
			t.Errorf("after a change: %+v", again)
		}
		if none := known(); len(none) != 0 {
			t.Errorf("of none: %+v", none)
		}
	})
}
