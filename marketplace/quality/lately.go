package quality

import (
	"context"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace/access"
	"knowhow/marketplace/program"
	"knowhow/marketplace/question"
)

// said is what an expert wrote to a customer, and of the turn what tells whether
// it was all.
type said struct {
	AssignmentID question.AssignmentID
	QuestionID   question.ID
	PersonID     access.PersonID
	Body         string
	Pictures     string // "[]" without any
	At           time.Time
	AcceptedAt   time.Time
	EndReason    string
}

// ended reports that the turn's expert ended the conversation.
func (s said) ended() bool { return question.Assignment{EndReason: s.EndReason}.Ended() }

// lately is what was written to a program's customers, oldest first: all of it
// after from. To compare it takes long, so that no transaction is open meanwhile.
type lately struct {
	said  []said
	asked map[question.ID]string // what it answers
	from  time.Time
}

// latelyTx reads what was written in the last 90 days, the latest of it if it is
// too much.
func latelyTx(ctx context.Context, tx *gorm.DB, id program.ID, now time.Time) (l lately, err error) {
	l.from = now.Add(-signalsOver)
	err = tx.WithContext(ctx).Table("messages").
		Select("messages.assignment_id, messages.question_id, messages.person_id, messages.body, messages.pictures, messages.at, assignments.accepted_at, assignments.end_reason").
		Joins("JOIN questions ON questions.id = messages.question_id").Joins("JOIN assignments ON assignments.id = messages.assignment_id").
		Where("questions.program_id = ? AND messages.author = ? AND messages.at > ?", id, question.ByExpert, l.from).
		Order("messages.at DESC, messages.id").Limit(mostAnswers).Find(&l.said).Error
	if err != nil {
		return lately{}, fmt.Errorf("list the answers of program %s: %w", id, err)
	}
	slices.Reverse(l.said)
	if len(l.said) == mostAnswers {
		l.from = l.said[0].At
	}
	l.asked, err = askedTx(ctx, tx, l.said)
	return l, err
}

// askedTx reads what was asked, once of each question.
func askedTx(ctx context.Context, tx *gorm.DB, answers []said) (map[question.ID]string, error) {
	var ids numbers[question.ID]
	for _, r := range answers {
		ids.number(r.QuestionID)
	}
	var rows []struct {
		ID          question.ID
		Title, Body string
	}
	err := tx.WithContext(ctx).Table("questions").Select("id, title, body").Where("id IN ?", ids.all).Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read what was asked: %w", err)
	}
	asked := make(map[question.ID]string, len(rows))
	for _, r := range rows {
		asked[r.ID] = r.Title + "\n" + r.Body
	}
	return asked, nil
}

// signals are the patterns in the words alone.
func (l lately) signals() []Signal { return append(l.likeSignals(), l.junkSignals()...) }
