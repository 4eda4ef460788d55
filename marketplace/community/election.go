package community

import (
	"context"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/event"
	"knowhow/marketplace/program"
)

// ElectionID identifies an election.
type ElectionID = marketplace.ID[Election]

// Election is how the experts of a program choose who speaks for them.
type Election struct {
	ID         ElectionID `gorm:"primaryKey"`
	BrandID    marketplace.BrandID
	ProgramID  program.ID
	Seats      int
	State      ElectionState
	CalledAt   time.Time
	VoteAt     time.Time // nominations end
	CloseAt    time.Time
	TermEndsAt time.Time
	Seed       string // of the lot that decides ties; stated with the result
	Voted      int    // how many have
	NextDueAt  *time.Time
}

// TableName implements gorm's Tabler.
func (Election) TableName() string { return "room_elections" }

// ElectionState says where an election stands; time moves it on.
type ElectionState string

const (
	Nominating ElectionState = "nominating"
	Voting     ElectionState = "voting"
	Closed     ElectionState = "closed"
)

// candidate is an expert who stands for election.
type candidate struct {
	ID         marketplace.ID[candidate] `gorm:"primaryKey"`
	ElectionID ElectionID
	PersonID   access.PersonID
	BrandID    marketplace.BrandID
	Statement  string // redacted
	Votes      int    // nobody reads them before the end
	Place      int    // after it, from 1
	Elected    bool
}

// TableName implements gorm's Tabler.
func (candidate) TableName() string { return "election_candidates" }

// voter is one who has voted; what, nothing says.
type voter struct {
	ElectionID ElectionID      `gorm:"primaryKey"`
	PersonID   access.PersonID `gorm:"primaryKey"`
	BrandID    marketplace.BrandID
}

// TableName implements gorm's Tabler.
func (voter) TableName() string { return "election_voters" }

const (
	nominateFor = 7 * 24 * time.Hour
	voteFor     = 7 * 24 * time.Hour
	// Term is how long spokespeople are elected for.
	Term = 180 * 24 * time.Hour
	// before the end of which the next election may be called.
	callBefore = 30 * 24 * time.Hour

	maxStatement = 1000
)

// SeatsOf is how many spokespeople so many experts have: one, and one more for
// every fifty, up to three.
func SeatsOf(members int) int { return min(1+members/50, 3) }

// inRoom is that the candidate c of the election e is of the room, as memberTx has
// it; states is its argument.
const inRoom = `EXISTS (SELECT 1 FROM enrolments n WHERE n.program_id = e.program_id AND n.person_id = c.person_id AND n.state IN ?)
	AND NOT EXISTS (SELECT 1 FROM memberships m WHERE m.brand_id = e.brand_id AND m.person_id = c.person_id)`

// speaking finds the candidates c that speak for a program at a time, its first
// two arguments, and are of the room; the third is inRoom's.
const speaking = `SELECT 1 FROM election_candidates c JOIN room_elections e ON e.id = c.election_id
	WHERE e.program_id = ? AND e.term_ends_at > ? AND c.elected AND ` + inRoom

// CallElection begins an election: nominations for a week, votes for another.
// Errors: *marketplace.NotFoundError for who is not of the room, ErrSpoken while
// one is under way or spokespeople have more than a month to go, ErrNotAPerson.
func (s *Service) CallElection(ctx context.Context, caller access.Caller, id program.ID) (Election, error) {
	now := s.clock.Now()
	e := Election{
		ID: marketplace.NewID[Election](), ProgramID: id, State: Nominating, CalledAt: now, VoteAt: now.Add(nominateFor), CloseAt: now.Add(nominateFor + voteFor),
	}
	e.TermEndsAt, e.NextDueAt = e.CloseAt.Add(Term), &e.VoteAt
	err := s.asMember(ctx, caller, id, true, func(tx *gorm.DB, m member) error {
		e.BrandID = m.Brand
		var speak int64
		err := tx.WithContext(ctx).Raw("SELECT COUNT(*) FROM ("+speaking+") s", id, now.Add(callBefore), states).Scan(&speak).Error
		if err != nil {
			return fmt.Errorf("look who speaks for the experts of program %s: %w", id, err)
		}
		if speak > 0 {
			return ErrSpoken
		}
		members, err := membersTx(ctx, tx, m.Brand, id)
		if err != nil {
			return err
		}
		e.Seats = SeatsOf(members)
		done := tx.WithContext(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&e)
		if done.Error != nil {
			return fmt.Errorf("insert election %s: %w", e.ID, done.Error)
		}
		if done.RowsAffected == 0 { // one is under way
			return ErrSpoken
		}
		marketplace.Made(ctx, e.ID)
		if err := s.eventTx(ctx, tx, ElectionCalled, m.Brand, event.Subject(e.ID), Change{Program: id, Count: e.Seats}); err != nil {
			return err
		}
		return s.tellLaterTx(ctx, tx, m.Brand, told{Program: id, What: toldElection, Of: e.ID.String()})
	})
	if err != nil {
		return Election{}, err
	}
	return e, nil
}

// Stand puts the calling expert up for election, with a few words, in place of
// those before. Errors: *marketplace.InvalidError, *marketplace.NotFoundError for
// who is not of the room or where there is no election, ErrNotNow once the voting
// has begun, ErrNotAPerson.
func (s *Service) Stand(ctx context.Context, caller access.Caller, id program.ID, statement string) error {
	statement = strings.TrimSpace(statement)
	if err := marketplace.CheckText("statement", statement, 1, maxStatement); err != nil {
		return err
	}
	return s.inElection(ctx, caller, id, Nominating, func(tx *gorm.DB, m member, e Election) error {
		c := candidate{ID: marketplace.NewID[candidate](), ElectionID: e.ID, PersonID: m.Person, BrandID: m.Brand, Statement: s.clean(statement)}
		err := tx.WithContext(ctx).Clauses(clause.OnConflict{
			Columns:   []clause.Column{{Name: "election_id"}, {Name: "person_id"}},
			DoUpdates: clause.AssignmentColumns([]string{"statement"}),
		}).Create(&c).Error
		if err != nil {
			return fmt.Errorf("stand for election %s: %w", e.ID, err)
		}
		return nil
	})
}

// StandDown takes the calling expert's candidacy back. Again changes nothing.
// Errors as Stand's.
func (s *Service) StandDown(ctx context.Context, caller access.Caller, id program.ID) error {
	return s.inElection(ctx, caller, id, Nominating, func(tx *gorm.DB, m member, e Election) error {
		err := tx.WithContext(ctx).Where("election_id = ? AND person_id = ?", e.ID, m.Person).Delete(&candidate{}).Error
		if err != nil {
			return fmt.Errorf("stand down from election %s: %w", e.ID, err)
		}
		return nil
	})
}

// Vote gives the calling expert's one vote, which nobody can find out or change.
// Errors: *marketplace.InvalidError, *marketplace.NotFoundError for who is not of
// the room or for no such candidate, ErrNotNow, ErrVoted, ErrNotAPerson.
func (s *Service) Vote(ctx context.Context, caller access.Caller, id program.ID, handle string) error {
	if err := marketplace.CheckText("candidate", handle, 1, 100); err != nil {
		return err
	}
	return s.inElection(ctx, caller, id, Voting, func(tx *gorm.DB, m member, e Election) error {
		v := voter{ElectionID: e.ID, PersonID: m.Person, BrandID: m.Brand}
		done := tx.WithContext(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&v)
		if done.Error != nil {
			return fmt.Errorf("vote in election %s: %w", e.ID, done.Error)
		}
		if done.RowsAffected == 0 {
			return ErrVoted
		}
		done = tx.WithContext(ctx).Model(&candidate{}).
			Where("election_id = ? AND person_id = (SELECT person_id FROM experts WHERE handle = ?)", e.ID, handle).
			Update("votes", gorm.Expr("votes + 1"))
		if done.Error != nil {
			return fmt.Errorf("count a vote in election %s: %w", e.ID, done.Error)
		}
		if done.RowsAffected == 0 {
			return &marketplace.NotFoundError{Noun: "candidate", ID: handle}
		}
		err := tx.WithContext(ctx).Model(&Election{}).Where("id = ?", e.ID).Update("voted", gorm.Expr("voted + 1")).Error
		if err != nil {
			return fmt.Errorf("count who votes in election %s: %w", e.ID, err)
		}
		return nil
	})
}

// inElection runs do in the election that is under way, which is locked, while it
// is in the state.
func (s *Service) inElection(ctx context.Context, caller access.Caller, id program.ID, state ElectionState, do func(tx *gorm.DB, m member, e Election) error) error {
	return s.asMember(ctx, caller, id, true, func(tx *gorm.DB, m member) error {
		var list []Election
		err := marketplace.ForUpdate(tx.WithContext(ctx)).Where("program_id = ? AND state <> ?", id, Closed).Limit(1).Find(&list).Error
		if err != nil {
			return fmt.Errorf("lock the election of program %s: %w", id, err)
		}
		if len(list) == 0 {
			return &marketplace.NotFoundError{Noun: "election in program", ID: id.String()}
		}
		e, now := list[0], s.clock.Now()
		ends := map[ElectionState]time.Time{Nominating: e.VoteAt, Voting: e.CloseAt}[state]
		if e.State != state || !now.Before(ends) {
			return ErrNotNow
		}
		return do(tx, m, e)
	})
}
