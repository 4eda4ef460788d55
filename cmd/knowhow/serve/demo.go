package serve

import (
	"context"
	"fmt"
	"os"
	"slices"

	"gorm.io/gorm"

	"knowhow/cmd/knowhow/internal/demo"
	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/web/api"
)

// demoPassword is every persona's. It is no secret: the demo answers to this
// machine alone.
const demoPassword = "an orange light, blinking"

// mailDir is where the demo's mail is kept.
func (n *node) mailDir() string {
	if file, ok := n.File(); ok {
		return file + ".mail"
	}
	return "knowhow.mail"
}

// liveDemo fills an empty database with the demo brand, which takes some
// seconds.
func (n *node) liveDemo(ctx context.Context) (demo.Scene, error) {
	told := 0
	return demo.Seed(ctx, n.parts, n.log, func(done, of int) {
		if tenth := done * 10 / max(1, of); tenth > told {
			told = tenth
			fmt.Fprintf(os.Stderr, "Living the demo's past: %d of %d questions\n", done, of)
		}
	})
}

// openDoors gives the demo's people the password, those who have none.
func (n *node) openDoors(ctx context.Context) error {
	if !n.Demo {
		return nil
	}
	var have []access.PersonID
	err := n.house.Store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		return tx.Table("credentials").Pluck("person_id", &have).Error
	})
	if err != nil {
		return fmt.Errorf("see who can sign in: %w", err)
	}
	for _, p := range n.scene.People {
		if slices.Contains(have, p.Person) {
			continue
		}
		if err := n.house.SignIn.SetPasswordFor(ctx, self, p.Person, demoPassword); err != nil {
			return fmt.Errorf("let %s sign in: %w", p.Email, err)
		}
	}
	return nil
}

// shownScene is the demo as its front page and its shop show it; nil: this is
// not the demo.
func (n *node) shownScene() *api.DemoScene {
	if !n.Demo {
		return nil
	}
	s := &api.DemoScene{
		Brand: n.scene.Brand, Program: n.scene.Program, Password: demoPassword, Questions: n.scene.Questions,
		Walk: api.DemoWalk{
			Name: n.scene.Walk.Name, Title: n.scene.Walk.Title, Body: n.scene.Walk.Body, Context: n.scene.Walk.Context,
			Topic: n.scene.Walk.Topic, Language: n.scene.Walk.Language, Tags: n.scene.Walk.Tags,
		},
	}
	for _, p := range n.scene.People {
		languages := append([]string{}, p.Languages...) // never null
		s.People = append(s.People, api.DemoPerson{
			Name: p.Name, Email: p.Email, Role: p.Role, Handle: p.Handle, Languages: languages, About: p.About,
		})
	}
	return s
}

// showDemo tells who there is to be, and where.
func (n *node) showDemo() {
	base := n.base.String()
	fmt.Fprintf(n.out, `
The demo brand Brindlewave is open; nothing in it moves real money.

  Begin here   %s/
  API          %s/docs
  Metrics      %s/metrics
  Mail         %s
  Program      %s
  Sign in as   (password: %s)
`, base, base, base, n.mailDir(), n.scene.Program, demoPassword)
	for _, p := range n.scene.People {
		fmt.Fprintf(n.out, "    %-9s  %-36s %s\n", p.Role, p.Email, p.Name)
	}
}
