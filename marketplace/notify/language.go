package notify

import (
	"context"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
)

// languageTx is the language a mail is written in: the one it asks for, or its
// reader's, or English.
func languageTx(ctx context.Context, tx *gorm.DB, m Mail) (string, error) {
	if known := Known(m.Language); known != "" {
		return known, nil
	}
	if m.To.IsZero() {
		return fallback, nil
	}
	own, err := access.LanguageTx(ctx, tx, m.To)
	if known := Known(own); known != "" {
		return known, err
	}
	return fallback, err
}

// SetLanguage says in which language the calling person is written to. The same
// again changes nothing. Errors: *access.ForbiddenError for who is no person,
// *marketplace.InvalidError for one that mails are not written in.
func (s *Service) SetLanguage(ctx context.Context, caller access.Caller, language string) error {
	if !caller.IsPerson(caller.Person) {
		return &access.ForbiddenError{Permission: ownChoices}
	}
	known := Known(language)
	if known == "" {
		return &marketplace.InvalidError{Field: "language", Reason: "is none that mails are written in"}
	}
	return s.store.InTx(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		return access.SetLanguageTx(ctx, tx, caller.Person, known)
	})
}

// SuggestLanguageTx has a person who has not said in which language they are
// written to be written to in the first of some that mails are written in.
func SuggestLanguageTx(ctx context.Context, tx *gorm.DB, person access.PersonID, tags ...string) error {
	known := Known(tags...)
	if known == "" {
		return nil
	}
	return access.SuggestLanguageTx(ctx, tx, person, known)
}
