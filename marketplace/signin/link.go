package signin

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace/access"
)

// linked is what a mailed link leads to.
type linked interface {
	signup | reset | Invitation
	spent() bool
	expires() time.Time
}

func (n signup) spent() bool            { return n.UsedAt != nil }
func (n signup) expires() time.Time     { return n.ExpiresAt }
func (r reset) spent() bool             { return r.UsedAt != nil }
func (r reset) expires() time.Time      { return r.ExpiresAt }
func (i Invitation) spent() bool        { return i.AcceptedAt != nil || i.WithdrawnAt != nil }
func (i Invitation) expires() time.Time { return i.ExpiresAt }

const maxToken = 100 // bytes; anything longer is no token of ours

// followTx finds what a link's token leads to, or says why it does not work.
// Asked for with a lock, of many who follow it one is first.
func followTx[T linked](ctx context.Context, tx *gorm.DB, token string, now time.Time) (T, error) {
	var found, none T
	if len(token) > maxToken {
		return none, ErrLink
	}
	err := tx.WithContext(ctx).Where("token_hash = ?", access.HashToken(token)).Take(&found).Error
	switch {
	case errors.Is(err, gorm.ErrRecordNotFound):
		return none, ErrLink
	case err != nil:
		return none, fmt.Errorf("follow a link: %w", err)
	case found.spent():
		return none, ErrLinkUsed
	case !now.Before(found.expires()):
		return none, ErrLinkExpired
	}
	return found, nil
}
