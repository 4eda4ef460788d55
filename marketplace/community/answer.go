package community

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/event"
	"knowhow/marketplace/program"
)

// ProposalView is a proposal as experts read it.
type ProposalView struct {
	Proposal  Proposal `gorm:"embedded"`
	Supported bool     // by who reads it
	Own       bool
}

var newestProposal = marketplace.Order{At: "proposed_at", ID: "id", Newest: true}

// Proposals lists a program's proposals for its experts, newest first, with
// everything but whose they are. Errors: *marketplace.NotFoundError for who is
// not of the room, ErrNotAPerson.
func (s *Service) Proposals(ctx context.Context, caller access.Caller, id program.ID, page marketplace.Page) (list marketplace.Listing[ProposalView], err error) {
	err = s.asMember(ctx, caller, id, false, func(tx *gorm.DB, m member) error {
		list, err = marketplace.List(ownViewsTx(ctx, tx, m), page, newestProposal, func(v ProposalView) marketplace.Place {
			return marketplace.Place{At: v.Proposal.ProposedAt, ID: v.Proposal.ID}
		})
		if err != nil {
			return fmt.Errorf("list the proposals of program %s: %w", id, err)
		}
		return nil
	})
	return list, err
}

// ProposalOf is one of them. Errors as Proposals'.
func (s *Service) ProposalOf(ctx context.Context, caller access.Caller, id program.ID, proposal ProposalID) (v ProposalView, err error) {
	err = s.asMember(ctx, caller, id, false, func(tx *gorm.DB, m member) error {
		err := ownViewsTx(ctx, tx, m).Where("id = ?", proposal).Take(&v).Error
		return marketplace.OnlyOne(err, "proposal", proposal)
	})
	return v, err
}

func ownViewsTx(ctx context.Context, tx *gorm.DB, m member) *gorm.DB {
	return tx.WithContext(ctx).Table("room_proposals").Select(`room_proposals.*, COALESCE(person_id = ?, FALSE) AS own,
		EXISTS (SELECT 1 FROM proposal_votes v WHERE v.proposal_id = room_proposals.id AND v.person_id = ?) AS supported`, m.Person, m.Person).
		Where("program_id = ? AND state <> ?", m.Program, Withdrawn)
}

// ToAnswer lists the proposals that a brand must answer or has answered, newest
// first; what only gathers support is not among them (permission
// AnswerProposals). Errors: *access.ForbiddenError, *marketplace.NotFoundError.
func (s *Service) ToAnswer(ctx context.Context, caller access.Caller, id program.ID, page marketplace.Page) (list marketplace.Listing[Proposal], err error) {
	err = s.inBrand(ctx, caller, id, access.AnswerProposals, false, func(tx *gorm.DB, _ marketplace.BrandID) error {
		find := tx.WithContext(ctx).Where("program_id = ? AND state IN ?", id, []ProposalState{Carried, Answered})
		list, err = marketplace.List(find, page, newestProposal, func(p Proposal) marketplace.Place {
			return marketplace.Place{At: p.ProposedAt, ID: p.ID}
		})
		if err != nil {
			return fmt.Errorf("list the proposals to program %s: %w", id, err)
		}
		return nil
	})
	for i := range list.Items {
		list.Items[i].PersonID = nil
	}
	return list, err
}

const maxAnswer = 4 << 10

// AnswerProposal is what a named person of the brand says to a carried proposal,
// once (permission AnswerProposals). Errors: *access.ForbiddenError,
// *marketplace.InvalidError, *marketplace.NotFoundError, ErrNotNow where it is
// answered, ErrNotAPerson.
func (s *Service) AnswerProposal(ctx context.Context, caller access.Caller, id program.ID, proposal ProposalID, answer Answer, text string) error {
	text = strings.TrimSpace(text)
	if !slices.Contains([]Answer{Accepted, Partly, Declined}, answer) {
		return &marketplace.InvalidError{Field: "answer", Reason: "must be accepted, partly or declined"}
	}
	if err := marketplace.CheckText("text", text, 1, maxAnswer); err != nil {
		return err
	}
	now := s.clock.Now()
	return s.inBrand(ctx, caller, id, access.AnswerProposals, true, func(tx *gorm.DB, brand marketplace.BrandID) error {
		if !caller.IsPerson(caller.Person) {
			return ErrNotAPerson
		}
		p, err := proposalTx(ctx, marketplace.ForUpdate(tx), id, proposal)
		switch {
		case err != nil:
			return err
		case p.State == Answered:
			return ErrNotNow
		case p.State != Carried: // of what only gathers support the brand knows nothing
			return marketplace.NotFound("proposal", proposal)
		}
		err = endTx(ctx, tx, p, map[string]any{
			"state": Answered, "answer": answer, "answer_text": text, "answered_by": caller.Person, "answered_at": now, "next_due_at": nil,
		})
		if err != nil {
			return err
		}
		if err := s.eventTx(ctx, tx, ProposalAnswered, brand, event.Subject(proposal), Change{By: caller.String(), Program: id, Code: string(answer)}); err != nil {
			return err
		}
		return s.tellLaterTx(ctx, tx, brand, told{Program: id, What: toldAnswer, Of: proposal.String()})
	})
}

// Voice is what anybody may know of how a brand hears its experts.
type Voice struct {
	Answered     int
	Waiting      int // carried, and the deadline is yet to come
	Overdue      []Overdue
	Spokespeople []Spokesperson
}

// Overdue is a proposal that the brand has not answered in time.
type Overdue struct {
	Title string
	DueAt time.Time
}

// maxOverdue is how many of them are shown.
const maxOverdue = 20

// Voice tells of a program that takes experts. Errors:
// *marketplace.NotFoundError for one that does not.
func (s *Service) Voice(ctx context.Context, id program.ID) (v Voice, err error) {
	public, err := s.programs.Public(ctx, id)
	if err != nil {
		return v, err
	}
	now := s.clock.Now()
	err = s.store.Read(ctx, public.Brand, func(tx *gorm.DB) error {
		var counts struct{ Answered, Waiting int }
		err := tx.WithContext(ctx).Model(&Proposal{}).Select(`COUNT(CASE WHEN state = ? THEN 1 END) AS answered,
			COUNT(CASE WHEN state = ? AND answer_due_at > ? THEN 1 END) AS waiting`, Answered, Carried, now).Where("program_id = ?", id).Scan(&counts).Error
		if err != nil {
			return fmt.Errorf("count the proposals to program %s: %w", id, err)
		}
		v = Voice{Answered: counts.Answered, Waiting: counts.Waiting} // nothing of a run before
		var late []Proposal
		err = tx.WithContext(ctx).Where("program_id = ? AND state = ? AND answer_due_at <= ?", id, Carried, now).
			Order("answer_due_at, title").Limit(maxOverdue).Find(&late).Error
		if err != nil {
			return fmt.Errorf("list the overdue proposals to program %s: %w", id, err)
		}
		for _, p := range late {
			v.Overdue = append(v.Overdue, Overdue{Title: p.Title, DueAt: *p.AnswerDueAt})
		}
		v.Spokespeople, err = spokespeopleTx(ctx, tx, id, now)
		return err
	})
	return v, err
}
