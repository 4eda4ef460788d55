package training

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/program"
)

// Terms is one version of what a program's experts of a country agree to.
type Terms struct {
	BrandID     marketplace.BrandID
	ProgramID   program.ID `gorm:"primaryKey"`
	Version     int        `gorm:"primaryKey;autoIncrement:false"` // counted over all countries
	Country     string     // ISO 3166; empty: of every country without terms of its own
	Language    string     // of Text, BCP 47; empty: not said
	Text        string
	PublishedAt time.Time

	// Translations are the same terms in other languages, by language.
	Translations map[string]string `gorm:"-"`
}

// TableName implements gorm's Tabler.
func (Terms) TableName() string { return "terms" }

// TermsTranslation is a version of terms in another language.
type TermsTranslation struct {
	BrandID   marketplace.BrandID
	ProgramID program.ID `gorm:"primaryKey"`
	Version   int        `gorm:"primaryKey;autoIncrement:false"`
	Language  string     `gorm:"primaryKey"`
	Text      string
}

// TermsAcceptance is that a person agreed to a version, in which language, and
// when.
type TermsAcceptance struct {
	BrandID    marketplace.BrandID
	ProgramID  program.ID      `gorm:"primaryKey"`
	PersonID   access.PersonID `gorm:"primaryKey"`
	Version    int             `gorm:"primaryKey;autoIncrement:false"`
	Language   string
	AcceptedAt time.Time
}

// NewTerms are terms to publish: for the experts of a country, or of all that
// have none of their own.
type NewTerms struct {
	Country      string
	Language     string
	Text         string
	Translations map[string]string // by language
}

const (
	maxTerms        = 200_000
	maxTranslations = 50
)

func (n NewTerms) normal() (NewTerms, error) {
	if err := cmp.Or(expert.CheckCountry(n.Country), marketplace.CheckText("text", n.Text, 1, maxTerms),
		marketplace.CheckRange("translations", len(n.Translations), 0, maxTranslations)); err != nil {
		return n, err
	}
	if n.Language != "" {
		tags, err := program.Languages("language", []string{n.Language})
		if err != nil {
			return n, err
		}
		n.Language = tags[0]
	}
	translations := map[string]string{}
	for language, text := range n.Translations {
		tags, err := program.Languages("translations", []string{language})
		if err := cmp.Or(err, marketplace.CheckText("translations."+language, text, 1, maxTerms)); err != nil {
			return n, err
		}
		if _, twice := translations[tags[0]]; twice || tags[0] == n.Language {
			return n, &marketplace.InvalidError{Field: "translations", Reason: "has " + tags[0] + " twice"}
		}
		translations[tags[0]] = text
	}
	n.Translations = translations
	return n, nil
}

// PublishTerms adds a version of a program's terms (permission ManageProgram).
// Who applies from now on accepts it first, and those who accepted an earlier
// one of this country are asked again. A text that is in force already stays as
// it is and nobody is asked: the translations are then added to it. Errors:
// *marketplace.InvalidError, *access.ForbiddenError.
func (s *Service) PublishTerms(ctx context.Context, caller access.Caller, id program.ID, n NewTerms) (Terms, error) {
	n, err := n.normal()
	if err != nil {
		return Terms{}, err
	}
	var t Terms
	err = s.experts.InProgram(ctx, caller, id, access.ManageProgram, func(tx *gorm.DB, p program.Program) error {
		if t, err = latestTermsTx(ctx, tx, id, n.Country); err != nil {
			return err
		}
		if t.Version == 0 || t.Country != n.Country || t.Text != n.Text || t.Language != n.Language {
			if t, err = s.newTermsTx(ctx, tx, p, n); err != nil {
				return err
			}
		}
		for language, text := range n.Translations {
			row := TermsTranslation{BrandID: p.BrandID, ProgramID: id, Version: t.Version, Language: language, Text: text}
			if err := tx.WithContext(ctx).Clauses(clause.OnConflict{
				Columns: []clause.Column{{Name: "program_id"}, {Name: "version"}, {Name: "language"}}, DoUpdates: clause.AssignmentColumns([]string{"text"}),
			}).Create(&row).Error; err != nil {
				return fmt.Errorf("translate terms %d of program %s: %w", t.Version, id, err)
			}
		}
		t.Translations = n.Translations
		return s.experts.ProgramEventTx(ctx, tx, TermsPublished, p, expert.Change{By: caller.String(), Version: t.Version})
	})
	if err != nil {
		return Terms{}, err
	}
	return t, nil
}

func (s *Service) newTermsTx(ctx context.Context, tx *gorm.DB, p program.Program, n NewTerms) (Terms, error) {
	t := Terms{BrandID: p.BrandID, ProgramID: p.ID, Country: n.Country, Language: n.Language, Text: n.Text, PublishedAt: s.clock.Now()}
	err := tx.WithContext(ctx).Model(&Terms{}).Where("program_id = ?", p.ID).Select("COALESCE(MAX(version), 0) + 1").Scan(&t.Version).Error
	if err != nil {
		return t, fmt.Errorf("count the terms of program %s: %w", p.ID, err)
	}
	done := tx.WithContext(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&t)
	if done.Error != nil {
		return t, fmt.Errorf("publish terms %d of program %s: %w", t.Version, p.ID, done.Error)
	}
	if done.RowsAffected == 0 {
		return t, fmt.Errorf("terms %d of program %s: %w", t.Version, p.ID, ErrStaleVersion)
	}
	return t, nil
}

// Terms are a program's current terms for the experts of a country, with their
// translations, for anybody; version 0 where none were published. An empty
// country gives those of every country without its own.
func (s *Service) Terms(ctx context.Context, id program.ID, country string) (Terms, error) {
	if err := expert.CheckCountry(country); err != nil {
		return Terms{}, err
	}
	brand, err := s.programs.BrandOf(ctx, id)
	if err != nil {
		return Terms{}, err
	}
	var t Terms
	err = s.store.Read(ctx, brand, func(tx *gorm.DB) error {
		if t, err = latestTermsTx(ctx, tx, id, country); err != nil {
			return err
		}
		var rows []TermsTranslation
		if err := tx.WithContext(ctx).Where("program_id = ? AND version = ?", id, t.Version).Find(&rows).Error; err != nil {
			return fmt.Errorf("list the translations of terms %d of program %s: %w", t.Version, id, err)
		}
		t.Translations = map[string]string{}
		for _, row := range rows {
			t.Translations[row.Language] = row.Text
		}
		return nil
	})
	return t, err
}

// In is the text of terms in the first of these languages there is, and its
// language; else as it was published first.
func (t Terms) In(languages []string) (language, text string) {
	for _, want := range languages {
		base := program.BaseLanguage(want)
		if program.BaseLanguage(t.Language) == base && t.Language != "" {
			break
		}
		for tag, text := range t.Translations {
			if program.BaseLanguage(tag) == base {
				return tag, text
			}
		}
	}
	return t.Language, t.Text
}

// latestTermsTx is what binds the experts of a country: the latest of its own
// terms, or of those for all.
func latestTermsTx(ctx context.Context, tx *gorm.DB, id program.ID, country string) (Terms, error) {
	var list []Terms
	err := tx.WithContext(ctx).Where("program_id = ? AND country IN ?", id, slices.Compact([]string{"", country})).
		Order("country DESC, version DESC").Limit(1).Find(&list).Error
	if err != nil {
		return Terms{}, fmt.Errorf("load the terms of program %s: %w", id, err)
	}
	if len(list) == 0 {
		return Terms{}, nil
	}
	return list[0], nil
}

// AcceptTerms records that the calling expert agrees to the program's current terms
// for their country, as they read them in a language; an application thereby
// becomes an assessment, for which the money of a paid onboarding is set aside.
// Again changes nothing. Errors: ErrStaleVersion when version is not the current
// one, *expert.StateError for who left or was rejected, ErrWaiting for who waits
// for a place, ErrUnfunded, *marketplace.NotFoundError without an application.
func (s *Service) AcceptTerms(ctx context.Context, caller access.Caller, id program.ID, version int, language string) error {
	if err := marketplace.CheckText("language", language, 0, 35); err != nil {
		return err
	}
	return s.experts.Own(ctx, caller, id, func(tx *gorm.DB, e *expert.Enrolment) error {
		switch {
		case e.State == expert.Left || e.State == expert.Rejected:
			return &expert.StateError{Verb: expert.VerbAssess, State: e.State}
		case e.Waiting:
			return ErrWaiting
		}
		terms, err := s.TermsOfTx(ctx, tx, *e)
		if err != nil {
			return err
		}
		if version < 1 || terms.Version != version {
			return fmt.Errorf("terms %d: %w", version, ErrStaleVersion)
		}
		a := TermsAcceptance{BrandID: e.BrandID, ProgramID: id, PersonID: e.PersonID, Version: version, Language: language, AcceptedAt: s.clock.Now()}
		done := tx.WithContext(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&a)
		if done.Error != nil {
			return fmt.Errorf("accept terms %d of program %s: %w", version, id, done.Error)
		}
		if e.State == expert.Applied {
			if err := s.AssessTx(ctx, tx, e); err != nil {
				return err
			}
		} else if done.RowsAffected == 0 {
			return nil
		}
		if err := s.experts.SaveTx(ctx, tx, TermsAccepted, *e, expert.Change{By: caller.String(), Version: version}); err != nil {
			return err
		}
		return s.trainedTx(ctx, tx, caller, e)
	})
}

// TermsOfTx are the current terms for the expert of an enrolment.
func (s *Service) TermsOfTx(ctx context.Context, tx *gorm.DB, e expert.Enrolment) (Terms, error) {
	x, err := s.experts.LoadTx(ctx, tx, e.PersonID)
	if err != nil {
		return Terms{}, err
	}
	return latestTermsTx(ctx, tx, e.ProgramID, x.Country)
}

// acceptedTx is when the expert accepted a version; nil: they have not.
func acceptedTx(ctx context.Context, tx *gorm.DB, e expert.Enrolment, version int) (*time.Time, error) {
	var list []TermsAcceptance
	err := tx.WithContext(ctx).Where("program_id = ? AND person_id = ? AND version = ?", e.ProgramID, e.PersonID, version).Limit(1).Find(&list).Error
	if err != nil {
		return nil, fmt.Errorf("look up the accepted terms of %s: %w", e.PersonID, err)
	}
	if len(list) == 0 {
		return nil, nil
	}
	return &list[0].AcceptedAt, nil
}
