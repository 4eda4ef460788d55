package replay

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/marketplace/access"
	"knowhow/marketplace/admission"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/training"
)

// How long an applicant takes, from their application on, for each step of the
// way in. Who fails a quiz takes it again when they may, a day later.
const (
	termsLeast, termsMost       = 2 * time.Minute, 20 * time.Minute
	cardsLeast, cardsMost       = 20 * time.Minute, time.Hour
	platformLeast, platformMost = time.Hour, 2 * time.Hour
	quizLeast, quizMost         = 2 * time.Hour, 3 * time.Hour
	triedAgain                  = day + time.Hour
	// probation is how long all of a new expert's work is reviewed.
	probation = 7 * day
	// tries is how often somebody may take a quiz.
	tries = 3
)

// Percentages of applicants and experts.
const (
	knows    = 90 // of the items of a quiz are known to who takes it
	willVote = 50 // of experts say that they want to judge others' work
)

// joining is how far somebody has come on the way in.
type joining struct {
	expert.Enrolment
	open            string // the step that is theirs to do now; empty: none
	platform, quiz  int    // tries
	tookAt          time.Time
	reviews, handIn bool
}

// since is a time on record, and where there is none that of their application.
func (j joining) since(at *time.Time) time.Time {
	if at == nil {
		return j.AppliedAt
	}
	return *at
}

// apply registers a user with enough answers as an expert who can be paid, and
// puts them forward for the program.
func (w *world) apply(ctx context.Context, user string) error {
	caller := access.PersonCaller(w.people[user])
	_, err := w.Experts.Register(ctx, caller, expert.Profile{Handle: handle(user), Languages: []string{spoken}, Capacity: handsFull})
	if err != nil {
		return fmt.Errorf("register expert %s: %w", user, err)
	}
	if _, err := w.Payouts.EnsureAccount(ctx, uuid.UUID(caller.Person)); err != nil {
		return fmt.Errorf("open the account of expert %s: %w", user, err)
	}
	_, err = w.Admission.Apply(ctx, caller, w.program.ID, admission.Application{Motivation: "I have answered in the community for a while."})
	if err != nil {
		return fmt.Errorf("apply as expert %s: %w", user, err)
	}
	w.enrolled[user] = true
	return w.expectStep(ctx, user)
}

// expectStep puts the next step of somebody's way in on the agenda. What it is
// and when follows from what is on record, so an interrupted way in goes on.
func (w *world) expectStep(ctx context.Context, user string) error {
	j, err := w.joining(ctx, user)
	if err != nil {
		return err
	}
	at, step := w.nextStep(user, j)
	if step == nil {
		return nil
	}
	w.agenda.Add(at, doJoin, user, func(ctx context.Context) error {
		if err := step(ctx); err != nil {
			return fmt.Errorf("%s on the way into the program: %w", user, err)
		}
		return w.expectStep(ctx, user)
	})
	return nil
}

func (w *world) nextStep(user string, j joining) (at time.Time, step func(ctx context.Context) error) {
	caller := access.PersonCaller(w.people[user])
	after := func(purpose string, least, most time.Duration, failed int) time.Time {
		return j.AppliedAt.Add(w.draw(purpose, user).between(least, most) + time.Duration(failed)*triedAgain)
	}
	switch {
	case j.open == training.MissingTerms:
		return after("terms", termsLeast, termsMost, 0), func(ctx context.Context) error {
			return w.Training.AcceptTerms(ctx, caller, w.program.ID, 1, spoken)
		}
	case j.open == training.MissingCards:
		return after("cards", cardsLeast, cardsMost, 0), func(ctx context.Context) error { return w.readCards(ctx, caller) }
	case j.open == training.MissingPlatformQuiz && j.platform < tries:
		return after("platform quiz", platformLeast, platformMost, j.platform), func(ctx context.Context) error {
			return w.takeQuiz(ctx, caller, training.QuizRef{}, user, j.platform)
		}
	case j.open == training.MissingQuiz && j.quiz < tries:
		return after("quiz", quizLeast, quizMost, max(0, j.platform-1)+j.quiz), func(ctx context.Context) error {
			return w.takeQuiz(ctx, caller, training.QuizRef{Program: w.program.ID}, user, j.quiz)
		}
	case j.handIn:
		return j.tookAt.Add(w.draw("approve", user).between(lookLeast, lookMost)), func(ctx context.Context) error {
			return w.Admission.Approve(ctx, w.manager, j.ID)
		}
	case j.State == expert.Probation:
		return j.since(j.EnrolledAt).Add(probation), func(ctx context.Context) error { return w.Admission.Activate(ctx, w.manager, j.ID) }
	case j.State == expert.Active && !j.reviews && w.draw("will vote", user).in(willVote):
		return j.since(j.DecidedAt), func(ctx context.Context) error { return w.Quality.SetReviewing(ctx, caller, w.program.ID, true) }
	}
	return time.Time{}, nil
}

// joining reads how far somebody has come.
func (w *world) joining(ctx context.Context, user string) (j joining, err error) {
	id := w.people[user]
	var platform, quiz []time.Time
	var reviews int64
	err = w.Store.Read(ctx, w.brand, func(tx *gorm.DB) error {
		if j.Enrolment, _, err = expert.EnrolmentTx(ctx, tx, w.program.ID, id); err != nil {
			return err
		}
		if j.State == expert.Active {
			return tx.Table("reviewers").Where("program_id = ? AND person_id = ?", w.program.ID, id).Count(&reviews).Error
		}
		if err := tx.Table("platform_attempts").Where("person_id = ?", id).Pluck("taken_at", &platform).Error; err != nil {
			return err
		}
		return tx.Table("quiz_attempts").Where("program_id = ? AND person_id = ?", w.program.ID, id).Pluck("taken_at", &quiz).Error
	})
	if err != nil {
		return j, fmt.Errorf("read how far %s has come: %w", user, err)
	}
	j.platform, j.quiz, j.reviews, j.tookAt = len(platform), len(quiz), reviews > 0, j.AppliedAt
	for _, at := range slices.Concat(platform, quiz) {
		j.tookAt = latest(j.tookAt, at.UTC())
	}
	if j.State != expert.Applied && j.State != expert.Assessing {
		return j, nil
	}
	way, err := w.Training.Onboarding(ctx, access.PersonCaller(id), w.program.ID)
	if err != nil {
		return j, err
	}
	for _, step := range way.Steps {
		if step.State == training.StepOpen {
			j.open = step.Code
		}
	}
	j.handIn = j.open == ""
	return j, nil
}

func (w *world) readCards(ctx context.Context, caller access.Caller) error {
	cards, err := w.Training.Cards(ctx, caller, w.program.ID)
	if err != nil {
		return err
	}
	for _, card := range cards {
		if card.ReadAt != nil {
			continue
		}
		if err := w.Training.ReadCard(ctx, caller, w.program.ID, card.ID); err != nil {
			return err
		}
	}
	return nil
}

// takeQuiz answers what was drawn. Which items that are differs from one database
// to another, as people's ids do; which of them are known, counted from the first,
// does not.
func (w *world) takeQuiz(ctx context.Context, caller access.Caller, ref training.QuizRef, user string, try int) error {
	sitting, err := w.Training.Sitting(ctx, caller, ref)
	if err != nil {
		return err
	}
	right := map[string]int{}
	for _, item := range sitting.Quiz.Items {
		right[item.Question] = item.Answer
	}
	answers := make([]int, len(sitting.Questions))
	for i, q := range sitting.Questions {
		answers[i] = right[q.Question]
		if !w.draw("knows", user, fmt.Sprint(ref.Platform(), try, i)).in(knows) {
			answers[i] = (answers[i] + 1) % len(q.Options)
		}
	}
	_, err = w.Training.TakeQuiz(ctx, caller, ref, sitting.Quiz.Version, answers)
	return err
}

// countAnswer counts a user's answer; who has enough applies.
func (w *world) countAnswer(ctx context.Context, user string) error {
	w.answers[user]++
	if w.answers[user] < seasoned || w.enrolled[user] {
		return nil
	}
	return w.apply(ctx, user)
}

// pickUpJoining has everybody go on who is on the way in, and those apply who have
// enough answers: of the history at the time they had, since then at once.
func (w *world) pickUpJoining(ctx context.Context) error {
	for _, user := range slices.Sorted(maps.Keys(w.enrolled)) {
		if err := w.expectStep(ctx, user); err != nil {
			return err
		}
	}
	for user, at := range w.enoughBefore() {
		if !w.enrolled[user] {
			w.agenda.Add(at, doJoin, user, func(ctx context.Context) error { return w.apply(ctx, user) })
			w.answers[user] = 0 // so that nothing but the agenda has them apply
		}
	}
	for _, user := range slices.Sorted(maps.Keys(w.answers)) {
		if w.answers[user] < seasoned || w.enrolled[user] {
			continue
		}
		if err := w.apply(ctx, user); err != nil {
			return err
		}
	}
	return nil
}

// enoughBefore is when each user had enough answers before the window.
func (w *world) enoughBefore() map[string]time.Time {
	var answers []reply
	for _, p := range w.history {
		for _, r := range p.Answers {
			if r.At.Before(w.window[0].Created.Time) {
				answers = append(answers, reply{By: r.By, At: stamp{latest(r.At.Time, p.Created.Time)}})
			}
		}
	}
	slices.SortStableFunc(answers, func(a, b reply) int { return a.At.Compare(b.At.Time) })
	count, enough := map[string]int{}, map[string]time.Time{}
	for _, r := range answers {
		if count[r.By]++; count[r.By] == seasoned {
			enough[r.By] = r.At.Time
		}
	}
	return enough
}
