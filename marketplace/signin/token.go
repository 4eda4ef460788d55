package signin

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
)

// tokenKeys make and know the tokens of sessions.
type tokenKeys struct{ next, mark []byte }

const (
	secretSize = 32
	markSize   = 16
)

// turn is a session's token, taken apart: whose it is, the secret of this turn,
// and the mark by which we know it for one of ours. A mark alone opens nothing:
// the turn must be the session's current one. But a marked token that is not
// was good once, and a forged one never.
type turn struct {
	session SessionID
	secret  [secretSize]byte
}

// first makes the token of a session's first turn.
func (k tokenKeys) first(id SessionID) turn {
	t := turn{session: id}
	_, _ = rand.Read(t.secret[:]) // never fails: crypto/rand ends the program instead
	return t
}

// after makes the next turn: always the same after the same, so that a repeat
// gets what the first got, with nothing kept to tell it by.
func (k tokenKeys) after(t turn) turn {
	mac := hmac.New(sha256.New, k.next)
	mac.Write(t.session[:])
	mac.Write(t.secret[:])
	return turn{session: t.session, secret: [secretSize]byte(mac.Sum(nil))}
}

func (k tokenKeys) marked(t turn) []byte {
	mac := hmac.New(sha256.New, k.mark)
	mac.Write(t.session[:])
	mac.Write(t.secret[:])
	raw := append(append(make([]byte, 0, 16+secretSize+markSize), t.session[:]...), t.secret[:]...)
	return append(raw, mac.Sum(nil)[:markSize]...)
}

// write gives the token as text.
func (k tokenKeys) write(t turn) string { return base64.RawURLEncoding.EncodeToString(k.marked(t)) }

// read takes a token apart; ok is false for what is none of ours.
func (k tokenKeys) read(token string) (t turn, ok bool) {
	if len(token) != base64.RawURLEncoding.EncodedLen(16+secretSize+markSize) {
		return turn{}, false
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil {
		return turn{}, false
	}
	t = turn{session: SessionID(raw[:16]), secret: [secretSize]byte(raw[16 : 16+secretSize])}
	return t, hmac.Equal(raw, k.marked(t))
}

// hash is what is kept of a turn.
func (t turn) hash() []byte {
	h := sha256.Sum256(t.secret[:])
	return h[:]
}
