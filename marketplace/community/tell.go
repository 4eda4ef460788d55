package community

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/job"
	"knowhow/marketplace/notify"
	"knowhow/marketplace/program"
)

const (
	tellJob  = "community.tell"
	tellPage = 200 // mails written in one transaction
)

// told is what the experts of a room are told of by mail, those who asked for it.
type told struct {
	Program program.ID      `json:"program"`
	What    string          `json:"what"`
	Of      string          `json:"of"`    // the proposal or election, by id
	After   access.PersonID `json:"after"` // who was the last to be told
}

// What experts are told of.
const (
	toldAnswer   = "answer"
	toldElection = "election"
	toldVoting   = "voting"
	toldResult   = "result"
)

func (s *Service) tellLaterTx(ctx context.Context, tx *gorm.DB, brand marketplace.BrandID, t told) error {
	return s.queue.EnqueueTx(ctx, tx, job.New{
		Kind: tellJob, Args: t, Brand: brand, RunAt: s.clock.Now(), UniqueKey: fmt.Sprintf("%s:%s:%s:%s", tellJob, t.What, t.Of, t.After),
	})
}

// tellTx is the job: it writes to some of the room and leaves the rest to the
// next.
func (s *Service) tellTx(ctx context.Context, tx *gorm.DB, j job.Job) error {
	var t told
	if err := j.Decode(&t); err != nil {
		return fmt.Errorf("%w: %w", job.ErrGiveUp, err)
	}
	var list []access.PersonID
	find := tx.WithContext(ctx).Table("enrolments").
		Where("enrolments.program_id = ? AND enrolments.state IN ?", t.Program, states).
		Where(notify.AskedSQL("enrolments.person_id"), notify.Room).
		Where("NOT EXISTS (SELECT 1 FROM memberships WHERE memberships.brand_id = ? AND memberships.person_id = enrolments.person_id)", j.BrandID)
	if !t.After.IsZero() {
		find = find.Where("enrolments.person_id > ?", t.After)
	}
	if err := find.Order("enrolments.person_id").Limit(tellPage).Pluck("enrolments.person_id", &list).Error; err != nil {
		return fmt.Errorf("list who of the room of program %s is told: %w", t.Program, err)
	}
	brand, err := program.BrandNameTx(ctx, tx, j.BrandID)
	if err != nil {
		return err
	}
	for _, to := range list {
		err := s.notify.SendTx(ctx, tx, notify.Mail{
			Brand: j.BrandID, Kind: notify.Room, Key: fmt.Sprintf("community.%s:%s:%s", t.What, t.Of, to), To: to,
			Says: notify.Letter{Name: "community." + t.What, Values: notify.Values{
				"brand": brand, "link": s.notify.Link("work/programs/"+t.Program.String()+"/room", ""),
			}},
		})
		if err != nil {
			return err
		}
	}
	if len(list) < tellPage {
		return nil
	}
	t.After = list[len(list)-1]
	return s.tellLaterTx(ctx, tx, j.BrandID, t)
}

// tellBrandTx writes to those of the brand who may answer a carried proposal, once
// it is, and once more when they have not in time. It cannot be turned off.
func (s *Service) tellBrandTx(ctx context.Context, tx *gorm.DB, p Proposal, late bool) error {
	now := s.clock.Now()
	roll, err := access.CallTx(ctx, tx, []marketplace.BrandID{p.BrandID}, now)
	if err != nil {
		return err
	}
	what := "carried"
	if late {
		what = "overdue"
	}
	for _, to := range roll.Of(p.BrandID, access.AnswerProposals) {
		if to.Kind != access.KindPerson {
			continue
		}
		err := s.notify.SendTx(ctx, tx, notify.Mail{
			Brand: p.BrandID, Key: fmt.Sprintf("community.%s:%s:%s", what, p.ID, to.Person), To: to.Person,
			Says: notify.Letter{Name: "community." + what, Values: notify.Values{
				"day": notify.Day(*p.AnswerDueAt), "link": s.notify.Link("console/roster/proposals", ""),
			}},
		})
		if err != nil {
			return err
		}
	}
	return nil
}
