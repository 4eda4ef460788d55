package redact

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

func mustKeyring(t *testing.T, value string) *Keyring {
	t.Helper()
	k, err := ParseKeyring(value)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// testKey is a key of one byte repeated.
func testKey(b byte) string {
	return base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{b}, keySize))
}

func TestSealOpen(t *testing.T) {
	k := mustKeyring(t, GenerateKeys("k1"))
	for _, plain := range []string{"", "x", strings.Repeat("Dana ", 1000)} {
		sealed, err := k.Seal([]byte(plain), "messages.body/1")
		if err != nil {
			t.Fatal(err)
		}
		if len(plain) > 1 && bytes.Contains(sealed, []byte(plain[:4])) {
			t.Error("plaintext shows")
		}
		got, err := k.Open(sealed, "messages.body/1")
		if err != nil || string(got) != plain {
			t.Errorf("Open = %q, %v", got, err)
		}
		if _, err := k.Open(sealed, "messages.body/2"); !errors.Is(err, ErrSealBroken) {
			t.Errorf("in another row: %v, want ErrSealBroken", err)
		}
	}
	a, _ := k.Seal([]byte("x"), "c")
	b, _ := k.Seal([]byte("x"), "c")
	if bytes.Equal(a, b) {
		t.Error("two seals are the same")
	}
}

// TestSealTampered: no byte may change, none may be missing.
func TestSealTampered(t *testing.T) {
	k := mustKeyring(t, "k1:"+testKey(1)+",k2:"+testKey(2)+",index:"+testKey(9))
	sealed, err := k.Seal([]byte("secret"), "c")
	if err != nil {
		t.Fatal(err)
	}
	for i := range sealed {
		for _, flip := range []byte{1, 3, 0x80} {
			broken := bytes.Clone(sealed)
			broken[i] ^= flip
			if _, err := k.Open(broken, "c"); !errors.Is(err, ErrSealBroken) && !errors.Is(err, ErrUnknownKey) {
				t.Fatalf("byte %d changed: %v", i, err)
			}
		}
		if _, err := k.Open(sealed[:i], "c"); !errors.Is(err, ErrSealBroken) {
			t.Fatalf("cut to %d: %v", i, err)
		}
	}
	// The header cannot lend bytes to the context.
	if _, err := k.Open(sealed, "kc"); !errors.Is(err, ErrSealBroken) {
		t.Errorf("longer context: %v", err)
	}
}

// TestRotation: a new key seals, the old still opens, and can go after Reseal.
func TestRotation(t *testing.T) {
	old := mustKeyring(t, "k1:"+testKey(1)+",index:"+testKey(9))
	both := mustKeyring(t, "k2:"+testKey(2)+",k1:"+testKey(1)+",index:"+testKey(9))
	fresh := mustKeyring(t, "k2:"+testKey(2)+",index:"+testKey(9))
	sealed, _ := old.Seal([]byte("x"), "c")
	if _, err := fresh.Open(sealed, "c"); !errors.Is(err, ErrUnknownKey) {
		t.Errorf("without the old key: %v, want ErrUnknownKey", err)
	}
	moved, changed, err := both.Reseal(sealed, "c")
	if err != nil || !changed {
		t.Fatalf("Reseal: changed %v, %v", changed, err)
	}
	if got, err := fresh.Open(moved, "c"); err != nil || string(got) != "x" {
		t.Errorf("after Reseal: %q, %v", got, err)
	}
	if _, changed, err := both.Reseal(moved, "c"); err != nil || changed {
		t.Errorf("second Reseal: changed %v, %v", changed, err)
	}
	brand := [16]byte{1}
	if !bytes.Equal(old.BlindIndex(brand, "email", "a@b.c"), fresh.BlindIndex(brand, "email", "a@b.c")) ||
		!bytes.Equal(old.Derive("redact"), fresh.Derive("redact")) {
		t.Error("rotation changed the blind index or a derived key")
	}
}

func TestBlindIndex(t *testing.T) {
	k := mustKeyring(t, GenerateKeys("k1"))
	one, two := [16]byte{1}, [16]byte{2}
	same := func(kind, a, b string) bool {
		return bytes.Equal(k.BlindIndex(one, kind, a), k.BlindIndex(one, kind, b))
	}
	if !same("email", " Dana@Example.COM ", "dana@example.com") || same("email", "dana@example.com", "dan@example.com") {
		t.Error("e-mail is not normalised")
	}
	if !same("phone", "+44 7700 900123", "0044 (7700) 900-123") || same("phone", "+447700900123", "+447700900124") {
		t.Error("phone is not normalised")
	}
	if bytes.Equal(k.BlindIndex(one, "email", "a@b.c"), k.BlindIndex(two, "email", "a@b.c")) {
		t.Error("two brands share an index")
	}
	if bytes.Equal(k.BlindIndex(one, "email", "a@b.c"), k.BlindIndex(one, "handle", "a@b.c")) {
		t.Error("two kinds share an index")
	}
	if n := len(k.BlindIndex(one, "email", "")); n != indexSize {
		t.Errorf("size %d", n)
	}
}

func TestParseKeyring(t *testing.T) {
	good := "k1:" + testKey(1) + ",index:" + testKey(9)
	tests := []struct {
		value string
		want  error
	}{
		{good, nil}, {" " + good + " ,\n", nil}, {"", ErrNoKeys}, {"index:" + testKey(9), ErrNoKeys}, {"k1:" + testKey(1), ErrNoKeys},
		{"k1:AAAA,index:" + testKey(9), ErrBadKey}, {good + ",k1:" + testKey(2), ErrBadKey}, {good + ",index:" + testKey(2), ErrBadKey},
		{"k 1:" + testKey(1), ErrBadKey}, {testKey(1), ErrBadKey}, {strings.Repeat("k", 33) + ":" + testKey(1), ErrBadKey},
	}
	for _, tt := range tests {
		_, err := ParseKeyring(tt.value)
		if !errors.Is(err, tt.want) {
			t.Errorf("ParseKeyring(%.20q…) = %v, want %v", tt.value, err, tt.want)
		}
		if err != nil && (strings.Contains(err.Error(), testKey(1)) || strings.Contains(err.Error(), "AAAA")) {
			t.Errorf("error shows a key: %v", err)
		}
	}
	var empty Keyring
	if _, err := empty.Seal(nil, ""); !errors.Is(err, ErrNoKeys) {
		t.Errorf("zero Keyring: %v", err)
	}
}

// TestKeyringHidden: no way of printing shows a key.
func TestKeyringHidden(t *testing.T) {
	k := mustKeyring(t, "k1:"+testKey('A')+",index:"+testKey('B'))
	var out bytes.Buffer
	timeless := &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{} // its digits may be any
		}
		return a
	}}
	slog.New(slog.NewTextHandler(&out, timeless)).Info("x", "keys", k)
	slog.New(slog.NewJSONHandler(&out, timeless)).Info("x", "keys", k)
	fmt.Fprintf(&out, "%v %+v %#v %s %q %x %d", k, k, k, k, k, k, k)
	for _, leak := range []string{"AAAA", "BBBB", "4141", "4242", "65 65", "66 66", testKey('A')[:8], "0x41", "0x42"} {
		if strings.Contains(out.String(), leak) {
			t.Errorf("output shows %q: %s", leak, out.String())
		}
	}
}

func TestKeyFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "knowhow.keys")
	if _, err := LoadKeyFile(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	// Sixteen processes start at once: all have the same keys.
	indexes := make([]string, 16)
	var wg sync.WaitGroup
	for i := range indexes {
		wg.Go(func() {
			k, err := LoadOrCreateKeyFile(path)
			if err != nil {
				t.Error(err)
				return
			}
			indexes[i] = string(k.BlindIndex([16]byte{}, "email", "a@b.c"))
		})
	}
	wg.Wait()
	for _, index := range indexes {
		if index != indexes[0] {
			t.Fatal("two starts made different keys")
		}
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".keys-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != keyFileMode {
		t.Fatalf("mode %v, %v", info.Mode(), err)
	}
	for _, mode := range []os.FileMode{0o640, 0o604, 0o620, 0o644} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := LoadOrCreateKeyFile(path); !errors.Is(err, ErrKeyFileMode) {
			t.Errorf("mode %o: %v, want ErrKeyFileMode", mode, err)
		}
	}
}
