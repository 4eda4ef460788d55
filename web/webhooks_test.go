package web_test

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stripe/stripe-go/v76/webhook"
	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/markettest"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
	"knowhow/payouts/stripe"
	"knowhow/web"
	"knowhow/web/webtest"
)

const (
	platformHook  = "/webhooks/stripe/platform"
	connectedHook = "/webhooks/stripe/connected"
)

// hooked serves a market that Stripe tells its news.
func hooked(t *testing.T, db *sqldb.DB) *webtest.Server {
	return webtest.New(t, db, func(m *markettest.Market, _ *web.Options) {
		c, err := stripe.New(stripe.Options{
			Key: "sk_test_1", Base: &url.URL{Scheme: "https", Host: "help.example.com"}, Now: m.Clock.Now,
			Platform: "whsec_platform", Connected: "whsec_connected",
		})
		if err != nil {
			t.Fatal(err)
		}
		m.Provide(nil, c.Notice)
	})
}

// tell sends a webhook as Stripe does, signed with a secret at a time.
func tell(s *webtest.Server, path, body, secret string, at time.Time) webtest.Answer {
	s.T.Helper()
	r, err := http.NewRequestWithContext(s.Ctx(), http.MethodPost, s.URL+path, strings.NewReader(body))
	if err != nil {
		s.T.Fatal(err)
	}
	sig := webhook.ComputeSignature(at, []byte(body), secret)
	r.Header.Set("Stripe-Signature", fmt.Sprintf("t=%d,v1=%s", at.Unix(), hex.EncodeToString(sig)))
	r.Header.Set("Content-Type", "application/json; charset=utf-8")
	return s.Send(r)
}

func eventOf(kind, account string) string {
	if account != "" {
		account = `"account": "` + account + `",`
	}
	// The spaces are Stripe's: the body is signed as it comes.
	return `{ "id":  "evt_` + kind + `", ` + account + ` "object": "event", "type": "` + kind + `", "livemode": false, "created": 1000000000,
  "data": {"object": {"id": "acct_1"}} }`
}

func noticesKept(s *webtest.Server) (n int64) {
	s.T.Helper()
	err := s.Store.Read(s.Ctx(), marketplace.AllBrands, func(tx *gorm.DB) error { return tx.Table("provider_notices").Count(&n).Error })
	if err != nil {
		s.T.Fatal(err)
	}
	return n
}

func TestWebhooksAreKept(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		s := hooked(t, db)
		now := s.Clock.Now()
		for range 2 {
			if a := tell(s, platformHook, eventOf("balance.available", ""), "whsec_platform", now); a.Status != http.StatusNoContent {
				t.Fatalf("%d %s", a.Status, a.Body)
			}
		}
		if a := tell(s, connectedHook, eventOf("account.updated", "acct_1"), "whsec_connected", now); a.Status != http.StatusNoContent {
			t.Fatalf("%d %s", a.Status, a.Body)
		}
		if n := noticesKept(s); n != 2 {
			t.Errorf("%d are kept", n)
		}
	})
}

// Forged, stale, foreign and endless webhooks are problems, and leave nothing.
func TestWebhooksAreRefused(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		s := hooked(t, db)
		now, body := s.Clock.Now(), eventOf("balance.available", "")
		for _, tt := range []struct {
			name, path, body, secret string
			at                       time.Time
			status                   int
			code                     string
		}{
			{"forged", platformHook, body, "whsec_else", now, 400, "webhook_forged"},
			{"with no secret", platformHook, body, "", now, 400, "webhook_forged"},
			{"by the other endpoint's secret", connectedHook, body, "whsec_platform", now, 400, "webhook_forged"},
			{"stale", platformHook, body, "whsec_platform", now.Add(-time.Hour), 400, "webhook_stale"},
			{"from tomorrow", platformHook, body, "whsec_platform", now.Add(24 * time.Hour), 400, "webhook_stale"},
			{"of an account", platformHook, eventOf("account.updated", "acct_1"), "whsec_platform", now, 400, "webhook_foreign"},
			{"of ourselves", connectedHook, body, "whsec_connected", now, 400, "webhook_foreign"},
			{"live", platformHook, strings.Replace(body, "false", "true", 1), "whsec_platform", now, 400, "webhook_foreign"},
			{"nonsense", platformHook, "[]", "whsec_platform", now, 400, "webhook_foreign"},
			{"endless", platformHook, string(bytes.Repeat([]byte(" "), 600<<10)), "whsec_platform", now, 413, "too_large"},
			{"to nobody", "/webhooks/stripe", body, "whsec_platform", now, 404, "not_found"},
		} {
			a := tell(s, tt.path, tt.body, tt.secret, tt.at)
			if a.Status != tt.status || !strings.Contains(string(a.Body), `"`+tt.code+`"`) {
				t.Errorf("%s: %d %s, want %d %s", tt.name, a.Status, a.Body, tt.status, tt.code)
			}
		}
		if n := noticesKept(s); n != 0 {
			t.Errorf("%d are kept", n)
		}
	})
}

// Where no provider is configured there is nothing to tell.
func TestNoWebhooksInTheSandbox(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		s := webtest.New(t, db)
		if a := tell(s, platformHook, eventOf("balance.available", ""), "whsec_platform", s.Clock.Now()); a.Status != http.StatusNotFound {
			t.Errorf("%d %s", a.Status, a.Body)
		}
	})
}
