package signin

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/event"
)

const invitationLife = 7 * 24 * time.Hour

// InvitationID identifies an invitation.
type InvitationID = marketplace.ID[Invitation]

// Invitation asks whoever has an address to take a role in a brand. It tells
// nobody whether the address is a person's.
type Invitation struct {
	ID          InvitationID `gorm:"primaryKey"`
	BrandID     marketplace.BrandID
	EmailIndex  []byte
	EmailSealed []byte // nil once accepted or withdrawn
	Role        access.Role
	TokenHash   []byte
	InvitedBy   access.PersonID
	CreatedAt   time.Time
	ExpiresAt   time.Time
	AcceptedAt  *time.Time
	WithdrawnAt *time.Time
	// Email is the address, opened for who may see it.
	Email string `gorm:"-"`
}

// InvitationChange is the data of this room's events about invitations.
type InvitationChange struct {
	Role access.Role `json:"role"`
	By   string      `json:"by"` // the caller, by id
}

func (s *Service) emailIndex(email string) []byte {
	return s.keys.BlindIndex([16]byte{}, "email", email)
}

func (s *Service) openInvitee(i Invitation) (string, error) {
	email, err := s.keys.Open(i.EmailSealed, inviteeColumn.Context(i.ID.String()))
	if err != nil {
		return "", fmt.Errorf("open the address of invitation %s: %w", i.ID, err)
	}
	return string(email), nil
}

// Invite mails an invitation, good for 7 days, in place of an open one to the
// same address. Errors: *access.ForbiddenError (permission ManageMembers),
// *marketplace.InvalidError, *ThrottledError.
func (s *Service) Invite(ctx context.Context, caller access.Caller, brand marketplace.BrandID, email string, role access.Role) (Invitation, error) {
	if err := access.CheckBrand(brand); err != nil {
		return Invitation{}, err
	}
	now := s.clock.Now()
	token, hash := access.NewToken()
	i := Invitation{
		ID: marketplace.NewID[Invitation](), BrandID: brand, Email: email, Role: role, TokenHash: hash,
		InvitedBy: caller.Person, CreatedAt: now, ExpiresAt: now.Add(invitationLife),
	}
	err := s.store.InTx(ctx, brand, func(tx *gorm.DB) (err error) {
		if err := access.AuthorizeTx(ctx, tx, caller, brand, access.ManageMembers); err != nil {
			return err
		}
		if i, err = s.addressed(i); err != nil {
			return err
		}
		return s.inviteTx(ctx, tx, caller, i, token)
	})
	if err != nil {
		return Invitation{}, err
	}
	return i, nil
}

// addressed checks whom i is for, and as what, and seals the address.
func (s *Service) addressed(i Invitation) (Invitation, error) {
	email, err := access.NormalEmail(i.Email)
	if err != nil {
		return i, err
	}
	if !slices.Contains(access.Roles, i.Role) {
		return i, &marketplace.InvalidError{Field: "role", Reason: fmt.Sprintf("must be one of %v", access.Roles)}
	}
	i.Email, i.EmailIndex = email, s.emailIndex(email)
	if i.EmailSealed, err = s.keys.Seal([]byte(email), inviteeColumn.Context(i.ID.String())); err != nil {
		return i, fmt.Errorf("seal the address of invitation %s: %w", i.ID, err)
	}
	return i, nil
}

func (s *Service) inviteTx(ctx context.Context, tx *gorm.DB, caller access.Caller, i Invitation, token string) error {
	if err := access.KnownBrandTx(ctx, tx, i.BrandID); err != nil {
		return err
	}
	if err := s.takeTx(ctx, tx, invitesOfBrand, i.BrandID.String(), i.CreatedAt); err != nil {
		return err
	}
	if err := s.takeTx(ctx, tx, invitesTo, i.BrandID.String()+" "+i.Email, i.CreatedAt); err != nil {
		return err
	}
	if err := closeTx(ctx, tx, "withdrawn_at", i.CreatedAt, "brand_id = ? AND email_index = ?", i.BrandID, i.EmailIndex); err != nil {
		return err
	}
	done := tx.WithContext(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&i)
	if done.Error != nil {
		return fmt.Errorf("insert invitation %s: %w", i.ID, done.Error)
	}
	if done.RowsAffected == 0 {
		return fmt.Errorf("another invites the same address: %w", marketplace.ErrConflict)
	}
	name, err := s.brandName(ctx, tx, i.BrandID)
	if err != nil {
		return err
	}
	marketplace.Made(ctx, i.ID)
	if err := s.invitationTx(ctx, tx, InvitationSent, caller, i, i.CreatedAt); err != nil {
		return err
	}
	language, err := s.invitedLanguageTx(ctx, tx, caller, i.Email)
	if err != nil {
		return err
	}
	return s.mailAddressTx(ctx, tx, i.BrandID, i.Email, language, invitationLetter(s.base, token, name, i.Role))
}

// invitedLanguageTx is the language an invitation is written in: of whom it is for,
// where they are known, else of who invites.
func (s *Service) invitedLanguageTx(ctx context.Context, tx *gorm.DB, caller access.Caller, email string) (string, error) {
	p, err := s.people.PersonByEmailTx(ctx, tx, email)
	if err != nil && !errors.Is(err, marketplace.ErrNotFound) {
		return "", err
	}
	if p.Language != "" {
		return p.Language, nil
	}
	return access.LanguageTx(ctx, tx, caller.Person)
}

// closeTx closes open invitations that meet a condition; their addresses are
// not needed any more and go.
func closeTx(ctx context.Context, tx *gorm.DB, column string, now time.Time, where string, args ...any) error {
	err := tx.WithContext(ctx).Model(&Invitation{}).Where("accepted_at IS NULL AND withdrawn_at IS NULL").Where(where, args...).
		Updates(map[string]any{column: now, "email_sealed": nil}).Error
	if err != nil {
		return fmt.Errorf("close invitations: %w", err)
	}
	return nil
}

func (s *Service) invitationTx(ctx context.Context, tx *gorm.DB, kind event.Kind, caller access.Caller, i Invitation, now time.Time) error {
	e := event.Event{Brand: i.BrandID, Kind: kind, Subject: event.Subject(i.ID), At: now}
	return s.log.AppendTx(ctx, tx, e, InvitationChange{Role: i.Role, By: caller.String()})
}

// Invitations lists brand's open invitations, newest first. Errors:
// *access.ForbiddenError (permission ManageMembers).
func (s *Service) Invitations(ctx context.Context, caller access.Caller, brand marketplace.BrandID, page marketplace.Page) (list marketplace.Listing[Invitation], err error) {
	err = s.open(ctx, caller, brand, func(open *gorm.DB) error {
		by := marketplace.Order{At: "created_at", ID: "id", Newest: true}
		list, err = marketplace.List(open, page, by, func(i Invitation) marketplace.Place { return marketplace.Place{At: i.CreatedAt, ID: i.ID} })
		if err != nil {
			return fmt.Errorf("list the invitations of brand %s: %w", brand, err)
		}
		return nil
	})
	for n := 0; err == nil && n < len(list.Items); n++ {
		list.Items[n].Email, err = s.openInvitee(list.Items[n])
	}
	if err != nil {
		return marketplace.Listing[Invitation]{}, err
	}
	return list, nil
}

// Invitation is an open invitation of brand's. Errors: *access.ForbiddenError
// (permission ManageMembers), *marketplace.NotFoundError.
func (s *Service) Invitation(ctx context.Context, caller access.Caller, brand marketplace.BrandID, id InvitationID) (i Invitation, err error) {
	err = s.open(ctx, caller, brand, func(open *gorm.DB) error {
		return marketplace.OnlyOne(open.Where("id = ?", id).Take(&i).Error, "open invitation", id)
	})
	if err == nil {
		i.Email, err = s.openInvitee(i)
	}
	if err != nil {
		return Invitation{}, err
	}
	return i, nil
}

// open reads among brand's open invitations, for who may.
func (s *Service) open(ctx context.Context, caller access.Caller, brand marketplace.BrandID, read func(open *gorm.DB) error) error {
	if err := access.CheckBrand(brand); err != nil {
		return err
	}
	now := s.clock.Now()
	return s.store.Read(ctx, brand, func(tx *gorm.DB) error {
		if err := access.AuthorizeTx(ctx, tx, caller, brand, access.ManageMembers); err != nil {
			return err
		}
		return read(tx.WithContext(ctx).Where("brand_id = ? AND accepted_at IS NULL AND withdrawn_at IS NULL AND expires_at > ?", brand, now))
	})
}

// WithdrawInvitation makes an open invitation of brand's good for nothing;
// again changes nothing. Errors: *access.ForbiddenError (permission
// ManageMembers), *marketplace.NotFoundError, ErrLinkUsed where it was accepted.
func (s *Service) WithdrawInvitation(ctx context.Context, caller access.Caller, brand marketplace.BrandID, id InvitationID) error {
	if err := access.CheckBrand(brand); err != nil {
		return err
	}
	now := s.clock.Now()
	return s.store.InTx(ctx, brand, func(tx *gorm.DB) error {
		if err := access.AuthorizeTx(ctx, tx, caller, brand, access.ManageMembers); err != nil {
			return err
		}
		var i Invitation
		err := marketplace.ForUpdate(tx).WithContext(ctx).Where("brand_id = ? AND id = ?", brand, id).Take(&i).Error
		switch err := marketplace.OnlyOne(err, "invitation", id); {
		case err != nil:
			return err
		case i.AcceptedAt != nil:
			return ErrLinkUsed
		case i.WithdrawnAt != nil:
			return nil
		}
		if err := closeTx(ctx, tx, "withdrawn_at", now, "id = ?", id); err != nil {
			return err
		}
		return s.invitationTx(ctx, tx, InvitationWasWithdrawn, caller, i, now)
	})
}

// Invited is what an invitation says to who has its link.
type Invited struct {
	Brand     marketplace.BrandID
	BrandName string
	Role      access.Role
	Email     string
	ExpiresAt time.Time
	Known     bool // the address is a person's, who accepts signed in
}

// Invited reads the invitation behind a link's token. Errors: ErrLink,
// ErrLinkUsed, ErrLinkExpired.
func (s *Service) Invited(ctx context.Context, token string) (Invited, error) {
	var v Invited
	now := s.clock.Now()
	err := s.store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		i, err := followTx[Invitation](ctx, tx, token, now)
		if err != nil {
			return err
		}
		v = Invited{Brand: i.BrandID, Role: i.Role, ExpiresAt: i.ExpiresAt}
		if v.BrandName, err = s.brandName(ctx, tx, i.BrandID); err != nil {
			return err
		}
		if v.Email, err = s.openInvitee(i); err != nil {
			return err
		}
		_, err = s.people.PersonByEmailTx(ctx, tx, v.Email)
		v.Known = err == nil
		if errors.Is(err, marketplace.ErrNotFound) {
			err = nil
		}
		return err
	})
	return v, err
}
