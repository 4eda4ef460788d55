package training

import (
	"context"
	"slices"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace/access"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/program"
	"knowhow/payouts"
)

// StepState is where an applicant stands with a step of their onboarding.
type StepState string

const (
	StepDone    StepState = "done"
	StepOpen    StepState = "open"    // theirs to do now
	StepWaiting StepState = "waiting" // a person of the brand is to judge
	StepLocked  StepState = "locked"  // one before it is not done
)

// Step is one thing that a program asks of who wants to work in it. What it does
// not ask is no step.
type Step struct {
	Code  string // one of the Missing codes
	State StepState
	Done  int // of Of: cards read, practice answers passed; 1 and 1 of what is done at once
	Of    int
}

// Onboarding is how far an applicant has come, in the order in which the steps
// are done.
type Onboarding struct {
	Steps []Step
	// Terms is the version that binds the applicant, AcceptedAt when they accepted
	// it; nil: they are yet to.
	Terms      int
	AcceptedAt *time.Time
	// Pays is what the onboarding earns once every step is done; zero: nothing.
	Pays   payouts.Money
	PaidAt *time.Time
}

// Onboarding tells the calling applicant or expert how far they have come. Errors:
// expert.ErrNotAPerson, *marketplace.NotFoundError without an application.
func (s *Service) Onboarding(ctx context.Context, caller access.Caller, id program.ID) (o Onboarding, err error) {
	err = s.experts.SeeOwn(ctx, caller, id, func(tx *gorm.DB, e *expert.Enrolment) error {
		if o, err = s.onboardingTx(ctx, tx, *e); err != nil {
			return err
		}
		o.PaidAt = e.TrainedAt
		o.Pays, err = trainingTx(ctx, tx, *e)
		return err
	})
	return o, err
}

func (s *Service) onboardingTx(ctx context.Context, tx *gorm.DB, e expert.Enrolment) (Onboarding, error) {
	x, err := s.experts.LoadTx(ctx, tx, e.PersonID)
	if err != nil {
		return Onboarding{}, err
	}
	var o Onboarding
	for _, look := range []func(context.Context, *gorm.DB, expert.Enrolment, expert.Expert, *Onboarding) error{
		termsStepTx, cardsStepTx, platformQuizStepTx, quizStepTx, practiceStepTx,
	} {
		if err := look(ctx, tx, e, x, &o); err != nil {
			return o, err
		}
	}
	o.lock()
	return o, nil
}

// add adds a step of which so many things are done.
func (o *Onboarding) add(code string, done, of int, waits bool) {
	state := StepOpen
	switch {
	case done == of:
		state = StepDone
	case waits:
		state = StepWaiting
	}
	o.Steps = append(o.Steps, Step{Code: code, State: state, Done: done, Of: of})
}

// lock locks the steps behind the first that is not done.
func (o *Onboarding) lock() {
	open := false
	for i := range o.Steps {
		if step := &o.Steps[i]; step.State == StepOpen && open {
			step.State = StepLocked
		}
		open = open || o.Steps[i].State != StepDone
	}
}

// missing are the steps that are not done, of those before a step or, where that
// is empty, of all.
func (o Onboarding) missing(before string) (list []string) {
	for _, step := range o.Steps {
		if step.Code == before {
			break
		}
		if step.State != StepDone {
			list = append(list, step.Code)
		}
	}
	return list
}

// handedIn reports whether nothing is left for the applicant to do, whatever is
// yet to be judged.
func (o Onboarding) handedIn() bool {
	return !slices.ContainsFunc(o.Steps, func(s Step) bool { return s.State != StepDone && s.State != StepWaiting })
}

func termsStepTx(ctx context.Context, tx *gorm.DB, e expert.Enrolment, x expert.Expert, o *Onboarding) error {
	terms, err := latestTermsTx(ctx, tx, e.ProgramID, x.Country)
	if err != nil || terms.Version == 0 {
		return err
	}
	o.Terms = terms.Version
	o.AcceptedAt, err = acceptedTx(ctx, tx, e, terms.Version)
	o.add(MissingTerms, countOf(o.AcceptedAt != nil), 1, false)
	return err
}

func cardsStepTx(ctx context.Context, tx *gorm.DB, e expert.Enrolment, x expert.Expert, o *Onboarding) error {
	cards, err := readCardsTx(ctx, tx, e)
	if err != nil {
		return err
	}
	unreadYet := slices.Clone(cards)
	for i := range unreadYet {
		unreadYet[i].ReadAt = nil
	}
	if asked := len(unread(unreadYet, "", x.Languages)); asked > 0 {
		o.add(MissingCards, asked-len(unread(cards, "", x.Languages)), asked, false)
	}
	return nil
}

func platformQuizStepTx(ctx context.Context, tx *gorm.DB, e expert.Enrolment, _ expert.Expert, o *Onboarding) error {
	return quizTx(ctx, tx, QuizRef{}, MissingPlatformQuiz, e, o)
}

func quizStepTx(ctx context.Context, tx *gorm.DB, e expert.Enrolment, _ expert.Expert, o *Onboarding) error {
	return quizTx(ctx, tx, QuizRef{Program: e.ProgramID}, MissingQuiz, e, o)
}

func quizTx(ctx context.Context, tx *gorm.DB, ref QuizRef, code string, e expert.Enrolment, o *Onboarding) error {
	exists, passed, err := passedTx(ctx, tx, ref, e.PersonID)
	if exists {
		o.add(code, countOf(passed), 1, false)
	}
	return err
}

func practiceStepTx(ctx context.Context, tx *gorm.DB, e expert.Enrolment, _ expert.Expert, o *Onboarding) error {
	tasks, err := practiceTx(ctx, tx, e)
	if err != nil || len(tasks) == 0 {
		return err
	}
	passed, waits := 0, 0
	for _, task := range tasks {
		switch {
		case task.Passed():
			passed++
		case task.Waits():
			waits++
		}
	}
	o.add(MissingPractice, passed, len(tasks), passed+waits == len(tasks))
	return nil
}

func countOf(done bool) int {
	if done {
		return 1
	}
	return 0
}

// UnmetTx returns an *UnmetError unless every step is done.
func (s *Service) UnmetTx(ctx context.Context, tx *gorm.DB, e expert.Enrolment) error {
	return s.beforeTx(ctx, tx, e, "")
}

// beforeTx returns an *UnmetError unless every step before one is done.
func (s *Service) beforeTx(ctx context.Context, tx *gorm.DB, e expert.Enrolment, step string) error {
	o, err := s.onboardingTx(ctx, tx, e)
	if err != nil {
		return err
	}
	if missing := o.missing(step); len(missing) > 0 {
		return &UnmetError{Missing: missing}
	}
	return nil
}
