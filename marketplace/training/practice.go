package training

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/event"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/program"
)

// PracticeTaskID identifies a practice task.
type PracticeTaskID = marketplace.ID[PracticeTask]

// PracticeTask is a made-up question that applicants answer as they would a
// customer's, and that people of the brand judge.
type PracticeTask struct {
	ID          PracticeTaskID `gorm:"primaryKey"`
	BrandID     marketplace.BrandID
	ProgramID   program.ID
	Question    string
	Guide       string // what a good answer has; for who judges
	PublishedAt time.Time
	RetiredAt   *time.Time
}

// PracticeAnswerID identifies a practice answer.
type PracticeAnswerID = marketplace.ID[PracticeAnswer]

// PracticeAnswer is an applicant's answer to a task; Passed is nil until a
// person of the brand has judged it.
type PracticeAnswer struct {
	ID          PracticeAnswerID `gorm:"primaryKey"`
	TaskID      PracticeTaskID
	BrandID     marketplace.BrandID
	ProgramID   program.ID
	PersonID    access.PersonID
	Attempt     int
	Text        string // the applicant's words; cleared when they leave
	SubmittedAt time.Time
	Passed      *bool
	Note        string // of who judged, for the applicant
	JudgedBy    *access.PersonID
	JudgedAt    *time.Time
}

// PracticeView is a task as an applicant sees it, with their answers, oldest
// first; Guide is empty.
type PracticeView struct {
	Task    PracticeTask
	Answers []PracticeAnswer
}

// PracticeToJudge is an answer as who judges it reads it: nothing says whose it
// is.
type PracticeToJudge struct {
	ID          PracticeAnswerID
	Question    string
	Guide       string
	Text        string
	Attempt     int
	SubmittedAt time.Time
}

const (
	maxTasks            = 20
	maxPracticeQuestion = 4 << 10
	maxPracticeText     = 16 << 10
	maxVerdict          = 500
	maxPracticeTries    = 5 // answers to one task
)

// AddPracticeTask publishes a task (permission ManageProgram). Who has not been
// approved yet must pass it. Errors: *marketplace.InvalidError,
// *access.ForbiddenError.
func (s *Service) AddPracticeTask(ctx context.Context, caller access.Caller, id program.ID, question, guide string) (PracticeTask, error) {
	if err := cmp.Or(marketplace.CheckText("question", question, 1, maxPracticeQuestion), marketplace.CheckText("guide", guide, 0, maxPracticeQuestion)); err != nil {
		return PracticeTask{}, err
	}
	t := PracticeTask{ID: marketplace.NewID[PracticeTask](), ProgramID: id, Question: question, Guide: guide, PublishedAt: s.clock.Now()}
	err := s.experts.InProgram(ctx, caller, id, access.ManageProgram, func(tx *gorm.DB, p program.Program) error {
		t.BrandID = p.BrandID
		known, err := tasksTx(ctx, tx, id)
		if err != nil {
			return err
		}
		if len(known) >= maxTasks {
			return &marketplace.InvalidError{Field: "tasks", Reason: fmt.Sprintf("a program has at most %d", maxTasks)}
		}
		if err := tx.WithContext(ctx).Create(&t).Error; err != nil {
			return fmt.Errorf("insert practice task %s: %w", t.ID, err)
		}
		marketplace.Made(ctx, t.ID)
		return s.experts.ProgramEventTx(ctx, tx, PracticePublished, p, expert.Change{By: caller.String(), Task: event.Subject(t.ID)})
	})
	if err != nil {
		return PracticeTask{}, err
	}
	return t, nil
}

// RetirePracticeTask takes a task back (permission ManageProgram). Again changes
// nothing. Errors: *marketplace.NotFoundError, *access.ForbiddenError.
func (s *Service) RetirePracticeTask(ctx context.Context, caller access.Caller, id program.ID, task PracticeTaskID) error {
	now := s.clock.Now()
	return s.experts.InProgram(ctx, caller, id, access.ManageProgram, func(tx *gorm.DB, p program.Program) error {
		var t PracticeTask
		err := marketplace.ForUpdate(tx.WithContext(ctx)).Where("id = ? AND program_id = ?", task, id).Take(&t).Error
		if err := marketplace.OnlyOne(err, "practice task", task); err != nil || t.RetiredAt != nil {
			return err
		}
		if err := tx.WithContext(ctx).Model(&PracticeTask{}).Where("id = ?", task).Update("retired_at", now).Error; err != nil {
			return fmt.Errorf("retire practice task %s: %w", task, err)
		}
		return s.experts.ProgramEventTx(ctx, tx, PracticeRetired, p, expert.Change{By: caller.String(), Task: event.Subject(task)})
	})
}

// PracticeTasks lists a program's tasks for the brand, oldest first (permission
// ManageProgram). Errors as expert.Enrolments'.
func (s *Service) PracticeTasks(ctx context.Context, caller access.Caller, id program.ID) (list []PracticeTask, err error) {
	err = s.experts.SeeProgram(ctx, caller, id, access.ManageProgram, func(tx *gorm.DB, _ marketplace.BrandID) error {
		list, err = tasksTx(ctx, tx, id)
		return err
	})
	return list, err
}

func tasksTx(ctx context.Context, tx *gorm.DB, id program.ID) ([]PracticeTask, error) {
	var list []PracticeTask
	err := tx.WithContext(ctx).Where("program_id = ? AND retired_at IS NULL", id).Order("published_at, id").Find(&list).Error
	if err != nil {
		return nil, fmt.Errorf("list the practice tasks of program %s: %w", id, err)
	}
	return list, nil
}

// Practice lists the program's tasks with the calling applicant's answers. Errors:
// expert.ErrNotAPerson, *marketplace.NotFoundError without an application.
func (s *Service) Practice(ctx context.Context, caller access.Caller, id program.ID) (list []PracticeView, err error) {
	err = s.experts.SeeOwn(ctx, caller, id, func(tx *gorm.DB, e *expert.Enrolment) error {
		list, err = practiceTx(ctx, tx, *e)
		return err
	})
	return list, err
}

func practiceTx(ctx context.Context, tx *gorm.DB, e expert.Enrolment) ([]PracticeView, error) {
	tasks, err := tasksTx(ctx, tx, e.ProgramID)
	if err != nil || len(tasks) == 0 {
		return nil, err
	}
	var answers []PracticeAnswer
	err = tx.WithContext(ctx).Where("program_id = ? AND person_id = ?", e.ProgramID, e.PersonID).Order("attempt").Find(&answers).Error
	if err != nil {
		return nil, fmt.Errorf("list the practice answers of %s: %w", e.PersonID, err)
	}
	list := make([]PracticeView, len(tasks))
	for i, t := range tasks {
		t.Guide = ""
		list[i].Task = t
		for _, a := range answers {
			if a.TaskID == t.ID {
				list[i].Answers = append(list[i].Answers, a)
			}
		}
	}
	return list, nil
}

// Passed reports whether a task is done.
func (v PracticeView) Passed() bool {
	return slices.ContainsFunc(v.Answers, func(a PracticeAnswer) bool { return a.Passed != nil && *a.Passed })
}

// Waits reports whether an answer is yet to be judged.
func (v PracticeView) Waits() bool {
	return slices.ContainsFunc(v.Answers, func(a PracticeAnswer) bool { return a.Passed == nil })
}

// Left is how many more answers to a task may follow: none where it is passed.
func (v PracticeView) Left() int {
	if v.Passed() {
		return 0
	}
	return max(0, maxPracticeTries-len(v.Answers))
}

// AnswerPractice hands in the calling applicant's answer to a task, for a person of
// the brand to judge. After one that did not pass another may follow, five in all.
// Errors: *expert.StateError unless they are being assessed, *UnmetError where
// something comes before it, *RetakeError where the task is passed, waits or was
// tried too often, *marketplace.InvalidError, *marketplace.NotFoundError.
func (s *Service) AnswerPractice(ctx context.Context, caller access.Caller, id program.ID, task PracticeTaskID, text string) (PracticeAnswer, error) {
	if err := marketplace.CheckText("text", text, 1, maxPracticeText); err != nil {
		return PracticeAnswer{}, err
	}
	a := PracticeAnswer{ID: marketplace.NewID[PracticeAnswer](), TaskID: task, ProgramID: id, PersonID: caller.Person, Text: text, SubmittedAt: s.clock.Now()}
	err := s.experts.Own(ctx, caller, id, func(tx *gorm.DB, e *expert.Enrolment) error {
		if err := e.Move(expert.VerbPractise); err != nil {
			return err
		}
		if err := s.beforeTx(ctx, tx, *e, MissingPractice); err != nil {
			return err
		}
		tasks, err := practiceTx(ctx, tx, *e)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(tasks, func(v PracticeView) bool { return v.Task.ID == task })
		switch {
		case i < 0:
			return marketplace.NotFound("practice task", task)
		case tasks[i].Waits() || tasks[i].Left() == 0:
			return &RetakeError{}
		}
		a.BrandID, a.Attempt = e.BrandID, len(tasks[i].Answers)+1
		if err := tx.WithContext(ctx).Create(&a).Error; err != nil {
			return fmt.Errorf("insert practice answer %s: %w", a.ID, err)
		}
		marketplace.Made(ctx, a.ID)
		return s.experts.EventTx(ctx, tx, PracticeAnswered, *e, expert.Change{By: caller.String(), Task: event.Subject(task)})
	})
	if err != nil {
		return PracticeAnswer{}, err
	}
	return a, nil
}

// PracticeToJudge lists a program's answers that wait to be judged, longest waiting
// first (permission ReviewWork), without who wrote them. Errors as
// expert.Enrolments'.
func (s *Service) PracticeToJudge(ctx context.Context, caller access.Caller, id program.ID, page marketplace.Page) (list marketplace.Listing[PracticeToJudge], err error) {
	err = s.experts.SeeProgram(ctx, caller, id, access.ReviewWork, func(tx *gorm.DB, _ marketplace.BrandID) error {
		find := tx.WithContext(ctx).Table("practice_answers a").
			Select("a.id, t.question, t.guide, a.text, a.attempt, a.submitted_at").Joins("JOIN practice_tasks t ON t.id = a.task_id").
			Where("a.program_id = ? AND a.passed IS NULL AND a.text <> '' AND a.person_id <> ?", id, caller.Person)
		list, err = marketplace.List(find, page, marketplace.Order{At: "a.submitted_at", ID: "a.id"},
			func(p PracticeToJudge) marketplace.Place { return marketplace.Place{At: p.SubmittedAt, ID: p.ID} })
		if err != nil {
			return fmt.Errorf("list the practice answers of program %s: %w", id, err)
		}
		return nil
	})
	return list, err
}

// JudgePractice says whether a practice answer passes, with a note for the
// applicant, which one that fails must have (permission ReviewWork, a person only).
// Errors: marketplace.ErrConflict where it was judged before, expert.ErrNotAPerson,
// expert.ErrNotOneself, *marketplace.InvalidError, *marketplace.NotFoundError,
// *access.ForbiddenError.
func (s *Service) JudgePractice(ctx context.Context, caller access.Caller, id program.ID, answer PracticeAnswerID, pass bool, note string) error {
	least := 1
	if pass {
		least = 0
	}
	if err := marketplace.CheckText("note", note, least, maxVerdict); err != nil {
		return err
	}
	now := s.clock.Now()
	return s.experts.InProgram(ctx, caller, id, access.ReviewWork, func(tx *gorm.DB, p program.Program) error {
		if !caller.IsPerson(caller.Person) {
			return expert.ErrNotAPerson
		}
		var a PracticeAnswer
		err := tx.WithContext(ctx).Where("id = ? AND program_id = ?", answer, id).Take(&a).Error
		if err := marketplace.OnlyOne(err, "practice answer", answer); err != nil {
			return err
		}
		if caller.IsPerson(a.PersonID) {
			return expert.ErrNotOneself
		}
		e, _, err := expert.LockEnrolmentTx(ctx, tx, p, a.PersonID) // locked: their other answers wait
		if err != nil {
			return err
		}
		done := tx.WithContext(ctx).Model(&PracticeAnswer{}).Where("id = ? AND passed IS NULL", answer).
			Updates(map[string]any{"passed": pass, "note": note, "judged_by": caller.Person, "judged_at": now})
		if done.Error != nil {
			return fmt.Errorf("judge practice answer %s: %w", answer, done.Error)
		}
		if done.RowsAffected == 0 {
			return fmt.Errorf("practice answer %s: %w", answer, ErrJudged)
		}
		c := expert.Change{By: caller.String(), Task: event.Subject(a.TaskID), Code: map[bool]string{true: "passed", false: "failed"}[pass]}
		if err := s.experts.EventTx(ctx, tx, PracticeJudged, e, c); err != nil {
			return err
		}
		return s.trainedTx(ctx, tx, caller, &e)
	})
}

// ForgetPracticeTx clears what the expert of an enrolment wrote, and takes back
// what waits to be judged.
func ForgetPracticeTx(ctx context.Context, tx *gorm.DB, e expert.Enrolment) error {
	const of = "program_id = ? AND person_id = ?"
	err := tx.WithContext(ctx).Where(of+" AND passed IS NULL", e.ProgramID, e.PersonID).Delete(&PracticeAnswer{}).Error
	if err == nil {
		err = tx.WithContext(ctx).Model(&PracticeAnswer{}).Where(of, e.ProgramID, e.PersonID).Update("text", "").Error
	}
	if err != nil {
		return fmt.Errorf("clear the practice answers of %s: %w", e.PersonID, err)
	}
	return nil
}
