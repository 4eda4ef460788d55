package demo

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace/access"
	"knowhow/marketplace/program"
	"knowhow/marketplace/training"
	"knowhow/payouts"
)

const (
	brandName   = "Brindlewave"
	programName = "Brindlewave Help"
	currency    = payouts.Currency("EUR")
)

// Money is an amount of the demo's currency, of minor units.
func Money(minor int64) payouts.Money { return payouts.Money{Minor: minor, Currency: currency} }

// topics are the program's, in the order in which the help page has them.
var topics = []program.NewTopic{
	{Slug: "sign-in", Name: "Sign-in & devices", Description: about["sign-in"], Mode: program.Crowd},
	{Slug: "playback", Name: "Playback", Description: about["playback"], Mode: program.Crowd},
	{Slug: "box-network", Name: "Box & network", Description: about["box-network"], Mode: program.Crowd},
	{Slug: "picture-sound", Name: "Picture & sound", Description: about["picture-sound"], Mode: program.Crowd},
	{Slug: "kids", Name: "Kids & limits", Description: about["kids"], Mode: program.Crowd},
	{Slug: "live", Name: "Live & recordings", Description: about["live"], Mode: program.Crowd},
	{Slug: "downloads", Name: "Downloads & travel", Description: about["downloads"], Mode: program.Crowd},
	{Slug: "plans", Name: "Choosing a plan", Description: about["plans"], Mode: program.Certified},
	{Slug: "billing", Name: "Billing", Description: about["billing"], Mode: program.BrandOnly},
}

// The wallet is filled at the launch and again on a later day.
const (
	firstFunding  = 1_500_00
	secondFunding = 1_000_00
	refundDay     = 35
)

// quiz is what an applicant has to know.
var quiz = []training.QuizItem{
	{Question: "A customer pastes their card number into the chat. What do you do?", Answer: 1, Options: []string{
		"Use it to look the customer up", "Do not repeat it, say that you cannot see or need it, and go on with the question", "Ask for the security code too"}},
	{Question: "You took a question and find that it is about an invoice. What now?", Answer: 2, Options: []string{
		"Guess from your own invoice", "Let the time run out", "Hand it back with a note, so that Brindlewave's own team gets it"}},
	{Question: "The light of the Box blinks orange. What does it say?", Answer: 0, Options: []string{
		"It looks for the network", "It is recording", "It is broken"}},
	{Question: "The dearer plan would not help this customer. What do you answer?", Answer: 1, Options: []string{
		"That it might, so that they upgrade", "That it would not, and what would", "Nothing about plans"}},
}

const passMark = 3

// branding is how the widget looks and greets; the shop's page has the same colour.
var branding = program.Branding{Accent: "#a4286a", Greeting: map[string]string{
	"en": "Ask somebody who has the same Box at home.",
	"de": "Fragen Sie jemanden, der dieselbe Box zu Hause hat.",
	"ar": "اسأل من لديه الجهاز نفسه في بيته.",
	"es": "Pregunta a alguien que tiene la misma Box en casa.",
	"fr": "Demandez à quelqu'un qui a la même Box chez lui.",
	"tr": "Aynı Box'ı evinde kullanan birine sorun.",
}}

func policies() program.Policies {
	p := program.DefaultPolicies()
	p.Reward.BaseMinor = 250
	p.Reward.ByTopic = map[string]int64{"box-network": 300, "picture-sound": 280, "live": 280, "plans": 320}
	p.Reward.ReviewMinor = 60
	p.SLA.FirstResponse, p.SLA.Resolution = 3*time.Hour, 3*day
	p.SLA.NudgeAfter, p.SLA.AutoResolveAfter = day, 2*day
	p.Routing.WaveSizes, p.Routing.MaxExperts, p.Routing.OfferTTL = []int{1, 3, 6}, 10, 2*time.Hour
	p.Review.SampleBP = 2000
	return p
}

// waiting are the policies while the twelve are asked: they are promised a week
// and wait as long for whom they were offered, so that visitors find them open.
func waiting(p program.Policies) program.Policies {
	p.SLA.FirstResponse, p.SLA.Resolution = week, 10*day
	p.Routing.OfferTTL = week
	return p
}

// usual undoes waiting, and leaves alone what visitors made of the rest.
func usual(p program.Policies) program.Policies {
	told := policies()
	p.SLA.FirstResponse, p.SLA.Resolution, p.Routing.OfferTTL = told.SLA.FirstResponse, told.SLA.Resolution, told.Routing.OfferTTL
	return p
}

// patience is how long before the end the policies become patient.
const patience = 60 * time.Minute

// promise has the manager set the policies for the twelve, or back to usual.
func (w *world) promise(ctx context.Context, patient bool) error {
	p := w.program.Policies
	if (p.Routing.OfferTTL == week) == patient {
		return nil
	}
	if p = usual(p); patient {
		p = waiting(p)
	}
	if err := w.Programs.SetPolicies(ctx, w.staff["manager"], w.program.ID, p); err != nil {
		return fmt.Errorf("set the policies: %w", err)
	}
	w.program.Policies = p
	return nil
}

// expectPatience has the policies become patient before the twelve are asked.
func (w *world) expectPatience() {
	w.agenda.Add(w.end.Add(-patience), doPromise, "patience", func(ctx context.Context) error { return w.promise(ctx, true) })
}

// open makes brand, people and program, or finds what an interrupted story has.
func (w *world) open(ctx context.Context) error {
	if err := w.openPeople(ctx); err != nil {
		return err
	}
	if w.brand.IsZero() {
		b, err := w.Programs.CreateBrand(ctx, w.staff[operator], brandName, w.staff["owner"].Person)
		if err != nil {
			return fmt.Errorf("create the brand: %w", err)
		}
		w.brand = b.ID
	}
	for _, p := range staff[2:] {
		if err := w.Access.AddMember(ctx, w.staff["owner"], w.brand, w.staff[p.Role].Person, access.Role(p.Role)); err != nil {
			return fmt.Errorf("add a member: %w", err)
		}
	}
	return w.openProgram(ctx)
}

func (w *world) openPeople(ctx context.Context) error {
	for _, p := range staff {
		create := w.Access.CreatePerson
		if p.Role == operator {
			create = w.Access.CreateOperator
		}
		id, err := w.person(ctx, p.Name, p.Email, create)
		if err != nil {
			return err
		}
		w.staff[p.Role] = access.PersonCaller(id)
	}
	for _, x := range append(slices.Clone(w.experts), applicant) {
		id, err := w.person(ctx, x.Name, x.email(), w.Access.CreatePerson)
		if err != nil {
			return err
		}
		w.people[x.Handle], w.handles[id] = id, x.Handle
	}
	return nil
}

func (x performer) email() string { return x.Handle + domain }

// person creates or finds somebody by their address.
func (w *world) person(ctx context.Context, name, email string,
	create func(context.Context, access.Caller, access.NewPerson) (access.Person, error),
) (access.PersonID, error) {
	p, err := create(ctx, system, access.NewPerson{Name: name, Email: email})
	if errors.Is(err, access.ErrEmailTaken) {
		p, err = w.Access.PersonByEmail(ctx, system, email)
	}
	if err != nil {
		return access.PersonID{}, fmt.Errorf("create %s: %w", email, err)
	}
	return p.ID, nil
}

// openProgram makes the program and launches it.
func (w *world) openProgram(ctx context.Context) error {
	var found []program.Program
	err := w.Store.Read(ctx, w.brand, func(tx *gorm.DB) error {
		return tx.Where("brand_id = ?", w.brand).Order("created_at").Limit(1).Find(&found).Error // the preview came later
	})
	if err != nil {
		return fmt.Errorf("look for the demo's program: %w", err)
	}
	if len(found) > 0 {
		w.program = found[0]
	} else if w.program, err = w.createProgram(ctx); err != nil {
		return err
	}
	if w.program.State != program.Draft {
		return nil
	}
	for _, t := range topics {
		if _, err := w.Programs.AddTopic(ctx, w.staff["manager"], w.program.ID, t); err != nil && !errors.Is(err, program.ErrSlugTaken) {
			return fmt.Errorf("add topic %s: %w", t.Slug, err)
		}
	}
	if err := w.Programs.SetBranding(ctx, w.staff["manager"], w.program.ID, branding); err != nil {
		return fmt.Errorf("set how the program looks: %w", err)
	}
	if err := w.askOfExperts(ctx); err != nil {
		return err
	}
	if err := w.fund(ctx, "launch", firstFunding); err != nil {
		return err
	}
	if err := w.Programs.Launch(ctx, w.staff["manager"], w.program.ID); err != nil {
		return fmt.Errorf("launch the program: %w", err)
	}
	w.program.State = program.Live
	return nil
}

func (w *world) createProgram(ctx context.Context) (program.Program, error) {
	p, err := w.Programs.CreateProgram(ctx, w.staff["manager"], w.brand, program.NewProgram{
		Name: programName, Currency: currency, Languages: []string{"en", "de", "es", "fr", "tr", "ar"},
		Policies: policies(), RolloutShareBP: 10_000,
	})
	if err != nil {
		return p, fmt.Errorf("create the program: %w", err)
	}
	return p, nil
}

// askOfExperts publishes the terms and the quiz, once.
func (w *world) askOfExperts(ctx context.Context) error {
	t, err := w.Training.Terms(ctx, w.program.ID, "")
	if err == nil && t.Version == 0 {
		_, err = w.Training.PublishTerms(ctx, w.staff["manager"], w.program.ID, training.NewTerms{Text: w.terms})
	}
	if err != nil {
		return fmt.Errorf("publish the terms: %w", err)
	}
	var quizzes int64
	err = w.Store.Read(ctx, w.brand, func(tx *gorm.DB) error {
		return tx.Model(&training.Quiz{}).Where("program_id = ?", w.program.ID).Count(&quizzes).Error
	})
	if err == nil && quizzes == 0 {
		_, err = w.Training.PublishQuiz(ctx, w.staff["manager"], training.QuizRef{Program: w.program.ID}, training.NewQuiz{Items: quiz, PassMark: passMark})
	}
	if err != nil {
		return fmt.Errorf("publish the quiz: %w", err)
	}
	return nil
}

// fund is fundProgram of the demo's first program.
func (w *world) fund(ctx context.Context, key string, minor int64) error {
	return w.fundProgram(ctx, w.program.ID, key, minor)
}

// fundProgram pays into the wallet, in the sandbox, and gives it all to a program.
// The key makes it once.
func (w *world) fundProgram(ctx context.Context, id program.ID, key string, minor int64) error {
	money := payouts.Money{Minor: minor, Currency: currency}
	if err := w.Programs.Fund(ctx, w.staff["finance"], id, money, key); err != nil {
		return fmt.Errorf("fund the brand: %w", err)
	}
	if err := w.Programs.AllocateBudget(ctx, w.staff["finance"], id, money, key); err != nil {
		return fmt.Errorf("allocate the budget: %w", err)
	}
	return nil
}
