package api

import (
	"context"

	"knowhow/marketplace/access"
	"knowhow/marketplace/question"
)

// conversationRoutes are what the two sides of a conversation see of each other
// besides messages.
func (a *API) conversationRoutes() {
	act(a, Route{ID: "typing", Path: "/questions/{question}/typing", Tag: questionsTag, Who: Who{Kind: Customer}, unkeyed: true,
		Summary: "Say that you are typing", About: "The expert who has the question hears it, at most every two seconds. Nothing is kept."}, a.typing)
	act(a, Route{ID: "markRead", Method: "PUT", Path: "/questions/{question}/read", Tag: questionsTag, Who: Who{Kind: Customer},
		Summary: "Say up to which message you have read", About: "A mark only moves forward."}, a.markRead)
	act(a, Route{ID: "typingAtWork", Path: "/assignments/{assignment}/typing", Tag: workTag, Who: Who{Kind: Person}, unkeyed: true,
		Summary: "Say that you are typing", About: "The customer hears it, at most every two seconds. Nothing is kept."}, a.typingAtWork)
	act(a, Route{ID: "markReadAtWork", Method: "PUT", Path: "/assignments/{assignment}/read", Tag: workTag, Who: Who{Kind: Person},
		Summary: "Say up to which message you have read", About: "A mark only moves forward, and only while the turn is the question's latest."}, a.markReadAtWork)
}

// ReadMarks are how far the two sides have read.
type ReadMarks struct {
	Customer int `json:"customer" doc:"The position of the last message that the customer has read; 0: none."`
	Expert   int `json:"expert" doc:"The same of the experts who had the question."`
}

type readIn struct {
	Position int `json:"position" minimum:"1" maximum:"1000000" doc:"Of the last message that was read."`
}

type markReadIn struct {
	QuestionIn
	Body readIn
}

type markReadAtWorkIn struct {
	AssignmentIn
	Body readIn
}

// tell passes a whisper on, where there is one.
func (a *API) tell(w question.Whisper, err error) error {
	if err == nil && !w.IsZero() && a.Whisper != nil {
		a.Whisper(w)
	}
	return err
}

func (a *API) typing(ctx context.Context, caller access.Caller, in *QuestionIn) error {
	return a.tell(a.House.Questions.Typing(ctx, caller, in.Question))
}

func (a *API) typingAtWork(ctx context.Context, caller access.Caller, in *AssignmentIn) error {
	return a.tell(a.House.Questions.TypingAtWork(ctx, caller, in.Assignment))
}

func (a *API) markRead(ctx context.Context, caller access.Caller, in *markReadIn) error {
	return a.tell(a.House.Questions.ReadTo(ctx, caller, in.Question, in.Body.Position))
}

func (a *API) markReadAtWork(ctx context.Context, caller access.Caller, in *markReadAtWorkIn) error {
	return a.tell(a.House.Questions.ReadAtWorkTo(ctx, caller, in.Assignment, in.Body.Position))
}
