package redact

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// A sealed value is: one byte of format version; one byte n; the n bytes of the
// key's id; 12 random bytes of nonce; the ciphertext with its 16 bytes of tag.
// Version, id and context are authenticated with it.
const (
	sealVersion = 1
	nonceSize   = 12
)

// Seal encrypts a personal field with the primary key, AES-256-GCM with a
// random nonce (good for 2^32 values a key). The context says where the value
// stands, e.g. "messages.body/<row id>"; it is not stored, and Open with another
// fails, so that sealed values cannot be swapped between rows or columns.
func (k *Keyring) Seal(plaintext []byte, context string) ([]byte, error) {
	aead := k.aead[k.primary]
	if aead == nil {
		return nil, ErrNoKeys
	}
	header := sealHeader(k.primary)
	out := make([]byte, len(header)+nonceSize, len(header)+nonceSize+len(plaintext)+aead.Overhead())
	copy(out, header)
	nonce := out[len(header):]
	if _, err := rand.Read(nonce); err != nil {
		return nil, fmt.Errorf("draw nonce: %w", err)
	}
	return aead.Seal(out, nonce, plaintext, associated(header, context)), nil
}

// Open decrypts what Seal made for the same context. Errors: ErrUnknownKey,
// ErrSealBroken.
func (k *Keyring) Open(sealed []byte, context string) ([]byte, error) {
	id, rest, err := splitSealed(sealed)
	if err != nil {
		return nil, err
	}
	aead := k.aead[id]
	if aead == nil {
		return nil, fmt.Errorf("key %q: %w", id, ErrUnknownKey)
	}
	plain, err := aead.Open(nil, rest[:nonceSize], rest[nonceSize:], associated(sealHeader(id), context))
	if err != nil {
		return nil, ErrSealBroken
	}
	return plain, nil
}

// Reseal seals a value anew with the primary key. It returns the same value and
// false when the primary key sealed it already. A rotation reseals the
// values of every SealedColumn, after which the old key can go.
func (k *Keyring) Reseal(sealed []byte, context string) ([]byte, bool, error) {
	plain, err := k.Open(sealed, context)
	if err != nil {
		return nil, false, err
	}
	if id, _, _ := splitSealed(sealed); id == k.primary {
		return sealed, false, nil
	}
	fresh, err := k.Seal(plain, context)
	return fresh, err == nil, err
}

func sealHeader(id string) []byte { return append([]byte{sealVersion, byte(len(id))}, id...) }

// associated is what is authenticated besides. The header says its own length,
// so header and context cannot run into each other.
func associated(header []byte, context string) []byte {
	return append(append(make([]byte, 0, len(header)+len(context)), header...), context...)
}

// splitSealed reads the header.
func splitSealed(sealed []byte) (id string, rest []byte, err error) {
	if len(sealed) < 2 || sealed[0] != sealVersion || len(sealed) < 2+int(sealed[1])+nonceSize {
		return "", nil, ErrSealBroken
	}
	n := 2 + int(sealed[1])
	id = string(sealed[2:n])
	if !validKeyID(id) {
		return "", nil, ErrSealBroken
	}
	return id, sealed[n:], nil
}

// indexSize is the size of a blind index in bytes.
const indexSize = 16

// BlindIndex returns 16 bytes by which a sealed value is looked up: HMAC-SHA-256
// of the normalised value under a key derived (HKDF) for one brand and kind. The
// same person has unrelated indexes at two brands. The kind is "email", "phone"
// or any other word; see NormalizeHandle. The index key does not rotate with the
// encryption keys: changing it means computing every index anew.
func (k *Keyring) BlindIndex(brand [16]byte, kind, value string) []byte {
	key, err := hkdf.Key(sha256.New, k.index, brand[:], "knowhow blind index v1 "+kind, keySize)
	if err != nil { // only for lengths that SHA-256 cannot give
		panic("redact: derive index key: " + err.Error())
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(NormalizeHandle(kind, value)))
	return mac.Sum(nil)[:indexSize]
}

// NormalizeHandle returns the one form of all ways to write a handle: e-mail in
// lower case (NFKC), a phone number with its country as E.164 (without one: its
// digits), anything else trimmed.
func NormalizeHandle(kind, value string) string {
	value = strings.TrimSpace(norm.NFKC.String(value))
	switch kind {
	case "email":
		return strings.ToLower(value)
	case "phone":
		return normalizePhone(value)
	}
	return value
}

func normalizePhone(value string) string {
	if rest, ok := strings.CutPrefix(value, "00"); ok {
		value = "+" + rest
	}
	if p, ok := dial(value, "ZZ"); ok {
		return p.e164()
	}
	v := newView(value)
	digits := make([]byte, 0, len(v.s))
	for i := range len(v.s) {
		if isDigit(v.s[i]) {
			digits = append(digits, v.s[i])
		}
	}
	return string(digits)
}
