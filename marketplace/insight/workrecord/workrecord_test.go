package workrecord_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"testing"

	"knowhow/marketplace/insight/workrecord"
)

var (
	key    = workrecord.NewKey(bytes.Repeat([]byte{7}, 32))
	record = workrecord.Record{
		Issuer: "https://knowhow.example", IssuedOn: "2026-03-02", Person: workrecord.Person{ID: "x", Name: "Zoë <Z> & Co", Handle: "zoe"},
		Programs: []workrecord.Program{{
			Brand: "Brindlewave", Name: "Hilfe für alle", State: "left", Since: "2026-01-02", Certified: []string{"plans"},
			Topics: []workrecord.Topic{{Slug: "box", Answered: 3, Paid: 2, First: "2026-01-03", Last: "2026-02-01", Standing: &workrecord.Standing{Mean: .75, Low: .5, High: .9, Evidence: 3}}},
		}},
	}
)

func signed(t *testing.T) []byte {
	t.Helper()
	text, err := key.Sign(record)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestVerify(t *testing.T) {
	text := signed(t)
	for _, given := range [][]byte{text, append(slices.Clone(text), '\n')} {
		got, err := workrecord.Verify(key.Public(), given)
		want := record
		want.Format = workrecord.Format
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("Verify = %+v, %v", got, err)
		}
	}
	other := workrecord.NewKey(bytes.Repeat([]byte{8}, 32))
	if _, err := workrecord.Verify(other.Public(), text); !errors.Is(err, workrecord.ErrForged) {
		t.Errorf("by another key: %v", err)
	}
}

// Whatever bit of whatever byte is altered, and whatever byte is left out or put
// in, nothing verifies.
func TestOneAlteredByteFails(t *testing.T) {
	text := signed(t)
	fails := func(what string, i int, altered []byte) {
		if _, err := workrecord.Verify(key.Public(), altered); !errors.Is(err, workrecord.ErrForged) {
			t.Fatalf("%s at %d verifies: %v\n%s", what, i, err, altered)
		}
	}
	for i := range text {
		for bit := range 8 {
			altered := slices.Clone(text)
			altered[i] ^= 1 << bit
			fails("another bit", i, altered)
		}
		fails("one less", i, slices.Delete(slices.Clone(text), i, i+1))
		for _, more := range []byte(" \n0a\"}") {
			fails("one more", i, slices.Insert(slices.Clone(text), i, more))
		}
	}
}

// The documented way to verify needs nothing of ours.
func TestVerifyByHand(t *testing.T) {
	text := signed(t)
	end := bytes.LastIndex(text, []byte(`,"key":"`))
	var envelope struct{ Signature string }
	if err := json.Unmarshal(text, &envelope); err != nil {
		t.Fatal(err)
	}
	signature, err := base64.RawURLEncoding.DecodeString(envelope.Signature)
	if err != nil || !ed25519.Verify(key.Public(), text[len(`{"record":`):end], signature) {
		t.Errorf("the signature is not of the record's bytes: %v", err)
	}
}

func TestPublishedKeyIsReadBack(t *testing.T) {
	text, err := key.Published()
	if err != nil {
		t.Fatal(err)
	}
	if public, err := workrecord.ParsePublished(text); err != nil || !public.Equal(key.Public()) {
		t.Errorf("ParsePublished = %x, %v", public, err)
	}
	for _, bad := range []string{"", "{}", `{"keys":[{"kty":"OKP","crv":"Ed25519","x":"AAAA"}]}`, `{"keys":[{"kty":"RSA"}]}`} {
		if _, err := workrecord.ParsePublished([]byte(bad)); !errors.Is(err, workrecord.ErrNoKey) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}
