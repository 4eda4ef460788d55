package expert

import (
	"fmt"
	"time"

	"golang.org/x/text/language"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/program"
)

// Expert is a person who works, for any number of brands.
type Expert struct {
	PersonID access.PersonID `gorm:"primaryKey"`
	// Handle is the public pseudonym, unique over all brands.
	Handle string
	// Country is an ISO 3166 two-letter code; empty until the expert told it.
	Country string
	// MovedAt is when they last told another country than before; nil: never.
	MovedAt   *time.Time
	Languages []string `gorm:"serializer:json"` // BCP 47, canonical, sorted
	Capacity  int      // assignments in hand at a time, at most
	Available bool     // wants offers now
	// ExtraTimePct is how much more time they want for each item of a timed quiz, in
	// percent of it, from 0 to MaxExtraTime. No brand and no reviewer is told.
	ExtraTimePct int
	// ActiveCount is how many assignments are in hand. Take and Free move it.
	ActiveCount int
	CreatedAt   time.Time
}

// Profile is what a person says of themselves as an expert.
type Profile struct {
	Handle    string // 1 to 64 of a-z, 0-9 and single hyphens
	Country   string // ISO 3166, two letters; may be empty
	Languages []string
	Capacity  int // zero: DefaultCapacity
}

const (
	// DefaultCapacity is how many assignments an expert takes on at a time who
	// has not said otherwise.
	DefaultCapacity = 3
	// MaxCapacity is the most an expert can choose.
	MaxCapacity = 100
	// MaxExtraTime makes a time ten times as long (WCAG 2.2, 2.2.1).
	MaxExtraTime = 900
)

func (p Profile) expert(person access.PersonID, now time.Time) (Expert, error) {
	if err := program.CheckSlug("handle", p.Handle); err != nil {
		return Expert{}, err
	}
	if err := CheckCountry(p.Country); err != nil {
		return Expert{}, err
	}
	languages, err := checkLanguages(p.Languages)
	if err != nil {
		return Expert{}, err
	}
	if p.Capacity == 0 {
		p.Capacity = DefaultCapacity
	}
	if err := checkCapacity(p.Capacity); err != nil {
		return Expert{}, err
	}
	return Expert{
		PersonID: person, Handle: p.Handle, Country: p.Country, Languages: languages,
		Capacity: p.Capacity, Available: true, CreatedAt: now,
	}, nil
}

// CheckCountry returns a *marketplace.InvalidError unless the country is empty or
// an ISO 3166 two-letter code.
func CheckCountry(country string) error {
	if country == "" {
		return nil
	}
	region, err := language.ParseRegion(country)
	if err != nil || !region.IsCountry() || region.String() != country {
		return &marketplace.InvalidError{Field: "country", Reason: fmt.Sprintf("%.10q is not a two-letter country code", country)}
	}
	return nil
}

func checkLanguages(tags []string) ([]string, error) {
	languages, err := program.Languages("languages", tags)
	if err == nil && len(languages) == 0 {
		err = &marketplace.InvalidError{Field: "languages", Reason: "must name one at least"}
	}
	return languages, err
}

func checkCapacity(n int) error {
	if n < 1 || n > MaxCapacity {
		return &marketplace.InvalidError{Field: "capacity", Reason: fmt.Sprintf("is %d, must be from 1 to %d", n, MaxCapacity)}
	}
	return nil
}

// TimeFor is how long the expert has for something that takes others so long.
func (x Expert) TimeFor(seconds int) time.Duration {
	return time.Duration(seconds) * time.Second * time.Duration(100+x.ExtraTimePct) / 100
}
