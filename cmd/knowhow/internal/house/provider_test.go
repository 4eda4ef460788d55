package house

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var help = &url.URL{Scheme: "https", Host: "help.example.com"}

func secrets(t *testing.T, key, platform, connected string) {
	t.Helper()
	t.Setenv(stripeKeyVariable, key)
	t.Setenv(platformHookVariable, platform)
	t.Setenv(connectedHookVariable, connected)
}

func TestStripeOfTheEnvironment(t *testing.T) {
	secrets(t, "", "", "")
	c, err := ProviderFlag{}.Stripe(help, time.Now, nil)
	if c != nil || err != nil || !strings.Contains(Told(c), "no real money") || NeedWebhooks(c) != nil {
		t.Fatalf("without a key: %v, %v, %s", c, err, Told(c))
	}
	secrets(t, "sk_live_secret", "whsec_1", "whsec_2")
	if c, err = (ProviderFlag{}).Stripe(help, time.Now, nil); err != nil || Told(c) != stripeLive || NeedWebhooks(c) != nil {
		t.Fatalf("live: %v, %s", err, Told(c))
	}
	secrets(t, "sk_test_secret", "", "")
	if c, err = (ProviderFlag{}).Stripe(help, time.Now, nil); err != nil || !strings.Contains(Told(c), "no real money") || NeedWebhooks(c) == nil {
		t.Fatalf("without the webhooks' secrets: %v, %s", err, Told(c))
	}
}

// What is of no use is refused by the variable's name, and no secret is told.
func TestStripeRefused(t *testing.T) {
	for _, s := range [][3]string{
		{"", "whsec_hush", "whsec_hush"}, {"sk_live_hush", "whsec_hush", ""}, {"pk_live_hush", "", ""},
		{"sk_live_hush", "hush", "hush"},
	} {
		secrets(t, s[0], s[1], s[2])
		_, err := ProviderFlag{}.Stripe(help, time.Now, nil)
		if err == nil || !strings.Contains(err.Error(), stripeKeyVariable) || strings.Contains(err.Error(), "hush") {
			t.Errorf("%v: %v", s, err)
		}
	}
}

func TestStripeOfCredentials(t *testing.T) {
	secrets(t, "", "", "")
	dir := t.TempDir()
	t.Setenv("CREDENTIALS_DIRECTORY", dir)
	for name, text := range map[string]string{
		stripeKeyCredential: "rk_test_1\n", platformHookCredential: "whsec_1\n", connectedHookCredential: "whsec_2\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c, err := ProviderFlag{}.Stripe(help, time.Now, nil)
	if err != nil || c == nil || !c.Hears() {
		t.Fatalf("%v, %v", c, err)
	}
}
