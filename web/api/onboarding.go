package api

import (
	"context"
	"time"

	"knowhow/marketplace/access"
	"knowhow/marketplace/program"
	"knowhow/marketplace/training"
)

// OnboardingStep is one thing a program asks of who wants to work in it.
type OnboardingStep struct {
	Code  string             `json:"code" enum:"terms,cards,platform_quiz,quiz,practice"`
	State training.StepState `json:"state" enum:"done,open,waiting,locked" doc:"waiting: a person of the brand is to judge; locked: one before it is not done."`
	Done  int                `json:"done"`
	Of    int                `json:"of"`
}

// Onboarding is how far an applicant has come.
type Onboarding struct {
	Program    program.ID       `json:"program" format:"uuid"`
	Steps      []OnboardingStep `json:"steps" doc:"In their order; what the program does not ask is not there."`
	Terms      int              `json:"terms" doc:"The version that binds you; 0: none."`
	AcceptedAt *time.Time       `json:"accepted_at" doc:"When you accepted it; null: you are yet to."`
	Pays       *Money           `json:"pays" doc:"What it earns once all is done; null: nothing."`
	PaidAt     *time.Time       `json:"paid_at"`
	Ahead      int              `json:"ahead" doc:"How many wait for a place before you."`
}

func (a *API) onboarding(ctx context.Context, caller access.Caller, in *ProgramIn) (*One[Onboarding], error) {
	o, err := a.House.Training.Onboarding(ctx, caller, in.Program)
	if err != nil {
		return nil, err
	}
	shape := Onboarding{Program: in.Program, Steps: make([]OnboardingStep, len(o.Steps)), Terms: o.Terms, AcceptedAt: o.AcceptedAt, PaidAt: o.PaidAt}
	for i, step := range o.Steps {
		shape.Steps[i] = OnboardingStep(step)
	}
	if o.Pays.Minor > 0 {
		shape.Pays = &o.Pays
	}
	shape.Ahead, err = a.House.Admission.Ahead(ctx, caller, in.Program)
	return one(shape), err
}
