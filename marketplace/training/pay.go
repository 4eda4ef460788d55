package training

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/marketplace/access"
	"knowhow/marketplace/expert"
	"knowhow/payouts"
)

// AssessTx begins an assessment. Where the program pays for the onboarding, that
// money is set aside first, once for each expert.
func (s *Service) AssessTx(ctx context.Context, tx *gorm.DB, e *expert.Enrolment) error {
	if err := e.Move(expert.VerbAssess); err != nil {
		return err
	}
	p, err := s.programs.LoadTx(ctx, tx, e.ProgramID)
	if err != nil {
		return err
	}
	minor := p.Policies.Admission.OnboardingMinor
	if minor == 0 || e.TrainingHold != nil || e.TrainedAt != nil {
		return nil
	}
	id := uuid.Must(uuid.NewV7())
	err = payouts.HoldTx(ctx, tx, s.clock.Now(), payouts.NewHold{
		ID: id, Brand: uuid.UUID(e.BrandID), Program: uuid.UUID(e.ProgramID), Question: uuid.UUID(e.ID),
		Purpose: payouts.ForTraining, Reward: payouts.Money{Minor: minor, Currency: p.Currency},
	})
	switch {
	case errors.Is(err, payouts.ErrInsufficientFunds), errors.Is(err, payouts.ErrFrozen):
		return fmt.Errorf("program %s: %w", p.ID, ErrUnfunded)
	case err != nil:
		return err
	}
	e.TrainingHold = &id
	return nil
}

// trainingTx is what the onboarding of an enrolment pays, or has paid.
func trainingTx(ctx context.Context, tx *gorm.DB, e expert.Enrolment) (payouts.Money, error) {
	if e.TrainingHold == nil {
		return payouts.Money{}, nil
	}
	h, err := payouts.FindHold(ctx, tx, *e.TrainingHold)
	return payouts.Money{Minor: h.RewardMinor, Currency: h.Currency}, err
}

// trainedTx pays the onboarding once every step of it is done, and records it.
func (s *Service) trainedTx(ctx context.Context, tx *gorm.DB, caller access.Caller, e *expert.Enrolment) error {
	if e.TrainingHold == nil || e.TrainedAt != nil {
		return nil
	}
	o, err := s.onboardingTx(ctx, tx, *e)
	if err != nil || len(o.missing("")) > 0 {
		return err
	}
	if err := s.payTrainingTx(ctx, tx, e); err != nil {
		return err
	}
	return s.experts.SaveTx(ctx, tx, OnboardingPaid, *e, expert.Change{By: caller.String()})
}

// PayDoneTx pays the onboarding of who is rejected, where nothing was left for
// them to do; the caller saves the enrolment.
func (s *Service) PayDoneTx(ctx context.Context, tx *gorm.DB, e *expert.Enrolment) error {
	if e.TrainingHold == nil || e.TrainedAt != nil {
		return nil
	}
	o, err := s.onboardingTx(ctx, tx, *e)
	if err != nil || !o.handedIn() {
		return err
	}
	return s.payTrainingTx(ctx, tx, e)
}

func (s *Service) payTrainingTx(ctx context.Context, tx *gorm.DB, e *expert.Enrolment) error {
	now, id := s.clock.Now(), *e.TrainingHold
	reward, err := trainingTx(ctx, tx, *e)
	if err != nil {
		return err
	}
	err = payouts.EarnTx(ctx, tx, now, id, payouts.NewReward{
		ID: id, Expert: uuid.UUID(e.PersonID), Kind: payouts.ForTrainee, Amount: reward, ReleaseAt: now,
	})
	if err != nil {
		return err
	}
	e.TrainedAt = &now
	return payouts.ReleaseTx(ctx, tx, now, id)
}

// UntrainedTx gives back what was set aside for an onboarding that ends before
// it is complete; the caller saves the enrolment.
func (s *Service) UntrainedTx(ctx context.Context, tx *gorm.DB, e *expert.Enrolment) error {
	if e.TrainingHold == nil || e.TrainedAt != nil {
		return nil
	}
	id := *e.TrainingHold
	e.TrainingHold = nil
	return payouts.VoidHoldTx(ctx, tx, s.clock.Now(), id)
}
