package marketplace

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The kinds of refusal every room shares. A room's own errors are declared
// beside the methods that return them.
var (
	// ErrInvalid: an argument is not of the form asked for.
	ErrInvalid = errors.New("invalid argument")
	// ErrNotFound: there is no such thing, or the caller may not know of it.
	ErrNotFound = errors.New("not found")
	// ErrForbidden: the caller is known and may not do this here.
	ErrForbidden = errors.New("not allowed")
	// ErrConflict: somebody else was faster, or the state has moved on.
	ErrConflict = errors.New("conflict")
)

// InvalidError names the argument that was refused and why. It Is ErrInvalid.
type InvalidError struct{ Field, Reason string }

func (e *InvalidError) Error() string { return fmt.Sprintf("invalid %s: %s", e.Field, e.Reason) }

// Is makes errors.Is(err, ErrInvalid) true.
func (e *InvalidError) Is(target error) bool { return target == ErrInvalid }

// NotFoundError names what was looked for. It Is ErrNotFound.
type NotFoundError struct{ Noun, ID string }

func (e *NotFoundError) Error() string { return fmt.Sprintf("no %s %s", e.Noun, e.ID) }

// Is makes errors.Is(err, ErrNotFound) true.
func (e *NotFoundError) Is(target error) bool { return target == ErrNotFound }

// NotFound is short for &NotFoundError{noun, id.String()}.
func NotFound(noun string, id fmt.Stringer) error {
	return &NotFoundError{Noun: noun, ID: id.String()}
}

// CheckRange refuses a number below least or above most, with an *InvalidError
// for field.
func CheckRange[N int | int64](field string, n, least, most N) error {
	if n < least || n > most {
		return &InvalidError{field, fmt.Sprintf("is %d, must be from %d to %d", n, least, most)}
	}
	return nil
}

// CheckText refuses text that is not valid UTF-8, holds a NUL, or is not
// between min and max bytes long, and where there must be some, one of which
// nothing is seen, with an *InvalidError for field.
func CheckText(field, s string, min, max int) error {
	switch {
	case len(s) < min && len(s) == 0:
		return &InvalidError{field, "must not be empty"}
	case len(s) < min:
		return &InvalidError{field, fmt.Sprintf("must have at least %d bytes", min)}
	case len(s) > max:
		return &InvalidError{field, fmt.Sprintf("has %d bytes, at most %d are allowed", len(s), max)}
	case !utf8.ValidString(s):
		return &InvalidError{field, "is not valid UTF-8"}
	}
	for i := range len(s) {
		if s[i] == 0 {
			return &InvalidError{field, "holds a NUL character"}
		}
	}
	if min > 0 && !strings.ContainsFunc(s, seen) {
		return &InvalidError{field, "must not be blank"}
	}
	return nil
}

// seen reports a character that leaves a mark of its own: no space, no joiner, and
// none of the few letters and symbols that are blank.
func seen(r rune) bool {
	const brailleBlank = '\u2800'
	return unicode.In(r, unicode.L, unicode.N, unicode.P, unicode.S) && !unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r) && r != brailleBlank
}
