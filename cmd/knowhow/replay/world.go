package replay

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"knowhow/cmd/knowhow/internal/agenda"
	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/assembly"
	"knowhow/marketplace/program"
	"knowhow/marketplace/quality"
	"knowhow/marketplace/question"
	"knowhow/payouts"
)

// The replay's one program.
const (
	currency   = payouts.Currency("EUR")
	baseReward = 250
	// reviewPays is what a peer earns for a vote.
	reviewPays = 50
	budget     = 1_000_000_00
	spoken     = "en"
	// handsFull is high, since nobody's real capacity is in the file.
	handsFull = 50
	// seasoned is how many answers a user has who applies as an expert.
	seasoned = 5
	// knownAfter is how long after an answer it counts as the resolving one.
	knownAfter = 7 * 24 * time.Hour
	domain     = "@replay.example"
)

// world is the market a community is replayed in.
type world struct {
	*community
	*assembly.House
	clock *marketplace.ManualClock

	brand                                      marketplace.BrandID
	program                                    program.Program
	operator, owner, manager, second, reviewer access.Caller

	people   map[string]access.PersonID // by user
	users    map[access.PersonID]string
	enrolled map[string]bool        // or on the way in
	answers  map[string]int         // evidence so far, by user
	asked    map[string]question.ID // by the file's id
	posts    map[string]post        // of the window
	offers   map[question.OfferID]bool
	reviews  map[quality.ReviewID]bool // open ones that somebody will look at
	failed   map[quality.ReviewID]bool // that a manager has decided whether to look at
	votes    map[quality.VoteID]bool
	withheld map[string][]reply // answers to open questions, by the file's id
	agenda   agenda.Agenda
}

var system = access.SystemCaller("replay")

// open makes the market, or finds the one an interrupted replay left.
func (w *world) open(ctx context.Context) error {
	var err error
	staff := []struct {
		caller *access.Caller
		name   string
	}{{&w.owner, "Olga Owner"}, {&w.manager, "Mara Manager"}, {&w.second, "Sina Second"}, {&w.reviewer, "Rico Reviewer"}}
	if w.operator, err = w.person(ctx, "Otto Operator", w.Access.CreateOperator); err != nil {
		return err
	}
	for _, s := range staff {
		if *s.caller, err = w.person(ctx, s.name, w.Access.CreatePerson); err != nil {
			return err
		}
	}
	if err := w.openBrand(ctx); err != nil {
		return err
	}
	members := []struct {
		caller access.Caller
		role   access.Role
	}{{w.manager, access.Manager}, {w.second, access.Manager}, {w.reviewer, access.Reviewer}}
	for _, m := range members {
		if err := w.Access.AddMember(ctx, w.owner, w.brand, m.caller.Person, m.role); err != nil {
			return fmt.Errorf("add a member: %w", err)
		}
	}
	return w.openProgram(ctx)
}

// isStaff reports the people the replay adds to the file's, who may share a name
// with one of its users.
func (w *world) isStaff(id access.PersonID) bool {
	return slices.ContainsFunc([]access.Caller{w.operator, w.owner, w.manager, w.second, w.reviewer},
		func(c access.Caller) bool { return c.Person == id })
}

// person creates or finds somebody by an address made of their name.
func (w *world) person(ctx context.Context, name string, create func(context.Context, access.Caller, access.NewPerson) (access.Person, error)) (access.Caller, error) {
	email := address(name)
	caller := w.operator
	if caller == (access.Caller{}) {
		caller = system
	}
	p, err := create(ctx, caller, access.NewPerson{Name: name, Email: email})
	if errors.Is(err, access.ErrEmailTaken) {
		p, err = w.Access.PersonByEmail(ctx, system, email)
	}
	if err != nil {
		return access.Caller{}, fmt.Errorf("create %s: %w", name, err)
	}
	return access.PersonCaller(p.ID), nil
}

// findBrand knows the replay's brand from an earlier run, if there was one. A
// database with anything else in it is refused before anything is changed.
func (w *world) findBrand(ctx context.Context) error {
	var found []program.Brand
	err := w.Store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) error { return tx.Find(&found).Error })
	if err != nil {
		return fmt.Errorf("look for the replay's brand: %w", err)
	}
	switch {
	case len(found) == 0:
		return nil
	case len(found) > 1 || found[0].Name != w.brandName():
		return &marketplace.InvalidError{Field: "--database-url", Reason: "the database holds something else than this replay; give it one of its own"}
	}
	w.brand = found[0].ID
	return nil
}

func (w *world) brandName() string { return "Replay " + w.digest }

func (w *world) openBrand(ctx context.Context) error {
	if !w.brand.IsZero() {
		return nil
	}
	b, err := w.Programs.CreateBrand(ctx, w.operator, w.brandName(), w.owner.Person)
	if err != nil {
		return fmt.Errorf("create the brand: %w", err)
	}
	w.brand = b.ID
	return nil
}

func (w *world) openProgram(ctx context.Context) error {
	var found []program.Program
	err := w.Store.Read(ctx, w.brand, func(tx *gorm.DB) error { return tx.Where("brand_id = ?", w.brand).Find(&found).Error })
	if err != nil {
		return fmt.Errorf("look for the replay's program: %w", err)
	}
	if len(found) == 1 {
		w.program = found[0]
	} else if w.program, err = w.createProgram(ctx); err != nil {
		return err
	}
	if w.program.State == program.Live {
		return nil
	}
	_, err = w.Programs.AddTopic(ctx, w.owner, w.program.ID, program.NewTopic{Slug: "community", Name: "Community", Mode: program.Crowd})
	if err != nil && !errors.Is(err, program.ErrSlugTaken) {
		return fmt.Errorf("add the topic: %w", err)
	}
	if err := w.publish(ctx); err != nil {
		return err
	}
	money := payouts.Money{Minor: budget, Currency: currency}
	if err := w.Programs.Fund(ctx, w.owner, w.program.ID, money, "replay"); err != nil {
		return fmt.Errorf("fund the brand: %w", err)
	}
	if err := w.Programs.AllocateBudget(ctx, w.owner, w.program.ID, money, "replay"); err != nil {
		return fmt.Errorf("allocate the budget: %w", err)
	}
	if err := w.Programs.Launch(ctx, w.owner, w.program.ID); err != nil {
		return fmt.Errorf("launch the program: %w", err)
	}
	w.program.State = program.Live
	return nil
}

func (w *world) createProgram(ctx context.Context) (program.Program, error) {
	policies := program.DefaultPolicies()
	policies.Reward.BaseMinor = baseReward
	policies.Reward.ReviewMinor = reviewPays
	policies.Review.SampleBP = 2000
	p, err := w.Programs.CreateProgram(ctx, w.owner, w.brand, program.NewProgram{
		Name: "Community", Currency: currency, Languages: []string{spoken}, Policies: policies, RolloutShareBP: 10_000,
	})
	if err != nil {
		return p, fmt.Errorf("create the program: %w", err)
	}
	return p, nil
}

// handle is a user's pseudonym, a slug: their name where it is one already, else
// made from it, so that no two users share one.
func handle(user string) string {
	if len(user) <= 32 && strings.Trim(user, "abcdefghijklmnopqrstuvwxyz0123456789") == "" {
		return user
	}
	sum := sha256.Sum256([]byte(user))
	return "user-" + hex.EncodeToString(sum[:16])
}

func address(name string) string { return handle(name) + domain }
