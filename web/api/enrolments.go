package api

import (
	"context"
	"time"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/admission"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/program"
)

// enrolmentRoutes are what a brand decides about the experts of a program.
func (a *API) enrolmentRoutes() {
	seen, approving := member(access.SeeExperts), member(access.ApproveExperts)
	read(a, Route{ID: "listEnrolments", Path: "/programs/{program}/enrolments", Tag: expertsTag, Who: seen,
		Summary: "List a program's experts and applicants, longest waiting first"}, a.enrolments)
	create(a, Route{ID: "enrolExperienced", Path: "/programs/{program}/enrolments", Tag: expertsTag, Who: approving,
		Summary: "Vouch for a member of your community", About: "They work at once, without application, quiz or probation."},
		a.enrolExperienced, a.enrolled)
	read(a, Route{ID: "getEnrolment", Path: "/enrolments/{enrolment}", Tag: expertsTag, Who: seen, Summary: "Read an enrolment"}, a.enrolment)
	for _, v := range []struct {
		id, path, summary string
		who               Who
		do                func(context.Context, access.Caller, expert.EnrolmentID) error
	}{
		{"approveExpert", "approve", "Let an applicant work, on probation", approving, a.House.Admission.Approve},
		{"activateExpert", "activate", "End the probation", approving, a.House.Admission.Activate},
	} {
		act(a, Route{ID: v.id, Path: "/enrolments/{enrolment}/" + v.path, Tag: expertsTag, Who: v.who, Summary: v.summary},
			func(ctx context.Context, caller access.Caller, in *EnrolmentIn) error {
				return v.do(ctx, caller, in.Enrolment)
			})
	}
	act(a, Route{ID: "rejectExpert", Path: "/enrolments/{enrolment}/reject", Tag: expertsTag, Who: approving,
		Summary: "Decline an application", About: "For a listed reason, with a note the applicant reads."}, a.reject)
	act(a, Route{ID: "certifyExpert", Method: "PUT", Path: "/enrolments/{enrolment}/certified", Tag: expertsTag, Who: approving,
		Summary: "Set the certified topics an expert may answer"}, a.certify)
}

type EnrolmentIn struct {
	Enrolment expert.EnrolmentID `path:"enrolment" format:"uuid" doc:"The enrolment's id."`
}

// Enrolment is an expert in a program, as the brand reads it.
type Enrolment struct {
	ID           expert.EnrolmentID `json:"id" format:"uuid"`
	Program      program.ID         `json:"program" format:"uuid"`
	Person       access.PersonID    `json:"person" format:"uuid"`
	Name         string             `json:"name" doc:"For who may approve experts; empty for reviewers and API keys."`
	Handle       string             `json:"handle"`
	Country      string             `json:"country"`
	Languages    []string           `json:"languages"`
	Available    bool               `json:"available"`
	State        expert.State       `json:"state" enum:"applied,assessing,probation,active,paused,suspended,left,rejected"`
	Origin       expert.Origin      `json:"origin" enum:"applied,imported"`
	Motivation   string             `json:"motivation" doc:"This, owns, uses and decision_note are, as the name is, for who may approve experts; empty for reviewers and API keys."`
	Owns         string             `json:"owns" doc:"Which of the brand's products they have, in their words."`
	Uses         expert.Use         `json:"uses" enum:",daily,weekly,monthly,seldom,formerly" doc:"How often they use them; empty: not said."`
	Waiting      bool               `json:"waiting" doc:"The program is full; they wait for a place."`
	Unlocked     []string           `json:"unlocked" doc:"Topics whose cards they have read."`
	Restricted   []string           `json:"restricted" doc:"Topics that a person keeps them from."`
	ReapplyAt    *time.Time         `json:"reapply_at" doc:"When they may apply again after a rejection."`
	Certified    []string           `json:"certified"`
	Topics       []string           `json:"topics" doc:"Wanted; none means all."`
	AppliedAt    time.Time          `json:"applied_at"`
	EnrolledAt   *time.Time         `json:"enrolled_at"`
	DecidedBy    *access.PersonID   `json:"decided_by" nullable:"true"`
	DecidedAt    *time.Time         `json:"decided_at"`
	DecisionCode string             `json:"decision_code"`
	DecisionNote string             `json:"decision_note"`
}

func enrolmentOf(v expert.EnrolmentView) Enrolment {
	e := v.Enrolment
	return Enrolment{
		ID: e.ID, Program: e.ProgramID, Person: e.PersonID, Name: v.Name, Handle: v.Handle, Country: v.Country,
		Languages: list(v.Languages), Available: v.Available, State: e.State, Origin: e.Origin, Motivation: e.Motivation,
		Owns: e.Owns, Uses: e.Uses, Waiting: e.Waiting, Unlocked: list(e.Unlocked), Restricted: list(e.Restricted), ReapplyAt: e.ReapplyAt,
		Certified: list(e.Certified), Topics: list(e.Topics), AppliedAt: e.AppliedAt, EnrolledAt: e.EnrolledAt,
		DecidedBy: e.DecidedBy, DecidedAt: e.DecidedAt, DecisionCode: e.DecisionCode, DecisionNote: e.DecisionNote,
	}
}

type enrolmentsIn struct {
	ProgramIn
	PageParams
	State []expert.State `query:"state,explode" enum:"applied,assessing,probation,active,paused,suspended,left,rejected" doc:"Any of these states."`
}

func (a *API) enrolments(ctx context.Context, caller access.Caller, in *enrolmentsIn) (*Listed[Enrolment], error) {
	page, err := in.page()
	if err != nil {
		return nil, err
	}
	enrolments, err := a.House.Experts.Enrolments(ctx, caller, in.Program, in.State, page)
	return listOf(enrolments, enrolmentOf), err
}

func (a *API) enrolment(ctx context.Context, caller access.Caller, in *EnrolmentIn) (*One[Enrolment], error) {
	e, err := a.House.Experts.Enrolment(ctx, caller, in.Enrolment)
	return one(enrolmentOf(e)), err
}

type enrolExperiencedIn struct {
	ProgramIn
	Body struct {
		Person access.PersonID `json:"person" format:"uuid"`
		Reason string          `json:"reason" minLength:"1" maxLength:"1000" doc:"Why they need no probation."`
	}
}

func (a *API) enrolExperienced(ctx context.Context, caller access.Caller, in *enrolExperiencedIn) (string, error) {
	e, err := a.House.Admission.EnrolExperienced(ctx, caller, in.Program, in.Body.Person, in.Body.Reason)
	return e.ID.String(), err
}

func (a *API) enrolled(ctx context.Context, caller access.Caller, _ *enrolExperiencedIn, id string) (*One[Enrolment], error) {
	parsed, err := marketplace.ParseID[expert.Enrolment](id)
	if err != nil {
		return nil, err
	}
	return a.enrolment(ctx, caller, &EnrolmentIn{parsed})
}

type rejectIn struct {
	EnrolmentIn
	Body struct {
		Reason admission.RejectionReason `json:"reason" enum:"incomplete,knowledge,language,eligibility,conduct"`
		Note   string                    `json:"note,omitempty" maxLength:"2000" doc:"For the applicant." example:"See the second question of the quiz."`
	}
}

func (a *API) reject(ctx context.Context, caller access.Caller, in *rejectIn) error {
	return a.House.Admission.Reject(ctx, caller, in.Enrolment, in.Body.Reason, in.Body.Note)
}

type certifyIn struct {
	EnrolmentIn
	Body struct {
		Topics []string `json:"topics" maxItems:"200" doc:"Slugs: those before, and new ones. None can be taken away; that is a restriction." example:"[\"plans\"]"`
	}
}

func (a *API) certify(ctx context.Context, caller access.Caller, in *certifyIn) error {
	return a.House.Admission.Certify(ctx, caller, in.Enrolment, in.Body.Topics)
}
