package program

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/event"
	"knowhow/payouts"
)

// CreateBrand adds a brand with owner as its first member. Only operators may.
// Errors: *access.ForbiddenError, *marketplace.InvalidError,
// *marketplace.NotFoundError for an unknown owner.
func (s *Service) CreateBrand(ctx context.Context, caller access.Caller, name string, owner access.PersonID) (Brand, error) {
	name, err := access.NormalName(name)
	if err != nil {
		return Brand{}, err
	}
	b := Brand{ID: marketplace.BrandID(marketplace.NewID[Brand]()), Name: name, CreatedAt: s.clock.Now()}
	err = s.store.InTx(ctx, b.ID, func(tx *gorm.DB) error {
		if err := access.AuthorizeTx(ctx, tx, caller, marketplace.AllBrands, access.CreateBrand); err != nil {
			return err
		}
		if err := tx.WithContext(ctx).Create(&b).Error; err != nil {
			return fmt.Errorf("insert brand %s: %w", b.ID, err)
		}
		marketplace.Made(ctx, b.ID)
		if err := s.access.AddMemberTx(ctx, tx, caller, b.ID, owner, access.Owner); err != nil {
			return err
		}
		e := event.Event{Brand: b.ID, Kind: BrandCreated, Subject: event.Subject(b.ID), At: b.CreatedAt}
		return s.log.AppendTx(ctx, tx, e, Change{By: caller.String()})
	})
	if err != nil {
		return Brand{}, err
	}
	return b, nil
}

// NewProgram describes a program to create.
type NewProgram struct {
	Name      string
	Currency  payouts.Currency
	Languages []string // BCP 47; may be empty until the launch
	Policies  Policies // DefaultPolicies and what the brand changed
	// RolloutShareBP is the share of questions that go to experts.
	RolloutShareBP int
}

func (n NewProgram) program(brand marketplace.BrandID) (Program, error) {
	name, err := access.NormalName(n.Name)
	if err != nil {
		return Program{}, err
	}
	if err := n.Currency.Check(); err != nil {
		return Program{}, &marketplace.InvalidError{Field: "currency", Reason: fmt.Sprintf("%.10q is not a currency in use", n.Currency)}
	}
	languages, err := Languages("languages", n.Languages)
	if err != nil {
		return Program{}, err
	}
	if err := marketplace.CheckRange("rollout_share_bp", n.RolloutShareBP, 0, whole); err != nil {
		return Program{}, err
	}
	return Program{
		ID: marketplace.NewID[Program](), BrandID: brand, Name: name, State: Draft, Currency: n.Currency,
		Languages: languages, Policies: n.Policies, RolloutShareBP: n.RolloutShareBP, Origins: []string{},
	}, n.Policies.Validate()
}

// CreateProgram adds a draft program to brand. Errors: *access.ForbiddenError
// (permission ManageProgram), *marketplace.InvalidError.
func (s *Service) CreateProgram(ctx context.Context, caller access.Caller, brand marketplace.BrandID, n NewProgram) (Program, error) {
	if err := access.CheckBrand(brand); err != nil {
		return Program{}, err
	}
	p, err := n.program(brand)
	if err != nil {
		return Program{}, err
	}
	p.CreatedAt = s.clock.Now()
	err = s.store.InTx(ctx, brand, func(tx *gorm.DB) error {
		if err := access.AuthorizeTx(ctx, tx, caller, brand, access.ManageProgram); err != nil {
			return err
		}
		if err := tx.WithContext(ctx).Create(&p).Error; err != nil {
			return fmt.Errorf("insert program %s: %w", p.ID, err)
		}
		marketplace.Made(ctx, p.ID)
		return s.appendTx(ctx, tx, Created, p, Change{By: caller.String()})
	})
	if err != nil {
		return Program{}, err
	}
	return p, nil
}
