package payouts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// ErrNoticeForged: what claims to be the provider's notice is not signed by it.
var ErrNoticeForged = errors.New("the notice is not signed by the payment provider")

// ErrNoticeStale: the provider's notice was signed too long ago, or its time has
// not come.
var ErrNoticeStale = errors.New("the notice's time is too far from now")

// ErrNoticeForeign: the provider's notice is signed, and not for us: of the other
// mode, or of the other endpoint.
var ErrNoticeForeign = errors.New("the notice is for somebody else")

// Endpoint is where the provider tells us news.
type Endpoint string

const (
	PlatformNews  Endpoint = "platform"  // of our own account
	ConnectedNews Endpoint = "connected" // of experts' accounts
)

// Notice is news of the provider's that somebody should look at an object: a hint,
// and nothing else. What the object is like is read from the provider; news may
// come twice, late, in any order, or not at all.
type Notice struct {
	Provider string `gorm:"primaryKey"`
	ID       string `gorm:"primaryKey"` // the provider's
	Endpoint Endpoint
	Kind     string // such as "transfer.reversed"
	Account  string // the expert's account it is of; empty: our own
	Object   string // the id of what it is about; empty: of nothing in particular
	// Subject is our id that the object carries; zero: none.
	Subject    uuid.UUID
	SentAt     time.Time
	ReceivedAt time.Time
	HandledAt  *time.Time // nil: nobody has looked yet
}

// TableName names the table.
func (Notice) TableName() string { return "provider_notices" }

// RecordNoticeTx keeps a notice, once: it reports whether it was new.
func RecordNoticeTx(ctx context.Context, tx *gorm.DB, n Notice, now time.Time) (fresh bool, err error) {
	n.ReceivedAt, n.SentAt, n.HandledAt = stamp(now), stamp(n.SentAt), nil
	done := tx.WithContext(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&n)
	if done.Error != nil {
		return false, fmt.Errorf("keep notice %s: %w", n.ID, done.Error)
	}
	return done.RowsAffected == 1, nil
}

// FindNotice reads a notice: *NotFoundError.
func FindNotice(ctx context.Context, tx *gorm.DB, provider, id string) (Notice, error) {
	var n Notice
	err := tx.WithContext(ctx).Where("provider = ? AND id = ?", provider, id).Take(&n).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return Notice{}, &NotFoundError{Noun: "notice"}
	}
	if err != nil {
		return Notice{}, fmt.Errorf("read notice %s: %w", id, err)
	}
	return n, nil
}

// SettleNoticeTx notes that somebody has looked at what a notice is about.
func SettleNoticeTx(ctx context.Context, tx *gorm.DB, n Notice, now time.Time) error {
	err := tx.WithContext(ctx).Model(&Notice{}).Where("provider = ? AND id = ? AND handled_at IS NULL", n.Provider, n.ID).
		Updates(map[string]any{"handled_at": stamp(now)}).Error
	if err != nil {
		return fmt.Errorf("settle notice %s: %w", n.ID, err)
	}
	return nil
}

// ForgetNoticesTx removes notices that were settled before a time; at most
// limit. The provider repeats its news for days and not for weeks.
func ForgetNoticesTx(ctx context.Context, tx *gorm.DB, before time.Time, limit int) (int64, error) {
	done := tx.WithContext(ctx).Exec(`DELETE FROM provider_notices WHERE (provider, id) IN (
		SELECT provider, id FROM provider_notices WHERE handled_at < ? ORDER BY handled_at LIMIT ?)`, stamp(before), limit)
	if done.Error != nil {
		return 0, fmt.Errorf("forget notices: %w", done.Error)
	}
	return done.RowsAffected, nil
}
