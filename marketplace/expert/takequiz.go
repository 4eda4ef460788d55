package expert

import (
	"context"
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"knowhow/marketplace/access"
	"knowhow/marketplace/program"
)

// PublishQuiz adds a version of a program's quiz (permission ManageProgram); it
// binds who has not been approved yet. Errors: *marketplace.InvalidError,
// *access.ForbiddenError.
func (s *Service) PublishQuiz(ctx context.Context, caller access.Caller, id program.ID, items []QuizItem, passMark int) (Quiz, error) {
	if err := checkQuiz(items, passMark); err != nil {
		return Quiz{}, err
	}
	var q Quiz
	err := s.inProgram(ctx, caller, id, access.ManageProgram, func(tx *gorm.DB, p program.Program) error {
		latest, err := latestQuizTx(ctx, tx, id)
		if err != nil {
			return err
		}
		q = Quiz{BrandID: p.BrandID, ProgramID: id, Version: latest.Version + 1, PassMark: passMark, Items: items, CreatedAt: s.clock.Now()}
		done := tx.WithContext(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&q)
		if done.Error != nil {
			return fmt.Errorf("publish quiz %d of program %s: %w", q.Version, id, done.Error)
		}
		if done.RowsAffected == 0 {
			return fmt.Errorf("quiz %d of program %s: %w", q.Version, id, ErrStaleVersion)
		}
		return s.programEventTx(ctx, tx, QuizPublished, p, Change{By: caller.String(), Version: q.Version})
	})
	if err != nil {
		return Quiz{}, err
	}
	return q, nil
}

// Quiz gives the calling applicant the program's current quiz, without its
// answers; version 0 where there is none. Error: *marketplace.NotFoundError
// without an application.
func (s *Service) Quiz(ctx context.Context, caller access.Caller, id program.ID) (version int, questions []QuizQuestion, err error) {
	err = s.own(ctx, caller, id, func(tx *gorm.DB, _ *Enrolment) error {
		q, err := latestQuizTx(ctx, tx, id)
		version, questions = q.Version, q.Questions()
		return err
	})
	return version, questions, err
}

// LastAttempt is the calling applicant's latest try at the program's current
// quiz; its Attempt is 0 where there was none. Error:
// *marketplace.NotFoundError without an application.
func (s *Service) LastAttempt(ctx context.Context, caller access.Caller, id program.ID) (QuizAttempt, error) {
	var last QuizAttempt
	err := s.own(ctx, caller, id, func(tx *gorm.DB, e *Enrolment) error {
		q, err := latestQuizTx(ctx, tx, id)
		if err != nil {
			return err
		}
		attempts, err := attemptsTx(ctx, tx, q, *e)
		if len(attempts) > 0 {
			last = attempts[len(attempts)-1]
		}
		return err
	})
	return last, err
}

// TakeQuiz grades the calling applicant's answers, one option's index per item,
// and records the attempt. Errors: *StateError unless they are being assessed,
// ErrStaleVersion when version is not the current one, *RetakeError,
// *marketplace.InvalidError.
func (s *Service) TakeQuiz(ctx context.Context, caller access.Caller, id program.ID, version int, answers []int) (QuizAttempt, error) {
	var a QuizAttempt
	err := s.own(ctx, caller, id, func(tx *gorm.DB, e *Enrolment) error {
		if err := e.move(verbTakeQuiz); err != nil {
			return err
		}
		q, err := latestQuizTx(ctx, tx, id)
		if err != nil {
			return err
		}
		if version < 1 || q.Version != version {
			return fmt.Errorf("quiz %d: %w", version, ErrStaleVersion)
		}
		if a, err = s.attemptTx(ctx, tx, q, *e, answers); err != nil {
			return err
		}
		return s.eventTx(ctx, tx, QuizTaken, *e, Change{By: caller.String(), Version: version, Score: a.Score})
	})
	if err != nil {
		return QuizAttempt{}, err
	}
	return a, nil
}

func (s *Service) attemptTx(ctx context.Context, tx *gorm.DB, q Quiz, e Enrolment, answers []int) (QuizAttempt, error) {
	before, err := attemptsTx(ctx, tx, q, e)
	if err != nil {
		return QuizAttempt{}, err
	}
	now := s.clock.Now()
	if err := mayRetake(before, now); err != nil {
		return QuizAttempt{}, err
	}
	score, err := q.grade(answers)
	if err != nil {
		return QuizAttempt{}, err
	}
	a := QuizAttempt{
		BrandID: e.BrandID, ProgramID: e.ProgramID, PersonID: e.PersonID, Version: q.Version,
		Attempt: len(before) + 1, Answers: answers, Score: score, Passed: score >= q.PassMark, TakenAt: now,
	}
	if err := tx.WithContext(ctx).Create(&a).Error; err != nil {
		return QuizAttempt{}, fmt.Errorf("record a quiz attempt of %s: %w", e.PersonID, err)
	}
	return a, nil
}

func latestQuizTx(ctx context.Context, tx *gorm.DB, id program.ID) (Quiz, error) {
	var list []Quiz
	if err := tx.WithContext(ctx).Where("program_id = ?", id).Order("version DESC").Limit(1).Find(&list).Error; err != nil {
		return Quiz{}, fmt.Errorf("load the quiz of program %s: %w", id, err)
	}
	if len(list) == 0 {
		return Quiz{}, nil
	}
	return list[0], nil
}

func attemptsTx(ctx context.Context, tx *gorm.DB, q Quiz, e Enrolment) ([]QuizAttempt, error) {
	var list []QuizAttempt
	err := tx.WithContext(ctx).Where("program_id = ? AND person_id = ? AND version = ?", e.ProgramID, e.PersonID, q.Version).
		Order("attempt").Find(&list).Error
	if err != nil {
		return nil, fmt.Errorf("list the quiz attempts of %s: %w", e.PersonID, err)
	}
	return list, nil
}
