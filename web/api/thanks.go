package api

import (
	"context"
	"time"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/question"
)

type thankIn struct {
	BrandQuestionIn
	Body struct {
		Attempt int    `json:"attempt" minimum:"1" maximum:"1000000" doc:"Whose work: the receipt's turn of this attempt." example:"1"`
		Amount  int64  `json:"amount" minimum:"1" doc:"In minor units of the program's currency; at most a hundred times the reward." example:"100"`
		Reason  string `json:"reason" minLength:"1" maxLength:"500" doc:"For the expert; personal data of the customer is hidden in it." example:"You saw what three manuals did not say."`
	}
}

// Thanks is a bonus that a brand gave.
type Thanks struct {
	ID      question.ThanksID `json:"id" format:"uuid"`
	Amount  Money             `json:"amount"`
	Reason  string            `json:"reason"`
	GivenAt time.Time         `json:"given_at"`
}

func thanksOf(t question.Thanks) Thanks {
	return Thanks{ID: t.ID, Amount: t.Amount(), Reason: t.Reason, GivenAt: t.GivenAt}
}

func (a *API) thank(ctx context.Context, caller access.Caller, in *thankIn) (string, *One[Thanks], error) {
	t, err := a.House.Questions.Thank(ctx, caller, in.Brand, in.Question, in.Body.Attempt, in.Body.Amount, in.Body.Reason)
	return t.ID.String(), one(thanksOf(t)), err
}

func (a *API) thanked(ctx context.Context, caller access.Caller, in *thankIn, id string) (*One[Thanks], error) {
	parsed, err := marketplace.ParseID[question.Thanks](id)
	if err != nil {
		return nil, err
	}
	t, err := a.House.Questions.ThanksOf(ctx, caller, in.Brand, parsed)
	return one(thanksOf(t)), err
}
