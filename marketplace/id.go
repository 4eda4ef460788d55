package marketplace

import (
	"database/sql/driver"
	"fmt"

	"github.com/google/uuid"
)

// ID identifies a T. It is a UUIDv7, so ids sort roughly by creation; nothing
// between people is ever decided by that order. The zero value is no id.
type ID[T any] [16]byte

// NewID makes a fresh id. Safe for concurrent use.
func NewID[T any]() ID[T] { return ID[T](uuid.Must(uuid.NewV7())) }

// ParseID reads the canonical 36 character form. Anything else, and the zero
// id, is an *InvalidError with Field "id".
func ParseID[T any](s string) (ID[T], error) {
	u, err := uuid.Parse(s)
	if err != nil || len(s) != 36 || u == uuid.Nil {
		return ID[T]{}, &InvalidError{Field: "id", Reason: fmt.Sprintf("%.40q is not a UUID", s)}
	}
	return ID[T](u), nil
}

// String gives the canonical lower-case form.
func (id ID[T]) String() string { return uuid.UUID(id).String() }

// IsZero reports whether id is the zero value.
func (id ID[T]) IsZero() bool { return id == ID[T]{} }

// Value stores the id as text (SQLite) or uuid (PostgreSQL); zero is NULL.
func (id ID[T]) Value() (driver.Value, error) {
	if id.IsZero() {
		return nil, nil
	}
	return id.String(), nil
}

// Scan reads text, bytes or NULL; NULL is the zero id.
func (id *ID[T]) Scan(src any) error {
	if src == nil {
		*id = ID[T]{}
		return nil
	}
	return (*uuid.UUID)(id).Scan(src)
}

// MarshalText gives the canonical form; the zero id is empty.
func (id ID[T]) MarshalText() ([]byte, error) {
	if id.IsZero() {
		return []byte{}, nil
	}
	return []byte(id.String()), nil
}

// UnmarshalText reads what MarshalText wrote.
func (id *ID[T]) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*id = ID[T]{}
		return nil
	}
	parsed, err := ParseID[T](string(text))
	if err != nil {
		return err
	}
	*id = parsed
	return nil
}

type brandNoun struct{}

// BrandID identifies a brand, the tenant. It lives here because the Store
// needs it to keep tenants apart.
type BrandID = ID[brandNoun]

// AllBrands in place of a brand lets a transaction see every tenant's rows:
// for sweeps, global tables and operators, never for a tenant's request.
var AllBrands = BrandID{15: 1}
