package api

import (
	"context"
	"time"

	"knowhow/marketplace/access"
	"knowhow/marketplace/question"
)

// assignmentRoutes are what an expert does with the turns they took.
func (a *API) assignmentRoutes() {
	read(a, Route{ID: "listAssignments", Path: "/assignments", Tag: workTag, Who: Who{Kind: Person},
		Summary: "List your turns, newest first"}, a.ownAssignments)
	read(a, Route{ID: "getAssignment", Path: "/assignments/{assignment}", Tag: workTag, Who: Who{Kind: Person},
		Summary: "Read a turn of yours"}, a.ownAssignment)
	act(a, Route{ID: "answer", Path: "/assignments/{assignment}/answer", Tag: workTag, Who: Who{Kind: Person},
		Summary: "Answer the question"}, a.answer)
	act(a, Route{ID: "sayAtWork", Path: "/assignments/{assignment}/messages", Tag: workTag, Who: Who{Kind: Person},
		Summary: "Write to the customer without answering yet"}, a.sayAtWork)
	act(a, Route{ID: "handBack", Path: "/assignments/{assignment}/hand_back", Tag: workTag, Who: Who{Kind: Person},
		Summary: "Hand the question back before answering",
		About:   "It costs nothing. If the next expert confirms that the note helped, it earns a share."}, a.handBack)
	act(a, Route{ID: "endConversation", Path: "/assignments/{assignment}/end", Tag: workTag, Who: Who{Kind: Person},
		Summary: "End a conversation that nobody needs to bear",
		About:   "Before an answer or after it. It is paid like an answer, and always reviewed. The customer can still ask for the brand's own team, and no other expert."}, a.endConversation)
	act(a, Route{ID: "confirmHandoff", Path: "/assignments/{assignment}/confirm_handoff", Tag: workTag, Who: Who{Kind: Person},
		Summary: "Say that an earlier expert's note helped"}, a.confirmHandoff)
	read(a, Route{ID: "getAssignmentReceipt", Path: "/assignments/{assignment}/receipt", Tag: workTag, Who: Who{Kind: Person},
		Summary: "Read what became of the question, as far as it is yours"}, a.workReceipt)
}

type AssignmentIn struct {
	Assignment question.AssignmentID `path:"assignment" format:"uuid" doc:"The assignment's id."`
}

// Assignment is one expert's turn on a question, as that expert reads it.
type Assignment struct {
	ID          question.AssignmentID    `json:"id" format:"uuid"`
	Question    question.ID              `json:"question" format:"uuid"`
	Attempt     int                      `json:"attempt"`
	State       question.AssignmentState `json:"state" enum:"working,delivered,earned,contested,released,refused,handed_back,lapsed,cancelled"`
	Reward      Money                    `json:"reward"`
	AcceptedAt  time.Time                `json:"accepted_at"`
	DeliveredAt *time.Time               `json:"delivered_at" doc:"When it was answered."`
	EarnedAt    *time.Time               `json:"earned_at"`
	ReleaseAt   *time.Time               `json:"release_at" doc:"When it is paid at the latest."`
	SettledAt   *time.Time               `json:"settled_at"`
}

func assignmentOf(t question.Assignment) Assignment {
	return Assignment{
		ID: t.ID, Question: t.QuestionID, Attempt: t.Attempt, State: t.State, Reward: t.Reward(), AcceptedAt: t.AcceptedAt,
		DeliveredAt: t.DeliveredAt, EarnedAt: t.EarnedAt, ReleaseAt: t.ReleaseAt, SettledAt: t.SettledAt,
	}
}

func (a *API) ownAssignment(ctx context.Context, caller access.Caller, in *AssignmentIn) (*One[Assignment], error) {
	turn, err := a.House.Questions.OwnTurn(ctx, caller, in.Assignment)
	return one(assignmentOf(turn)), err
}

// AssignmentSummary is a turn as its expert's list shows it.
type AssignmentSummary struct {
	ID          question.AssignmentID    `json:"id" format:"uuid"`
	Question    question.ID              `json:"question" format:"uuid"`
	BrandName   string                   `json:"brand_name"`
	Title       string                   `json:"title" doc:"Of the question, redacted."`
	Language    string                   `json:"language"`
	State       question.AssignmentState `json:"state" enum:"working,delivered,earned,contested,released,refused,handed_back,lapsed,cancelled"`
	Reward      *Money                   `json:"reward" doc:"What it pays, or may yet pay; null where it ended without."`
	AcceptedAt  time.Time                `json:"accepted_at"`
	DeliveredAt *time.Time               `json:"delivered_at"`
	ReleaseAt   *time.Time               `json:"release_at" doc:"When it is paid at the latest."`
	SettledAt   *time.Time               `json:"settled_at"`
}

type assignmentsIn struct {
	PageParams
	State []question.AssignmentState `query:"state,explode" enum:"working,delivered,earned,contested,released,refused,handed_back,lapsed,cancelled" doc:"Any of these states."`
}

func (a *API) ownAssignments(ctx context.Context, caller access.Caller, in *assignmentsIn) (*Listed[AssignmentSummary], error) {
	page, err := in.page()
	if err != nil {
		return nil, err
	}
	turns, err := a.House.Questions.MyTurns(ctx, caller, in.State, page)
	return listOf(turns, func(t question.TurnSummary) AssignmentSummary {
		return AssignmentSummary{
			ID: t.ID, Question: t.QuestionID, BrandName: t.BrandName, Title: t.Title, Language: t.Language, State: t.State,
			Reward: t.Reward(), AcceptedAt: t.AcceptedAt, DeliveredAt: t.DeliveredAt, ReleaseAt: t.ReleaseAt, SettledAt: t.SettledAt,
		}
	}), err
}

type answerIn struct {
	AssignmentIn
	Body struct {
		Text     string               `json:"text" minLength:"1" maxLength:"16384" example:"Hold the power button for ten seconds."`
		Pictures []question.PictureID `json:"pictures,omitempty" format:"uuid" maxItems:"4" doc:"Pictures you uploaded, to show with it."`
	}
}

func (a *API) answer(ctx context.Context, caller access.Caller, in *answerIn) error {
	return a.House.Questions.Answer(ctx, caller, in.Assignment, in.Body.Text, in.Body.Pictures...)
}

func (a *API) sayAtWork(ctx context.Context, caller access.Caller, in *answerIn) error {
	turn, err := a.House.Questions.OwnTurn(ctx, caller, in.Assignment)
	if err != nil {
		return err
	}
	return a.House.Questions.Say(ctx, caller, turn.QuestionID, in.Body.Text, in.Body.Pictures...)
}

type handBackIn struct {
	AssignmentIn
	Body struct {
		Reason string `json:"reason" enum:"beyond_my_knowledge,needs_account_access,wrong_topic,wrong_language,no_time,other"`
		Note   string `json:"note,omitempty" maxLength:"4096" doc:"What the next expert should know." example:"It is not the cable."`
	}
}

func (a *API) handBack(ctx context.Context, caller access.Caller, in *handBackIn) error {
	return a.House.Questions.HandBack(ctx, caller, in.Assignment, in.Body.Reason, in.Body.Note)
}

type endIn struct {
	AssignmentIn
	Body struct {
		Reason  string `json:"reason" enum:"abusive,threat,unlawful,spam"`
		Note    string `json:"note,omitempty" maxLength:"4096" doc:"What happened, for the brand." example:"They keep insulting me."`
		Message string `json:"message,omitempty" maxLength:"16384" doc:"A last word to the customer." example:"I end this conversation here. The brand's own team can still help you."`
	}
}

func (a *API) endConversation(ctx context.Context, caller access.Caller, in *endIn) error {
	return a.House.Questions.End(ctx, caller, in.Assignment, question.End(in.Body))
}

type confirmIn struct {
	AssignmentIn
	Body struct {
		HandedBack question.AssignmentID `json:"handed_back" format:"uuid" doc:"The earlier assignment."`
	}
}

func (a *API) confirmHandoff(ctx context.Context, caller access.Caller, in *confirmIn) error {
	return a.House.Questions.ConfirmHandoff(ctx, caller, in.Assignment, in.Body.HandedBack)
}

func (a *API) workReceipt(ctx context.Context, caller access.Caller, in *AssignmentIn) (*One[question.Receipt], error) {
	turn, err := a.House.Questions.OwnTurn(ctx, caller, in.Assignment)
	if err != nil {
		return nil, err
	}
	r, err := a.House.Questions.ExpertReceipt(ctx, caller, turn.QuestionID)
	return one(r), err
}
