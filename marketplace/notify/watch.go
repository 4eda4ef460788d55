package notify

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/job"
)

const (
	// GatherFor is how long after a mail of a gathered kind the same person gets
	// no other of that kind.
	GatherFor = 10 * time.Minute

	watchEvery = time.Minute
)

// Watch looks for what those who asked for it are to be told, and writes the
// mails, in a transaction that sees every brand's rows.
type Watch func(ctx context.Context, tx *gorm.DB, now time.Time) error

// RegisterWatch has w called every minute while anybody wants mails of a kind
// that must be asked for. Register before the first run.
func (s *Service) RegisterWatch(w Watch) { s.watches = append(s.watches, w) }

// watchRow is when the next look is due; nil: nobody wants any.
type watchRow struct {
	ID        job.RowID
	NextDueAt *time.Time
}

// TableName implements gorm's Tabler.
func (watchRow) TableName() string { return "mail_watch" }

// watchDueTx has every watch look.
func (s *Service) watchDueTx(ctx context.Context, tx *gorm.DB, id job.RowID, now time.Time) error {
	var row watchRow
	err := marketplace.ForUpdate(tx.WithContext(ctx)).Where("id = ?", id).Take(&row).Error
	if err := marketplace.OnlyOne(err, "line of the mail watch", id); err != nil {
		return err
	}
	if row.NextDueAt == nil || row.NextDueAt.After(now) {
		return nil // another process was faster
	}
	var wanting int64
	err = tx.WithContext(ctx).Model(&choice{}).Where("kind IN ? AND wanted", []Kind{Offers, Questions}).Limit(1).Count(&wanting).Error
	if err != nil {
		return fmt.Errorf("count who wants mails: %w", err)
	}
	var next *time.Time
	if wanting > 0 {
		soon := now.Add(watchEvery)
		next = &soon
		for _, look := range s.watches {
			if err := look(ctx, tx, now); err != nil {
				return err
			}
		}
	}
	if err := tx.WithContext(ctx).Model(&watchRow{}).Where("id = ?", id).Updates(map[string]any{"next_due_at": next}).Error; err != nil {
		return fmt.Errorf("set the next look for mails: %w", err)
	}
	return nil
}

// wakeWatchTx has the watches look again, who may have stopped. It locks their
// row in any case, so that a look just under way sees what tx has written, or tx
// sees that it stopped.
func wakeWatchTx(ctx context.Context, tx *gorm.DB, now time.Time) error {
	err := tx.WithContext(ctx).Exec("UPDATE mail_watch SET next_due_at = COALESCE(next_due_at, ?)", now).Error
	if err != nil {
		return fmt.Errorf("wake the watch for mails: %w", err)
	}
	return nil
}

// GatheredTx writes a mail of a gathered kind to a person, and notes when.
func (s *Service) GatheredTx(ctx context.Context, tx *gorm.DB, m Mail, now time.Time) error {
	if err := s.SendTx(ctx, tx, m); err != nil {
		return err
	}
	return noteMailedTx(ctx, tx, m.To, m.Kind, now)
}

func noteMailedTx(ctx context.Context, tx *gorm.DB, person access.PersonID, kind Kind, now time.Time) error {
	err := tx.WithContext(ctx).Model(&choice{}).Where("person_id = ? AND kind = ?", person, kind).Updates(map[string]any{"mailed_at": now}).Error
	if err != nil {
		return fmt.Errorf("note a mail to person %s: %w", person, err)
	}
	return nil
}
