package signin

import (
	"errors"
	"net/netip"
	"strings"
	"testing"

	"knowhow/marketplace"
)

func TestNormalPassword(t *testing.T) {
	for _, c := range []struct{ password, want string }{
		{"difference engine", "difference engine"},
		{"Ünïcødé¡1", ""},                          // nine characters
		{"Ünïcødé¡12", "Ünïcødé¡12"},               // ten
		{"Zu\u0308rich Bahnhof", "Zürich Bahnhof"}, // composed
		{"ｆｕｌｌ－ｗｉｄｔｈ", "full-width"},
		{"пароль с пробелами", "пароль с пробелами"},
		{strings.Repeat("abcdefghij", 20), strings.Repeat("abcdefghij", 20)},
		{strings.Repeat("abcdefghij", 20) + "k", ""},
		{"", ""}, {"short", ""}, {"aaaaaaaaaaaaa", ""}, {"abababababab", ""}, {"1234567890", ""}, {"PassWord123", ""}, {"qwerty uiop", ""},
		{"ada@example.org", ""}, {"ADA@example.org", ""}, {"ada.lovelace", ""}, {"Ada King Noel", ""}, {"adakingnoel", ""},
		{"bad\xffutf8 here", ""}, {"NUL\x00 in the middle", ""},
	} {
		got, err := normalPassword(c.password, "ada.lovelace@example.org", "ada@example.org", "Ada King Noel")
		if got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("normalPassword(%q) = %q, %v; want %q", c.password, got, err, c.want)
		}
		if err != nil && !errors.Is(err, marketplace.ErrInvalid) {
			t.Errorf("normalPassword(%q): %v", c.password, err)
		}
		if err != nil && len(c.password) > 5 && strings.Contains(err.Error(), c.password) {
			t.Errorf("the error quotes the password: %v", err)
		}
	}
}

func TestTheCommonestAreLongEnoughToMatter(t *testing.T) {
	if n := len(commonest()); n < 200 {
		t.Errorf("%d passwords are refused, want 200", n)
	}
	for word := range commonest() {
		if len(word) < minPassword || word != plain(word) {
			t.Errorf("%q can never be met", word)
		}
	}
}

func TestParsePHC(t *testing.T) {
	h := newHasher(Hashing{Time: 1, MemoryKiB: 64, Threads: 1})
	good, err := h.hash(t.Context(), "difference engine")
	if err != nil {
		t.Fatal(err)
	}
	if ok, stale, err := h.check(t.Context(), "difference engine", good); !ok || stale || err != nil {
		t.Errorf("check = %v, %v, %v", ok, stale, err)
	}
	if ok, _, err := h.check(t.Context(), "difference engine", ""); ok || err != nil {
		t.Errorf("nobody's password is right: %v", err)
	}
	for _, bad := range []string{
		"x", strings.Replace(good, "argon2id", "argon2i", 1), strings.Replace(good, "v=19", "v=16", 1), strings.Replace(good, "t=1", "t=0", 1),
		strings.Replace(good, "p=1", "p=999", 1), good + "$", good[:len(good)-30], good + "!",
	} {
		if ok, _, err := h.check(t.Context(), "difference engine", bad); ok || err == nil {
			t.Errorf("check against %q = %v, %v", bad, ok, err)
		}
	}
}

func TestSourceOfAClient(t *testing.T) {
	for address, want := range map[string]string{
		"192.0.2.7": "192.0.2.7", "::ffff:192.0.2.7": "192.0.2.7", "2001:db8:1:2:3::4": "2001:db8:1:2::/64", "fe80::1%eth0": "fe80::/64",
	} {
		if got := (Client{Address: netip.MustParseAddr(address)}).source(); got != want {
			t.Errorf("%s counts as %q, want %q", address, got, want)
		}
	}
	if got := (Client{}).source(); got != "" {
		t.Errorf("of nowhere: %q", got)
	}
}
