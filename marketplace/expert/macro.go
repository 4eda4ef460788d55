package expert

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/program"
	"knowhow/marketplace/redact"
)

// MacroID identifies a macro.
type MacroID = marketplace.ID[Macro]

// Macro is an answer that an expert keeps to use again: their own, which nobody
// else reads. What it says is sealed, since names get into it.
type Macro struct {
	ID         MacroID `gorm:"primaryKey"`
	PersonID   access.PersonID
	Name       string // 1 to 100 bytes on one line; need not be the only one of its name
	Language   string // BCP 47; empty: any
	TextSealed []byte
	CreatedAt  time.Time
	ChangedAt  time.Time

	Text string `gorm:"-"` // opened
}

// MacroText is what a macro is made of.
type MacroText struct {
	Name     string
	Text     string // 1 byte to 16 kB
	Language string // BCP 47; may be empty
}

const (
	// MaxMacros is how many macros an expert keeps.
	MaxMacros = 200

	maxMacroName = 100
	maxMacroText = 16 << 10
)

var macroColumn = redact.SealedColumn{Table: "macros", Column: "text_sealed", Prefix: "macros/text_sealed/", Key: []string{"id"}}

// Sealed lists this room's sealed columns.
var Sealed = []redact.SealedColumn{macroColumn}

// normal checks what a macro is made of and brings it to its normal form.
func (t MacroText) normal() (MacroText, error) {
	t.Name = strings.TrimSpace(t.Name)
	if err := marketplace.CheckText("name", t.Name, 1, maxMacroName); err != nil {
		return t, err
	}
	if strings.ContainsFunc(t.Name, unicode.IsControl) {
		return t, &marketplace.InvalidError{Field: "name", Reason: "holds a control character"}
	}
	if err := marketplace.CheckText("text", t.Text, 1, maxMacroText); err != nil {
		return t, err
	}
	if t.Language == "" {
		return t, nil
	}
	canonical, err := program.Languages("language", []string{t.Language})
	if err != nil {
		return t, err
	}
	t.Language = canonical[0]
	return t, nil
}

// Macros lists the calling person's macros by name.
func (s *Service) Macros(ctx context.Context, caller access.Caller) ([]Macro, error) {
	if !caller.IsPerson(caller.Person) {
		return nil, ErrNotAPerson
	}
	var list []Macro
	err := s.store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		return tx.Where("person_id = ?", caller.Person).Order("name, created_at, id").Limit(MaxMacros).Find(&list).Error
	})
	if err != nil {
		return nil, fmt.Errorf("list the macros of person %s: %w", caller.Person, err)
	}
	for i := range list {
		if err := s.openMacro(&list[i]); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// Macro is one of the calling person's macros. To anybody else there is no such
// macro.
func (s *Service) Macro(ctx context.Context, caller access.Caller, id MacroID) (Macro, error) {
	if !caller.IsPerson(caller.Person) {
		return Macro{}, ErrNotAPerson
	}
	var m Macro
	err := s.store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		return tx.Where("id = ? AND person_id = ?", id, caller.Person).Take(&m).Error
	})
	if err := marketplace.OnlyOne(err, "macro", id); err != nil {
		return Macro{}, err
	}
	return m, s.openMacro(&m)
}

// AddMacro keeps an answer of the calling expert's. Errors: ErrTooManyMacros,
// ErrNotAPerson, *marketplace.InvalidError, *marketplace.NotFoundError for a
// person who is no expert.
func (s *Service) AddMacro(ctx context.Context, caller access.Caller, text MacroText) (Macro, error) {
	text, err := text.normal()
	if err != nil {
		return Macro{}, err
	}
	if !caller.IsPerson(caller.Person) {
		return Macro{}, ErrNotAPerson
	}
	now := s.clock.Now()
	m := Macro{ID: marketplace.NewID[Macro](), PersonID: caller.Person, Name: text.Name, Language: text.Language, CreatedAt: now, ChangedAt: now}
	if err := s.sealMacro(&m, text.Text); err != nil {
		return Macro{}, err
	}
	err = s.store.InTx(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		marketplace.Made(ctx, m.ID)
		return addMacroTx(ctx, tx, &m)
	})
	if err != nil {
		return Macro{}, err
	}
	return m, nil
}

// addMacroTx inserts a macro while its expert's row is held, so that those who
// add at the same time count one another's.
func addMacroTx(ctx context.Context, tx *gorm.DB, m *Macro) error {
	if _, found, err := findTx(ctx, marketplace.ForUpdate(tx), m.PersonID); err != nil {
		return err
	} else if !found {
		return marketplace.NotFound("expert", m.PersonID)
	}
	var n int64
	if err := tx.WithContext(ctx).Model(&Macro{}).Where("person_id = ?", m.PersonID).Count(&n).Error; err != nil {
		return fmt.Errorf("count the macros of expert %s: %w", m.PersonID, err)
	}
	if n >= MaxMacros {
		return ErrTooManyMacros
	}
	if err := tx.WithContext(ctx).Create(m).Error; err != nil {
		return fmt.Errorf("insert a macro of expert %s: %w", m.PersonID, err)
	}
	return nil
}

// ChangeMacro replaces what one of the calling person's macros is made of.
// Errors: ErrNotAPerson, *marketplace.InvalidError, *marketplace.NotFoundError.
func (s *Service) ChangeMacro(ctx context.Context, caller access.Caller, id MacroID, text MacroText) error {
	text, err := text.normal()
	if err != nil {
		return err
	}
	m := Macro{ID: id}
	if err := s.sealMacro(&m, text.Text); err != nil {
		return err
	}
	columns := map[string]any{"name": text.Name, "language": text.Language, "text_sealed": m.TextSealed, "changed_at": s.clock.Now()}
	return s.onMacro(ctx, caller, id, func(own *gorm.DB) *gorm.DB { return own.Updates(columns) })
}

// RemoveMacro forgets one of the calling person's macros. Errors: ErrNotAPerson,
// *marketplace.NotFoundError.
func (s *Service) RemoveMacro(ctx context.Context, caller access.Caller, id MacroID) error {
	return s.onMacro(ctx, caller, id, func(own *gorm.DB) *gorm.DB { return own.Delete(&Macro{}) })
}

// onMacro writes to the caller's own macro. To anybody else there is none.
func (s *Service) onMacro(ctx context.Context, caller access.Caller, id MacroID, write func(own *gorm.DB) *gorm.DB) error {
	if !caller.IsPerson(caller.Person) {
		return ErrNotAPerson
	}
	return s.store.InTx(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		done := write(tx.WithContext(ctx).Model(&Macro{}).Where("id = ? AND person_id = ?", id, caller.Person))
		if done.Error != nil {
			return fmt.Errorf("write macro %s: %w", id, done.Error)
		}
		if done.RowsAffected == 0 {
			return marketplace.NotFound("macro", id)
		}
		return nil
	})
}

func (s *Service) sealMacro(m *Macro, text string) error {
	var err error
	if m.TextSealed, err = s.keys.Seal([]byte(text), macroColumn.Context(m.ID.String())); err != nil {
		return fmt.Errorf("seal macro %s: %w", m.ID, err)
	}
	m.Text = text
	return nil
}

func (s *Service) openMacro(m *Macro) error {
	text, err := s.keys.Open(m.TextSealed, macroColumn.Context(m.ID.String()))
	if err != nil {
		return fmt.Errorf("open macro %s: %w", m.ID, err)
	}
	m.Text = string(text)
	return nil
}
