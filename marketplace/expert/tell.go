package expert

import (
	"cmp"
	"context"
	"crypto/rand"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/notify"
	"knowhow/marketplace/program"
)

// TellTx writes to an expert's profile what they tell with an application: the
// country and languages that are given. Errors: *marketplace.InvalidError for a
// country in which nobody can be paid, *MovedError.
func (s *Service) TellTx(ctx context.Context, tx *gorm.DB, caller access.Caller, brand marketplace.BrandID, x Expert, country string, tags []string) error {
	if err := s.checkPayable(cmp.Or(country, x.Country)); err != nil {
		return err
	}
	if err := suggestTx(ctx, tx, x.PersonID, tags); err != nil {
		return err
	}
	columns := map[string]any{}
	if country != "" && country != x.Country {
		if err := s.moveTx(ctx, tx, caller, brand, x, country); err != nil {
			return err
		}
	}
	if len(tags) > 0 {
		languages, err := checkLanguages(tags)
		if err != nil {
			return err
		}
		if !slices.Equal(languages, x.Languages) {
			if columns["languages"], err = jsonText(languages); err != nil {
				return err
			}
		}
	}
	if len(columns) == 0 {
		return nil
	}
	return s.editTx(ctx, tx, caller, brand, columns)
}

// suggestTx has an expert who has not said in which language they are written to
// be written to in one that they answer in, English before others.
func suggestTx(ctx context.Context, tx *gorm.DB, person access.PersonID, tags []string) error {
	if slices.ContainsFunc(tags, func(tag string) bool { return program.BaseLanguage(tag) == "en" }) {
		tags = []string{"en"}
	}
	return notify.SuggestLanguageTx(ctx, tx, person, tags...)
}

// checkPayable refuses somebody of a country in which nobody can be paid: before
// they work, and not after. One that is not told is asked for with the account.
func (s *Service) checkPayable(country string) error {
	if country == "" || s.payable == nil || s.payable(country, s.clock.Now()) {
		return nil
	}
	return &marketplace.InvalidError{Field: "country", Reason: "is one in which we cannot pay anybody yet"}
}

// EnsureTx makes the person an expert unless they are one.
func (s *Service) EnsureTx(ctx context.Context, tx *gorm.DB, caller access.Caller, p program.Program, person access.PersonID, now time.Time) error {
	_, found, err := findTx(ctx, tx, person)
	if err != nil || found {
		return err
	}
	x, err := Profile{Handle: drawHandle(), Languages: p.Languages}.expert(person, now)
	if err != nil {
		return err
	}
	_, err = s.registerTx(ctx, tx, caller, p.BrandID, x)
	return err
}

// drawHandle makes a pseudonym of 50 random bits.
func drawHandle() string { return "expert-" + strings.ToLower(rand.Text()[:10]) }
