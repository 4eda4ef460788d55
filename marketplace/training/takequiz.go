package training

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/program"
)

// lateness is how much later than its time an answer may come in: the way there
// and back.
const lateness = 5 * time.Second

// Sitting is where a person stands with a quiz: their latest try, and what they
// may see of it.
type Sitting struct {
	Quiz    Quiz // with answers: not to be shown; version 0: there is none
	Attempt QuizAttempt
	Tries   int // at this version, with one that is under way
	// ItemTime is how long the person has for each item, with the extra time they
	// asked for; zero: as long as they like.
	ItemTime time.Duration
	// Questions are the items of the next try of a quiz that is answered at once.
	Questions []QuizQuestion
	// Item is the one to be answered of a try that is under way; nil: none is.
	Item *QuizQuestion
	// Until is when the time for Item ends.
	Until time.Time
	Left  time.Duration // until then
	// Again is when another try may begin; nil where none may, or one may now.
	Again *time.Time
	// May reports whether a try may begin now.
	May bool
}

// Sitting tells the calling applicant where they stand with a quiz. Errors:
// *marketplace.NotFoundError without an application, expert.ErrNotAPerson.
func (s *Service) Sitting(ctx context.Context, caller access.Caller, ref QuizRef) (sitting Sitting, err error) {
	look := func(tx *gorm.DB, e *expert.Enrolment) error {
		x, err := s.experts.LoadTx(ctx, tx, e.PersonID)
		if err != nil {
			return err
		}
		q, attempts, err := s.triesTx(ctx, tx, ref, e.PersonID)
		if err == nil {
			sitting = s.sitting(q, attempts, x)
		}
		return err
	}
	if err := ref.check(); err != nil {
		return sitting, err
	}
	if !ref.Platform() {
		err = s.experts.SeeOwn(ctx, caller, ref.Program, look)
		return sitting, err
	}
	if !caller.IsPerson(caller.Person) {
		return sitting, expert.ErrNotAPerson
	}
	err = s.store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		return look(tx, &expert.Enrolment{PersonID: caller.Person})
	})
	return sitting, err
}

func (s *Service) triesTx(ctx context.Context, tx *gorm.DB, ref QuizRef, person access.PersonID) (Quiz, []QuizAttempt, error) {
	q, err := latestQuizTx(ctx, tx, ref)
	if err != nil || q.Version == 0 {
		return q, nil, err
	}
	attempts, err := attemptsTx(ctx, tx, q, person)
	return q, attempts, err
}

// sitting is what there is to see of a quiz after these tries, oldest first.
func (s *Service) sitting(q Quiz, attempts []QuizAttempt, x expert.Expert) Sitting {
	v := Sitting{Quiz: q, Tries: len(attempts), ItemTime: x.TimeFor(q.ItemSeconds)}
	if len(attempts) > 0 {
		v.Attempt = attempts[len(attempts)-1]
	}
	if q.Version == 0 {
		return v
	}
	if !v.Attempt.Over() {
		n := len(v.Attempt.Answers)
		v.Item = &q.Questions(v.Attempt.Drawn[n : n+1])[0]
		v.Until = v.Attempt.ServedAt.Add(v.ItemTime)
		v.Left = max(0, v.Until.Sub(s.clock.Now()))
		return v
	}
	switch err := q.mayRetake(attempts, s.clock.Now()).(type) {
	case nil:
		v.May = true
	case *RetakeError:
		if !err.At.IsZero() {
			v.Again = &err.At
		}
	}
	if q.ItemSeconds == 0 {
		v.Questions = q.Questions(s.draw(q, x.PersonID, len(attempts)+1))
	}
	return v
}

// TakeQuiz grades the calling applicant's answers to a quiz that is answered at
// once, one option's index per drawn item, and records the try. Errors:
// *expert.StateError unless they are being assessed, *UnmetError where something
// comes before it, ErrStaleVersion when version is not the current one,
// *RetakeError, ErrTimed for a quiz with a time for each item,
// *marketplace.InvalidError.
func (s *Service) TakeQuiz(ctx context.Context, caller access.Caller, ref QuizRef, version int, answers []int) (QuizAttempt, error) {
	var a QuizAttempt
	err := s.sit(ctx, caller, ref, func(tx *gorm.DB, e *expert.Enrolment) error {
		q, attempts, err := s.mayTakeTx(ctx, tx, ref, e)
		switch {
		case err != nil:
			return err
		case version < 1 || q.Version != version:
			return fmt.Errorf("quiz %d: %w", version, ErrStaleVersion)
		case q.ItemSeconds > 0:
			return ErrTimed
		}
		if err := q.mayRetake(attempts, s.clock.Now()); err != nil {
			return err
		}
		a = s.begin(q, e.PersonID, len(attempts)+1)
		if len(answers) != len(a.Drawn) {
			return &marketplace.InvalidError{Field: "answers", Reason: fmt.Sprintf("must be %d", len(a.Drawn))}
		}
		for i, answer := range answers {
			if err := q.checkAnswer(fmt.Sprintf("answers[%d]", i), a.Drawn[i], answer); err != nil {
				return err
			}
		}
		a.Answers = answers
		q.grade(&a)
		if err := insertAttemptTx(ctx, tx, a); err != nil {
			return err
		}
		return s.takenTx(ctx, tx, caller, ref, e, a)
	})
	if err != nil {
		return QuizAttempt{}, err
	}
	return a, nil
}

// BeginQuiz begins the calling applicant's next try at a quiz with a time for
// each item, and shows the first; a try that is under way goes on. Errors as
// TakeQuiz's, ErrNotTimed for one that is answered at once.
func (s *Service) BeginQuiz(ctx context.Context, caller access.Caller, ref QuizRef) (sitting Sitting, err error) {
	err = s.sit(ctx, caller, ref, func(tx *gorm.DB, e *expert.Enrolment) error {
		q, attempts, err := s.mayTakeTx(ctx, tx, ref, e)
		switch {
		case err != nil:
			return err
		case q.Version == 0:
			return &marketplace.NotFoundError{Noun: "quiz of program", ID: ref.Program.String()}
		case q.ItemSeconds == 0:
			return ErrNotTimed
		}
		if n := len(attempts); n == 0 || attempts[n-1].Over() {
			if err := q.mayRetake(attempts, s.clock.Now()); err != nil {
				return err
			}
			a := s.begin(q, e.PersonID, n+1)
			if err := insertAttemptTx(ctx, tx, a); err != nil {
				return err
			}
			attempts = append(attempts, a)
		}
		x, err := s.experts.LoadTx(ctx, tx, e.PersonID)
		sitting = s.sitting(q, attempts, x)
		return err
	})
	return sitting, err
}

// AnswerItem takes the calling applicant's answer to the item, counted from 0,
// that their try is at, or Missed, and shows the next; one that comes too late
// counts as missed. The last ends the try. Errors: ErrStaleVersion where the
// try is not at this item, *marketplace.InvalidError, as BeginQuiz's.
func (s *Service) AnswerItem(ctx context.Context, caller access.Caller, ref QuizRef, item, answer int) (sitting Sitting, err error) {
	err = s.sit(ctx, caller, ref, func(tx *gorm.DB, e *expert.Enrolment) error {
		q, attempts, err := s.triesTx(ctx, tx, ref, e.PersonID)
		if err != nil {
			return err
		}
		n := len(attempts)
		if n == 0 || attempts[n-1].Over() || len(attempts[n-1].Answers) != item {
			return fmt.Errorf("item %d: %w", item, ErrStaleVersion)
		}
		a := &attempts[n-1]
		if answer != Missed {
			if err := q.checkAnswer("answer", a.Drawn[item], answer); err != nil {
				return err
			}
		}
		x, err := s.experts.LoadTx(ctx, tx, e.PersonID)
		if err != nil {
			return err
		}
		now := s.clock.Now()
		if now.After(a.ServedAt.Add(x.TimeFor(q.ItemSeconds) + lateness)) {
			answer = Missed
		}
		a.Answers, a.ServedAt = append(a.Answers, answer), &now
		over := len(a.Answers) == len(a.Drawn)
		if over {
			q.grade(a)
		}
		if err := updateAttemptTx(ctx, tx, *a); err != nil {
			return err
		}
		if over {
			err = s.takenTx(ctx, tx, caller, ref, e, *a)
		}
		sitting = s.sitting(q, attempts, x)
		return err
	})
	return sitting, err
}

// sit runs do on the calling person's enrolment in the quiz's program, which is
// locked; for the platform's it is the expert's row, and the enrolment is none
// but for the person.
func (s *Service) sit(ctx context.Context, caller access.Caller, ref QuizRef, do func(tx *gorm.DB, e *expert.Enrolment) error) error {
	if err := ref.check(); err != nil {
		return err
	}
	if !ref.Platform() {
		return s.experts.Own(ctx, caller, ref.Program, do)
	}
	if !caller.IsPerson(caller.Person) {
		return expert.ErrNotAPerson
	}
	return s.store.InTx(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		x, err := s.experts.LoadTx(ctx, marketplace.ForUpdate(tx), caller.Person)
		if err != nil {
			return err
		}
		return do(tx, &expert.Enrolment{PersonID: x.PersonID})
	})
}

// mayTakeTx loads the current quiz and the person's tries, when it is their
// turn to take it.
func (s *Service) mayTakeTx(ctx context.Context, tx *gorm.DB, ref QuizRef, e *expert.Enrolment) (Quiz, []QuizAttempt, error) {
	switch {
	case ref.Platform():
	case ref.Topic != "":
		if !slices.Contains([]expert.State{expert.Assessing, expert.Probation, expert.Active, expert.Paused}, e.State) {
			return Quiz{}, nil, &expert.StateError{Verb: expert.VerbCertify, State: e.State}
		}
	default:
		if err := e.Move(expert.VerbTakeQuiz); err != nil {
			return Quiz{}, nil, err
		}
		if err := s.beforeTx(ctx, tx, *e, MissingQuiz); err != nil {
			return Quiz{}, nil, err
		}
	}
	return s.triesTx(ctx, tx, ref, e.PersonID)
}

func (s *Service) begin(q Quiz, person access.PersonID, attempt int) QuizAttempt {
	now := s.clock.Now()
	return QuizAttempt{
		BrandID: q.BrandID, ProgramID: q.ProgramID, PersonID: person, Version: q.Version, Attempt: attempt,
		Drawn: s.draw(q, person, attempt), Answers: []int{}, TakenAt: now, ServedAt: &now,
	}
}

func insertAttemptTx(ctx context.Context, tx *gorm.DB, a QuizAttempt) error {
	into := tx.WithContext(ctx)
	if a.ProgramID.IsZero() {
		into = into.Table(platformAttempts).Omit("BrandID", "ProgramID")
	}
	if err := into.Create(&a).Error; err != nil {
		return fmt.Errorf("record a quiz attempt of %s: %w", a.PersonID, err)
	}
	return nil
}

func updateAttemptTx(ctx context.Context, tx *gorm.DB, a QuizAttempt) error {
	into := tx.WithContext(ctx).Table("quiz_attempts").Where("program_id = ?", a.ProgramID)
	if a.ProgramID.IsZero() {
		into = tx.WithContext(ctx).Table(platformAttempts)
	}
	answers, err := json.Marshal(a.Answers)
	if err != nil {
		return fmt.Errorf("write JSON: %w", err)
	}
	done := into.Where("person_id = ? AND version = ? AND attempt = ?", a.PersonID, a.Version, a.Attempt).
		Updates(map[string]any{"answers": string(answers), "score": a.Score, "passed": a.Passed, "served_at": a.ServedAt})
	if done.Error != nil {
		return fmt.Errorf("record an answer of %s: %w", a.PersonID, done.Error)
	}
	return nil
}

// takenTx is what follows from a try that is over: its event, the certificate of
// a topic, and the pay of an onboarding that is now complete.
func (s *Service) takenTx(ctx context.Context, tx *gorm.DB, caller access.Caller, ref QuizRef, e *expert.Enrolment, a QuizAttempt) error {
	c := expert.Change{By: caller.String(), Version: a.Version, Score: a.Score}
	if ref.Platform() {
		return s.experts.PersonEventTx(ctx, tx, PlatformQuizTaken, c, marketplace.AllBrands, e.PersonID)
	}
	if err := s.experts.EventTx(ctx, tx, QuizTaken, *e, c); err != nil || !a.Passed {
		return err
	}
	if ref.Topic == "" {
		return s.trainedTx(ctx, tx, caller, e)
	}
	if slices.Contains(e.Certified, ref.Topic) {
		return nil
	}
	topic, err := s.programs.TopicBySlugTx(ctx, tx, ref.Program, ref.Topic)
	if err != nil || topic.Mode != program.Certified {
		return err
	}
	e.Certified = append(e.Certified, ref.Topic)
	slices.Sort(e.Certified)
	return s.experts.SaveTx(ctx, tx, expert.CertifiedSet, *e, expert.Change{By: caller.String(), Code: "quiz", Version: a.Version})
}
