package api

import (
	"context"
	"time"

	"knowhow/marketplace/access"
	"knowhow/marketplace/expert"
)

const expertsTag = "Experts"

// expertRoutes are what somebody does about themselves as an expert.
func (a *API) expertRoutes() {
	self := Who{Kind: Person}
	read(a, Route{ID: "getExpert", Path: "/me/expert", Tag: expertsTag, Who: self, Summary: "Read your profile as an expert"}, a.ownExpert)
	create(a, Route{ID: "registerExpert", Path: "/me/expert", Tag: expertsTag, Who: self,
		Summary: "Become an expert", About: "Again changes nothing and returns what is on record."}, a.registerExpert, a.registeredExpert)
	act(a, Route{ID: "setAvailability", Method: "PUT", Path: "/me/expert/availability", Tag: expertsTag, Who: self,
		Summary: "Say whether you want offers now"}, a.setAvailability)
	act(a, Route{ID: "setCapacity", Method: "PUT", Path: "/me/expert/capacity", Tag: expertsTag, Who: self,
		Summary: "Say how many questions you take on at a time"}, a.setCapacity)
	act(a, Route{ID: "setExpertLanguages", Method: "PUT", Path: "/me/expert/languages", Tag: expertsTag, Who: self,
		Summary: "Say which languages you answer in"}, a.setExpertLanguages)
	act(a, Route{ID: "setExtraTime", Method: "PUT", Path: "/me/expert/extra_time", Tag: expertsTag, Who: self,
		Summary: "Say how much more time you need in timed quizzes", About: "No brand and no reviewer is told."}, a.setExtraTime)
	read(a, Route{ID: "getHours", Path: "/me/expert/hours", Tag: expertsTag, Who: self,
		Summary: "Read when in the week you want offers"}, a.hours)
	act(a, Route{ID: "setHours", Method: "PUT", Path: "/me/expert/hours", Tag: expertsTag, Who: self,
		Summary: "Say when in the week you want offers", About: "What you switch by hand holds until the hours next change."}, a.setHours)
	act(a, Route{ID: "clearHours", Method: "DELETE", Path: "/me/expert/hours", Tag: expertsTag, Who: self,
		Summary: "Switch by hand alone"}, a.clearHours)
	read(a, Route{ID: "getWorkRecord", Path: "/me/expert/record", Tag: expertsTag, Who: self,
		Summary: "Take a signed record of your work with you", About: "Anybody can verify it with the key at /.well-known/knowhow-records.json. Nothing in it is a customer's.",
		shows: []string{recordMedia}}, a.workRecord)
	read(a, Route{ID: "getKnown", Path: "/me/known", Tag: expertsTag, Who: self,
		Summary: "Take everything that is known of you", About: "Section by section, as JSON. Nothing in it is anybody else's. An enrolment is `watched` while more of its work is reviewed than others'; why is not said.",
		shows: []string{knownMedia}}, a.known)
}

// Expert is a person who works.
type Expert struct {
	ID        access.PersonID `json:"id" format:"uuid"`
	Handle    string          `json:"handle" doc:"The public pseudonym."`
	Country   string          `json:"country" doc:"ISO 3166, two letters; empty until told."`
	Languages []string        `json:"languages"`
	Capacity  int             `json:"capacity" doc:"Questions at a time, at most."`
	Available bool            `json:"available" doc:"Wants offers now."`
	ExtraTime int             `json:"extra_time_pct" doc:"More time for each item of a timed quiz, in percent of it; nobody else is told."`
	InHand    int             `json:"in_hand" doc:"Questions in hand now."`
	CreatedAt time.Time       `json:"created_at"`
}

func expertOf(e expert.Expert) Expert {
	return Expert{
		ID: e.PersonID, Handle: e.Handle, Country: e.Country, Languages: list(e.Languages),
		Capacity: e.Capacity, Available: e.Available, ExtraTime: e.ExtraTimePct, InHand: e.ActiveCount, CreatedAt: e.CreatedAt,
	}
}

func (a *API) ownExpert(ctx context.Context, caller access.Caller, _ *struct{}) (*One[Expert], error) {
	e, err := a.House.Experts.Expert(ctx, caller)
	return one(expertOf(e)), err
}

type registerExpertIn struct {
	Body struct {
		Handle    string   `json:"handle" minLength:"1" maxLength:"64" pattern:"^[a-z0-9]+(-[a-z0-9]+)*$" example:"box-whisperer"`
		Country   string   `json:"country,omitempty" maxLength:"2" example:"DE"`
		Languages []string `json:"languages" minItems:"1" maxItems:"50" example:"[\"en\"]"`
		Capacity  int      `json:"capacity,omitempty" minimum:"1" maximum:"100" doc:"By default 3."`
	}
}

func (a *API) registerExpert(ctx context.Context, caller access.Caller, in *registerExpertIn) (string, error) {
	e, err := a.House.Experts.Register(ctx, caller, expert.Profile(in.Body))
	return e.PersonID.String(), err
}

func (a *API) registeredExpert(ctx context.Context, caller access.Caller, _ *registerExpertIn, _ string) (*One[Expert], error) {
	return a.ownExpert(ctx, caller, nil)
}

type availabilityIn struct {
	Body struct {
		Available bool `json:"available"`
	}
}

func (a *API) setAvailability(ctx context.Context, caller access.Caller, in *availabilityIn) error {
	return a.House.Experts.SetAvailability(ctx, caller, in.Body.Available)
}

type capacityIn struct {
	Body struct {
		Capacity int `json:"capacity" minimum:"1" maximum:"100"`
	}
}

func (a *API) setCapacity(ctx context.Context, caller access.Caller, in *capacityIn) error {
	return a.House.Experts.SetCapacity(ctx, caller, in.Body.Capacity)
}

type extraTimeIn struct {
	Body struct {
		Percent int `json:"percent" minimum:"0" maximum:"900" doc:"Of the time that others have." example:"50"`
	}
}

func (a *API) setExtraTime(ctx context.Context, caller access.Caller, in *extraTimeIn) error {
	return a.House.Experts.SetExtraTime(ctx, caller, in.Body.Percent)
}

type expertLanguagesIn struct {
	Body struct {
		Languages []string `json:"languages" minItems:"1" maxItems:"50" doc:"BCP 47." example:"[\"en\",\"de\"]"`
	}
}

func (a *API) setExpertLanguages(ctx context.Context, caller access.Caller, in *expertLanguagesIn) error {
	return a.House.Experts.SetLanguages(ctx, caller, in.Body.Languages)
}

// RecordKeysPath is where the keys of records of work are published.
const RecordKeysPath = "/.well-known/knowhow-records.json"

// knownMedia is a list of what is known of a person.
const knownMedia = "application/vnd.knowhow.known+json"

func (a *API) known(ctx context.Context, caller access.Caller, _ *struct{}) (*SignedRecord, error) {
	text, err := a.House.Insight.Known(ctx, caller)
	if err != nil {
		return nil, err
	}
	return &SignedRecord{ContentType: knownMedia, Disposition: `attachment; filename="known.json"`, Body: text}, nil
}

const recordMedia = "application/vnd.knowhow.work-record+json"

// SignedRecord is a record of work, as it was signed.
type SignedRecord struct {
	ContentType string `header:"Content-Type" hidden:"true"`
	Disposition string `header:"Content-Disposition" hidden:"true"`
	Body        []byte
}

func (a *API) workRecord(ctx context.Context, caller access.Caller, _ *struct{}) (*SignedRecord, error) {
	signed, err := a.House.Insight.Record(ctx, caller)
	if err != nil {
		return nil, err
	}
	return &SignedRecord{ContentType: recordMedia, Disposition: `attachment; filename="work-record.json"`, Body: signed}, nil
}
