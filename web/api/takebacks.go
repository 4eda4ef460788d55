package api

import (
	"context"
	"time"

	"github.com/google/uuid"

	"knowhow/marketplace/access"
	"knowhow/marketplace/earnings"
	"knowhow/payouts"
)

// takeBackRoutes are how an expert appeals when two operators have decided to take
// pay back, and who decides.
func (a *API) takeBackRoutes() {
	read(a, Route{ID: "listOwnTakeBacks", Path: "/me/take_backs", Tag: moneyTag, Who: Who{Kind: Person},
		Summary: "List the decisions to take pay of yours back, newest first"}, a.ownTakeBacks)
	act(a, Route{ID: "appealTakeBack", Path: "/me/take_backs/{act}/appeal", Tag: moneyTag, Who: Who{Kind: Person},
		Summary: "Appeal against a decision to take pay back", About: "Until then, and until it is decided, the money stays yours, and what you still have of it is not paid out. Where nobody decides in time, it stays yours for good."}, a.appealTakeBack)
	read(a, Route{ID: "listTakeBackAppeals", Path: "/take_back_appeals", Tag: operatorsTag, Who: operator(access.DecideAppeal),
		Summary: "List the appeals against taking pay back that you may decide, soonest due first"}, a.takeBackAppeals)
	act(a, Route{ID: "decideTakeBack", Path: "/take_back_appeals/{act}/decision", Tag: operatorsTag, Who: operator(access.DecideAppeal),
		Summary: "Decide an appeal against taking pay back", About: "By somebody else than the two who decided it."}, a.decideTakeBack)
}

// TakeBack is a decision to take pay back, as its expert reads it: everything but
// who.
type TakeBack struct {
	ID          earnings.ActID         `json:"id" format:"uuid"`
	BrandName   string                 `json:"brand_name"`
	ProgramName string                 `json:"program_name"`
	Kind        payouts.RewardKind     `json:"kind" enum:"assignment,handoff,review,training,knowledge" doc:"What the pay was for."`
	Question    *uuid.UUID             `json:"question" format:"uuid" nullable:"true" doc:"Null: it was for none, or for a review: who judges is not told which question it was."`
	Amount      Money                  `json:"amount"`
	State       earnings.TakeBackState `json:"state" enum:"appealable,appealed,final,overturned,lapsed"`
	Ground      earnings.Ground        `json:"ground" enum:"fraud,copied,privacy,paid_twice,mistake"`
	Evidence    string                 `json:"evidence"`
	BeganAt     time.Time              `json:"began_at"`
	AppealUntil time.Time              `json:"appeal_until"`
	Statement   string                 `json:"statement" doc:"The expert's, with the appeal."`
	DecideBy    *time.Time             `json:"decide_by" doc:"Then it is upheld."`
	Decision    string                 `json:"decision" doc:"Why the appeal was decided so."`
	EndedAt     *time.Time             `json:"ended_at"`
}

func takeBackOf(v earnings.TakeBackView) TakeBack {
	b := v.TakeBack
	shape := TakeBack{
		ID: b.ID, BrandName: v.BrandName, ProgramName: v.ProgramName, Kind: v.Kind, Amount: v.Amount(), State: b.State, Ground: v.Ground, Evidence: v.Evidence,
		BeganAt: b.BeganAt, AppealUntil: b.AppealUntil, Statement: b.Statement, DecideBy: b.DecideBy, Decision: b.Decision, EndedAt: b.EndedAt,
	}
	if v.QuestionID != uuid.Nil && v.Kind != payouts.ForReviewing {
		shape.Question = &v.QuestionID
	}
	return shape
}

func (a *API) ownTakeBacks(ctx context.Context, caller access.Caller, in *PageParams) (*Listed[TakeBack], error) {
	page, err := in.page()
	if err != nil {
		return nil, err
	}
	list, err := a.House.Earnings.MyTakeBacks(ctx, caller, page)
	return listOf(list, takeBackOf), err
}

type appealTakeBackIn struct {
	moneyActIn
	Body struct {
		Statement string `json:"statement" minLength:"1" maxLength:"4096" doc:"Why it should stay yours."`
	}
}

func (a *API) appealTakeBack(ctx context.Context, caller access.Caller, in *appealTakeBackIn) error {
	return a.House.Earnings.AppealTakeBack(ctx, caller, in.Act, in.Body.Statement)
}

// TakeBackAppeal is an appeal that waits for a third operator.
type TakeBackAppeal struct {
	TakeBack
	Expert string `json:"expert" doc:"Their pseudonym."`
}

func (a *API) takeBackAppeals(ctx context.Context, caller access.Caller, in *allAppealsIn) (*Listed[TakeBackAppeal], error) {
	page, err := in.page()
	if err != nil {
		return nil, err
	}
	list, err := a.House.Earnings.TakeBackAppeals(ctx, caller, page)
	return listOf(list, func(v earnings.TakeBackView) TakeBackAppeal { return TakeBackAppeal{takeBackOf(v), v.Handle} }), err
}

type decideTakeBackIn struct {
	moneyActIn
	Body struct {
		Upheld bool   `json:"upheld" doc:"Upheld, the pay stays the expert's."`
		Reason string `json:"reason" minLength:"1" maxLength:"4096" doc:"What the expert will read." example:"The two answers are of different questions."`
	}
}

func (a *API) decideTakeBack(ctx context.Context, caller access.Caller, in *decideTakeBackIn) error {
	return a.House.Earnings.DecideTakeBack(ctx, caller, in.Act, in.Body.Upheld, in.Body.Reason)
}
