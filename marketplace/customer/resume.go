package customer

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/signin"
)

const (
	// MaxLinks is how many links a customer may have open at once.
	MaxLinks = 5

	linkLife     = time.Hour
	mailLinkLife = 7 * 24 * time.Hour // a mail is not read at once
)

type linkNoun struct{}

// resumeLink lets a customer go on in another browser, once.
type resumeLink struct {
	ID         marketplace.ID[linkNoun] `gorm:"primaryKey"`
	BrandID    marketplace.BrandID
	CustomerID ID
	TokenHash  []byte
	CreatedAt  time.Time
	ExpiresAt  time.Time
	UsedAt     *time.Time
	RevokedAt  *time.Time
	Mailed     bool // by us; it does not count among those the customer made
}

// ResumeLink is the token of a link; put it into the fragment of a URL, which
// no server, log or referrer sees.
type ResumeLink struct {
	Token     string
	ExpiresAt time.Time
}

// open leaves the customer's links that can still be used at now.
func open(tx *gorm.DB, caller access.Caller, now time.Time) *gorm.DB {
	return tx.Model(&resumeLink{}).Where("brand_id = ? AND customer_id = ?", caller.Brand, caller.Customer).
		Where("used_at IS NULL AND revoked_at IS NULL AND expires_at > ?", now)
}

// onOwn runs do in a transaction with the calling customer locked. Errors:
// *access.ForbiddenError for who is no customer, ErrErased.
func (s *Service) onOwn(ctx context.Context, caller access.Caller, do func(tx *gorm.DB, now time.Time) error) error {
	if caller.Kind != access.KindCustomer || !caller.Valid() {
		return &access.ForbiddenError{Permission: resumeOwn}
	}
	now := s.clock.Now()
	return s.store.InTx(ctx, caller.Brand, func(tx *gorm.DB) error {
		if _, err := LockTx(ctx, tx, caller.Brand, caller.Customer); err != nil {
			return err
		}
		return do(tx, now)
	})
}

// resumeOwn is granted to nobody: it only names what was refused to a caller
// who is no customer.
const resumeOwn access.Permission = "resume_own_questions"

// NewResumeLink makes a link, good once and for an hour, by which the calling
// customer goes on in another browser. Errors: ErrTooManyLinks, ErrErased,
// *access.ForbiddenError for who is no customer.
func (s *Service) NewResumeLink(ctx context.Context, caller access.Caller) (ResumeLink, error) {
	var made ResumeLink
	err := s.onOwn(ctx, caller, func(tx *gorm.DB, now time.Time) error {
		var n int64
		if err := open(tx.WithContext(ctx), caller, now).Where("NOT mailed").Count(&n).Error; err != nil {
			return wrap(err, "count the links of customer", caller.Customer)
		}
		if n >= MaxLinks {
			return ErrTooManyLinks
		}
		l := resumeLink{BrandID: caller.Brand, CustomerID: caller.Customer, CreatedAt: now, ExpiresAt: now.Add(linkLife)}
		var err error
		made, err = s.makeLinkTx(ctx, tx, l)
		return err
	})
	if err != nil {
		return ResumeLink{}, err
	}
	return made, nil
}

// MailLinkTx makes a link, good once and for a week, to be mailed to a customer
// whom the caller has locked (LockTx).
func (s *Service) MailLinkTx(ctx context.Context, tx *gorm.DB, brand marketplace.BrandID, id ID) (ResumeLink, error) {
	now := s.clock.Now()
	return s.makeLinkTx(ctx, tx, resumeLink{BrandID: brand, CustomerID: id, CreatedAt: now, ExpiresAt: now.Add(mailLinkLife), Mailed: true})
}

func (s *Service) makeLinkTx(ctx context.Context, tx *gorm.DB, l resumeLink) (ResumeLink, error) {
	token, hash := access.NewToken()
	l.ID, l.TokenHash = marketplace.NewID[linkNoun](), hash
	if err := tx.WithContext(ctx).Create(&l).Error; err != nil {
		return ResumeLink{}, wrap(err, "insert a link of customer", l.CustomerID)
	}
	return ResumeLink{Token: token, ExpiresAt: l.ExpiresAt}, s.appendTx(ctx, tx, LinkMade, l.BrandID, l.CustomerID, l.CreatedAt, nil)
}

// RevokeResumeLinks makes the calling customer's open links good for nothing;
// with none open it changes nothing. Errors as NewResumeLink's.
func (s *Service) RevokeResumeLinks(ctx context.Context, caller access.Caller) error {
	return s.onOwn(ctx, caller, func(tx *gorm.DB, now time.Time) error {
		done := open(tx.WithContext(ctx), caller, now).Updates(map[string]any{"revoked_at": now})
		if done.Error != nil {
			return wrap(done.Error, "revoke the links of customer", caller.Customer)
		}
		if done.RowsAffected == 0 {
			return nil
		}
		return s.appendTx(ctx, tx, LinksRevoked, caller.Brand, caller.Customer, now, nil)
	})
}

// RedeemResumeLink makes the browser it is called from another device of the
// link's customer; of many who redeem a link one does. Errors: signin.ErrLink,
// signin.ErrLinkUsed (also where it was revoked), signin.ErrLinkExpired.
func (s *Service) RedeemResumeLink(ctx context.Context, token string) (Started, error) {
	if len(token) > maxToken {
		return Started{}, signin.ErrLink
	}
	found, err := s.findLink(ctx, token)
	if err != nil {
		return Started{}, err
	}
	now := s.clock.Now()
	var started Started
	err = s.store.InTx(ctx, found.BrandID, func(tx *gorm.DB) error {
		c, err := LockTx(ctx, tx, found.BrandID, found.CustomerID)
		if errors.Is(err, ErrErased) {
			return signin.ErrLink
		}
		if err != nil {
			return err
		}
		if err := useLinkTx(ctx, tx, found, now); err != nil {
			return err
		}
		if started, err = startTx(ctx, tx, c, now); err != nil {
			return err
		}
		return s.appendTx(ctx, tx, WasResumed, c.BrandID, c.ID, now, nil)
	})
	if err != nil {
		return Started{}, err
	}
	return started, nil
}

// findLink says whose link it is; whether it still works is seen once the
// customer is locked.
func (s *Service) findLink(ctx context.Context, token string) (resumeLink, error) {
	var l resumeLink
	err := s.store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		return tx.WithContext(ctx).Where("token_hash = ?", access.HashToken(token)).Take(&l).Error
	})
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return l, signin.ErrLink
	}
	if err != nil {
		return l, fmt.Errorf("find a link by its token: %w", err)
	}
	return l, nil
}

// useLinkTx uses up a link whose customer is locked. What was used is said to be
// so even when it has expired besides.
func useLinkTx(ctx context.Context, tx *gorm.DB, l resumeLink, now time.Time) error {
	if l.UsedAt == nil && l.RevokedAt == nil && !now.Before(l.ExpiresAt) {
		return signin.ErrLinkExpired
	}
	done := tx.WithContext(ctx).Model(&resumeLink{}).
		Where("brand_id = ? AND id = ? AND used_at IS NULL AND revoked_at IS NULL", l.BrandID, l.ID).
		Updates(map[string]any{"used_at": now})
	if done.Error != nil {
		return wrap(done.Error, "use a link of customer", l.CustomerID)
	}
	if done.RowsAffected == 0 {
		return signin.ErrLinkUsed
	}
	return nil
}
