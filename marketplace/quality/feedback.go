package quality

import (
	"fmt"
	"slices"
	"time"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/question"
	"knowhow/marketplace/redact"
)

// Feedback is what a customer says of an answer.
type Feedback struct {
	Solved  bool
	CSAT    int            // 1 to 5; 0: none given
	Reason  FeedbackReason // asked for with a CSAT of 1 or 2, else it may be empty
	Comment string         // in the customer's words, at most 4 kB
}

// FeedbackReason says what a customer's judgement is about.
type FeedbackReason string

// What the expert can change, and counts.
const (
	ReasonWrong      FeedbackReason = "wrong"
	ReasonIncomplete FeedbackReason = "incomplete"
	ReasonUnclear    FeedbackReason = "unclear"
	ReasonUnfriendly FeedbackReason = "unfriendly"
)

// What the expert cannot change: it is recorded and does not count.
const (
	ReasonWaitingTime   FeedbackReason = "waiting_time"
	ReasonProductDefect FeedbackReason = "product_defect"
	ReasonPolicy        FeedbackReason = "policy"
)

// The lists of both.
var (
	experts   = []FeedbackReason{ReasonWrong, ReasonIncomplete, ReasonUnclear, ReasonUnfriendly}
	notTheirs = []FeedbackReason{ReasonWaitingTime, ReasonProductDefect, ReasonPolicy}
)

// FeedbackReasons is the closed list of reasons.
var FeedbackReasons = slices.Concat(experts, notTheirs)

// ChangeWithin is how long feedback may be changed, from when it was first
// given. After that it counts.
const ChangeWithin = 7 * 24 * time.Hour

// feedbackWeight is what feedback counts for; 1 is the resolution itself.
const feedbackWeight = 0.5

func (f Feedback) check() error {
	switch {
	case f.CSAT < 0 || f.CSAT > 5:
		return &marketplace.InvalidError{Field: "csat", Reason: fmt.Sprintf("is %d, must be from 1 to 5, or 0 for none", f.CSAT)}
	case f.Reason != "" && !slices.Contains(FeedbackReasons, f.Reason):
		return &marketplace.InvalidError{Field: "reason", Reason: fmt.Sprintf("must be one of %v", FeedbackReasons)}
	case f.low() && f.Reason == "":
		return &marketplace.InvalidError{Field: "reason", Reason: "is missing for a CSAT of 1 or 2"}
	}
	return marketplace.CheckText("comment", f.Comment, 0, maxText)
}

func (f Feedback) low() bool { return f.CSAT == 1 || f.CSAT == 2 }

// outcome is what the feedback says of the expert's work, if anything: content
// with a solution is a success, discontent that was the expert's to avoid a
// failure. Whether it was solved without more is known from the resolution.
func (f Feedback) outcome() (expert.Outcome, bool) {
	switch {
	case f.Solved && f.CSAT >= 4:
		return expert.Success, true
	case f.low() && slices.Contains(experts, f.Reason):
		return expert.Failure, true
	}
	return "", false
}

// FeedbackID identifies a feedback.
type FeedbackID = marketplace.ID[FeedbackRecord]

// FeedbackRecord is the feedback on one answer: an assignment's, or the
// brand's own. Comment is redacted.
type FeedbackRecord struct {
	ID            FeedbackID `gorm:"primaryKey"`
	BrandID       marketplace.BrandID
	QuestionID    question.ID
	AssignmentID  question.AssignmentID // zero: the brand's own answer
	CustomerID    access.CustomerID
	Solved        bool
	CSAT          int `gorm:"column:csat"`
	Reason        FeedbackReason
	Comment       string
	CommentSealed []byte
	GivenAt       time.Time
	ChangedAt     time.Time
	NextDueAt     *time.Time // when it counts; nil once it has
}

// TableName implements gorm's Tabler.
func (FeedbackRecord) TableName() string { return "feedback" }

func (r FeedbackRecord) said() Feedback {
	return Feedback{Solved: r.Solved, CSAT: r.CSAT, Reason: r.Reason}
}

var commentColumn = redact.SealedColumn{Table: "feedback", Column: "comment_sealed", Prefix: "feedback.comment_sealed:", Key: []string{"id"}}

// Sealed lists this room's sealed columns.
var Sealed = []redact.SealedColumn{commentColumn}

func commentContext(id FeedbackID) string { return commentColumn.Context(id.String()) }

// lastAnswer finds whose answer stands: the last message of the brand, or of an
// expert who delivered (then the turn). ok is false before any answer.
func lastAnswer(messages []question.Message, turns []question.Assignment) (turn question.Assignment, ok bool) {
	for _, m := range slices.Backward(messages) {
		if m.Author == question.ByBrand {
			return question.Assignment{}, true
		}
		i := slices.IndexFunc(turns, func(a question.Assignment) bool { return a.ID == m.AssignmentID && a.DeliveredAt != nil })
		if m.Author == question.ByExpert && i >= 0 {
			return turns[i], true
		}
	}
	return question.Assignment{}, false
}
