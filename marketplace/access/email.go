package access

import (
	"net/mail"
	"strings"
	"unicode"

	"knowhow/marketplace"
)

const (
	maxEmail = 254 // RFC 5321, 4.5.3.1.3 less the angle brackets
	maxName  = 200
)

// NormalEmail checks the form of an e-mail address and returns it in lower
// case. Only the plain form is taken (no display name, quoted local part,
// address literal or character outside ASCII), at most 254 bytes; anything
// else is an *marketplace.InvalidError with Field "email" that does not quote
// the address.
func NormalEmail(address string) (string, error) {
	address = strings.TrimSpace(address)
	if err := marketplace.CheckText("email", address, 1, maxEmail); err != nil {
		return "", err
	}
	parsed, err := mail.ParseAddress(address)
	plain := err == nil && parsed.Name == "" && parsed.Address == address && !strings.ContainsAny(address, `"[]`)
	if !plain || strings.ContainsFunc(address, func(r rune) bool { return r > unicode.MaxASCII }) {
		return "", &marketplace.InvalidError{Field: "email", Reason: "is not a plain e-mail address"}
	}
	return strings.ToLower(address), nil
}

// NormalName checks a person's display name and returns it without the space
// around it: 1 to 200 bytes of UTF-8 with no control characters.
func NormalName(name string) (string, error) {
	name = strings.TrimSpace(name)
	if err := marketplace.CheckText("name", name, 1, maxName); err != nil {
		return "", err
	}
	if strings.ContainsFunc(name, unicode.IsControl) {
		return "", &marketplace.InvalidError{Field: "name", Reason: "holds a control character"}
	}
	return name, nil
}
