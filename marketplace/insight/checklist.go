package insight

import (
	"context"
	"slices"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/admission"
	"knowhow/marketplace/program"
)

// Item is one thing to see to before a program goes live. Blocking items are
// those that Launch refuses without: program.Blocking, and no others.
type Item struct {
	Code     string
	Done     bool
	Blocking bool
	Details  []string // codes, or languages: what is lacking, or worth knowing
}

// The codes of the items that do not block, beside program's of those that do.
const (
	ItemSLA        = "sla"        // always done, since there are defaults
	ItemReview     = "review"     // a share of the work is reviewed
	ItemEscalation = "escalation" // somebody answers what experts do not
	ItemOrigins    = "origins"    // a page of the brand's may ask
	ItemTerms      = "terms"      // experts accept some
	ItemQuiz       = "quiz"       // experts pass one
	ItemExperts    = "experts"    // enough of them, in each language
	ItemAppeals    = "appeals"    // somebody else decides than who refused
)

// The codes of details.
const (
	DetailDefault      = "default"        // as it was before anybody decided
	DetailNoSample     = "no_sample"      // no work is drawn for review
	DetailOwnersOnly   = "owners_only"    // no manager or agent, only owners
	DetailOwnPagesOnly = "own_pages_only" // customers ask on our pages alone
	DetailOnePerson    = "one_person"     // who refuses pay could decide the appeal only themselves
)

// ExpertsPerLanguage is how many active experts each language should have.
const ExpertsPerLanguage = 3

// Checklist is what a program has and lacks, the blocking items first
// (permission SeePrograms). Errors: *access.ForbiddenError,
// *marketplace.NotFoundError to those who are nothing to its brand.
func (s *Service) Checklist(ctx context.Context, caller access.Caller, id program.ID) (list []Item, err error) {
	now := s.Clock.Now()
	err = s.onProgram(ctx, caller, id, access.SeePrograms, func(tx *gorm.DB, p program.Program) error {
		missing, err := s.Programs.MissingTx(ctx, tx, p)
		if err != nil {
			return err
		}
		cover, err := admission.CoverTx(ctx, tx, id)
		if err != nil {
			return err
		}
		roll, err := access.CallTx(ctx, tx, []marketplace.BrandID{p.BrandID}, now)
		if err != nil {
			return err
		}
		list = slices.Concat(blocking(missing), policyItems(p), peopleItems(p, cover, roll))
		return nil
	})
	return list, err
}

func blocking(missing []string) []Item {
	list := make([]Item, len(program.Blocking))
	for i, code := range program.Blocking {
		list[i] = Item{Code: code, Blocking: true, Done: !slices.Contains(missing, code)}
	}
	return list
}

func policyItems(p program.Program) []Item {
	usual := program.DefaultPolicies()
	return []Item{
		{Code: ItemSLA, Done: true, Details: details(p.Policies.SLA == usual.SLA, DetailDefault)},
		{Code: ItemReview, Done: p.Policies.Review.SampleBP > 0, Details: slices.Concat(
			details(p.Policies.Review == usual.Review, DetailDefault), details(p.Policies.Review.SampleBP == 0, DetailNoSample))},
		{Code: ItemOrigins, Done: len(p.Origins) > 0, Details: details(len(p.Origins) == 0, DetailOwnPagesOnly)},
	}
}

func peopleItems(p program.Program, cover admission.Cover, roll access.Roll) []Item {
	thin := []string{}
	for _, language := range p.Languages {
		if cover.In(language) < ExpertsPerLanguage {
			thin = append(thin, language)
		}
	}
	answering, managing := persons(roll.Of(p.BrandID, access.AnswerForBrand)), persons(roll.Of(p.BrandID, access.ManageMembers))
	ownersOnly := !slices.ContainsFunc(answering, func(id access.PersonID) bool { return !slices.Contains(managing, id) })
	deciding := len(persons(roll.Of(p.BrandID, access.DecideAppeal)))
	return []Item{
		{Code: ItemEscalation, Done: p.Policies.Escalation.Target != "" && len(answering) > 0, Details: details(ownersOnly, DetailOwnersOnly)},
		{Code: ItemTerms, Done: cover.Terms},
		{Code: ItemQuiz, Done: cover.Quiz},
		{Code: ItemExperts, Done: len(thin) == 0 && len(p.Languages) > 0, Details: thin},
		{Code: ItemAppeals, Done: deciding > 1, Details: details(deciding < 2, DetailOnePerson)},
	}
}

// persons are the people among callers, each once.
func persons(callers []access.Caller) []access.PersonID {
	list := []access.PersonID{}
	for _, c := range callers {
		if c.Kind == access.KindPerson && !slices.Contains(list, c.Person) {
			list = append(list, c.Person)
		}
	}
	return list
}

func details(so bool, code string) []string {
	if so {
		return []string{code}
	}
	return nil
}
