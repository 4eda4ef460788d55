package api

import (
	"context"
	"time"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/program"
	"knowhow/marketplace/quality"
	"knowhow/marketplace/question"
)

// refusalRoutes are how pay is refused, by a person, and how an expert appeals.
func (a *API) refusalRoutes() {
	create(a, Route{ID: "refusePay", Path: "/brands/{brand}/assignments/{assignment}/refusal", Tag: qualityTag, Who: member(access.RefusePay),
		Summary: "Refuse pay for an assignment", About: "As a named person, for a listed reason, before it is released. The expert may appeal."},
		a.refusePay, a.refused)
	read(a, Route{ID: "listRefusals", Path: "/brands/{brand}/refusals", Tag: qualityTag, Who: member(access.RefusePay),
		Summary: "List a brand's refusals, newest first"}, a.refusals)
	read(a, Route{ID: "listAppeals", Path: "/brands/{brand}/appeals", Tag: qualityTag, Who: member(access.DecideAppeal),
		Summary: "List the appeals you may decide, soonest due first"}, a.appeals)
	read(a, Route{ID: "listAllAppeals", Path: "/appeals", Tag: qualityTag, Who: operator(access.DecideAppeal),
		Summary: "List the appeals of every brand that you may decide, soonest due first", About: "Where all of a brand refused or reviewed the work, operators are the other human."}, a.allAppeals)
	act(a, Route{ID: "decideAppeal", Path: "/brands/{brand}/appeals/{refusal}/decision", Tag: qualityTag, Who: member(access.DecideAppeal),
		Summary: "Decide an appeal", About: "By somebody who has neither refused nor reviewed the work."}, a.decideAppeal)
	read(a, Route{ID: "listOwnRefusals", Path: "/me/refusals", Tag: qualityTag, Who: Who{Kind: Person},
		Summary: "List the refusals of your own work, newest first"}, a.ownRefusals)
	act(a, Route{ID: "appeal", Path: "/me/refusals/{refusal}/appeal", Tag: qualityTag, Who: Who{Kind: Person},
		Summary: "Appeal against a refusal"}, a.appeal)
}

// Refusal is a person's decision not to pay, as the brand reads it.
type Refusal struct {
	ID          quality.RefusalID     `json:"id" format:"uuid"`
	Question    question.ID           `json:"question" format:"uuid"`
	Assignment  question.AssignmentID `json:"assignment" format:"uuid"`
	Expert      string                `json:"expert" doc:"Their pseudonym."`
	Title       string                `json:"title" doc:"Of the question, redacted."`
	Amount      Money                 `json:"amount" doc:"What is, or was, at stake."`
	State       quality.RefusalState  `json:"state" enum:"appealable,appealed,final,overturned,lapsed"`
	Reason      quality.RefusalReason `json:"reason" enum:"no_answer,wrong,unsafe,abusive,privacy,copied,fraud"`
	Evidence    string                `json:"evidence"`
	RefusedBy   access.PersonID       `json:"refused_by" format:"uuid"`
	RefusedAt   time.Time             `json:"refused_at"`
	AppealUntil time.Time             `json:"appeal_until"`
	Statement   string                `json:"statement" doc:"The expert's, with the appeal."`
	Decision    string                `json:"decision" doc:"Why the appeal was decided so."`
	EndedAt     *time.Time            `json:"ended_at"`
}

func refusalOf(b quality.BrandRefusal) Refusal {
	r := b.Refusal
	return Refusal{
		ID: r.ID, Question: r.QuestionID, Assignment: r.AssignmentID, Expert: b.Handle, Title: b.Title,
		Amount: Money{Minor: b.RewardMinor, Currency: b.Currency}, State: r.State, Reason: r.Reason, Evidence: r.Evidence,
		RefusedBy: r.RefusedBy, RefusedAt: r.RefusedAt, AppealUntil: r.AppealUntil, Statement: r.Statement,
		Decision: r.Decision, EndedAt: r.EndedAt,
	}
}

type refusePayIn struct {
	BrandIn
	AssignmentIn
	Body struct {
		Reason   quality.RefusalReason `json:"reason" enum:"no_answer,wrong,unsafe,abusive,privacy,copied,fraud"`
		Evidence string                `json:"evidence" minLength:"1" maxLength:"4096" doc:"What the expert will read." example:"The answer does not name a cause or a step."`
	}
}

// RefusalID names a refusal.
type RefusalID struct {
	ID quality.RefusalID `json:"id" format:"uuid"`
}

func (a *API) refusePay(ctx context.Context, caller access.Caller, in *refusePayIn) (string, error) {
	r, err := a.House.Quality.Refuse(ctx, caller, in.Brand, in.Assignment, in.Body.Reason, in.Body.Evidence)
	return r.ID.String(), err
}

func (a *API) refused(_ context.Context, _ access.Caller, _ *refusePayIn, id string) (*One[RefusalID], error) {
	parsed, err := marketplace.ParseID[quality.Refusal](id)
	return one(RefusalID{parsed}), err
}

type refusalsIn struct {
	BrandPageIn
	State   []quality.RefusalState `query:"state,explode" enum:"appealable,appealed,final,overturned,lapsed" doc:"Any of these states."`
	Program program.ID             `query:"program" format:"uuid" doc:"In this program."`
}

func (a *API) refusals(ctx context.Context, caller access.Caller, in *refusalsIn) (*Listed[Refusal], error) {
	page, err := in.page()
	if err != nil {
		return nil, err
	}
	refusals, err := a.House.Quality.Refusals(ctx, caller, in.Brand, quality.RefusalFilter{States: in.State, Program: in.Program}, page)
	return listOf(refusals, refusalOf), err
}

// Appeal is a refusal whose appeal waits for a decision.
type Appeal struct {
	Refusal     quality.RefusalID     `json:"refusal" format:"uuid"`
	Brand       marketplace.BrandID   `json:"brand" format:"uuid"`
	BrandName   string                `json:"brand_name"`
	ProgramName string                `json:"program_name"`
	Reason      quality.RefusalReason `json:"reason"`
	Evidence    string                `json:"evidence"`
	Statement   string                `json:"statement" doc:"The expert's."`
	DecideBy    time.Time             `json:"decide_by" doc:"Then it is upheld."`
	Work        Work                  `json:"work"`
}

func appealOf(o quality.OpenAppeal) Appeal {
	return Appeal{
		Refusal: o.Refusal, Brand: o.Brand, BrandName: o.BrandName, ProgramName: o.ProgramName,
		Reason: o.Reason, Evidence: o.Evidence, Statement: o.Statement, DecideBy: o.DecideBy, Work: workOf(o.Work),
	}
}

func (a *API) appeals(ctx context.Context, caller access.Caller, in *BrandPageIn) (*Listed[Appeal], error) {
	page, err := in.page()
	if err != nil {
		return nil, err
	}
	appeals, err := a.House.Quality.OpenAppeals(ctx, caller, in.Brand, page)
	return listOf(appeals, appealOf), err
}

func (a *API) allAppeals(ctx context.Context, caller access.Caller, in *allAppealsIn) (*Listed[Appeal], error) {
	page, err := in.page()
	if err != nil {
		return nil, err
	}
	appeals, err := a.House.Quality.AllOpenAppeals(ctx, caller, page)
	return listOf(appeals, appealOf), err
}

type decideAppealIn struct {
	BrandIn
	Refusal quality.RefusalID `path:"refusal" format:"uuid" doc:"The refusal's id."`
	Body    struct {
		Upheld bool   `json:"upheld" doc:"Upheld, the expert is paid."`
		Reason string `json:"reason" minLength:"1" maxLength:"4096" doc:"What the expert will read." example:"The second message does answer it."`
	}
}

func (a *API) decideAppeal(ctx context.Context, caller access.Caller, in *decideAppealIn) error {
	return a.House.Quality.DecideAppeal(ctx, caller, in.Brand, in.Refusal, in.Body.Upheld, in.Body.Reason)
}

// OwnRefusal is a refusal as its expert reads it: everything but who.
type OwnRefusal struct {
	ID          quality.RefusalID     `json:"id" format:"uuid"`
	BrandName   string                `json:"brand_name"`
	Question    question.ID           `json:"question" format:"uuid"`
	Assignment  question.AssignmentID `json:"assignment" format:"uuid"`
	Title       string                `json:"title" doc:"Of the question, redacted."`
	State       quality.RefusalState  `json:"state" enum:"appealable,appealed,final,overturned,lapsed"`
	Reason      quality.RefusalReason `json:"reason"`
	Evidence    string                `json:"evidence"`
	RefusedAt   time.Time             `json:"refused_at"`
	AppealUntil time.Time             `json:"appeal_until"`
	Statement   string                `json:"statement" doc:"Your own, with the appeal."`
	DecideBy    *time.Time            `json:"decide_by"`
	Decision    string                `json:"decision"`
	EndedAt     *time.Time            `json:"ended_at"`
}

func (a *API) ownRefusals(ctx context.Context, caller access.Caller, in *PageParams) (*Listed[OwnRefusal], error) {
	page, err := in.page()
	if err != nil {
		return nil, err
	}
	refusals, err := a.House.Quality.MyRefusals(ctx, caller, page)
	return listOf(refusals, func(r quality.MyRefusal) OwnRefusal {
		return OwnRefusal{
			ID: r.ID, BrandName: r.BrandName, Question: r.Question, Assignment: r.Assignment, Title: r.Title, State: r.State,
			Reason: r.Reason, Evidence: r.Evidence, RefusedAt: r.RefusedAt, AppealUntil: r.AppealUntil,
			Statement: r.Statement, DecideBy: r.DecideBy, Decision: r.Decision, EndedAt: r.EndedAt,
		}
	}), err
}

type appealIn struct {
	Refusal quality.RefusalID `path:"refusal" format:"uuid" doc:"The refusal's id."`
	Body    struct {
		Statement string `json:"statement" minLength:"1" maxLength:"4096" doc:"Why it should be paid."`
	}
}

func (a *API) appeal(ctx context.Context, caller access.Caller, in *appealIn) error {
	return a.House.Quality.Appeal(ctx, caller, in.Refusal, in.Body.Statement)
}
