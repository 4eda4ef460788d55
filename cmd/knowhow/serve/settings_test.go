package serve

import (
	"errors"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"knowhow/marketplace"
)

// parse reads a command line as main does.
func parse(t *testing.T, args ...string) (*Command, error) {
	t.Helper()
	var c Command
	parser, err := kong.New(&c)
	if err != nil {
		t.Fatal(err)
	}
	_, err = parser.Parse(args)
	return &c, err
}

var sound = []string{
	"--database-url=postgres://knowhow@db/knowhow", "--base-url=https://help.example.com",
	"--smtp-host=mail.example.com", "--mail-from=Help <help@example.com>",
}

func TestBadSettingsAreNamed(t *testing.T) {
	for _, c := range []struct{ flag, args string }{
		{"--listen", "--listen=8080"},
		{"--listen", "--listen=help.example.com:80"},
		{"--listen", "--listen=127.0.0.1:99999"},
		{"--listen", "--listen=127.0.0.1:"},
		{"--listen", "--demo --listen=0.0.0.0:8080"},
		{"--listen", "--demo --listen=:8080"},
		{"--listen", "--demo --listen=[2001:db8::1]:8080"},
		{"--metrics-listen", "--metrics-listen=9090"},
		{"--metrics-listen", "--demo --metrics-listen=0.0.0.0:9090"},
		{"--base-url", "--base-url=help.example.com"},
		{"--base-url", "--base-url=http://help.example.com"},
		{"--base-url", "--base-url=ftp://127.0.0.1"},
		{"--base-url", "--base-url=https://help.example.com/knowhow"},
		{"--base-url", "--base-url=https://help.example.com/?a=b"},
		{"--base-url", "--base-url=https://me:hush@help.example.com"},
		{"--base-url", "--base-url= --listen=0.0.0.0:8080"},
		{"--role", "--role=worker --database-url=sqlite:x.db"},
		{"--role", "--role=web --database-url=sqlite:x.db"},
		{"--role", "--role=boss"},
		{"--role", "--demo --role=web"},
		{"--traffic", "--traffic"},
		{"--workers", "--workers=65"},
		{"--workers", "--workers=-1"},
		{"--workers", "--workers=many"},
		{"--trusted-proxy", "--trusted-proxy=10.0.0.0/33"},
		{"--trusted-proxy", "--trusted-proxy=proxy.example.com"},
		{"--trusted-proxy", "--trusted-proxy=10.0.0.1,0.0.0.0/0"},
		{"--smtp-host", "--smtp-host="},
		{"--smtp-port", "--smtp-port=70000"},
		{"--smtp-tls", "--smtp-tls=maybe"},
		{"--mail-from", "--mail-from="},
		{"--mail-from", "--mail-from=nobody"},
		{"--mail-dir", "--mail-dir=mail"},
		{"--database-url", "--database-url=mysql://db/knowhow"},
		{"--caller-limit", "--caller-limit=0"},
		{"--address-limit", "--address-limit=0"},
		{"--sign-in-limit", "--sign-in-limit=0"},
		{"--payouts-per-second", "--payouts-per-second=0"}, {"--payouts-per-second", "--payouts-per-second=1001"},
		{"--payouts-at-once", "--payouts-at-once=0"}, {"--payouts-at-once", "--payouts-at-once=31"},
		{"--customer-session-limit", "--customer-session-limit=-1"},
		{"--streams-per-caller", "--streams-per-caller=0"}, {"--streams-per-caller", "--streams-per-caller=1001"},
		{"--streams-per-address", "--streams-per-address=0"},
		{"--shutdown-timeout", "--shutdown-timeout=0s"},
		{"--shutdown-delay", "--shutdown-delay=-1s"},
		{"--shutdown-delay", "--shutdown-delay=soon"},
	} {
		command, err := parse(t, append(append([]string{}, sound...), strings.Fields(c.args)...)...)
		if err == nil {
			if _, err = command.settings(); err != nil && !errors.Is(err, marketplace.ErrInvalid) {
				t.Errorf("%s: %v is not ErrInvalid", c.args, err)
			}
		}
		if err == nil || !strings.Contains(err.Error(), c.flag) || strings.Contains(err.Error(), "hush") {
			t.Errorf("%s: refused with %v, want %s named", c.args, err, c.flag)
		}
	}
}

func TestSettings(t *testing.T) {
	for _, c := range []struct {
		args    string
		base    string
		workers int
		web     bool
	}{
		{"", "https://help.example.com", 4, true},
		{"--role=web", "https://help.example.com", 0, true},
		{"--role=web --smtp-host= --mail-from=", "https://help.example.com", 0, true}, // sends nothing itself
		{"--role=worker --workers=9", "https://help.example.com", 9, false},
		{"--database-url=sqlite:x.db", "https://help.example.com", 4, true},
		{"--base-url=https://help.example.com:8443/ --listen=0.0.0.0:8080", "https://help.example.com:8443", 4, true},
		{"--base-url=http://localhost:8080", "http://localhost:8080", 4, true},
		{"--base-url= --listen=[::1]:0", "", 4, true},
		{"--demo --smtp-host= --mail-from= --base-url= --database-url=sqlite:x.db", "", 4, true},
	} {
		command, err := parse(t, append(append([]string{}, sound...), strings.Fields(c.args)...)...)
		if err != nil {
			t.Fatal(err)
		}
		got, err := command.settings()
		base := ""
		if got.base != nil {
			base = got.base.String()
		}
		if err != nil || base != c.base || got.workers != c.workers || got.web != c.web {
			t.Errorf("%q: %v; base %q, %d workers, web %v; want %+v", c.args, err, base, got.workers, got.web, c)
		}
	}
}

func TestTrustedProxies(t *testing.T) {
	t.Setenv("KNOWHOW_TRUSTED_PROXIES", "10.1.2.3/8,192.0.2.7,2001:db8::/32")
	command, err := parse(t, sound...)
	if err != nil {
		t.Fatal(err)
	}
	got, err := command.settings()
	if err != nil || len(got.proxies) != 3 || got.proxies[0].String() != "10.0.0.0/8" || got.proxies[1].String() != "192.0.2.7/32" {
		t.Errorf("proxies %v, %v", got.proxies, err)
	}
}
