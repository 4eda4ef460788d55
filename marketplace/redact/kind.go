package redact

import "strconv"

// Kind is what sort of personal data a span holds. It is also the word in the
// placeholder.
type Kind string

const (
	Name    Kind = "name"    // a person's name, or a part of one
	Phone   Kind = "phone"   // a telephone number, with its extension
	Email   Kind = "email"   // an e-mail address, also when written out in words
	Card    Kind = "card"    // a payment card number
	IBAN    Kind = "iban"    // an international bank account number
	IP      Kind = "ip"      // an IPv4 or IPv6 address
	ID      Kind = "id"      // a national identity, tax or social security number
	Address Kind = "address" // a street address, as far as it goes
	Secret  Kind = "secret"  // a token or personal value in the query of a URL
	Hidden  Kind = "hidden"  // what the customer chose to hide besides
)

// kinds lists every kind, in the order of their constants.
var kinds = []Kind{Name, Phone, Email, Card, IBAN, IP, ID, Address, Secret, Hidden}

// Span is one piece of personal data: Start and End are byte offsets in the
// original text, and Placeholder is what stands there now.
type Span struct {
	Kind        Kind   `json:"kind"`
	Start       int    `json:"start"`
	End         int    `json:"end"`
	Placeholder string `json:"placeholder"`
}

// Result is a redacted text and what was replaced in the original, in order.
type Result struct {
	Text  string
	Spans []Span
}

// placeholder writes the placeholder of the nth value of a kind.
func placeholder(k Kind, n int) string {
	return "[" + string(k) + " " + strconv.Itoa(n) + "]"
}

// placeholderDigits bounds the number in a placeholder: more digits than this
// between brackets are data, not a placeholder.
const placeholderDigits = 4

// placeholderAt returns the length of the placeholder that starts s, or 0.
func placeholderAt(s string) int {
	for _, k := range kinds {
		n := len(k) + 1
		if len(s) < n+3 || s[0] != '[' || s[1:n] != string(k) || s[n] != ' ' {
			continue
		}
		i := n + 1
		for i < len(s) && isDigit(s[i]) {
			i++
		}
		if digits := i - n - 1; digits > 0 && digits <= placeholderDigits && i < len(s) && s[i] == ']' {
			return i + 1
		}
	}
	return 0
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isLetter(c byte) bool { c |= 0x20; return c >= 'a' && c <= 'z' }
