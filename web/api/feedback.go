package api

import (
	"context"
	"time"

	"knowhow/marketplace/access"
	"knowhow/marketplace/program"
	"knowhow/marketplace/quality"
	"knowhow/marketplace/question"
)

// Feedback is what a customer said, as the brand reads it.
type Feedback struct {
	ID         quality.FeedbackID     `json:"id" format:"uuid"`
	Question   question.ID            `json:"question" format:"uuid"`
	Assignment *question.AssignmentID `json:"assignment" nullable:"true" doc:"Null: of the brand's own answer."`
	Program    program.ID             `json:"program" format:"uuid"`
	Title      string                 `json:"title" doc:"Of the question, redacted."`
	Solved     bool                   `json:"solved"`
	CSAT       *int                   `json:"csat" doc:"1 to 5; null: not given."`
	Reason     quality.FeedbackReason `json:"reason" doc:"Empty: not given."`
	Comment    string                 `json:"comment" doc:"Redacted."`
	GivenAt    time.Time              `json:"given_at"`
	ChangedAt  time.Time              `json:"changed_at"`
}

type feedbackListIn struct {
	BrandPageIn
	Program     program.ID             `query:"program" format:"uuid" doc:"On this program."`
	Question    question.ID            `query:"question" format:"uuid" doc:"On this question."`
	Solved      string                 `query:"solved" enum:"true,false" doc:"Only what was solved, or not."`
	MaxCSAT     int                    `query:"max_csat" minimum:"1" maximum:"5" doc:"Only with a CSAT of at most this."`
	Reason      quality.FeedbackReason `query:"reason" enum:"wrong,incomplete,unclear,unfriendly,waiting_time,product_defect,policy" doc:"Only for this reason."`
	GivenAfter  time.Time              `query:"given_after" doc:"Given then or later."`
	GivenBefore time.Time              `query:"given_before" doc:"Given before then."`
}

func (a *API) feedback(ctx context.Context, caller access.Caller, in *feedbackListIn) (*Listed[Feedback], error) {
	page, err := in.page()
	if err != nil {
		return nil, err
	}
	filter := quality.FeedbackFilter{
		Program: in.Program, Question: in.Question, MaxCSAT: in.MaxCSAT, Reason: in.Reason,
		GivenAfter: in.GivenAfter, GivenBefore: in.GivenBefore,
	}
	if in.Solved != "" {
		solved := in.Solved == "true"
		filter.Solved = &solved
	}
	given, err := a.House.Quality.GivenFeedback(ctx, caller, in.Brand, filter, page)
	return listOf(given, feedbackOf), err
}

func feedbackOf(g quality.GivenFeedback) Feedback {
	f := Feedback{
		ID: g.ID, Question: g.Question, Program: g.ProgramID, Title: g.Title, Solved: g.Solved, Reason: g.Reason,
		Comment: g.Comment, GivenAt: g.GivenAt, ChangedAt: g.ChangedAt,
	}
	if !g.Assignment.IsZero() {
		f.Assignment = &g.Assignment
	}
	if g.CSAT > 0 {
		f.CSAT = &g.CSAT
	}
	return f
}
