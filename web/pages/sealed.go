package pages

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// hold has the browser keep something it cannot read or change, for a time: on
// the way between two steps of signing in.
func (v *visit) hold(name string, what any, life time.Duration) error {
	text, err := json.Marshal(sealed{Until: v.Now().Add(life), What: what})
	if err != nil {
		return fmt.Errorf("write what is held: %w", err)
	}
	box, err := v.box()
	if err != nil {
		return err
	}
	nonce := make([]byte, box.NonceSize())
	_, _ = rand.Read(nonce) // never fails
	v.keep(name, base64.RawURLEncoding.EncodeToString(box.Seal(nonce, nonce, text, []byte(name))), life, http.SameSiteStrictMode)
	return nil
}

type sealed struct {
	Until time.Time
	What  any
}

// held reads what hold kept; false where there is nothing, or it is too old.
func (v *visit) held(name string, what any) bool {
	text, err := base64.RawURLEncoding.DecodeString(v.kept(name))
	if err != nil {
		return false
	}
	box, err := v.box()
	if err != nil || len(text) < box.NonceSize() {
		return false
	}
	plain, err := box.Open(nil, text[:box.NonceSize()], text[box.NonceSize():], []byte(name))
	if err != nil {
		return false
	}
	s := sealed{What: what}
	return json.Unmarshal(plain, &s) == nil && v.Now().Before(s.Until)
}

// drop has the browser forget what it holds.
func (v *visit) drop(name string) { v.keep(name, "", 0, http.SameSiteStrictMode) }

func (v *visit) box() (cipher.AEAD, error) {
	block, err := aes.NewCipher(v.Seal)
	if err != nil {
		return nil, fmt.Errorf("make the pages' cipher: %w", err)
	}
	return cipher.NewGCM(block)
}
