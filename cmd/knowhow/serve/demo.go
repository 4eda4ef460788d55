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
	"knowhow/payouts/sandbox"
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

// prepareDemo has the demo's past lived and gives the house a clock that days
// can be passed by, and a provider whose plug can be pulled.
func (n *node) prepareDemo(ctx context.Context) (err error) {
	n.parts.Environment = "demo"
	if n.scene, err = n.liveDemo(ctx); err != nil {
		return err
	}
	clock, err := demo.OpenClock(ctx, n.parts.Store, n.clock)
	if err != nil {
		return err
	}
	n.demoClock, n.outlet = clock, demo.NewOutlet(&sandbox.Provider{Now: clock.Now, InTx: func(ctx context.Context, fn func(tx *gorm.DB) error) error {
		return n.parts.Store.InTx(ctx, marketplace.AllBrands, fn)
	}})
	n.parts.Clock, n.parts.Doors, n.parts.Provider = clock, n.clock, n.outlet
	return nil
}

// setStage has the demo's people ready, and what time they missed made up for.
func (n *node) setStage(ctx context.Context) (err error) {
	if !n.Demo {
		return nil
	}
	if n.stage, err = demo.NewStage(ctx, n.scene, n.house, n.demoClock, n.outlet, n.log); err != nil {
		return err
	}
	if err := n.stage.CatchUp(ctx); err != nil {
		return fmt.Errorf("make up for the time the demo was not served: %w", err)
	}
	if err := n.house.Questions.RefreshForecasts(ctx); err != nil { // else there is none in the first minute
		return err
	}
	if which, _ := ward(); which == 0 { // later ones go on as visitors left it
		return n.stage.Play(ctx, n.Traffic)
	}
	return nil
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

// showDemo tells who there is to be, and where.
func (n *node) showDemo() {
	if which, _ := ward(); which > 0 {
		return // told before
	}
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
