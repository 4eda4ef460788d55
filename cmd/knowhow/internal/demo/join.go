package demo

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/marketplace/access"
	"knowhow/marketplace/admission"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/training"
)

// When an expert takes the steps into the program, from their first day on.
const (
	acceptsTerms = 10 * time.Minute
	takesQuiz    = 40 * time.Minute
	isApproved   = 20 * time.Hour
	isCertified  = isApproved + time.Minute
	isActivated  = 8 * day
)

// joining is how far an expert has come.
type joining struct {
	enrolled bool
	expert.Enrolment
	tries  int
	passed bool
}

// expectStep puts the expert's next step on the agenda. What it is follows from
// what is on record, so an interrupted way in goes on.
func (w *world) expectStep(ctx context.Context, x performer) error {
	j, err := w.joining(ctx, x)
	if err != nil {
		return err
	}
	after, step := w.nextStep(x, j)
	if step == nil {
		return nil
	}
	first := w.start.Add(time.Duration(x.Joins)*day + draw("joins", x.Handle).between(0, 5*time.Hour))
	w.agenda.Add(first.Add(after), doStep, x.Handle, func(ctx context.Context) error {
		if err := step(ctx); err != nil {
			return fmt.Errorf("%s on the way into the program: %w", x.Handle, err)
		}
		return w.expectStep(ctx, x)
	})
	return nil
}

func (w *world) joining(ctx context.Context, x performer) (j joining, err error) {
	err = w.Store.Read(ctx, w.brand, func(tx *gorm.DB) error {
		if j.Enrolment, j.enrolled, err = expert.EnrolmentTx(ctx, tx, w.program.ID, w.people[x.Handle]); err != nil {
			return err
		}
		var attempts []training.QuizAttempt
		if err := tx.Where("program_id = ? AND person_id = ?", w.program.ID, w.people[x.Handle]).Find(&attempts).Error; err != nil {
			return err
		}
		j.tries = len(attempts)
		j.passed = slices.ContainsFunc(attempts, func(a training.QuizAttempt) bool { return a.Passed })
		return nil
	})
	if err != nil {
		return j, fmt.Errorf("read how far %s has come: %w", x.Handle, err)
	}
	return j, nil
}

func (w *world) nextStep(x performer, j joining) (after time.Duration, step func(ctx context.Context) error) {
	caller, manager := access.PersonCaller(w.people[x.Handle]), w.staff["manager"]
	switch {
	case !j.enrolled:
		return 0, func(ctx context.Context) error { return w.apply(ctx, caller, x) }
	case j.State == expert.Applied:
		return acceptsTerms, func(ctx context.Context) error { return w.Training.AcceptTerms(ctx, caller, w.program.ID, 1, "en") }
	case j.State == expert.Assessing && !j.passed:
		// A failed quiz may be taken again after a day.
		return takesQuiz + time.Duration(j.tries)*(day+time.Hour), func(ctx context.Context) error {
			return w.takeQuiz(ctx, caller, x.Retakes && j.tries == 0)
		}
	case j.State == expert.Assessing:
		return isApproved + time.Duration(j.tries-1)*day, func(ctx context.Context) error { return w.Admission.Approve(ctx, manager, j.ID) }
	case j.State == expert.Probation && len(x.Certified) > 0 && len(j.Certified) == 0:
		return isCertified, func(ctx context.Context) error { return w.Admission.Certify(ctx, manager, j.ID, x.Certified) }
	case j.State == expert.Probation && !x.Newcomer:
		return isActivated, func(ctx context.Context) error { return w.Admission.Activate(ctx, manager, j.ID) }
	}
	return 0, nil
}

// apply registers the expert, opens their account and puts them forward. One
// who reviews becomes a reviewer of the brand too.
func (w *world) apply(ctx context.Context, caller access.Caller, x performer) error {
	profile := expert.Profile{Handle: x.Handle, Country: x.Country, Languages: x.Languages, Capacity: 5}
	if _, err := w.Experts.Register(ctx, caller, profile); err != nil {
		return fmt.Errorf("register: %w", err)
	}
	if _, err := w.Payouts.EnsureAccount(ctx, uuid.UUID(caller.Person)); err != nil {
		return fmt.Errorf("open a payout account: %w", err)
	}
	if x.Reviews {
		if err := w.Access.AddMember(ctx, w.staff["owner"], w.brand, caller.Person, access.Reviewer); err != nil {
			return fmt.Errorf("make a reviewer: %w", err)
		}
	}
	_, err := w.Admission.Apply(ctx, caller, w.program.ID, admission.Application{Motivation: x.Motivation})
	return err
}

func (w *world) takeQuiz(ctx context.Context, caller access.Caller, fail bool) error {
	answers := make([]int, len(quiz))
	for i, item := range quiz {
		answers[i] = item.Answer
		if fail && i%2 == 0 {
			answers[i] = (item.Answer + 1) % len(item.Options)
		}
	}
	_, err := w.Training.TakeQuiz(ctx, caller, training.QuizRef{Program: w.program.ID}, 1, answers)
	return err
}
