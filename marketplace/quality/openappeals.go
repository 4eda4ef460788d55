package quality

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
)

// OpenAppeal is a refusal whose appeal waits for a decision.
type OpenAppeal struct {
	Refusal     RefusalID
	Brand       marketplace.BrandID
	BrandName   string
	ProgramName string
	Reason      RefusalReason
	Evidence    string
	Statement   string
	DecideBy    time.Time
	Work        WorkView
}

// appealRow is one line of the open appeals.
type appealRow struct {
	ID          RefusalID
	BrandID     marketplace.BrandID
	BrandName   string
	ProgramName string
	Reason      RefusalReason
	Evidence    string
	Statement   string
	DecideBy    time.Time
	Judged      judged `gorm:"embedded"`
}

func (r appealRow) open(work WorkView) OpenAppeal {
	return OpenAppeal{r.ID, r.BrandID, r.BrandName, r.ProgramName, r.Reason, r.Evidence, r.Statement, r.DecideBy, work}
}

// OpenAppeals lists the appeals that the caller may decide, soonest due first.
func (s *Service) OpenAppeals(ctx context.Context, caller access.Caller, brand marketplace.BrandID, page marketplace.Page) (list marketplace.Listing[OpenAppeal], err error) {
	err = s.readBrand(ctx, caller, brand, access.DecideAppeal, func(tx *gorm.DB) error {
		rows, err := s.appealRowsTx(ctx, tx, caller, brand, page)
		if err != nil {
			return err
		}
		list, err = seen(ctx, tx, s, rows, func(r appealRow) judged { return r.Judged }, appealRow.open)
		return err
	})
	return list, err
}

// AllOpenAppeals is OpenAppeals in every brand, for operators of the platform:
// where all of a brand refused or reviewed, or are too few, they are the other
// human. Errors: *access.ForbiddenError, *marketplace.InvalidError.
func (s *Service) AllOpenAppeals(ctx context.Context, caller access.Caller, page marketplace.Page) (list marketplace.Listing[OpenAppeal], err error) {
	err = s.store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		if err := access.AuthorizeTx(ctx, tx, caller, marketplace.AllBrands, access.DecideAppeal); err != nil {
			return err
		}
		rows, err := s.appealRowsTx(ctx, tx, caller, marketplace.AllBrands, page)
		if err != nil {
			return err
		}
		list, err = seen(ctx, tx, s, rows, func(r appealRow) judged { return r.Judged }, appealRow.open)
		return err
	})
	return list, err
}

// appealRowsTx reads the appeals that wait in a brand, or in all, for somebody like
// the caller, who neither refused nor reviewed the work.
func (s *Service) appealRowsTx(ctx context.Context, tx *gorm.DB, caller access.Caller, brand marketplace.BrandID, page marketplace.Page) (marketplace.Listing[appealRow], error) {
	find := judgeable(ctx, tx, "refusals", caller.Person,
		"refusals.id, refusals.brand_id, brands.name AS brand_name, programs.name AS program_name, refusals.reason, refusals.evidence, refusals.statement, refusals.decide_by").
		Joins("JOIN brands ON brands.id = refusals.brand_id").
		Joins("JOIN programs ON programs.id = questions.program_id").
		Where("refusals.state = ? AND refusals.decide_by > ?", Appealed, s.clock.Now()).
		Where("refusals.refused_by <> ?", caller.Person).
		Where("NOT EXISTS (SELECT 1 FROM reviews WHERE reviews.assignment_id = refusals.assignment_id AND reviews.reviewer_id = ?)", caller.Person).
		Where(`NOT EXISTS (SELECT 1 FROM reviews JOIN review_votes v ON v.review_id = reviews.id
			WHERE reviews.assignment_id = refusals.assignment_id AND v.person_id = ? AND v.state = 'given')`, caller.Person)
	if brand != marketplace.AllBrands {
		find = find.Where("refusals.brand_id = ?", brand)
	}
	order := marketplace.Order{At: "refusals.decide_by", ID: "refusals.id"}
	rows, err := marketplace.List(find, page, order, func(r appealRow) marketplace.Place {
		return marketplace.Place{At: r.DecideBy, ID: r.ID}
	})
	if err != nil {
		return rows, fmt.Errorf("list the open appeals of brand %s: %w", brand, err)
	}
	return rows, nil
}
