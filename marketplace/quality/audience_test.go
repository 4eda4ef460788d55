package quality_test

import (
	"slices"
	"testing"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/event"
	"knowhow/marketplace/quality"
	"knowhow/marketplace/question"
)

// heard is who hears of the latest event of a kind.
func (b *bench) heard(kind event.Kind) (h question.Hearing) {
	b.T.Helper()
	found := false
	err := b.Store.Read(b.Ctx(), marketplace.AllBrands, func(tx *gorm.DB) error {
		events, _, err := b.Events.AfterTx(b.Ctx(), tx, marketplace.AllBrands, event.Cursor{}, 1000)
		if err != nil {
			return err
		}
		list, err := question.Audience(b.Ctx(), tx, quality.Rules, question.Ears{Customers: true, Persons: true, Keys: true}, events)
		for i, e := range events {
			if e.Kind == kind {
				h, found = list[i], true
			}
		}
		return err
	})
	if err != nil || !found {
		b.T.Fatalf("%s: %v, found %v", kind, err, found)
	}
	return h
}

// Reviewing is blind: who is asked for a review hears neither of which question
// nor, having had a part in it, at all. The expert hears of their own work.
func TestWhoHearsOfReviewsAndRefusals(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		a := b.earned()
		h := b.heard(quality.EventReviewRequested)
		r := b.review(a.ID)
		id := event.Subject(r.ID)
		if h.ToBrand.Type != "review.requested" || h.May != access.ReviewWork || h.ToBrand.ID != id || !h.ToBrand.Question.IsZero() ||
			!slices.Equal(h.Apart, []access.PersonID{b.Expert.Person}) || len(h.Experts) != 0 || h.ToCustomer.Type != "" {
			t.Errorf("of a review hear %+v", h)
		}
		b.ok("review", b.Decide(b.Reviewer, r.ID, fail()))
		h = b.heard(quality.EventReviewed)
		if len(h.Experts) != 1 || h.Experts[0].Person != b.Expert.Person || h.Experts[0].Notice.Type != "assignment.reviewed" ||
			h.Experts[0].Notice.ID != event.Subject(a.ID) || h.ToBrand.Type != "review.decided" || !h.ToBrand.Question.IsZero() {
			t.Errorf("of a verdict hear %+v", h)
		}
		f, err := b.Quality.Refuse(b.Ctx(), b.Manager, b.Brand, a.ID, quality.RefuseWrong, "It is wrong.")
		b.ok("refuse", err)
		h = b.heard(quality.EventRefused)
		if len(h.Experts) != 1 || h.Experts[0].Notice.Type != "refusal.made" || h.Experts[0].Notice.ID != event.Subject(f.ID) ||
			h.Experts[0].Notice.Assignment != a.ID || h.May != access.RefusePay || h.ToCustomer.Type != "" {
			t.Errorf("of a refusal hear %+v", h)
		}
		b.ok("appeal", b.Quality.Appeal(b.Ctx(), b.Expert, f.ID, "It is right."))
		if h = b.heard(quality.EventAppealed); h.ToBrand.Type != "refusal.appealed" || h.May != access.DecideAppeal {
			t.Errorf("of an appeal hear %+v", h)
		}
	})
}
