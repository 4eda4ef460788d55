package demo

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"knowhow/marketplace/access"
	"knowhow/marketplace/admission"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/program"
	"knowhow/marketplace/training"
)

// The preview is the brand's second program: a small one whose places are all
// taken, so that visitors see what waiting for one is like. Nobody of the story
// asks anything there.
const (
	previewName    = "Brindle Box Preview"
	previewPlaces  = 2
	previewFunding = 20_00
)

const previewTerms = `Brindle Box Preview: what we agree on

1. You have tried the next firmware of the Box yourself before you answer about it.
2. What you read here of things to come stays here until Brindlewave has announced it.
3. There are two places. Who comes later waits for one, in order, and is written to when it is free.
4. All else is as in Brindlewave Help: you choose, you see the pay beforehand, and a named person answers for every refusal.`

var previewTopic = program.NewTopic{Slug: "firmware", Name: "Preview firmware", Mode: program.Crowd, Description: lined(
	"The preview firmware restarts the Box in the middle of a film",
	"How do I get the preview firmware, and how do I go back",
	"Seit der Vorschau-Firmware fehlt das Menü für den Ton",
	"منذ تثبيت البرنامج التجريبي لا يعمل جهاز التحكم",
)}

// previewing are those who have a place in the preview, and those who wait.
var previewing = []struct {
	line
	hasPlace bool
}{
	{line{"tomas", "Two Boxes, one of them always on the preview: I find what breaks before my neighbours do."}, true},
	{line{"ciaran", "I have run every preview since the first, and I write down what changed."}, true},
	{line{"emre", "Customers at my counter ask about the preview every day. I would rather answer them here."}, false},
	{line{"ines", "Quiero probar la vista previa en la tele de mi madre: si ella la entiende, la entiende cualquiera."}, false},
}

// preview: the manager opens the second program, two experts are let in, and two
// more wait.
func (w *world) preview() []act {
	manager := w.staff["manager"]
	of := func(do func(ctx context.Context, id program.ID) error) func(ctx context.Context) error {
		return func(ctx context.Context) error {
			id, err := w.previewID(ctx)
			if err != nil {
				return err
			}
			return do(ctx, id)
		}
	}
	list := []act{
		{50, 9, "opens the preview", w.openPreview},
		{50, 10, "the preview's topic", of(func(ctx context.Context, id program.ID) error {
			_, err := w.Programs.AddTopic(ctx, manager, id, previewTopic)
			return err
		})},
		{50, 11, "the preview's terms", of(func(ctx context.Context, id program.ID) error {
			_, err := w.Training.PublishTerms(ctx, manager, id, training.NewTerms{Text: previewTerms})
			return err
		})},
		{50, 12, "the preview's budget", of(func(ctx context.Context, id program.ID) error {
			return w.fundProgram(ctx, id, "preview", previewFunding)
		})},
		{50, 13, "launches the preview", of(func(ctx context.Context, id program.ID) error {
			return w.Programs.Launch(ctx, manager, id)
		})},
	}
	for i, p := range previewing {
		for step, do := range w.previewSteps(w.by(p.who), p.says, p.hasPlace) {
			list = append(list, act{51 + 2*i, 14 + step, fmt.Sprintf("%s and the preview, step %d", p.who, step), of(do)})
		}
	}
	return list
}

// previewSteps are an expert's way into the preview, as far as it goes.
func (w *world) previewSteps(expertly access.Caller, why string, hasPlace bool) []func(ctx context.Context, id program.ID) error {
	decide := func(verdict func(ctx context.Context, caller access.Caller, id expert.EnrolmentID) error) func(ctx context.Context, id program.ID) error {
		return func(ctx context.Context, id program.ID) error {
			e, err := w.Experts.MyEnrolment(ctx, expertly, id)
			if err != nil {
				return err
			}
			return verdict(ctx, w.staff["manager"], e.ID)
		}
	}
	steps := []func(ctx context.Context, id program.ID) error{func(ctx context.Context, id program.ID) error {
		_, err := w.Admission.Apply(ctx, expertly, id, admission.Application{Motivation: why, Owns: "Brindle Box", Uses: expert.UsesDaily})
		return err
	}}
	if !hasPlace {
		return steps
	}
	return append(steps, func(ctx context.Context, id program.ID) error {
		return w.Training.AcceptTerms(ctx, expertly, id, 1, "en")
	}, decide(w.Admission.Approve), decide(w.Admission.Activate))
}

// openPreview makes the program, which is small from the first day on.
func (w *world) openPreview(ctx context.Context) error {
	if id, err := w.previewID(ctx); err != nil || !id.IsZero() {
		return err
	}
	p := policies()
	p.Admission.MaxExperts = previewPlaces
	_, err := w.Programs.CreateProgram(ctx, w.staff["manager"], w.brand, program.NewProgram{
		Name: previewName, Currency: currency, Languages: []string{"en", "de", "ar"}, Policies: p, RolloutShareBP: 10_000,
	})
	return err
}

// previewID finds the program by its name; zero where there is none.
func (w *world) previewID(ctx context.Context) (id program.ID, err error) {
	var found []program.Program
	err = w.Store.Read(ctx, w.brand, func(tx *gorm.DB) error {
		return tx.Where("brand_id = ? AND name = ?", w.brand, previewName).Order("created_at").Limit(1).Find(&found).Error
	})
	if err != nil {
		return id, fmt.Errorf("look for the demo's second program: %w", err)
	}
	if len(found) > 0 {
		id = found[0].ID
	}
	return id, nil
}
