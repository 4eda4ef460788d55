// Package workrecord is an expert's record of their work, which they take with
// them: what it says, how it is signed, and how anybody finds out whether it is
// true. It takes values and gives values.
//
// Invariants: nothing in a record is a customer's, and no time in it is finer
// than a day; a record in which one byte was altered does not verify.
package workrecord

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Format says how a record is to be read.
const Format = "knowhow-work-record/1"

// ErrForged: the record is not what was signed, or not by this key.
var ErrForged = errors.New("the work record does not verify")

// Record is what an expert did, by program.
type Record struct {
	Format   string    `json:"format"`
	Issuer   string    `json:"issuer"` // the service's address
	IssuedOn string    `json:"issued_on"`
	Person   Person    `json:"person"`
	Programs []Program `json:"programs"`
}

// Person is whose record it is.
type Person struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Handle string `json:"handle"`
}

// Program is the work in one program. Days are written 2006-01-02.
type Program struct {
	Brand     string   `json:"brand"`
	Name      string   `json:"name"`
	State     string   `json:"state"` // of the enrolment
	Since     string   `json:"since"` // working; empty: never
	Certified []string `json:"certified"`
	Topics    []Topic  `json:"topics"`
}

// Topic is the work on one topic.
type Topic struct {
	Slug     string    `json:"slug"` // empty: on no known topic
	Answered int       `json:"answered"`
	Paid     int       `json:"paid"` // of them, what was accepted as good work, or still is under review
	First    string    `json:"first"`
	Last     string    `json:"last"`
	Standing *Standing `json:"standing"` // null: too little is known
}

// Standing is the expected share of good work, with its 90 % credible interval
// and how many outcomes are behind it.
type Standing struct {
	Mean     float64 `json:"mean"`
	Low      float64 `json:"low"`
	High     float64 `json:"high"`
	Evidence int     `json:"evidence"`
}

// Day is how a record writes a time.
func Day(t time.Time) string { return t.UTC().Format(time.DateOnly) }

// envelope is a signed record as it is handed out, in exactly this form, without
// any space. The signature is of the bytes of Record as they stand there.
type envelope struct {
	Record    json.RawMessage `json:"record"`
	Key       string          `json:"key"`
	Signature string          `json:"signature"`
}

// Key signs records. Its zero value signs nothing.
type Key struct{ private ed25519.PrivateKey }

// NewKey makes the key of a seed of 32 bytes.
func NewKey(seed []byte) Key { return Key{ed25519.NewKeyFromSeed(seed)} }

// Public is by what anybody verifies.
func (k Key) Public() ed25519.PublicKey { return k.private.Public().(ed25519.PublicKey) }

// KeyID names a public key: the beginning of its hash.
func KeyID(public ed25519.PublicKey) string {
	sum := sha256.Sum256(public)
	return base64.RawURLEncoding.EncodeToString(sum[:12])
}

// Sign writes a record and signs it.
func (k Key) Sign(r Record) ([]byte, error) {
	r.Format = Format
	text, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("write a work record: %w", err)
	}
	return json.Marshal(envelope{
		Record: text, Key: KeyID(k.Public()), Signature: base64.RawURLEncoding.EncodeToString(ed25519.Sign(k.private, text)),
	})
}

// Verify reads a signed record, or returns ErrForged unless it is, byte for
// byte, what the owner of the public key signed. One line break at the end does
// not count.
func Verify(public ed25519.PublicKey, signed []byte) (Record, error) {
	signed = bytes.TrimSuffix(signed, []byte("\n"))
	var e envelope
	if err := json.Unmarshal(signed, &e); err != nil {
		return Record{}, ErrForged
	}
	// Only one form is a record's: JSON could say the same in others.
	if same, err := json.Marshal(e); err != nil || !bytes.Equal(same, signed) {
		return Record{}, ErrForged
	}
	signature, err := base64.RawURLEncoding.Strict().DecodeString(e.Signature)
	if err != nil || e.Key != KeyID(public) || !ed25519.Verify(public, e.Record, signature) {
		return Record{}, ErrForged
	}
	var r Record
	if err := json.Unmarshal(e.Record, &r); err != nil || r.Format != Format {
		return Record{}, ErrForged
	}
	return r, nil
}

// jwk is a public key as RFC 8037 writes it.
type jwk struct {
	Type  string `json:"kty"`
	Curve string `json:"crv"`
	ID    string `json:"kid"`
	Use   string `json:"use"`
	X     string `json:"x"`
}

type jwks struct {
	Keys []jwk `json:"keys"`
}

// Published is the public key as it is published: a set of one JWK (RFC 7517).
func (k Key) Published() ([]byte, error) {
	public := k.Public()
	return json.Marshal(jwks{[]jwk{{"OKP", "Ed25519", KeyID(public), "sig", base64.RawURLEncoding.EncodeToString(public)}}})
}

// ErrNoKey: what should be published keys holds none that signs records.
var ErrNoKey = errors.New("there is no key of work records")

// ParsePublished reads the public key that Published wrote.
func ParsePublished(text []byte) (ed25519.PublicKey, error) {
	var set jwks
	if err := json.Unmarshal(text, &set); err != nil {
		return nil, fmt.Errorf("read the published keys: %w", ErrNoKey)
	}
	for _, k := range set.Keys {
		public, err := base64.RawURLEncoding.Strict().DecodeString(k.X)
		if err == nil && k.Type == "OKP" && k.Curve == "Ed25519" && len(public) == ed25519.PublicKeySize {
			return public, nil
		}
	}
	return nil, ErrNoKey
}
