package quality

import (
	"context"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/program"
	"knowhow/marketplace/question"
	"knowhow/marketplace/redact"
	"knowhow/payouts"
)

// WorkView is a question and one expert's answer to it as somebody reads them
// who judges the answer: redacted, without names and without pay.
type WorkView struct {
	Title    string
	Context  string
	Tags     []string
	Language string
	Turns    []question.Turn // up to the expert's last message; without other experts'
	Ended    string          // why the expert ended the conversation; then Turns go up to that
	Note     string          // what they said of it
	Rubric   program.Rubric  // what the program judges by
}

// judged is what a list of work to judge reads of each assignment, in the
// statement of the list itself.
type judged struct {
	AssignmentID question.AssignmentID
	QuestionID   question.ID
	ProgramID    program.ID
	CustomerID   access.CustomerID
	Title        string
	Context      string
	Tags         []string `gorm:"serializer:json"`
	Language     string
	Redaction    redact.State `gorm:"serializer:json"`
	Author       string       // the expert's name, to be hidden
	NameSealed   []byte       // the customer's, to be hidden
	EndReason    string
	EndNote      string
	TurnEarnedAt *time.Time
}

const judgedColumns = `assignments.id AS assignment_id, questions.id AS question_id, questions.program_id, questions.customer_id,
	questions.title, questions.context, questions.tags, questions.language, questions.redaction,
	persons.name AS author, customers.name_sealed,
	assignments.end_reason, assignments.note AS end_note, assignments.earned_at AS turn_earned_at`

// judgeable is the query for rows of a table, reviews or refusals, with the
// work they are about. It leaves out questions in which the reader had a part, and
// work that is paid to their bank account, so that a list is never filled with what
// they must not judge. Whether they had a part is looked up by the question, whose
// attempts are few, and never by the reader, who may have answered thousands.
func judgeable(ctx context.Context, tx *gorm.DB, table string, reader access.PersonID, columns string) *gorm.DB {
	return tx.WithContext(ctx).Table(table).Select(columns+", "+judgedColumns).
		Joins("JOIN assignments ON assignments.id = "+table+".assignment_id").
		Joins("JOIN questions ON questions.id = "+table+".question_id").
		Joins("JOIN persons ON persons.id = assignments.person_id").
		Joins("LEFT JOIN customers ON customers.id = questions.customer_id").
		Where("? NOT IN (SELECT own.person_id FROM assignments own WHERE own.question_id = "+table+".question_id)", reader).
		Where("(questions.asker_person IS NULL OR questions.asker_person <> ?)", reader).
		Where("assignments.person_id NOT IN (?)", payouts.PaidAlike(tx.WithContext(ctx), uuid.UUID(reader)))
}

// seen makes of a page of rows what their reader sees, in two statements however
// many they are, once this process knows the programs.
func seen[R, V any](ctx context.Context, tx *gorm.DB, s *Service, rows marketplace.Listing[R], work func(R) judged, view func(R, WorkView) V) (marketplace.Listing[V], error) {
	list := marketplace.Listing[V]{Items: make([]V, len(rows.Items)), Next: rows.Next}
	works := make([]judged, len(rows.Items))
	for i, row := range rows.Items {
		works[i] = work(row)
	}
	views, err := s.viewsTx(ctx, tx, works)
	if err != nil {
		return marketplace.Listing[V]{}, err
	}
	for i, row := range rows.Items {
		list.Items[i] = view(row, views[i])
	}
	return list, nil
}

// viewsTx shows work blind: without the expert's own name too, which they may
// have signed with.
func (s *Service) viewsTx(ctx context.Context, tx *gorm.DB, works []judged) ([]WorkView, error) {
	if len(works) == 0 {
		return nil, nil
	}
	ids, among := make([]question.ID, len(works)), make([]program.ID, len(works))
	for i, w := range works {
		ids[i], among[i] = w.QuestionID, w.ProgramID
	}
	messages, err := question.MessagesOfTx(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	programs, err := s.programs.KnownOfTx(ctx, tx, among)
	if err != nil {
		return nil, err
	}
	views, hide := make([]WorkView, len(works)), make([]question.Hiding, len(works))
	for i, w := range works {
		p := programs[w.ProgramID]
		if p == nil {
			return nil, marketplace.NotFound("program", w.ProgramID)
		}
		views[i] = WorkView{
			Title: w.Title, Context: w.Context, Tags: w.Tags, Language: w.Language, Turns: w.turns(messages[w.QuestionID]), Rubric: p.Policies.Rubric,
		}
		if w.ended() {
			views[i].Ended = w.EndReason
		}
		if hide[i], err = s.hiding(w, p.Names, views[i].Turns); err != nil {
			return nil, err
		}
	}
	texts := s.questions.HideMany(hide)
	for i := range views {
		for n := range views[i].Turns {
			views[i].Turns[n].Text = texts[i][n]
		}
		if works[i].ended() {
			views[i].Note = texts[i][len(views[i].Turns)]
		}
	}
	return views, nil
}

// hiding says what is to be hidden in the turns, and in the note behind them.
func (s *Service) hiding(w judged, keep []string, turns []question.Turn) (question.Hiding, error) {
	names, err := s.customers.OpenNames(w.CustomerID, w.NameSealed)
	h := question.Hiding{Redaction: w.Redaction, Names: append(names, w.Author), Keep: keep, Texts: make([]string, len(turns))}
	for i, t := range turns {
		h.Texts[i] = t.Text
	}
	if w.ended() {
		h.Texts = append(h.Texts, w.EndNote)
	}
	return h, err
}

// ended reports that the expert ended the conversation.
func (w judged) ended() bool { return question.Assignment{EndReason: w.EndReason}.Ended() }

// turns are what is judged: the answer, or the conversation that was ended.
func (w judged) turns(messages []question.Message) []question.Turn {
	if !w.ended() || w.TurnEarnedAt == nil {
		return answerTo(messages, w.AssignmentID)
	}
	var turns []question.Turn
	for _, m := range messages {
		if (m.Author == question.ByCustomer || m.AssignmentID == w.AssignmentID) && !m.At.After(*w.TurnEarnedAt) {
			turns = append(turns, question.Turn{Position: m.Position, Author: m.Author, Text: m.Body, At: m.At})
		}
	}
	return turns
}

// answerTo keeps of a conversation what the judged expert could know when they
// last wrote: the customer's words and their own.
func answerTo(messages []question.Message, id question.AssignmentID) []question.Turn {
	var turns []question.Turn
	last := 0
	for _, m := range messages {
		if m.Author != question.ByCustomer && m.AssignmentID != id {
			continue
		}
		turns = append(turns, question.Turn{Position: m.Position, Author: m.Author, Text: m.Body, At: m.At})
		if m.AssignmentID == id {
			last = len(turns)
		}
	}
	return turns[:last]
}
