package access

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
)

// NewToken makes a token that opens something to whoever has it, 256 bits of
// chance in 43 characters fit for a URL, and the hash to keep of it.
func NewToken() (token string, hash []byte) {
	var random [32]byte
	_, _ = rand.Read(random[:]) // never fails: crypto/rand ends the program instead
	token = base64.RawURLEncoding.EncodeToString(random[:])
	return token, HashToken(token)
}

// HashToken is what is kept of a token, 32 bytes of SHA-256: there is nothing to
// guess in so much chance, so a plain hash will do.
func HashToken(token string) []byte {
	h := sha256.Sum256([]byte(token))
	return h[:]
}
