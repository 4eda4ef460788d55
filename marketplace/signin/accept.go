package signin

import (
	"bytes"
	"context"
	"errors"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
)

// AcceptInvitation makes the invited person, whose address the link proves,
// gives them the role and signs them in. Errors: ErrSignInFirst where the
// address is a person's, ErrLink, ErrLinkUsed, ErrLinkExpired,
// *marketplace.InvalidError for a bad name or password, *ThrottledError.
func (s *Service) AcceptInvitation(ctx context.Context, client Client, token, name, password string) (Started, error) {
	if err := s.take(ctx, linksFromSource, client.source()); err != nil {
		return Started{}, err
	}
	v, err := s.Invited(ctx, token)
	if err != nil {
		return Started{}, err
	}
	if v.Known {
		return Started{}, ErrSignInFirst
	}
	a, err := Account{Email: v.Email, Name: name, Password: password}.normal()
	if err != nil {
		return Started{}, err
	}
	hash, err := s.hasher.hash(ctx, a.Password)
	if err != nil {
		return Started{}, err
	}
	now := s.clock.Now()
	var started Started
	err = s.store.InTx(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		i, err := followTx[Invitation](ctx, marketplace.ForUpdate(tx), token, now)
		if err != nil {
			return err
		}
		p, err := s.people.CreatePersonTx(ctx, tx, self, access.NewPerson{Name: a.Name, Email: a.Email})
		if errors.Is(err, access.ErrEmailTaken) {
			return ErrSignInFirst
		}
		if err != nil {
			return err
		}
		if _, err := firstPasswordTx(ctx, tx, p.ID, hash, now); err != nil {
			return err
		}
		if err := s.joinTx(ctx, tx, i, p.ID, now); err != nil {
			return err
		}
		started, err = s.startTx(ctx, tx, p.ID, client, now)
		return err
	})
	if err != nil {
		return Started{}, err
	}
	return started, nil
}

// AcceptInvitationAs gives the caller the role they were invited to, by the
// address that is theirs. Errors: ErrNotInvited, ErrLink, ErrLinkUsed,
// ErrLinkExpired, *access.ForbiddenError for who is no person.
func (s *Service) AcceptInvitationAs(ctx context.Context, caller access.Caller, token string) (Invited, error) {
	if err := onlyPerson(caller); err != nil {
		return Invited{}, err
	}
	now := s.clock.Now()
	var v Invited
	err := s.store.InTx(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		i, err := followTx[Invitation](ctx, marketplace.ForUpdate(tx), token, now)
		if err != nil {
			return err
		}
		p, err := access.PersonTx(ctx, tx, caller.Person)
		if err != nil {
			return err
		}
		if !bytes.Equal(p.EmailIndex, i.EmailIndex) {
			return ErrNotInvited
		}
		v = Invited{Brand: i.BrandID, Role: i.Role, ExpiresAt: i.ExpiresAt, Known: true}
		if v.BrandName, err = s.brandName(ctx, tx, i.BrandID); err != nil {
			return err
		}
		return s.joinTx(ctx, tx, i, p.ID, now)
	})
	if err != nil {
		return Invited{}, err
	}
	return v, nil
}

// joinTx makes a member of who accepts, in the name of who invited: an
// invitation is worth what its sender may still do.
func (s *Service) joinTx(ctx context.Context, tx *gorm.DB, i Invitation, person access.PersonID, now time.Time) error {
	err := s.people.AddMemberTx(ctx, tx, access.PersonCaller(i.InvitedBy), i.BrandID, person, i.Role)
	if errors.Is(err, marketplace.ErrForbidden) {
		return ErrLinkExpired
	}
	if err != nil {
		return err
	}
	if err := closeTx(ctx, tx, "accepted_at", now, "id = ?", i.ID); err != nil {
		return err
	}
	return s.invitationTx(ctx, tx, InvitationAccepted, access.PersonCaller(person), i, now)
}
