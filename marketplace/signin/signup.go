package signin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/redact"
)

const signupLife = 24 * time.Hour

type signupNoun struct{}

// signup waits for its link to be followed.
type signup struct {
	ID            marketplace.ID[signupNoun] `gorm:"primaryKey"`
	ContactSealed []byte                     // contact, until it was used
	PasswordHash  *string                    // until it was used
	TokenHash     []byte
	CreatedAt     time.Time
	ExpiresAt     time.Time
	UsedAt        *time.Time
}

// contact is what of a sign-up is sealed.
type contact struct {
	Email string `json:"email"`
	Name  string `json:"name"`
}

var (
	contactColumn = redact.SealedColumn{Table: "signups", Column: "contact_sealed", Prefix: "signups/contact_sealed/", Key: []string{"id"}}
	secretColumn  = redact.SealedColumn{Table: "authenticators", Column: "secret_sealed", Prefix: "authenticators/secret_sealed/", Key: []string{"person_id"}}
	inviteeColumn = redact.SealedColumn{Table: "invitations", Column: "email_sealed", Prefix: "invitations/email_sealed/", Key: []string{"id"}}
)

// Sealed lists this room's sealed columns.
var Sealed = []redact.SealedColumn{contactColumn, secretColumn, inviteeColumn}

// Account is what somebody says of themselves to get an account.
type Account struct {
	Email    string
	Name     string // 1 to 200 bytes
	Password string // at least 10 characters, at most 200 bytes
}

// normal checks the account and puts its parts into normal form.
func (a Account) normal() (Account, error) {
	var err error
	if a.Email, err = access.NormalEmail(a.Email); err != nil {
		return a, err
	}
	if a.Name, err = access.NormalName(a.Name); err != nil {
		return a, err
	}
	a.Password, err = normalPassword(a.Password, a.Email, a.Name)
	return a, err
}

// SignUp writes to the address: a link that makes the account, good for 24
// hours, or, where there is one already, that there is. The answer is the same.
// Errors: *marketplace.InvalidError, *ThrottledError.
func (s *Service) SignUp(ctx context.Context, client Client, a Account) error {
	a, err := a.normal()
	if err != nil {
		return err
	}
	hash, err := s.hasher.hash(ctx, a.Password)
	if err != nil {
		return err
	}
	now := s.clock.Now()
	return s.store.InTx(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		if err := s.mayMailTx(ctx, tx, client, a.Email, now); err != nil {
			return err
		}
		p, err := s.people.PersonByEmailTx(ctx, tx, a.Email)
		if errors.Is(err, marketplace.ErrNotFound) {
			return s.awaitTx(ctx, tx, a, client.language(), hash, now)
		}
		if err != nil {
			return err
		}
		return s.mailPersonTx(ctx, tx, p.ID, knownLetter(s.base))
	})
}

// mayMailTx counts a mail that anybody can have sent to any address.
func (s *Service) mayMailTx(ctx context.Context, tx *gorm.DB, client Client, email string, now time.Time) error {
	if err := s.takeTx(ctx, tx, mailsToAddress, email, now); err != nil {
		return err
	}
	return s.takeTx(ctx, tx, mailsFromSource, client.source(), now)
}

// awaitTx keeps a sign-up and mails its link.
func (s *Service) awaitTx(ctx context.Context, tx *gorm.DB, a Account, language, hash string, now time.Time) error {
	token, tokenHash := access.NewToken()
	n := signup{
		ID: marketplace.NewID[signupNoun](), PasswordHash: &hash, TokenHash: tokenHash,
		CreatedAt: now, ExpiresAt: now.Add(signupLife),
	}
	text, err := json.Marshal(contact{Email: a.Email, Name: a.Name})
	if err != nil {
		return fmt.Errorf("write a sign-up's contact: %w", err)
	}
	if n.ContactSealed, err = s.keys.Seal(text, contactColumn.Context(n.ID.String())); err != nil {
		return fmt.Errorf("seal sign-up %s: %w", n.ID, err)
	}
	if err := tx.WithContext(ctx).Create(&n).Error; err != nil {
		return fmt.Errorf("insert sign-up %s: %w", n.ID, err)
	}
	return s.mailAddressTx(ctx, tx, marketplace.AllBrands, a.Email, language, verifyLetter(s.base, token))
}

// Verify follows a sign-up's link: the person and their password come to be,
// their address is proven, and they are signed in. The password is asked for
// again: the link proves the address, and who has it but did not sign up makes
// no account for whoever did. Errors: ErrLink, ErrLinkUsed (also where the
// address was taken meanwhile), ErrLinkExpired, ErrCredentials for another
// password, *ThrottledError.
func (s *Service) Verify(ctx context.Context, client Client, token, password string) (Started, error) {
	if err := s.take(ctx, linksFromSource, client.source()); err != nil {
		return Started{}, err
	}
	if err := s.sameAsChosen(ctx, token, password); err != nil {
		return Started{}, err
	}
	now := s.clock.Now()
	var started Started
	err := s.store.InTx(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		n, err := followTx[signup](ctx, marketplace.ForUpdate(tx), token, now)
		if err != nil {
			return err
		}
		person, err := s.admitTx(ctx, tx, n, now)
		if err != nil {
			return err
		}
		started, err = s.startTx(ctx, tx, person, client, now)
		return err
	})
	if err != nil {
		return Started{}, err
	}
	return started, nil
}

// sameAsChosen checks the password against the one a sign-up was made with,
// which never changes. Who guesses has the link, and so the address, and wins
// nothing by it: that the source's tries are counted is enough.
func (s *Service) sameAsChosen(ctx context.Context, token, password string) error {
	now := s.clock.Now()
	var chosen string
	err := s.store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		n, err := followTx[signup](ctx, tx, token, now)
		if err != nil {
			return err
		}
		chosen = *n.PasswordHash
		return nil
	})
	if err != nil {
		return err
	}
	if len(password) > maxPassword {
		return ErrCredentials
	}
	ok, _, err := s.hasher.check(ctx, password, chosen)
	return right(ok, err)
}

// admitTx makes a person of a sign-up.
func (s *Service) admitTx(ctx context.Context, tx *gorm.DB, n signup, now time.Time) (access.PersonID, error) {
	text, err := s.keys.Open(n.ContactSealed, contactColumn.Context(n.ID.String()))
	if err != nil {
		return access.PersonID{}, fmt.Errorf("open sign-up %s: %w", n.ID, err)
	}
	var c contact
	if err := json.Unmarshal(text, &c); err != nil {
		return access.PersonID{}, fmt.Errorf("read sign-up %s: %w", n.ID, err)
	}
	p, err := s.people.CreatePersonTx(ctx, tx, self, access.NewPerson{Name: c.Name, Email: c.Email})
	if errors.Is(err, access.ErrEmailTaken) {
		return access.PersonID{}, ErrLinkUsed
	}
	if err != nil {
		return access.PersonID{}, err
	}
	if _, err := firstPasswordTx(ctx, tx, p.ID, *n.PasswordHash, now); err != nil {
		return access.PersonID{}, err
	}
	err = tx.WithContext(ctx).Model(&signup{}).Where("id = ?", n.ID).
		Updates(map[string]any{"used_at": now, "contact_sealed": nil, "password_hash": nil}).Error
	if err != nil {
		return access.PersonID{}, fmt.Errorf("use sign-up %s: %w", n.ID, err)
	}
	return p.ID, nil
}
