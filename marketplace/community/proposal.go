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
	"knowhow/marketplace/job"
	"knowhow/marketplace/program"
)

// ProposalID identifies a proposal.
type ProposalID = marketplace.ID[Proposal]

// Proposal is what an expert asks of the brand. It gathers support until ClosesAt;
// with Threshold experts behind it the brand must answer by AnswerDueAt.
type Proposal struct {
	ID          ProposalID `gorm:"primaryKey"`
	BrandID     marketplace.BrandID
	ProgramID   program.ID
	PersonID    *access.PersonID // whose it is; nil: they have left. Nobody is shown it
	Title       string           // redacted
	Text        string           // redacted
	State       ProposalState
	Threshold   int
	Support     int
	ProposedAt  time.Time
	ClosesAt    time.Time
	CarriedAt   *time.Time
	AnswerDueAt *time.Time
	Answer      Answer
	AnswerText  string
	AnsweredBy  *access.PersonID
	AnsweredAt  *time.Time
	NextDueAt   *time.Time
}

// TableName implements gorm's Tabler.
func (Proposal) TableName() string { return "room_proposals" }

// ProposalState says where a proposal stands.
type ProposalState string

const (
	Gathering ProposalState = "gathering" // support; the last that it needs, or the deadline, moves it on
	Carried   ProposalState = "carried"   // a person of the brand answers
	Answered  ProposalState = "answered"
	Lapsed    ProposalState = "lapsed"    // too few supported it in time
	Withdrawn ProposalState = "withdrawn" // its author took it back
)

// Answer is what a brand says to a proposal.
type Answer string

const (
	Accepted Answer = "accepted"
	Partly   Answer = "partly"
	Declined Answer = "declined"
)

// proposalVote is an expert's support of a proposal.
type proposalVote struct {
	ProposalID ProposalID      `gorm:"primaryKey"`
	PersonID   access.PersonID `gorm:"primaryKey"`
	BrandID    marketplace.BrandID
}

// TableName implements gorm's Tabler.
func (proposalVote) TableName() string { return "proposal_votes" }

const (
	maxTitle  = 150
	gatherFor = 14 * 24 * time.Hour
	answerIn  = 14 * 24 * time.Hour
	// MaxProposals is how many an expert puts before a program in 14 days, but those
	// taken back.
	MaxProposals = 3
)

// ThresholdOf is how many of so many experts must support a proposal: a fifth, at
// least three, or all where there are fewer.
func ThresholdOf(members int) int { return max((members+4)/5, min(3, members), 1) }

// Propose puts a proposal before the experts of a program, its author's support
// included; title and text are redacted, and carried ones are shown to the brand
// and the public. Errors: *marketplace.InvalidError, *marketplace.NotFoundError
// for who is not of the room, ErrTooMuch, ErrNotAPerson.
func (s *Service) Propose(ctx context.Context, caller access.Caller, id program.ID, title, text string) (Proposal, error) {
	title, text = strings.TrimSpace(title), strings.TrimSpace(text)
	if err := firstError(marketplace.CheckText("title", title, 1, maxTitle), marketplace.CheckText("text", text, 1, maxPost)); err != nil {
		return Proposal{}, err
	}
	now := s.clock.Now()
	closes := now.Add(gatherFor)
	draft := Proposal{
		ID: marketplace.NewID[Proposal](), ProgramID: id, PersonID: &caller.Person, Title: s.clean(title), Text: s.clean(text), State: Gathering,
		ProposedAt: now, ClosesAt: closes, NextDueAt: &closes,
	}
	var made Proposal
	err := s.asMember(ctx, caller, id, true, func(tx *gorm.DB, m member) error {
		p := draft // this may run again: the author's support counts once
		p.BrandID = m.Brand
		if _, err := s.programs.LockTx(ctx, tx, id); err != nil { // so that nobody has more than they may
			return err
		}
		if err := enoughTx(ctx, tx, m, now); err != nil {
			return err
		}
		members, err := membersTx(ctx, tx, m.Brand, id)
		if err != nil {
			return err
		}
		p.Threshold = ThresholdOf(members)
		if err := tx.WithContext(ctx).Create(&p).Error; err != nil {
			return fmt.Errorf("insert proposal %s: %w", p.ID, err)
		}
		marketplace.Made(ctx, p.ID)
		if err := s.eventTx(ctx, tx, Proposed, m.Brand, event.Subject(p.ID), Change{Program: id}); err != nil {
			return err
		}
		err = s.supportTx(ctx, tx, m, &p, true)
		made = p
		return err
	})
	if err != nil {
		return Proposal{}, err
	}
	return made, nil
}

// enoughTx refuses who has proposed enough for now. Carried ones count: of each
// the brand's people are written to, and in a small room one is carried at once.
func enoughTx(ctx context.Context, tx *gorm.DB, m member, now time.Time) error {
	var own int64
	err := tx.WithContext(ctx).Model(&Proposal{}).
		Where("program_id = ? AND person_id = ? AND state <> ? AND proposed_at > ?", m.Program, m.Person, Withdrawn, now.Add(-gatherFor)).Count(&own).Error
	if err != nil {
		return fmt.Errorf("count the proposals of %s: %w", m.Person, err)
	}
	if own >= MaxProposals {
		return ErrTooMuch
	}
	return nil
}

// Support puts the calling expert behind a proposal that gathers support, or takes
// that back. Again changes nothing. Errors: *marketplace.NotFoundError for who is
// not of the room or for no such proposal, ErrNotNow, ErrNotAPerson.
func (s *Service) Support(ctx context.Context, caller access.Caller, id program.ID, proposal ProposalID, support bool) error {
	return s.asMember(ctx, caller, id, true, func(tx *gorm.DB, m member) error {
		p, err := proposalTx(ctx, marketplace.ForUpdate(tx), id, proposal)
		if err != nil {
			return err
		}
		if p.State != Gathering || !s.clock.Now().Before(p.ClosesAt) {
			return ErrNotNow
		}
		return s.supportTx(ctx, tx, m, &p, support)
	})
}

func proposalTx(ctx context.Context, tx *gorm.DB, id program.ID, proposal ProposalID) (p Proposal, err error) {
	err = tx.WithContext(ctx).Where("id = ? AND program_id = ?", proposal, id).Take(&p).Error
	return p, marketplace.OnlyOne(err, "proposal", proposal)
}

// supportTx counts an expert's support of a proposal, whose row is locked, and
// carries it with the last that it needs.
func (s *Service) supportTx(ctx context.Context, tx *gorm.DB, m member, p *Proposal, support bool) error {
	vote, by := proposalVote{ProposalID: p.ID, PersonID: m.Person, BrandID: m.Brand}, 1
	var done *gorm.DB
	if support {
		done = tx.WithContext(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&vote)
	} else {
		done, by = tx.WithContext(ctx).Where("proposal_id = ? AND person_id = ?", p.ID, m.Person).Delete(&proposalVote{}), -1
	}
	if done.Error != nil {
		return fmt.Errorf("count the support of proposal %s: %w", p.ID, done.Error)
	}
	if done.RowsAffected == 0 {
		return nil
	}
	p.Support += by
	columns := map[string]any{"support": p.Support}
	carried := p.Support >= p.Threshold
	if carried {
		now := s.clock.Now()
		due := now.Add(answerIn)
		p.State, p.CarriedAt, p.AnswerDueAt, p.NextDueAt = Carried, &now, &due, &due
		columns["state"], columns["carried_at"], columns["answer_due_at"], columns["next_due_at"] = Carried, now, due, due
	}
	if err := tx.WithContext(ctx).Model(&Proposal{}).Where("id = ?", p.ID).Updates(columns).Error; err != nil {
		return fmt.Errorf("update proposal %s: %w", p.ID, err)
	}
	if !carried {
		return nil
	}
	if err := s.eventTx(ctx, tx, ProposalCarried, m.Brand, event.Subject(p.ID), Change{Program: p.ProgramID, Count: p.Support}); err != nil {
		return err
	}
	return s.tellBrandTx(ctx, tx, *p, false)
}

// Withdraw takes back the calling expert's own proposal while it gathers support.
// Again changes nothing. Errors: *marketplace.NotFoundError for who has no part in
// the room or for what is another's, ErrNotNow, ErrNotAPerson.
func (s *Service) Withdraw(ctx context.Context, caller access.Caller, id program.ID, proposal ProposalID) error {
	return s.asAuthor(ctx, caller, id, true, func(tx *gorm.DB, m member) error {
		p, err := proposalTx(ctx, marketplace.ForUpdate(tx), id, proposal)
		switch {
		case err != nil:
			return err
		case p.PersonID == nil || *p.PersonID != m.Person:
			return marketplace.NotFound("proposal", proposal)
		case p.State == Withdrawn:
			return nil
		case p.State != Gathering:
			return ErrNotNow
		}
		return endTx(ctx, tx, p, map[string]any{"state": Withdrawn, "title": "", "text": "", "next_due_at": nil})
	})
}

func endTx(ctx context.Context, tx *gorm.DB, p Proposal, columns map[string]any) error {
	if err := tx.WithContext(ctx).Model(&Proposal{}).Where("id = ?", p.ID).Updates(columns).Error; err != nil {
		return fmt.Errorf("update proposal %s: %w", p.ID, err)
	}
	return nil
}

// proposalDueTx ends the gathering of support, and says that a brand is late.
func (s *Service) proposalDueTx(ctx context.Context, tx *gorm.DB, row job.RowID, now time.Time) error {
	var list []Proposal
	err := marketplace.ForUpdate(tx.WithContext(ctx)).Where("id = ? AND next_due_at <= ?", row, now).Limit(1).Find(&list).Error
	if err != nil {
		return fmt.Errorf("lock proposal %s: %w", row, err)
	}
	if len(list) == 0 {
		return nil
	}
	p, c := list[0], Change{Program: list[0].ProgramID, Count: list[0].Support}
	if p.State == Gathering {
		if err := endTx(ctx, tx, p, map[string]any{"state": Lapsed, "next_due_at": nil}); err != nil {
			return err
		}
		return s.eventTx(ctx, tx, ProposalLapsed, p.BrandID, event.Subject(p.ID), c)
	}
	if err := endTx(ctx, tx, p, map[string]any{"next_due_at": nil}); err != nil || p.State != Carried {
		return err
	}
	if err := s.eventTx(ctx, tx, ProposalOverdue, p.BrandID, event.Subject(p.ID), c); err != nil {
		return err
	}
	return s.tellBrandTx(ctx, tx, p, true)
}
