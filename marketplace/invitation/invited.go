package invitation

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/customer"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/program"
)

// Invited is what an invitation says to who has its link.
type Invited struct {
	Program     program.ID
	ProgramName string
	BrandName   string
	Email       string // whom it was sent to; empty for a link that is passed on
	ExpiresAt   time.Time
}

const maxToken = 100

// foundInvitation is what a link's token leads to; To is nil for a link that is
// passed on.
type foundInvitation struct {
	Invitation Invitation
	To         *invitee
}

// followTx finds the invitation behind a token, or ErrUnknown.
func (s *Service) followTx(ctx context.Context, tx *gorm.DB, token string) (f foundInvitation, err error) {
	if token == "" || len(token) > maxToken {
		return f, ErrUnknown
	}
	id, isLink := s.linkOf(token)
	if !isLink {
		var list []invitee
		err := tx.WithContext(ctx).Where("token_hash = ?", access.HashToken(token)).Limit(1).Find(&list).Error
		if err != nil {
			return f, fmt.Errorf("follow an invitation: %w", err)
		}
		if len(list) == 0 {
			return f, ErrUnknown
		}
		f.To, id = &list[0], list[0].InvitationID
	}
	var list []Invitation
	if err := tx.WithContext(ctx).Where("id = ?", id).Limit(1).Find(&list).Error; err != nil {
		return f, fmt.Errorf("follow an invitation: %w", err)
	}
	if len(list) == 0 || isLink != (list[0].Kind == ByLink) {
		return f, ErrUnknown
	}
	f.Invitation = list[0]
	return f, nil
}

// Invited reads the invitation behind a link's token. Errors: ErrUnknown, ErrOver,
// ErrUsed.
func (s *Service) Invited(ctx context.Context, token string) (v Invited, err error) {
	now := s.clock.Now()
	err = s.store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		f, err := s.followTx(ctx, tx, token)
		if err != nil {
			return err
		}
		if err := f.goodTx(ctx, tx, now); err != nil {
			return err
		}
		p, err := s.programs.LoadTx(ctx, tx, f.Invitation.ProgramID)
		if err != nil {
			return err
		}
		v = Invited{Program: p.ID, ProgramName: p.Name, ExpiresAt: f.Invitation.ExpiresAt}
		if v.BrandName, err = program.BrandNameTx(ctx, tx, p.BrandID); err != nil || f.To == nil {
			return err
		}
		v.Email, err = s.openInvitee(*f.To)
		return err
	})
	return v, err
}

// goodTx reports whether somebody can still apply by an invitation.
func (f foundInvitation) goodTx(ctx context.Context, tx *gorm.DB, now time.Time) error {
	if err := f.Invitation.over(now); err != nil {
		return err
	}
	if f.To != nil && f.To.State != inviteeSent {
		return ErrUsed
	}
	if f.Invitation.Most == 0 {
		return nil
	}
	var used int64
	if err := tx.WithContext(ctx).Model(&invitationUse{}).Where("invitation_id = ?", f.Invitation.ID).Count(&used).Error; err != nil {
		return fmt.Errorf("count who came by invitation %s: %w", f.Invitation.ID, err)
	}
	if used >= int64(f.Invitation.Most) {
		return ErrUsed
	}
	return nil
}

// UseTx counts an application by an invitation, whose row is locked so that no
// more come by it than may. The same person again is counted once.
func (s *Service) UseTx(ctx context.Context, tx *gorm.DB, e expert.Enrolment, token string) error {
	f, err := s.followTx(ctx, tx, token)
	if err != nil {
		return err
	}
	i := f.Invitation
	if i.ProgramID != e.ProgramID {
		return ErrUnknown
	}
	if err := marketplace.ForUpdate(tx.WithContext(ctx)).Where("id = ?", i.ID).Take(&f.Invitation).Error; err != nil {
		return fmt.Errorf("lock invitation %s: %w", i.ID, err)
	}
	if f.To != nil {
		if err := tx.WithContext(ctx).Where("id = ?", f.To.ID).Take(f.To).Error; err != nil {
			return fmt.Errorf("look again at invitee %s: %w", f.To.ID, err)
		}
	}
	var before int64
	err = tx.WithContext(ctx).Model(&invitationUse{}).Where("invitation_id = ? AND person_id = ?", i.ID, e.PersonID).Count(&before).Error
	if err != nil || before > 0 {
		return err
	}
	if err := f.goodTx(ctx, tx, s.clock.Now()); err != nil {
		return err
	}
	use := invitationUse{InvitationID: i.ID, PersonID: e.PersonID, BrandID: i.BrandID, UsedAt: s.clock.Now()}
	if err := tx.WithContext(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&use).Error; err != nil {
		return fmt.Errorf("count who came by invitation %s: %w", i.ID, err)
	}
	if f.To == nil {
		return nil
	}
	return inviteeTx(ctx, tx, *f.To, map[string]any{"state": inviteeUsed, "email_sealed": nil})
}

// EraseInviteeTx forgets that the addresses of a customer were invited, and takes
// back what is not sent yet. It is this room's eraser, and runs while the
// customer's addresses are known.
func (s *Service) EraseInviteeTx(ctx context.Context, tx *gorm.DB, brand marketplace.BrandID, id access.CustomerID) error {
	indexes, err := customer.EmailIndexesTx(ctx, tx, brand, id)
	if err != nil || len(indexes) == 0 {
		return err
	}
	var list []invitee
	err = marketplace.ForUpdate(tx.WithContext(ctx)).Where("brand_id = ? AND email_index IN ?", brand, indexes).Find(&list).Error
	if err != nil {
		return fmt.Errorf("find the invitations to customer %s: %w", id, err)
	}
	keys := make([]string, len(list))
	for n, to := range list {
		keys[n] = inviteKey(to.ID)
	}
	if err := s.notify.WithdrawTx(ctx, tx, brand, keys); err != nil {
		return err
	}
	err = tx.WithContext(ctx).Where("brand_id = ? AND email_index IN ?", brand, indexes).Delete(&invitee{}).Error
	if err != nil {
		return fmt.Errorf("forget the invitations to customer %s: %w", id, err)
	}
	return nil
}
