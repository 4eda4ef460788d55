package insight

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/event"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/insight/workrecord"
)

// RecordIssued is that a person took a record of their work with them; the
// subject is the person.
const RecordIssued event.Kind = "insight.work_record_issued"

// Issued is the data of RecordIssued.
type Issued struct {
	By  string `json:"by"`  // the caller, by id
	Key string `json:"key"` // that signed
}

// Record signs a record of the calling expert's work: in each program and topic
// how much, from when to when, and how well, as far as that is known. It tells
// nothing of customers, nor of what was asked. Errors: expert.ErrNotAPerson,
// *marketplace.NotFoundError for somebody not registered as an expert.
func (s *Service) Record(ctx context.Context, caller access.Caller) (signed []byte, err error) {
	if !caller.IsPerson(caller.Person) {
		return nil, expert.ErrNotAPerson
	}
	now := s.Clock.Now()
	r := workrecord.Record{Issuer: s.Base, IssuedOn: workrecord.Day(now), Programs: []workrecord.Program{}}
	err = s.Store.InTx(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		if r.Person, err = s.personTx(ctx, tx, caller.Person); err != nil {
			return err
		}
		if r.Programs, err = s.workTx(ctx, tx, caller.Person); err != nil {
			return err
		}
		e := event.Event{Brand: marketplace.AllBrands, Kind: RecordIssued, Subject: event.Subject(caller.Person), At: now}
		return s.Events.AppendTx(ctx, tx, e, Issued{By: caller.String(), Key: workrecord.KeyID(s.RecordKey.Public())})
	})
	if err != nil {
		return nil, err
	}
	return s.RecordKey.Sign(r)
}

// RecordKeys is the public key of records as it is published.
func (s *Service) RecordKeys() ([]byte, error) { return s.RecordKey.Published() }

// VerifyRecord reads a record that this service signed; false of what it did not,
// byte for byte.
func (s *Service) VerifyRecord(signed string) (workrecord.Record, bool) {
	r, err := workrecord.Verify(s.RecordKey.Public(), []byte(signed))
	return r, err == nil
}

func (s *Service) personTx(ctx context.Context, tx *gorm.DB, id access.PersonID) (workrecord.Person, error) {
	p, err := access.PersonTx(ctx, tx, id)
	if err != nil {
		return workrecord.Person{}, err
	}
	x, err := s.Experts.LoadTx(ctx, tx, id)
	return workrecord.Person{ID: id.String(), Name: p.Name, Handle: x.Handle}, err
}

const recordSQL = `SELECT q.program_id, COALESCE(t.slug, ''), a.state, a.delivered_at FROM assignments a
JOIN questions q ON q.id = a.question_id LEFT JOIN topics t ON t.id = q.topic_id
WHERE a.person_id = ? AND a.delivered_at IS NOT NULL ORDER BY a.delivered_at, a.id`

// workTx is a person's work in each program they are or were enrolled in, by the
// time they came.
func (s *Service) workTx(ctx context.Context, tx *gorm.DB, person access.PersonID) ([]workrecord.Program, error) {
	var enrolments []expert.OwnEnrolment
	err := tx.WithContext(ctx).Table("enrolments").Select("enrolments.*, programs.name AS program_name, brands.name AS brand_name").
		Joins("JOIN programs ON programs.id = enrolments.program_id").Joins("JOIN brands ON brands.id = enrolments.brand_id").
		Where("enrolments.person_id = ?", person).Order("enrolments.applied_at, enrolments.lot").Find(&enrolments).Error
	if err != nil {
		return nil, fmt.Errorf("list where %s works: %w", person, err)
	}
	done := map[uuid.UUID]*topicWork{}
	err = eachRow(ctx, tx, "read what an expert has answered", recordSQL, []any{person}, func(scan func(...any) error) error {
		var program uuid.UUID
		var slug, state string
		var at sql.NullTime
		if err := scan(&program, &slug, &state, &at); err != nil {
			return err
		}
		if done[program] == nil {
			done[program] = &topicWork{by: map[string]*workrecord.Topic{}}
		}
		done[program].add(slug, state, at.Time)
		return nil
	})
	if err != nil {
		return nil, err
	}
	list := make([]workrecord.Program, len(enrolments))
	for i, e := range enrolments {
		if list[i], err = s.programTx(ctx, tx, e, done[uuid.UUID(e.Enrolment.ProgramID)]); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// topicWork is the work in one program by topic, in the order of the first.
type topicWork struct {
	by    map[string]*workrecord.Topic
	order []*workrecord.Topic
}

func (w *topicWork) add(slug, state string, at time.Time) {
	t := w.by[slug]
	if t == nil {
		t = &workrecord.Topic{Slug: slug, First: workrecord.Day(at)}
		w.by[slug], w.order = t, append(w.order, t)
	}
	t.Answered++
	t.Last = workrecord.Day(at)
	switch state {
	case "earned", "contested", "released":
		t.Paid++
	}
}

func (s *Service) programTx(ctx context.Context, tx *gorm.DB, e expert.OwnEnrolment, w *topicWork) (workrecord.Program, error) {
	p := workrecord.Program{
		Brand: e.BrandName, Name: e.ProgramName, State: string(e.Enrolment.State), Certified: e.Enrolment.Certified, Topics: []workrecord.Topic{},
	}
	if e.Enrolment.EnrolledAt != nil {
		p.Since = workrecord.Day(*e.Enrolment.EnrolledAt)
	}
	if w == nil {
		return p, nil
	}
	standings, err := s.Experts.StandingsTx(ctx, tx, e.Enrolment.ProgramID, e.Enrolment.PersonID)
	if err != nil {
		return p, err
	}
	for _, t := range w.order {
		for _, known := range standings {
			if known.Topic == t.Slug {
				b := known.Belief().AsOf(s.Clock.Now())
				low, high := b.Interval()
				t.Standing = &workrecord.Standing{Mean: round(b.Mean()), Low: round(low), High: round(high), Evidence: known.Evidence}
			}
		}
		p.Topics = append(p.Topics, *t)
	}
	return p, nil
}

// round keeps three digits, which is more than is known.
func round(share float64) float64 { return float64(int(share*1000+.5)) / 1000 }
