package invitation

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/job"
	"knowhow/marketplace/notify"
	"knowhow/marketplace/program"
)

// invitesAtOnce is how many mails of an invitation are written in one
// transaction; the next follow a moment later.
const (
	invitesAtOnce = 50
	betweenSends  = time.Second
)

// invitationDueTx writes the next mails of an invitation, or forgets what is left
// of one that has expired or whose program is closed.
func (s *Service) invitationDueTx(ctx context.Context, tx *gorm.DB, row job.RowID, now time.Time) error {
	var list []Invitation
	err := marketplace.ForUpdate(tx.WithContext(ctx)).Where("id = ? AND next_due_at <= ?", row, now).Limit(1).Find(&list).Error
	if err != nil || len(list) == 0 {
		if err != nil {
			err = fmt.Errorf("lock invitation %s: %w", row, err)
		}
		return err
	}
	i := list[0]
	p, err := s.programs.LoadTx(ctx, tx, i.ProgramID)
	if err != nil {
		return err
	}
	if i.over(now) != nil || p.State == program.Closed {
		return s.forgetTx(ctx, tx, i)
	}
	next, err := s.sendInvitesTx(ctx, tx, i, p.Name, now)
	if err != nil {
		return err
	}
	return nextInvitesTx(ctx, tx, i, &next)
}

func nextInvitesTx(ctx context.Context, tx *gorm.DB, i Invitation, next *time.Time) error {
	if err := tx.WithContext(ctx).Model(&Invitation{}).Where("id = ?", i.ID).Update("next_due_at", next).Error; err != nil {
		return fmt.Errorf("set when invitation %s is due: %w", i.ID, err)
	}
	return nil
}

// sendInvitesTx writes as many mails as the day allows and says when the next are
// due; after the last, when the invitation expires.
func (s *Service) sendInvitesTx(ctx context.Context, tx *gorm.DB, i Invitation, name string, now time.Time) (next time.Time, err error) {
	day, err := lockDayTx(ctx, tx, i.BrandID, now)
	if err != nil {
		return next, err
	}
	tomorrow := now.Truncate(24 * time.Hour).Add(24 * time.Hour)
	batch := min(invitesAtOnce, MaxInvitesPerDay-day.Sent)
	if batch <= 0 {
		return earlier(tomorrow, i.ExpiresAt), nil
	}
	var list []invitee
	err = marketplace.ForUpdate(tx.WithContext(ctx)).Where("invitation_id = ? AND state = ?", i.ID, inviteeWaits).Order("id").Limit(batch).Find(&list).Error
	if err != nil {
		return next, fmt.Errorf("list who invitation %s is for: %w", i.ID, err)
	}
	if len(list) == 0 {
		return i.ExpiresAt, nil
	}
	brand, err := program.BrandNameTx(ctx, tx, i.BrandID)
	if err != nil {
		return next, err
	}
	for _, to := range list {
		if err := s.sendInviteTx(ctx, tx, i, to, letterhead{brand: brand, program: name}, now); err != nil {
			return next, err
		}
	}
	done := tx.WithContext(ctx).Model(&invitationDay{}).Where("brand_id = ? AND day = ?", i.BrandID, day.Day).
		Update("sent", gorm.Expr("sent + ?", len(list)))
	if done.Error != nil {
		return next, fmt.Errorf("count the invitations of brand %s: %w", i.BrandID, done.Error)
	}
	return earlier(now.Add(betweenSends), i.ExpiresAt), nil
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// invitationDay is how many mails a brand's invitations have sent on a day.
type invitationDay struct {
	BrandID marketplace.BrandID `gorm:"primaryKey"`
	Day     string              `gorm:"primaryKey"` // 2026-11-22
	Sent    int
}

// TableName implements gorm's Tabler.
func (invitationDay) TableName() string { return "invitation_days" }

// lockDayTx is the count of the day, which nobody else moves until the transaction
// ends.
func lockDayTx(ctx context.Context, tx *gorm.DB, brand marketplace.BrandID, now time.Time) (invitationDay, error) {
	day := invitationDay{BrandID: brand, Day: now.Format(time.DateOnly)}
	err := tx.WithContext(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&day).Error
	if err == nil {
		err = marketplace.ForUpdate(tx.WithContext(ctx)).Where("brand_id = ? AND day = ?", brand, day.Day).Take(&day).Error
	}
	if err != nil {
		return day, fmt.Errorf("lock the count of invitations of brand %s: %w", brand, err)
	}
	return day, nil
}

// letterhead is whose invitation it is.
type letterhead struct{ brand, program string }

// sendInviteTx writes to one. Who is in the program already is passed over, and
// nobody is told: whose address is known here is not the brand's to find out.
func (s *Service) sendInviteTx(ctx context.Context, tx *gorm.DB, i Invitation, to invitee, head letterhead, now time.Time) error {
	email, err := s.openInvitee(to)
	if err != nil {
		return err
	}
	refused, err := notify.RefusedTx(ctx, tx, i.BrandID, [][]byte{to.EmailIndex})
	if err != nil {
		return err
	}
	if len(refused) > 0 {
		return dropInviteesTx(ctx, tx, i, "id = ?", to.ID)
	}
	token, hash := access.NewToken()
	err = inviteeTx(ctx, tx, to, map[string]any{"state": inviteeSent, "sent_at": now, "token_hash": hash})
	if err != nil {
		return err
	}
	in, err := s.isInTx(ctx, tx, i.ProgramID, email)
	if err != nil || in {
		return err
	}
	return s.notify.SendTx(ctx, tx, notify.Mail{
		Brand: i.BrandID, Kind: notify.Invitations, Key: inviteKey(to.ID), ToAddress: email,
		Says: letter(head, s.notify.Link("invited", token), i.ExpiresAt), Language: to.Language,
	})
}

func inviteKey(id inviteeID) string { return "expert.invite:" + id.String() }

func inviteeTx(ctx context.Context, tx *gorm.DB, to invitee, columns map[string]any) error {
	if err := tx.WithContext(ctx).Model(&invitee{}).Where("id = ?", to.ID).Updates(columns).Error; err != nil {
		return fmt.Errorf("update invitee %s: %w", to.ID, err)
	}
	return nil
}

func (s *Service) openInvitee(to invitee) (string, error) {
	email, err := s.keys.Open(to.EmailSealed, inviteeColumn.Context(to.ID.String()))
	if err != nil {
		return "", fmt.Errorf("open the address of invitee %s: %w", to.ID, err)
	}
	return string(email), nil
}

// isInTx tells whether the address is somebody's who is in the program, or on
// their way in.
func (s *Service) isInTx(ctx context.Context, tx *gorm.DB, id program.ID, email string) (bool, error) {
	p, err := s.people.PersonByEmailTx(ctx, tx, email)
	if errors.Is(err, marketplace.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	e, found, err := expert.EnrolmentTx(ctx, tx, id, p.ID)
	return found && e.State != expert.Left && e.State != expert.Rejected, err
}

// dropInviteesTx drops some of whom an invitation is for. Who was never written to
// was not invited, and may be by another.
func dropInviteesTx(ctx context.Context, tx *gorm.DB, i Invitation, which string, args ...any) error {
	if err := tx.WithContext(ctx).Where("invitation_id = ?", i.ID).Where(which, args...).Delete(&invitee{}).Error; err != nil {
		return fmt.Errorf("drop who invitation %s was for: %w", i.ID, err)
	}
	return nil
}

// forgetTx takes an invitation's links and addresses away, sent or not.
func (s *Service) forgetTx(ctx context.Context, tx *gorm.DB, i Invitation) error {
	if err := dropInviteesTx(ctx, tx, i, "state = ?", inviteeWaits); err != nil {
		return err
	}
	err := tx.WithContext(ctx).Model(&invitee{}).Where("invitation_id = ? AND state = ?", i.ID, inviteeSent).
		Updates(map[string]any{"state": inviteeWithdrawn, "email_sealed": nil, "token_hash": nil}).Error
	if err != nil {
		return fmt.Errorf("forget who invitation %s is for: %w", i.ID, err)
	}
	return nextInvitesTx(ctx, tx, i, nil)
}
