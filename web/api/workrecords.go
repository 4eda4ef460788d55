package api

import (
	"context"

	"knowhow/marketplace/access"
	"knowhow/marketplace/insight/workrecord"
)

// workRecordRoutes are how anybody finds out whether a record of work is true.
func (a *API) workRecordRoutes() {
	call(a, Route{ID: "verifyWorkRecord", Path: "/work_records/verify", Tag: expertsTag, Who: Who{Kind: Anyone},
		Summary: "Find out whether a record of work is true",
		About:   "It is, if it is byte for byte what this service signed. Nothing is stored. Without this service the key at /.well-known/knowhow-records.json does."}, a.verifyWorkRecord)
}

type verifyWorkRecordIn struct {
	Body struct {
		Record string `json:"record" minLength:"1" maxLength:"65536" doc:"The whole record, as it was handed out." example:"{\"record\":{},\"key\":\"none\",\"signature\":\"none\"}"`
	}
}

// VerifiedRecord is whether a record of work is true, and what it says.
type VerifiedRecord struct {
	Valid  bool        `json:"valid" doc:"This service signed it, byte for byte."`
	Record *WorkRecord `json:"record" doc:"Null: it is not."`
}

// WorkRecord is what somebody did, by program.
type WorkRecord struct {
	Issuer   string         `json:"issuer" doc:"The service's address."`
	IssuedOn string         `json:"issued_on" format:"date"`
	Name     string         `json:"name"`
	Handle   string         `json:"handle" doc:"Their pseudonym."`
	Programs []RecordedWork `json:"programs"`
}

// RecordedWork is the work in one program.
type RecordedWork struct {
	Brand     string          `json:"brand"`
	Name      string          `json:"name" doc:"The program's."`
	State     string          `json:"state" doc:"Of the enrolment."`
	Since     string          `json:"since" doc:"The day they began to work; empty: they never did."`
	Certified []string        `json:"certified"`
	Topics    []RecordedTopic `json:"topics"`
}

// RecordedTopic is the work on one topic.
type RecordedTopic struct {
	Slug     string            `json:"slug" doc:"Empty: on no known topic."`
	Answered int               `json:"answered"`
	Paid     int               `json:"paid"`
	First    string            `json:"first" doc:"The day of the first answer."`
	Last     string            `json:"last"`
	Standing *RecordedStanding `json:"standing" doc:"Null: too little is known."`
}

// RecordedStanding is the expected share of good work, with its 90 % interval.
type RecordedStanding struct {
	MeanBP   int `json:"mean_bp"`
	LowBP    int `json:"low_bp"`
	HighBP   int `json:"high_bp"`
	Evidence int `json:"evidence" doc:"How many outcomes are behind it."`
}

func (a *API) verifyWorkRecord(_ context.Context, _ access.Caller, in *verifyWorkRecordIn) (*One[VerifiedRecord], error) {
	r, valid := a.House.Insight.VerifyRecord(in.Body.Record)
	shape := VerifiedRecord{Valid: valid}
	if valid {
		shape.Record = workRecordOf(r)
	}
	return one(shape), nil
}

func workRecordOf(r workrecord.Record) *WorkRecord {
	shape := &WorkRecord{Issuer: r.Issuer, IssuedOn: r.IssuedOn, Name: r.Person.Name, Handle: r.Person.Handle, Programs: make([]RecordedWork, len(r.Programs))}
	for i, p := range r.Programs {
		work := RecordedWork{Brand: p.Brand, Name: p.Name, State: p.State, Since: p.Since, Certified: list(p.Certified), Topics: make([]RecordedTopic, len(p.Topics))}
		for j, t := range p.Topics {
			work.Topics[j] = RecordedTopic{Slug: t.Slug, Answered: t.Answered, Paid: t.Paid, First: t.First, Last: t.Last}
			if s := t.Standing; s != nil {
				work.Topics[j].Standing = &RecordedStanding{MeanBP: bp(s.Mean), LowBP: bp(s.Low), HighBP: bp(s.High), Evidence: s.Evidence}
			}
		}
		shape.Programs[i] = work
	}
	return shape
}
