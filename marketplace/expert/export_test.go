package expert

import (
	"context"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
)

// TakeTx runs Take by itself.
func (s *Service) TakeTx(ctx context.Context, tx *gorm.DB, person access.PersonID) error {
	return marketplace.WriteTx(ctx, tx, s.Take(ctx, tx, person))
}

// FreeTx runs Free by itself.
func (s *Service) FreeTx(ctx context.Context, tx *gorm.DB, person access.PersonID) error {
	return marketplace.WriteTx(ctx, tx, s.Free(ctx, tx, person))
}

// RecordAnswerTx runs RecordAnswer by itself.
func (s *Service) RecordAnswerTx(ctx context.Context, tx *gorm.DB, e Evidence) error {
	list, err := s.RecordAnswer(ctx, tx, e)
	if err != nil {
		return err
	}
	return marketplace.WriteTx(ctx, tx, list...)
}
