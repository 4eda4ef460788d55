package signin

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
)

// limit is how often something may be done in a window, which opens with the
// first time. What it counts is kept under a keyed hash: neither address nor
// place can be read from it.
type limit struct {
	name   string
	most   int
	within time.Duration
}

var (
	triesOfAccount  = limit{"tries of account", 10, 15 * time.Minute}
	triesFromSource = limit{"tries from source", 100, 15 * time.Minute}
	triesOfCode     = limit{"tries of code", 10, 15 * time.Minute}
	mailsToAddress  = limit{"mails to address", 5, time.Hour}
	mailsFromSource = limit{"mails from source", 30, time.Hour}
	linksFromSource = limit{"links from source", 60, 15 * time.Minute}
	invitesOfBrand  = limit{"invites of brand", 200, 24 * time.Hour}
	invitesTo       = limit{"invites to address", 5, 24 * time.Hour}
)

type throttle struct {
	Key    []byte `gorm:"primaryKey"`
	Taken  int
	EndsAt time.Time
}

func (s *Service) throttleKey(l limit, who string) []byte {
	return s.keys.BlindIndex([16]byte{}, "throttle "+l.name, who)
}

// takeTx counts one more time, or refuses with a *ThrottledError, which rolls
// the transaction back. It is counted before what it is for is tried, so that
// many at once are not more than many in a row. An empty who is not counted.
func (s *Service) takeTx(ctx context.Context, tx *gorm.DB, l limit, who string, now time.Time) error {
	if who == "" {
		return nil
	}
	key := s.throttleKey(l, who)
	err := tx.WithContext(ctx).Exec(`INSERT INTO throttles (taken, key, ends_at) VALUES (1, ?, ?)
		ON CONFLICT (key) DO UPDATE SET
			taken = CASE WHEN throttles.ends_at <= ? THEN 1 ELSE throttles.taken + 1 END,
			ends_at = CASE WHEN throttles.ends_at <= ? THEN excluded.ends_at ELSE throttles.ends_at END`,
		key, now.Add(l.within), now, now).Error
	if err != nil {
		return fmt.Errorf("count %s: %w", l.name, err)
	}
	var t throttle
	if err := tx.WithContext(ctx).Where("key = ?", key).Take(&t).Error; err != nil {
		return fmt.Errorf("read the count of %s: %w", l.name, err)
	}
	if t.Taken > l.most {
		return &ThrottledError{RetryAfter: t.EndsAt.Sub(now)}
	}
	return nil
}

// take is takeTx on its own.
func (s *Service) take(ctx context.Context, l limit, who string) error {
	now := s.clock.Now()
	return s.store.InTx(ctx, marketplace.AllBrands, func(tx *gorm.DB) error { return s.takeTx(ctx, tx, l, who, now) })
}

// giveBackTx takes one time off the count: it was no failure.
func (s *Service) giveBackTx(ctx context.Context, tx *gorm.DB, l limit, who string) error {
	if who == "" {
		return nil
	}
	err := tx.WithContext(ctx).Model(&throttle{}).Where("key = ? AND taken > 0", s.throttleKey(l, who)).
		Updates(map[string]any{"taken": gorm.Expr("taken - 1")}).Error
	if err != nil {
		return fmt.Errorf("give back one of %s: %w", l.name, err)
	}
	return nil
}

// clearTx forgets the count.
func (s *Service) clearTx(ctx context.Context, tx *gorm.DB, l limit, who string) error {
	if err := tx.WithContext(ctx).Where("key = ?", s.throttleKey(l, who)).Delete(&throttle{}).Error; err != nil {
		return fmt.Errorf("clear the count of %s: %w", l.name, err)
	}
	return nil
}
