package api

import (
	"context"
	"time"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/conduct"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/program"
)

// measureRoutes are how a person stops an expert, or keeps them from some topics,
// and how the expert appeals.
func (a *API) measureRoutes() {
	suspending := member(access.SuspendExperts)
	const about = "As a named person, for a listed reason and with evidence, which the expert reads. They are written to and may appeal at once; what they earned stays theirs."
	act(a, Route{ID: "suspendExpert", Path: "/enrolments/{enrolment}/suspend", Tag: expertsTag, Who: suspending,
		Summary: "Stop an expert", About: about}, a.suspend)
	act(a, Route{ID: "reinstateExpert", Path: "/enrolments/{enrolment}/reinstate", Tag: expertsTag, Who: suspending,
		Summary: "End a suspension"}, func(ctx context.Context, caller access.Caller, in *EnrolmentIn) error {
		return a.House.Conduct.Reinstate(ctx, caller, in.Enrolment)
	})
	act(a, Route{ID: "restrictExpert", Path: "/enrolments/{enrolment}/restrict", Tag: expertsTag, Who: suspending,
		Summary: "Keep an expert from some topics", About: about}, a.restrict)
	act(a, Route{ID: "unrestrictExpert", Path: "/enrolments/{enrolment}/unrestrict", Tag: expertsTag, Who: suspending,
		Summary: "End a restriction"}, func(ctx context.Context, caller access.Caller, in *EnrolmentIn) error {
		return a.House.Conduct.Unrestrict(ctx, caller, in.Enrolment)
	})
	read(a, Route{ID: "listMeasures", Path: "/programs/{program}/measures", Tag: expertsTag, Who: suspending,
		Summary: "List a program's suspensions and restrictions, newest first"}, a.measures)
	read(a, Route{ID: "listMeasureAppeals", Path: "/brands/{brand}/measure_appeals", Tag: expertsTag, Who: member(access.DecideAppeal),
		Summary: "List the appeals against measures that you may decide, soonest due first"}, a.measureAppeals)
	read(a, Route{ID: "listAllMeasureAppeals", Path: "/measure_appeals", Tag: expertsTag, Who: operator(access.DecideAppeal),
		Summary: "List the appeals against measures of every brand that you may decide, soonest due first"}, a.allMeasureAppeals)
	act(a, Route{ID: "decideMeasure", Path: "/brands/{brand}/measure_appeals/{measure}/decision", Tag: expertsTag, Who: member(access.DecideAppeal),
		Summary: "Decide an appeal against a measure", About: "By somebody else than who imposed it."}, a.decideMeasure)
	read(a, Route{ID: "listOwnMeasures", Path: "/me/measures", Tag: expertsTag, Who: Who{Kind: Person},
		Summary: "List the measures against you, newest first"}, a.ownMeasures)
	act(a, Route{ID: "appealMeasure", Path: "/me/measures/{measure}/appeal", Tag: expertsTag, Who: Who{Kind: Person},
		Summary: "Appeal against a measure", About: "Once, at any time while it holds. Where nobody decides in time, it ends."}, a.appealMeasure)
}

type suspendIn struct {
	EnrolmentIn
	Body struct {
		Reason   conduct.Reason `json:"reason" enum:"quality,conduct,privacy,fraud,terms"`
		Evidence string         `json:"evidence" minLength:"1" maxLength:"4096" doc:"What the expert will read." example:"Three reviews of this week failed."`
	}
}

func (a *API) suspend(ctx context.Context, caller access.Caller, in *suspendIn) error {
	return a.House.Conduct.Suspend(ctx, caller, in.Enrolment, in.Body.Reason, in.Body.Evidence)
}

type restrictIn struct {
	EnrolmentIn
	Body struct {
		Topics   []string       `json:"topics" minItems:"1" maxItems:"200" doc:"Slugs." example:"[\"box\"]"`
		Reason   conduct.Reason `json:"reason" enum:"quality,conduct,privacy,fraud,terms"`
		Evidence string         `json:"evidence" minLength:"1" maxLength:"4096" doc:"What the expert will read." example:"Three reviews of this week failed."`
	}
}

func (a *API) restrict(ctx context.Context, caller access.Caller, in *restrictIn) error {
	return a.House.Conduct.Restrict(ctx, caller, in.Enrolment, in.Body.Topics, in.Body.Reason, in.Body.Evidence)
}

// Measure is what a person decided against an expert, as the brand reads it.
type Measure struct {
	ID          conduct.MeasureID   `json:"id" format:"uuid"`
	Brand       marketplace.BrandID `json:"brand" format:"uuid"`
	BrandName   string              `json:"brand_name"`
	Program     program.ID          `json:"program" format:"uuid"`
	ProgramName string              `json:"program_name"`
	Enrolment   expert.EnrolmentID  `json:"enrolment" format:"uuid"`
	Expert      string              `json:"expert" doc:"Their pseudonym."`
	Kind        conduct.Kind        `json:"kind" enum:"suspension,restriction"`
	State       conduct.State       `json:"state" enum:"in_force,appealed,confirmed,overturned,lapsed,lifted,over"`
	Reason      conduct.Reason      `json:"reason" enum:"quality,conduct,privacy,fraud,terms"`
	Evidence    string              `json:"evidence"`
	Topics      []string            `json:"topics" doc:"Of a restriction: slugs."`
	ImposedBy   access.PersonID     `json:"imposed_by" format:"uuid"`
	ByPlatform  bool                `json:"by_platform" doc:"An operator of the platform imposed it, who is not of the brand."`
	ImposedAt   time.Time           `json:"imposed_at"`
	Statement   string              `json:"statement" doc:"The expert's, with the appeal."`
	DecideBy    *time.Time          `json:"decide_by" doc:"When an appeal that nobody decided ends it."`
	DecidedBy   *access.PersonID    `json:"decided_by" nullable:"true" doc:"Null: nobody decided an appeal."`
	Decision    string              `json:"decision" doc:"Why the appeal was decided so."`
	EndedAt     *time.Time          `json:"ended_at"`
}

func measureOf(v conduct.View) Measure {
	m := v.Measure
	shown := Measure{
		ID: m.ID, Brand: m.BrandID, BrandName: v.BrandName, Program: m.ProgramID, ProgramName: v.ProgramName, Enrolment: m.EnrolmentID, Expert: v.Handle, Kind: m.Kind, State: m.State,
		Reason: m.Reason, Evidence: m.Evidence, Topics: list(m.Topics), ImposedBy: m.ImposedBy, ByPlatform: v.ByPlatform, ImposedAt: m.ImposedAt,
		Statement: m.Statement, DecideBy: m.DecideBy, Decision: m.Decision, EndedAt: m.EndedAt,
	}
	if !m.DecidedBy.IsZero() {
		shown.DecidedBy = &m.DecidedBy
	}
	return shown
}

type measuresIn struct {
	ProgramIn
	PageParams
	Enrolment expert.EnrolmentID `query:"enrolment" format:"uuid" doc:"Against this expert."`
	State     []conduct.State    `query:"state,explode" enum:"in_force,appealed,confirmed,overturned,lapsed,lifted,over" doc:"Any of these states."`
}

func (a *API) measures(ctx context.Context, caller access.Caller, in *measuresIn) (*Listed[Measure], error) {
	page, err := in.page()
	if err != nil {
		return nil, err
	}
	measures, err := a.House.Conduct.Measures(ctx, caller, in.Program, conduct.Filter{Enrolment: in.Enrolment, States: in.State}, page)
	return listOf(measures, measureOf), err
}

func (a *API) measureAppeals(ctx context.Context, caller access.Caller, in *BrandPageIn) (*Listed[Measure], error) {
	page, err := in.page()
	if err != nil {
		return nil, err
	}
	appeals, err := a.House.Conduct.MeasureAppeals(ctx, caller, in.Brand, page)
	return listOf(appeals, measureOf), err
}

func (a *API) allMeasureAppeals(ctx context.Context, caller access.Caller, in *allAppealsIn) (*Listed[Measure], error) {
	page, err := in.page()
	if err != nil {
		return nil, err
	}
	appeals, err := a.House.Conduct.AllMeasureAppeals(ctx, caller, page)
	return listOf(appeals, measureOf), err
}

type allAppealsIn struct{ PageParams }

type MeasureIn struct {
	Measure conduct.MeasureID `path:"measure" format:"uuid" doc:"The measure's id."`
}

type decideMeasureIn struct {
	BrandIn
	MeasureIn
	Body struct {
		Upheld bool   `json:"upheld" doc:"The appeal is: the measure ends."`
		Reason string `json:"reason" minLength:"1" maxLength:"4096" doc:"What the expert will read." example:"The reviews were of somebody else's work."`
	}
}

func (a *API) decideMeasure(ctx context.Context, caller access.Caller, in *decideMeasureIn) error {
	return a.House.Conduct.DecideMeasure(ctx, caller, in.Brand, in.Measure, in.Body.Upheld, in.Body.Reason)
}

// OwnMeasure is a measure as its expert reads it: everything but who.
type OwnMeasure struct {
	ID          conduct.MeasureID `json:"id" format:"uuid"`
	Program     program.ID        `json:"program" format:"uuid"`
	ProgramName string            `json:"program_name"`
	BrandName   string            `json:"brand_name"`
	Kind        conduct.Kind      `json:"kind" enum:"suspension,restriction"`
	State       conduct.State     `json:"state" enum:"in_force,appealed,confirmed,overturned,lapsed,lifted,over"`
	Reason      conduct.Reason    `json:"reason" enum:"quality,conduct,privacy,fraud,terms"`
	Evidence    string            `json:"evidence"`
	Topics      []string          `json:"topics" doc:"Of a restriction: slugs."`
	ImposedAt   time.Time         `json:"imposed_at"`
	Statement   string            `json:"statement" doc:"Your own, with the appeal."`
	DecideS     int64             `json:"decide_within_s" doc:"How long another person has to decide an appeal, else the measure ends."`
	DecideBy    *time.Time        `json:"decide_by"`
	Decision    string            `json:"decision"`
	EndedAt     *time.Time        `json:"ended_at"`
}

func (a *API) ownMeasures(ctx context.Context, caller access.Caller, in *PageParams) (*Listed[OwnMeasure], error) {
	page, err := in.page()
	if err != nil {
		return nil, err
	}
	measures, err := a.House.Conduct.MyMeasures(ctx, caller, page)
	return listOf(measures, func(m conduct.OwnMeasure) OwnMeasure {
		return OwnMeasure{
			ID: m.ID, Program: m.ProgramID, ProgramName: m.ProgramName, BrandName: m.BrandName, Kind: m.Kind, State: m.State, Reason: m.Reason,
			Evidence: m.Evidence, Topics: list(m.Topics), ImposedAt: m.ImposedAt, Statement: m.Statement,
			DecideS: int64(m.DecideWithin / time.Second), DecideBy: m.DecideBy, Decision: m.Decision, EndedAt: m.EndedAt,
		}
	}), err
}

type appealMeasureIn struct {
	MeasureIn
	Body struct {
		Statement string `json:"statement" minLength:"1" maxLength:"4096" doc:"Why it should end."`
	}
}

func (a *API) appealMeasure(ctx context.Context, caller access.Caller, in *appealMeasureIn) error {
	return a.House.Conduct.AppealMeasure(ctx, caller, in.Measure, in.Body.Statement)
}
