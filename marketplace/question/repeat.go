package question

import (
	"context"
	"errors"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/customer"
)

// repeatTx answers who asks in a program that takes no questions: with the
// first question where they ask again with its reference, else with
// ErrProgramClosed.
func (s *Service) repeatTx(ctx context.Context, tx *gorm.DB, who customer.Customer, g grounds, ask Ask) (Question, error) {
	if ask.Reference == "" || len(g.Languages) == 0 {
		return Question{}, ErrProgramClosed
	}
	if ask.Language == "" {
		ask.Language = languageOf(who.Locale, g.Program)
	}
	again, _, err := s.draft(who, g, ask, s.clock.Now())
	if errors.Is(err, marketplace.ErrInvalid) || errors.Is(err, marketplace.ErrNotFound) {
		return Question{}, ErrProgramClosed // it was never asked so
	}
	if err != nil {
		return Question{}, err
	}
	q, err := s.askedBeforeTx(ctx, tx, again)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		err = ErrProgramClosed
	}
	return q, err
}
