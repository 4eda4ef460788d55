package signin

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	_ "embed"
	"encoding/base64"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"

	"knowhow/marketplace"
)

const (
	minPassword  = 10  // characters
	maxPassword  = 200 // bytes
	minDifferent = 4   // characters that differ
)

//go:embed commonest.txt
var commonestText string

// commonest are passwords that everybody who guesses tries first.
var commonest = sync.OnceValue(func() map[string]bool {
	set := map[string]bool{}
	for _, word := range strings.Fields(commonestText) {
		set[word] = true
	}
	return set
})

// normalPassword checks a password that is to be set (NIST SP 800-63B, 5.1.1.2:
// length, and not what everybody tries first; no rules of composition) and
// gives the one form of all ways to type it. about is what others know of the
// person: address and name.
func normalPassword(password string, about ...string) (string, error) {
	refuse := func(reason string) (string, error) {
		return "", &marketplace.InvalidError{Field: "password", Reason: reason}
	}
	if err := marketplace.CheckText("password", password, 1, maxPassword); err != nil {
		return "", err
	}
	password = norm.NFKC.String(password)
	if utf8.RuneCountInString(password) < minPassword {
		return refuse(fmt.Sprintf("must have at least %d characters", minPassword))
	}
	low := plain(password)
	different := map[rune]bool{}
	for _, r := range low {
		different[r] = true
	}
	if len(different) < minDifferent {
		return refuse("repeats itself too much")
	}
	if commonest()[low] {
		return refuse("is one of those tried first")
	}
	for _, known := range about {
		local, _, _ := strings.Cut(known, "@")
		if low == plain(known) || low == plain(local) {
			return refuse("is the address or name")
		}
	}
	return password, nil
}

// plain is a word without case and space, to compare by.
func plain(s string) string {
	return strings.ToLower(strings.Join(strings.Fields(norm.NFKC.String(s)), ""))
}

// Hashing says how passwords are hashed. A hash made with other figures is
// replaced when its owner signs in.
type Hashing struct {
	Time      uint32 // passes
	MemoryKiB uint32
	Threads   uint8
	AtOnce    int // how many are worked on at once; zero: one per processor
}

// DefaultHashing is what OWASP's cheat sheet on password storage advises for
// argon2id with little memory: 19 MiB, two passes. About 26 ms on one core.
var DefaultHashing = Hashing{Time: 2, MemoryKiB: 19 << 10, Threads: 1}

const (
	saltSize = 16
	hashSize = 32
)

// hasher hashes passwords with argon2id, a few at a time: each needs memory and
// a processor. Safe for concurrent use.
type hasher struct {
	Hashing
	places chan struct{}
	nobody func() string
}

func newHasher(h Hashing) *hasher {
	if h.Time == 0 {
		h = DefaultHashing
	}
	if h.AtOnce <= 0 {
		h.AtOnce = runtime.GOMAXPROCS(0)
	}
	made := &hasher{Hashing: h, places: make(chan struct{}, h.AtOnce)}
	made.nobody = sync.OnceValue(func() string { return made.make(rand.Text()) })
	return made
}

// enter takes a place, or gives up when ctx ends.
func (h *hasher) enter(ctx context.Context) error {
	select {
	case h.places <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("wait to hash a password: %w", ctx.Err())
	}
}

func (h *hasher) leave() { <-h.places }

// hash makes the PHC string of a password.
func (h *hasher) hash(ctx context.Context, password string) (string, error) {
	if err := h.enter(ctx); err != nil {
		return "", err
	}
	defer h.leave()
	return h.make(password), nil
}

func (h *hasher) make(password string) string {
	salt := make([]byte, saltSize)
	_, _ = rand.Read(salt) // never fails: crypto/rand ends the program instead
	key := argon2.IDKey([]byte(password), salt, h.Time, h.MemoryKiB, h.Threads, hashSize)
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, h.MemoryKiB, h.Time, h.Threads,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(key))
}

// check compares a password with a PHC string; stale says that it was made with
// other figures. An empty string is nobody's, and costs what another would.
func (h *hasher) check(ctx context.Context, password, phc string) (ok, stale bool, err error) {
	if err := h.enter(ctx); err != nil {
		return false, false, err
	}
	defer h.leave()
	known := phc != ""
	if !known {
		phc = h.nobody()
	}
	made, salt, key, err := parsePHC(phc)
	if err != nil {
		return false, false, err
	}
	got := argon2.IDKey([]byte(norm.NFKC.String(password)), salt, made.Time, made.MemoryKiB, made.Threads, uint32(len(key)))
	same := subtle.ConstantTimeCompare(got, key) == 1
	made.AtOnce = h.AtOnce
	return same && known, made != h.Hashing, nil
}

func parsePHC(phc string) (made Hashing, salt, key []byte, err error) {
	broken := fmt.Errorf("a stored password hash is malformed")
	parts := strings.Split(phc, "$")
	if len(parts) != 6 || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return made, nil, nil, broken
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &made.MemoryKiB, &made.Time, &made.Threads); err != nil {
		return made, nil, nil, broken
	}
	salt, err1 := base64.RawStdEncoding.DecodeString(parts[4])
	key, err2 := base64.RawStdEncoding.DecodeString(parts[5])
	if err1 != nil || err2 != nil || made.Time == 0 || made.Threads == 0 || len(key) < 16 {
		return made, nil, nil, broken
	}
	return made, salt, key, nil
}
