package program

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
)

// Branding is how a program's pages look and greet. The zero value is the
// default: our own colour, our own words.
type Branding struct {
	// Accent is a colour of sRGB, "#rrggbb" in lower case; empty: ours.
	Accent string `json:"accent,omitempty"`
	// Greeting is what customers read before they ask, by language (BCP 47).
	Greeting map[string]string `json:"greeting,omitempty"`
}

const (
	maxGreeting  = 500 // bytes
	maxLanguages = 50
)

// leastContrast is what text must have against its ground to be read: WCAG 2.2,
// success criterion 1.4.3, level AA.
const leastContrast = 4.5

// TextOn is the colour, black or white, that is read best on the accent; empty
// without one.
func (b Branding) TextOn() string {
	light, ok := luminance(b.Accent)
	switch {
	case !ok:
		return ""
	case contrast(1, light) > contrast(light, 0):
		return "#ffffff"
	}
	return "#000000"
}

// luminance is a colour's relative luminance, from 0 to 1 (WCAG 2.2).
func luminance(colour string) (float64, bool) {
	if len(colour) != 7 || colour[0] != '#' {
		return 0, false
	}
	rgb, err := strconv.ParseUint(colour[1:], 16, 32)
	if err != nil || colour[1] == '+' {
		return 0, false
	}
	linear := func(shift int) float64 {
		c := float64(rgb>>shift&0xff) / 255
		if c <= 0.04045 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(16) + 0.7152*linear(8) + 0.0722*linear(0), true
}

// contrast is the ratio of two luminances, the lighter one first, from 1 to 21.
func contrast(lighter, darker float64) float64 { return (lighter + 0.05) / (darker + 0.05) }

// normal checks a branding and gives it in canonical form.
func (b Branding) normal() (Branding, error) {
	if b.Accent != "" {
		light, ok := luminance(b.Accent)
		if !ok {
			return Branding{}, &marketplace.InvalidError{Field: "accent", Reason: "must be a colour such as #1f6feb"}
		}
		if max(contrast(1, light), contrast(light, 0)) < leastContrast {
			return Branding{}, &marketplace.InvalidError{Field: "accent", Reason: "neither black nor white text can be read on it"}
		}
		b.Accent = lower(b.Accent)
	}
	if err := marketplace.CheckRange("greeting", len(b.Greeting), 0, maxLanguages); err != nil {
		return Branding{}, err
	}
	greeting := make(map[string]string, len(b.Greeting))
	for _, tag := range slices.Sorted(maps.Keys(b.Greeting)) {
		tags, err := Languages("greeting", []string{tag})
		if err != nil {
			return Branding{}, err
		}
		if err := marketplace.CheckText("greeting."+tags[0], b.Greeting[tag], 1, maxGreeting); err != nil {
			return Branding{}, err
		}
		if _, twice := greeting[tags[0]]; twice {
			return Branding{}, &marketplace.InvalidError{Field: "greeting", Reason: "has " + tags[0] + " twice"}
		}
		greeting[tags[0]] = b.Greeting[tag]
	}
	b.Greeting = greeting
	return b, nil
}

// lower is a colour in lower case: it is ASCII.
func lower(colour string) string {
	text := []byte(colour)
	for i, c := range text {
		if c >= 'A' && c <= 'F' {
			text[i] = c + 'a' - 'A'
		}
	}
	return string(text)
}

// SetBranding replaces how a program's pages look and greet. Errors as
// SetPolicies'.
func (s *Service) SetBranding(ctx context.Context, caller access.Caller, id ID, b Branding) error {
	b, err := b.normal()
	if err != nil {
		return err
	}
	text, err := json.Marshal(b)
	if err != nil {
		return fmt.Errorf("write the branding of program %s: %w", id, err)
	}
	return s.change(ctx, caller, id, access.ManageProgram, func(tx *gorm.DB, p Program) error {
		if p.State == Closed {
			return &TransitionError{From: Closed, To: Closed}
		}
		if err := tx.WithContext(ctx).Exec("UPDATE programs SET branding = ? WHERE id = ?", string(text), id).Error; err != nil {
			return fmt.Errorf("set the branding of program %s: %w", id, err)
		}
		return s.appendTx(ctx, tx, BrandingSet, p, Change{By: caller.String()})
	})
}

// Branding reads it back (permission SeePrograms). Errors as Program's.
func (s *Service) Branding(ctx context.Context, caller access.Caller, id ID) (b Branding, err error) {
	err = s.see(ctx, caller, id, access.SeePrograms, func(tx *gorm.DB, _ Program) error {
		b, err = BrandingTx(ctx, tx, id)
		return err
	})
	return b, err
}

// BrandingTx loads a program's branding, which is not loaded with the program:
// nothing that is done to questions needs it.
func BrandingTx(ctx context.Context, tx *gorm.DB, id ID) (b Branding, err error) {
	var text []byte
	err = marketplace.ScanTx(tx.WithContext(ctx), "SELECT branding FROM programs WHERE id = ?", []any{id}, &text)
	if err == nil {
		err = json.Unmarshal(text, &b)
	}
	return b, marketplace.OnlyOne(err, "program", id)
}
