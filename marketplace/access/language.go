package access

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"knowhow/marketplace"
)

// LanguageTx is the language (BCP 47) a person is written to in; "" where they
// have not said, or are not there.
func LanguageTx(ctx context.Context, tx *gorm.DB, person PersonID) (language string, err error) {
	err = marketplace.ScanTx(tx.WithContext(ctx), "SELECT language FROM persons WHERE id = ?", []any{person}, &language)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("look which language person %s reads: %w", person, err)
	}
	return language, nil
}

// SetLanguageTx records which language a person is written to in.
func SetLanguageTx(ctx context.Context, tx *gorm.DB, person PersonID, language string) error {
	err := tx.WithContext(ctx).Model(&Person{}).Where("id = ?", person).Updates(map[string]any{"language": language}).Error
	if err != nil {
		return fmt.Errorf("record which language person %s reads: %w", person, err)
	}
	return nil
}

// SuggestLanguageTx records it of a person of whom none is known yet.
func SuggestLanguageTx(ctx context.Context, tx *gorm.DB, person PersonID, language string) error {
	err := tx.WithContext(ctx).Model(&Person{}).Where("id = ? AND language = ''", person).Updates(map[string]any{"language": language}).Error
	if err != nil {
		return fmt.Errorf("record which language person %s may read: %w", person, err)
	}
	return nil
}
