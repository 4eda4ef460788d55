package invitation

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/program"
)

// View is an invitation with what came of it.
type View struct {
	Invitation Invitation `gorm:"embedded"`
	Sent       int        // addresses written to
	Applied    int        // who applied by it
	Link       string     `gorm:"-"` // of a link that is passed on; else empty
}

const invitationViews = `expert_invitations.*,
	(SELECT COUNT(*) FROM invitees WHERE invitees.invitation_id = expert_invitations.id AND invitees.sent_at IS NOT NULL) AS sent,
	(SELECT COUNT(*) FROM invitation_uses WHERE invitation_uses.invitation_id = expert_invitations.id) AS applied`

// Invitations lists a program's invitations, newest first (permission
// InviteExperts). Errors: *access.ForbiddenError, *marketplace.NotFoundError.
func (s *Service) Invitations(ctx context.Context, caller access.Caller, id program.ID, page marketplace.Page) (list marketplace.Listing[View], err error) {
	err = s.experts.SeeProgram(ctx, caller, id, access.InviteExperts, func(tx *gorm.DB, _ marketplace.BrandID) error {
		find := tx.WithContext(ctx).Table("expert_invitations").Select(invitationViews).Where("program_id = ?", id)
		by := marketplace.Order{At: "created_at", ID: "id", Newest: true}
		list, err = marketplace.List(find, page, by, func(v View) marketplace.Place {
			return marketplace.Place{At: v.Invitation.CreatedAt, ID: v.Invitation.ID}
		})
		if err != nil {
			return fmt.Errorf("list the invitations of program %s: %w", id, err)
		}
		return nil
	})
	for n := range list.Items {
		s.showLink(&list.Items[n])
	}
	return list, err
}

// Invitation is one of a program's invitations (permission InviteExperts). Errors
// as Invitations'.
func (s *Service) Invitation(ctx context.Context, caller access.Caller, id program.ID, invitation ID) (v View, err error) {
	err = s.experts.SeeProgram(ctx, caller, id, access.InviteExperts, func(tx *gorm.DB, _ marketplace.BrandID) error {
		err := tx.WithContext(ctx).Table("expert_invitations").Select(invitationViews).Where("program_id = ? AND id = ?", id, invitation).Take(&v).Error
		return marketplace.OnlyOne(err, "invitation", invitation)
	})
	s.showLink(&v)
	return v, err
}

func (s *Service) showLink(v *View) {
	if v.Invitation.Kind == ByLink {
		v.Link = s.notify.Link("invited", s.linkToken(v.Invitation.ID))
	}
}

// RevokeInvitation makes an invitation good for nothing; mails that wait are not
// sent, and the addresses are forgotten (permission InviteExperts). Again changes
// nothing. Errors as Invitations'.
func (s *Service) RevokeInvitation(ctx context.Context, caller access.Caller, id program.ID, invitation ID) error {
	now := s.clock.Now()
	return s.experts.InProgram(ctx, caller, id, access.InviteExperts, func(tx *gorm.DB, p program.Program) error {
		var i Invitation
		err := marketplace.ForUpdate(tx.WithContext(ctx)).Where("program_id = ? AND id = ?", id, invitation).Take(&i).Error
		if err := marketplace.OnlyOne(err, "invitation", invitation); err != nil || i.RevokedAt != nil {
			return err
		}
		if err := tx.WithContext(ctx).Model(&Invitation{}).Where("id = ?", invitation).Update("revoked_at", now).Error; err != nil {
			return fmt.Errorf("revoke invitation %s: %w", invitation, err)
		}
		if err := s.forgetTx(ctx, tx, i); err != nil {
			return err
		}
		return s.experts.ProgramEventTx(ctx, tx, InviteRevoked, p, expert.Change{By: caller.String(), Code: string(i.Kind)})
	})
}
