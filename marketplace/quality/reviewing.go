package quality

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/program"
	"knowhow/payouts"
)

// SetReviewing has the caller be asked to judge others' work in a program that
// they are active in, or no longer. Again it changes nothing. Errors:
// *marketplace.NotFoundError without an enrolment, *expert.StateError,
// expert.ErrNotAPerson.
func (s *Service) SetReviewing(ctx context.Context, caller access.Caller, id program.ID, on bool) error {
	e, err := s.experts.MyEnrolment(ctx, caller, id)
	if err != nil {
		return err
	}
	return s.store.InTx(ctx, e.BrandID, func(tx *gorm.DB) error {
		e, _, err := expert.EnrolmentTx(ctx, tx, id, caller.Person)
		if err != nil {
			return err
		}
		if on && e.State != expert.Active {
			return &expert.StateError{Verb: verbReview, State: e.State}
		}
		now := s.clock.Now()
		r := Reviewer{BrandID: e.BrandID, ProgramID: id, PersonID: caller.Person, Active: on, KnownAt: now, JoinedAt: now}
		again := clause.OnConflict{
			Columns:   []clause.Column{{Name: "program_id"}, {Name: "person_id"}},
			DoUpdates: clause.AssignmentColumns([]string{"active"}),
		}
		if err := tx.WithContext(ctx).Clauses(again).Create(&r).Error; err != nil {
			return fmt.Errorf("set whether %s reviews: %w", caller.Person, err)
		}
		return nil
	})
}

// MyReviewing is what is known of the caller as a reviewer in one program. Weight
// is what their failing vote says, as odds: 9 turns one to nine into evens.
type MyReviewing struct {
	Program     program.ID
	Name        string // the program's
	Brand       string // its name
	Active      bool
	May         bool    // they are active in the program
	PaysMinor   int64   // per review, now; 0: the brand's own people review
	Asked       bool    // they are given others' work
	Accuracy    float64 // how often they judge right, as far as is known
	Error       float64 // the standard error of that
	Catches     float64 // the share of bad work that they fail
	Passes      float64 // the share of good work that they pass
	Gold        int     // items of known quality among what they judged
	Votes       int     // that they gave
	EarnedMinor int64   // by them
	Currency    payouts.Currency
}

// Reviewing lists the programs in which the caller reviews, did or might, and what
// is known of them there: all of it, by name.
func (s *Service) Reviewing(ctx context.Context, caller access.Caller) ([]MyReviewing, error) {
	if caller.Kind != access.KindPerson || !caller.Valid() {
		return nil, expert.ErrNotAPerson
	}
	var rows []struct {
		Reviewer    Reviewer `gorm:"embedded"`
		Program     program.ID
		Name        string
		Brand       string
		State       expert.State
		Pays        program.Policies `gorm:"serializer:json"`
		Currency    payouts.Currency
		Votes       int
		EarnedMinor int64
	}
	err := s.store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		return tx.WithContext(ctx).Table("enrolments e").Select(`reviewers.*, e.program_id AS program, e.state, programs.name, programs.currency, programs.policies AS pays,
			brands.name AS brand,
			(SELECT COUNT(*) FROM review_votes v WHERE v.program_id = e.program_id AND v.person_id = e.person_id AND v.state = 'given') AS votes,
			(SELECT COALESCE(SUM(v.reward_minor), 0) FROM review_votes v WHERE v.program_id = e.program_id AND v.person_id = e.person_id AND v.state = 'given') AS earned_minor`).
			Joins("JOIN programs ON programs.id = e.program_id").Joins("JOIN brands ON brands.id = programs.brand_id").
			Joins("LEFT JOIN reviewers ON reviewers.program_id = e.program_id AND reviewers.person_id = e.person_id").
			Where("e.person_id = ? AND (e.state = ? OR reviewers.person_id IS NOT NULL)", caller.Person, expert.Active).
			Order("programs.name, programs.created_at").Find(&rows).Error
	})
	if err != nil {
		return nil, fmt.Errorf("list where %s reviews: %w", caller.Person, err)
	}
	list := make([]MyReviewing, len(rows))
	for i, r := range rows {
		skill := r.Reviewer.Skill().AsOf(s.clock.Now())
		list[i] = MyReviewing{
			Program: r.Program, Name: r.Name, Brand: r.Brand, Active: r.Reviewer.Active, May: r.State == expert.Active, PaysMinor: r.Pays.Reward.ReviewMinor, Asked: r.Reviewer.Active && skill.Calibrated(),
			Accuracy: skill.Accuracy(), Error: skill.Error(), Catches: skill.Sensitivity(), Passes: skill.Specificity(), Gold: skill.Gold,
			Votes: r.Votes, EarnedMinor: r.EarnedMinor, Currency: r.Currency,
		}
	}
	return list, nil
}

// MyVote is a vote that the caller is asked for: blind, and the same for gold.
type MyVote struct {
	ID     VoteID
	Due    time.Time
	Reward payouts.Money
	Work   WorkView
}

// MyVotes lists the votes that the caller is asked for in every program, soonest
// due first.
func (s *Service) MyVotes(ctx context.Context, caller access.Caller, page marketplace.Page) (list marketplace.Listing[MyVote], err error) {
	if caller.Kind != access.KindPerson || !caller.Valid() {
		return list, expert.ErrNotAPerson
	}
	now := s.clock.Now()
	err = s.store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		find := tx.WithContext(ctx).Table("review_votes").Select("review_votes.*").
			Joins("JOIN enrolments ON enrolments.program_id = review_votes.program_id AND enrolments.person_id = review_votes.person_id").
			Where("review_votes.person_id = ? AND review_votes.state = ? AND review_votes.next_due_at > ? AND enrolments.state = 'active'", caller.Person, VoteAsked, now)
		order := marketplace.Order{At: "review_votes.next_due_at", ID: "review_votes.id"}
		votes, err := marketplace.List(find, page, order, func(v Vote) marketplace.Place {
			return marketplace.Place{At: *v.NextDueAt, ID: v.ID}
		})
		if err != nil {
			return fmt.Errorf("list the votes asked of %s: %w", caller.Person, err)
		}
		views, err := s.votedOnTx(ctx, tx, caller.Person, votes.Items)
		if err != nil {
			return err
		}
		list.Next = votes.Next
		for _, v := range votes.Items {
			if view, there := views[v.ID]; there {
				list.Items = append(list.Items, MyVote{ID: v.ID, Due: *v.NextDueAt, Reward: v.reward(), Work: view})
			}
		}
		return nil
	})
	return list, err
}

// votedOnTx shows what votes are about. Who has a part in a question by now does
// not see its work.
func (s *Service) votedOnTx(ctx context.Context, tx *gorm.DB, reader access.PersonID, votes []Vote) (map[VoteID]WorkView, error) {
	views := map[VoteID]WorkView{}
	about, gold := map[ReviewID]VoteID{}, map[GoldID]Vote{}
	var ids []ReviewID
	for _, v := range votes {
		if !v.GoldID.IsZero() {
			gold[v.GoldID] = v
			continue
		}
		about[v.ReviewID] = v.ID
		ids = append(ids, v.ReviewID)
	}
	if len(ids) == 0 {
		return views, s.goldViewsTx(ctx, tx, gold, views)
	}
	var rows []struct {
		ReviewID ReviewID
		Judged   judged `gorm:"embedded"`
	}
	err := judgeable(ctx, tx, "reviews", reader, "reviews.id AS review_id").Where("reviews.id IN ?", ids).Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("load what is to be judged: %w", err)
	}
	works := make([]judged, len(rows))
	for i, r := range rows {
		works[i] = r.Judged
	}
	shown, err := s.viewsTx(ctx, tx, works)
	if err != nil {
		return nil, err
	}
	for i, r := range rows {
		views[about[r.ReviewID]] = shown[i]
	}
	return views, s.goldViewsTx(ctx, tx, gold, views)
}
