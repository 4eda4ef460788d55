package community

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/event"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/program"
)

// choice is what an expert wants to become of their words when they leave.
type choice struct {
	ProgramID program.ID      `gorm:"primaryKey"`
	PersonID  access.PersonID `gorm:"primaryKey"`
	BrandID   marketplace.BrandID
	Erase     bool
}

// TableName implements gorm's Tabler.
func (choice) TableName() string { return "room_choices" }

// SetErase says what becomes of the calling expert's words in the room when they
// leave the program: they go, or they stay without a name, which is so where
// nothing was said. Errors: *marketplace.NotFoundError for who has no part in the
// room, ErrNotAPerson.
func (s *Service) SetErase(ctx context.Context, caller access.Caller, id program.ID, erase bool) error {
	return s.asAuthor(ctx, caller, id, true, func(tx *gorm.DB, m member) error {
		c := choice{ProgramID: id, PersonID: m.Person, BrandID: m.Brand, Erase: erase}
		err := tx.WithContext(ctx).Clauses(clause.OnConflict{
			Columns:   []clause.Column{{Name: "program_id"}, {Name: "person_id"}},
			DoUpdates: clause.AssignmentColumns([]string{"erase"}),
		}).Create(&c).Error
		if err != nil {
			return fmt.Errorf("write what becomes of the words of %s: %w", m.Person, err)
		}
		return nil
	})
}

// Erase reports what the calling expert chose with SetErase. Errors as its.
func (s *Service) Erase(ctx context.Context, caller access.Caller, id program.ID) (erase bool, err error) {
	err = s.asAuthor(ctx, caller, id, false, func(tx *gorm.DB, m member) error {
		erase, err = eraseTx(ctx, tx, m)
		return err
	})
	return erase, err
}

func eraseTx(ctx context.Context, tx *gorm.DB, m member) (bool, error) {
	var list []choice
	err := tx.WithContext(ctx).Where("program_id = ? AND person_id = ?", m.Program, m.Person).Limit(1).Find(&list).Error
	if err != nil {
		return false, fmt.Errorf("read what becomes of the words of %s: %w", m.Person, err)
	}
	return len(list) == 1 && list[0].Erase, nil
}

// hasLeft takes the name from what somebody said who has left the program, or all
// of it, as they chose; their support of what is not decided goes too. Who has
// come back meanwhile keeps everything.
func (s *Service) hasLeft(ctx context.Context, tx *gorm.DB, e event.Event) error {
	var c expert.Change
	if err := json.Unmarshal(e.Data, &c); err != nil {
		return fmt.Errorf("read who has left: %w", err)
	}
	m := member{Brand: e.Brand, Program: c.Program, Person: c.Person}
	now, found, err := expert.EnrolmentTx(ctx, tx, m.Program, m.Person)
	if err != nil || !found || now.State != expert.Left {
		return err
	}
	erase, err := eraseTx(ctx, tx, m)
	if err != nil {
		return err
	}
	for _, forget := range []func(context.Context, *gorm.DB, member, bool) error{s.forgetPostsTx, s.forgetProposalsTx, forgetElectionsTx} {
		if err := forget(ctx, tx, m, erase); err != nil {
			return err
		}
	}
	if err := tx.WithContext(ctx).Where("program_id = ? AND person_id = ?", m.Program, m.Person).Delete(&choice{}).Error; err != nil {
		return fmt.Errorf("forget what %s chose: %w", m.Person, err)
	}
	return s.eventTx(ctx, tx, AuthorLeft, m.Brand, event.Subject(m.Program), Change{Program: m.Program, Code: map[bool]string{true: "erased", false: "anonymous"}[erase]})
}

func (s *Service) forgetPostsTx(ctx context.Context, tx *gorm.DB, m member, erase bool) error {
	change := map[string]any{"person_id": nil}
	if erase {
		change["text"], change["removed_at"] = "", gorm.Expr("COALESCE(removed_at, ?)", s.clock.Now())
	}
	err := tx.WithContext(ctx).Model(&Post{}).Where("program_id = ? AND person_id = ?", m.Program, m.Person).Updates(change).Error
	if err == nil {
		err = tx.WithContext(ctx).Where("program_id = ? AND person_id = ? AND decided_at IS NOT NULL", m.Program, m.Person).Delete(&Report{}).Error
	}
	if err != nil {
		return fmt.Errorf("forget what %s said: %w", m.Person, err)
	}
	return nil
}

// forgetProposalsTx takes the name from an expert's proposals, back those that are
// not carried of who wants their words to go, and their support of others'.
func (s *Service) forgetProposalsTx(ctx context.Context, tx *gorm.DB, m member, erase bool) error {
	voted := tx.Model(&proposalVote{}).Select("proposal_id").Where("person_id = ?", m.Person)
	err := tx.WithContext(ctx).Model(&Proposal{}).Where("program_id = ? AND state = ? AND id IN (?)", m.Program, Gathering, voted).
		Update("support", gorm.Expr("support - 1")).Error
	if err == nil {
		all := tx.Model(&Proposal{}).Select("id").Where("program_id = ?", m.Program)
		err = tx.WithContext(ctx).Where("person_id = ? AND proposal_id IN (?)", m.Person, all).Delete(&proposalVote{}).Error
	}
	own := func() *gorm.DB {
		return tx.WithContext(ctx).Model(&Proposal{}).Where("program_id = ? AND person_id = ?", m.Program, m.Person)
	}
	if err == nil && erase {
		var none *time.Time
		err = own().Where("state IN ?", []ProposalState{Gathering, Lapsed}).Updates(map[string]any{"state": Withdrawn, "title": "", "text": "", "next_due_at": none}).Error
	}
	if err == nil {
		err = own().Update("person_id", nil).Error
	}
	if err != nil {
		return fmt.Errorf("forget what %s proposed: %w", m.Person, err)
	}
	return nil
}

// forgetElectionsTx ends the candidacies and the office of who has left.
func forgetElectionsTx(ctx context.Context, tx *gorm.DB, m member, _ bool) error {
	of := tx.Model(&Election{}).Select("id").Where("program_id = ?", m.Program)
	err := tx.WithContext(ctx).Where("person_id = ? AND election_id IN (?)", m.Person, of).Delete(&candidate{}).Error
	if err != nil {
		return fmt.Errorf("end the offices of %s: %w", m.Person, err)
	}
	return nil
}
