package signin

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
)

// credential is a person's password.
type credential struct {
	PersonID     access.PersonID `gorm:"primaryKey"`
	PasswordHash string          // PHC string
	ChangedAt    time.Time
}

// credentialTx loads a person's password; ok is false where they have none.
func credentialTx(ctx context.Context, tx *gorm.DB, person access.PersonID) (c credential, ok bool, err error) {
	err = tx.WithContext(ctx).Where("person_id = ?", person).Take(&c).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return credential{}, false, nil
	}
	if err != nil {
		return credential{}, false, fmt.Errorf("load the password of person %s: %w", person, err)
	}
	return c, true, nil
}

// unchangedTx locks a person's password and refuses where it is another than
// the one that was just checked.
func unchangedTx(ctx context.Context, tx *gorm.DB, person access.PersonID, checked string) error {
	c, ok, err := credentialTx(ctx, marketplace.ForUpdate(tx), person)
	if err == nil && (!ok || c.PasswordHash != checked) {
		err = ErrCredentials
	}
	return err
}

// firstPasswordTx gives a person without a password one; done is false where
// they have one.
func firstPasswordTx(ctx context.Context, tx *gorm.DB, person access.PersonID, hash string, now time.Time) (done bool, err error) {
	c := credential{PersonID: person, PasswordHash: hash, ChangedAt: now}
	res := tx.WithContext(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&c)
	if res.Error != nil {
		return false, fmt.Errorf("insert the password of person %s: %w", person, res.Error)
	}
	return res.RowsAffected == 1, nil
}

// setPasswordTx sets a person's password, whether they had one or not.
func (s *Service) setPasswordTx(ctx context.Context, tx *gorm.DB, person access.PersonID, hash string, now time.Time) error {
	made, err := firstPasswordTx(ctx, tx, person, hash, now)
	if err != nil {
		return err
	}
	if !made {
		if err := writeHashTx(ctx, tx, person, map[string]any{"password_hash": hash, "changed_at": now}); err != nil {
			return err
		}
	}
	return s.appendTx(ctx, tx, PasswordChanged, person, now, nil)
}

func writeHashTx(ctx context.Context, tx *gorm.DB, person access.PersonID, change map[string]any) error {
	err := tx.WithContext(ctx).Model(&credential{}).Where("person_id = ?", person).Updates(change).Error
	if err != nil {
		return fmt.Errorf("write the password of person %s: %w", person, err)
	}
	return nil
}
