package training

import (
	"context"
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/event"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/program"
)

// PublishQuiz adds a version of a quiz (permission ManageProgram; for the
// platform's ManagePlatformQuiz). A program's binds who has not been approved
// yet, the platform's who has not passed one. Errors: *marketplace.InvalidError,
// *marketplace.NotFoundError for a topic the program has not got,
// *access.ForbiddenError.
func (s *Service) PublishQuiz(ctx context.Context, caller access.Caller, ref QuizRef, n NewQuiz) (Quiz, error) {
	q, err := n.quiz()
	if err != nil {
		return Quiz{}, err
	}
	q.ProgramID, q.Topic, q.CreatedAt = ref.Program, ref.Topic, s.clock.Now()
	if ref.Platform() {
		return s.publishPlatformQuiz(ctx, caller, q)
	}
	err = s.experts.InProgram(ctx, caller, ref.Program, access.ManageProgram, func(tx *gorm.DB, p program.Program) error {
		if ref.Topic != "" {
			if _, err := s.programs.TopicBySlugTx(ctx, tx, p.ID, ref.Topic); err != nil {
				return err
			}
		}
		q.BrandID = p.BrandID
		if err := tx.WithContext(ctx).Model(&Quiz{}).Where("program_id = ?", p.ID).Select("COALESCE(MAX(version), 0) + 1").Scan(&q.Version).Error; err != nil {
			return fmt.Errorf("count the quizzes of program %s: %w", p.ID, err)
		}
		done := tx.WithContext(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&q)
		if done.Error != nil {
			return fmt.Errorf("publish quiz %d of program %s: %w", q.Version, p.ID, done.Error)
		}
		if done.RowsAffected == 0 {
			return fmt.Errorf("quiz %d of program %s: %w", q.Version, p.ID, ErrStaleVersion)
		}
		return s.experts.ProgramEventTx(ctx, tx, QuizPublished, p, expert.Change{By: caller.String(), Version: q.Version})
	})
	if err != nil {
		return Quiz{}, err
	}
	return q, nil
}

// ofPrograms are the columns that a quiz, and a try, of the platform has not got.
var ofPrograms = []string{"BrandID", "ProgramID", "Topic"}

func (s *Service) publishPlatformQuiz(ctx context.Context, caller access.Caller, q Quiz) (Quiz, error) {
	if q.Topic != "" {
		return Quiz{}, &marketplace.InvalidError{Field: "topic", Reason: "is a program's"}
	}
	err := s.store.InTx(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		if err := access.AuthorizeTx(ctx, tx, caller, marketplace.AllBrands, access.ManagePlatformQuiz); err != nil {
			return err
		}
		latest, err := latestQuizTx(ctx, tx, QuizRef{})
		if err != nil {
			return err
		}
		q.Version = latest.Version + 1
		done := tx.WithContext(ctx).Table(platformQuizzes).Omit(ofPrograms...).Clauses(clause.OnConflict{DoNothing: true}).Create(&q)
		if done.Error != nil {
			return fmt.Errorf("publish quiz %d of the platform: %w", q.Version, done.Error)
		}
		if done.RowsAffected == 0 {
			return fmt.Errorf("quiz %d of the platform: %w", q.Version, ErrStaleVersion)
		}
		e := event.Event{Brand: marketplace.AllBrands, Kind: PlatformQuizPublished, Subject: event.Subject(caller.Person), At: q.CreatedAt}
		return s.log.AppendTx(ctx, tx, e, expert.Change{By: caller.String(), Version: q.Version})
	})
	if err != nil {
		return Quiz{}, err
	}
	return q, nil
}

// FullQuiz gives the current quiz with its answers (permissions as PublishQuiz's);
// version 0 where there is none. Errors as expert.Enrolments'.
func (s *Service) FullQuiz(ctx context.Context, caller access.Caller, ref QuizRef) (q Quiz, err error) {
	err = s.seeQuiz(ctx, caller, ref, func(tx *gorm.DB) error {
		q, err = latestQuizTx(ctx, tx, ref)
		return err
	})
	return q, err
}

// seeQuiz runs look in a reading transaction where the caller may publish the
// quiz.
func (s *Service) seeQuiz(ctx context.Context, caller access.Caller, ref QuizRef, look func(tx *gorm.DB) error) error {
	if err := ref.check(); err != nil {
		return err
	}
	if !ref.Platform() {
		return s.experts.SeeProgram(ctx, caller, ref.Program, access.ManageProgram, func(tx *gorm.DB, _ marketplace.BrandID) error { return look(tx) })
	}
	return s.store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		if err := access.AuthorizeTx(ctx, tx, caller, marketplace.AllBrands, access.ManagePlatformQuiz); err != nil {
			return err
		}
		return look(tx)
	})
}

const (
	platformQuizzes  = "platform_quizzes"
	platformAttempts = "platform_attempts"
)

func latestQuizTx(ctx context.Context, tx *gorm.DB, ref QuizRef) (Quiz, error) {
	find := tx.WithContext(ctx)
	if ref.Platform() {
		find = find.Table(platformQuizzes)
	} else {
		find = find.Where("program_id = ? AND topic = ?", ref.Program, ref.Topic)
	}
	var list []Quiz
	if err := find.Order("version DESC").Limit(1).Find(&list).Error; err != nil {
		return Quiz{}, fmt.Errorf("load the quiz of program %s: %w", ref.Program, err)
	}
	if len(list) == 0 {
		return Quiz{}, nil
	}
	return list[0], nil
}

// attemptsTx lists a person's tries at a quiz, oldest first.
func attemptsTx(ctx context.Context, tx *gorm.DB, q Quiz, person access.PersonID) ([]QuizAttempt, error) {
	find := tx.WithContext(ctx)
	if q.ProgramID.IsZero() {
		find = find.Table(platformAttempts)
	} else {
		find = find.Where("program_id = ?", q.ProgramID)
	}
	var list []QuizAttempt
	if err := find.Where("person_id = ? AND version = ?", person, q.Version).Order("attempt").Find(&list).Error; err != nil {
		return nil, fmt.Errorf("list the quiz attempts of %s: %w", person, err)
	}
	return list, nil
}

// passedTx reports whether a person passed the current quiz; there is none to
// pass where exists is false.
func passedTx(ctx context.Context, tx *gorm.DB, ref QuizRef, person access.PersonID) (exists, passed bool, err error) {
	q, err := latestQuizTx(ctx, tx, ref)
	if err != nil || q.Version == 0 {
		return false, false, err
	}
	attempts, err := attemptsTx(ctx, tx, q, person)
	for _, a := range attempts {
		passed = passed || a.Passed
	}
	return true, passed, err
}
