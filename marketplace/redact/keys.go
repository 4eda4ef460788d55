package redact

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"strings"
)

var (
	// ErrNoKeys means that no key was given.
	ErrNoKeys = errors.New("no encryption key")
	// ErrBadKey means that a key, or a list of keys, is malformed.
	ErrBadKey = errors.New("malformed encryption key")
	// ErrUnknownKey means that a value was sealed with a key the ring lacks.
	ErrUnknownKey = errors.New("sealed with an unknown key")
	// ErrSealBroken means that a sealed value was changed, cut off, or stood in
	// another place than it was sealed for.
	ErrSealBroken = errors.New("sealed value is broken or misplaced")
	// ErrKeyFileMode means that others than the owner may read a key file.
	ErrKeyFileMode = errors.New("key file is readable by others")
)

// keySize is the size of a key in bytes: AES-256.
const keySize = 32

// maxKeyID bounds the length of a key's id.
const maxKeyID = 32

// indexID names the key that blind indexes are derived from. It is apart from
// the encryption keys, and stays when they rotate.
const indexID = "index"

// Keyring holds the keys of personal fields: several for encryption, the first
// of which seals while all open, and one for the blind index, from which
// everything that must not change on rotation is derived. It is immutable, safe
// for concurrent use, and never prints a key.
type Keyring struct {
	primary string
	aead    map[string]cipher.AEAD
	keys    map[string][]byte // of aead, for what is derived and rotates with them
	index   []byte
}

// ParseKeyring reads keys written "id:base64,id:base64,…": each of 32 bytes in
// standard base64, the first the primary. One must have the id "index": it is
// the key of the blind index, never encrypts, and must stay the same for as long
// as the database lives, while the others rotate.
func ParseKeyring(value string) (*Keyring, error) {
	k := &Keyring{aead: map[string]cipher.AEAD{}, keys: map[string][]byte{}}
	for entry := range strings.SplitSeq(value, ",") {
		if entry = strings.TrimSpace(entry); entry == "" {
			continue
		}
		if err := k.add(entry); err != nil {
			return nil, err
		}
	}
	if k.primary == "" {
		return nil, ErrNoKeys
	}
	if k.index == nil {
		return nil, fmt.Errorf("%w: none has the id %q", ErrNoKeys, indexID)
	}
	return k, nil
}

// add reads one "id:base64". Errors never quote the key.
func (k *Keyring) add(entry string) error {
	id, encoded, ok := strings.Cut(entry, ":")
	if !ok || !validKeyID(id) {
		return fmt.Errorf("%w: want id:base64, the id of 1 to %d letters, digits, - or _", ErrBadKey, maxKeyID)
	}
	key, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil || len(key) != keySize {
		return fmt.Errorf("%w: key %q is not %d bytes of base64", ErrBadKey, id, keySize)
	}
	if k.aead[id] != nil || id == indexID && k.index != nil {
		return fmt.Errorf("%w: the id %q stands twice", ErrBadKey, id)
	}
	if id == indexID {
		k.index = key
		return nil
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return fmt.Errorf("%w: %q", ErrBadKey, id)
	}
	if k.aead[id], err = cipher.NewGCM(block); err != nil {
		return fmt.Errorf("%w: %q", ErrBadKey, id)
	}
	k.keys[id] = key
	if k.primary == "" {
		k.primary = id
	}
	return nil
}

func validKeyID(id string) bool {
	for i := range len(id) {
		if !isAlnum(id[i]) && id[i] != '-' && id[i] != '_' {
			return false
		}
	}
	return id != "" && len(id) <= maxKeyID
}

// GenerateKeys returns a new list of keys as ParseKeyring reads it: one for
// encryption, with the given id, and one for the blind index.
func GenerateKeys(id string) string { return GenerateKey(id) + "," + GenerateKey(indexID) }

// GenerateKey returns one new key as it stands in a list of keys, for rotation:
// put before the others, it is the one that seals.
func GenerateKey(id string) string { return id + ":" + newKey() }

func newKey() string {
	key := make([]byte, keySize)
	_, _ = rand.Read(key) // never fails: crypto/rand ends the program instead
	return base64.StdEncoding.EncodeToString(key)
}

// Primary returns the id of the key that seals.
func (k *Keyring) Primary() string { return k.primary }

// Derive returns 32 bytes for a purpose, e.g. the key of a Redactor. They hang
// on the index key and so outlive a rotation; another purpose has other bytes.
func (k *Keyring) Derive(purpose string) []byte {
	return derive(k.index, purpose)
}

// DeriveRotating returns 32 bytes for a purpose from every encryption key, by
// the key's id: for what changes when keys rotate. Make new things with the
// Primary's and still take those of the others.
func (k *Keyring) DeriveRotating(purpose string) map[string][]byte {
	derived := make(map[string][]byte, len(k.keys))
	for id, key := range k.keys {
		derived[id] = derive(key, purpose)
	}
	return derived
}

func derive(key []byte, purpose string) []byte {
	derived, err := hkdf.Key(sha256.New, key, nil, "knowhow "+purpose, keySize)
	if err != nil { // only for lengths that SHA-256 cannot give
		panic("redact: derive key: " + err.Error())
	}
	return derived
}

// String, GoString, Format and LogValue keep keys out of any output.
func (k *Keyring) String() string               { return "redact.Keyring(hidden)" }
func (k *Keyring) GoString() string             { return k.String() }
func (k *Keyring) Format(s fmt.State, _ rune)   { _, _ = s.Write([]byte(k.String())) }
func (k *Keyring) LogValue() slog.Value         { return slog.StringValue(k.String()) }
func (k *Keyring) MarshalText() ([]byte, error) { return []byte(k.String()), nil }
