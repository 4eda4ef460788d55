package program

import (
	"context"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/event"
)

// SetPolicies replaces a program's policies. Questions already asked keep the
// quotes and deadlines they were given. Errors: *marketplace.InvalidError naming
// the field, *TransitionError for a closed program.
func (s *Service) SetPolicies(ctx context.Context, caller access.Caller, id ID, policies Policies) error {
	if err := policies.Validate(); err != nil {
		return err
	}
	return s.set(ctx, caller, id, PoliciesSet, "policies", func(p *Program) { p.Policies = policies })
}

// SetLanguages replaces the languages a program serves. Errors as SetPolicies'.
func (s *Service) SetLanguages(ctx context.Context, caller access.Caller, id ID, tags []string) error {
	languages, err := Languages("languages", tags)
	if err != nil {
		return err
	}
	if len(languages) == 0 {
		return &marketplace.InvalidError{Field: "languages", Reason: "must name one at least"}
	}
	return s.set(ctx, caller, id, LanguagesSet, "languages", func(p *Program) { p.Languages = languages })
}

// SetRolloutShare changes the share of questions that go to experts, in basis
// points. Errors as SetPolicies'.
func (s *Service) SetRolloutShare(ctx context.Context, caller access.Caller, id ID, bp int) error {
	if err := marketplace.CheckRange("rollout_share_bp", bp, 0, whole); err != nil {
		return err
	}
	return s.set(ctx, caller, id, RolloutSet, "rollout_share_bp", func(p *Program) { p.RolloutShareBP = bp })
}

// set writes one column of a program that is not closed.
func (s *Service) set(ctx context.Context, caller access.Caller, id ID, kind event.Kind, column string, edit func(p *Program)) error {
	return s.change(ctx, caller, id, access.ManageProgram, func(tx *gorm.DB, p Program) error {
		if p.State == Closed {
			return &TransitionError{From: Closed, To: Closed}
		}
		edit(&p)
		if err := updateTx(ctx, tx, p, column); err != nil {
			return err
		}
		return s.appendTx(ctx, tx, kind, p, Change{By: caller.String()})
	})
}
