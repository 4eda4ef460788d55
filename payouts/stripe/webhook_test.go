package stripe_test

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stripe/stripe-go/v76/webhook"

	"knowhow/payouts"
	"knowhow/payouts/stripe"
)

const (
	ours      = "whsec_ours"
	connected = "whsec_connected"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func hearing(t *testing.T) *stripe.Client {
	return client(t, stripe.Options{Platform: ours, Connected: connected, Now: func() time.Time { return noon }})
}

func sign(at time.Time, body, secret string) string {
	return fmt.Sprintf("t=%d,v1=%s", at.Unix(), hex.EncodeToString(webhook.ComputeSignature(at, []byte(body), secret)))
}

// news is an event as Stripe writes it; the version is not the one we pin.
func news(kind, account, object, meta string, live bool) string {
	if account != "" {
		account = `"account": "` + account + `", `
	}
	return fmt.Sprintf(`{"id": "evt_1", "object": "event", "api_version": "2020-08-27", %s"created": %d, "livemode": %t, "type": %q,
		"data": {"object": {"id": %q, "metadata": {%s}}}}`, account, noon.Unix(), live, kind, object, meta)
}

func TestNotice(t *testing.T) {
	c, subject := hearing(t), uuid.New()
	body := news("transfer.reversed", "", "tr_1", `"payout_id": "`+subject.String()+`"`, false)
	n, err := c.Notice(payouts.PlatformNews, []byte(body), sign(noon, body, ours))
	want := payouts.Notice{
		Provider: "stripe", ID: "evt_1", Endpoint: payouts.PlatformNews, Kind: "transfer.reversed", Object: "tr_1", Subject: subject, SentAt: noon,
	}
	if err != nil || n != want {
		t.Fatalf("%+v, %v", n, err)
	}
	body = news("account.updated", "acct_1", "acct_1", "", false)
	n, err = c.Notice(payouts.ConnectedNews, []byte(body), sign(noon, body, connected))
	if err != nil || n.Account != "acct_1" || n.Object != "acct_1" || n.Subject != uuid.Nil {
		t.Fatalf("%+v, %v", n, err)
	}
	rolled := sign(noon, body, "whsec_old") + ",v1=" + strings.SplitN(sign(noon, body, connected), "v1=", 2)[1]
	if _, err := c.Notice(payouts.ConnectedNews, []byte(body), rolled); err != nil {
		t.Errorf("two signatures while a secret is rolled: %v", err)
	}
}

func TestNoticeRefused(t *testing.T) {
	c := hearing(t)
	body := news("balance.available", "", "", "", false)
	old, late := noon.Add(-5*time.Minute-time.Second), noon.Add(5*time.Minute+time.Second)
	tests := []struct {
		name      string
		endpoint  payouts.Endpoint
		body, sig string
		want      error
	}{
		{"not signed", payouts.PlatformNews, body, "", payouts.ErrNoticeForged},
		{"nonsense", payouts.PlatformNews, body, "t=now,v1=zz", payouts.ErrNoticeForged},
		{"no signature", payouts.PlatformNews, body, fmt.Sprintf("t=%d", noon.Unix()), payouts.ErrNoticeForged},
		{"another's secret", payouts.PlatformNews, body, sign(noon, body, "whsec_else"), payouts.ErrNoticeForged},
		{"no secret", payouts.PlatformNews, body, sign(noon, body, ""), payouts.ErrNoticeForged},
		{"the other endpoint's secret", payouts.ConnectedNews, body, sign(noon, body, ours), payouts.ErrNoticeForged},
		{"changed", payouts.PlatformNews, body + " ", sign(noon, body, ours), payouts.ErrNoticeForged},
		{"an old one with a new time", payouts.PlatformNews, body, fmt.Sprintf("t=%d,", noon.Unix()) + sign(old, body, ours), payouts.ErrNoticeForged},
		{"old", payouts.PlatformNews, body, sign(old, body, ours), payouts.ErrNoticeStale},
		{"for tomorrow", payouts.PlatformNews, body, sign(noon.Add(24*time.Hour), body, ours), payouts.ErrNoticeStale},
		{"a little too late", payouts.PlatformNews, body, sign(late, body, ours), payouts.ErrNoticeStale},
		{"live", payouts.PlatformNews, news("balance.available", "", "", "", true), "", payouts.ErrNoticeForeign},
		{"an account's", payouts.PlatformNews, news("account.updated", "acct_1", "acct_1", "", false), "", payouts.ErrNoticeForeign},
		{"our own", payouts.ConnectedNews, body, "", payouts.ErrNoticeForeign},
		{"no event", payouts.PlatformNews, `{"object": "list"}`, "", payouts.ErrNoticeForeign},
		{"no JSON", payouts.PlatformNews, `payload=1`, "", payouts.ErrNoticeForeign},
		{"an id with a NUL", payouts.PlatformNews, strings.ReplaceAll(news("balance.available", "", "ba_1", "", false), "ba_1", `ba_\u0000`), "", payouts.ErrNoticeForeign},
		{"endless ids", payouts.PlatformNews, news("balance.available", "", strings.Repeat("x", 300), "", false), "", payouts.ErrNoticeForeign},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.want == payouts.ErrNoticeForeign { // signed well: it is what it says that is wrong
				tt.sig = sign(noon, tt.body, map[payouts.Endpoint]string{payouts.PlatformNews: ours, payouts.ConnectedNews: connected}[tt.endpoint])
			}
			n, err := c.Notice(tt.endpoint, []byte(tt.body), tt.sig)
			if !errors.Is(err, tt.want) || n != (payouts.Notice{}) {
				t.Errorf("%+v, %v; want %v", n, err, tt.want)
			}
		})
	}
}

// stripe-go takes a signature made with an empty secret for good; a client without
// secrets takes none.
func TestNoticeWithoutSecrets(t *testing.T) {
	c := client(t, stripe.Options{Now: func() time.Time { return noon }})
	body := news("balance.available", "", "", "", false)
	if webhook.ValidatePayloadIgnoringTolerance([]byte(body), sign(noon, body, ""), "") != nil {
		t.Fatal("stripe-go has learned to refuse it")
	}
	if _, err := c.Notice(payouts.PlatformNews, []byte(body), sign(noon, body, "")); !errors.Is(err, payouts.ErrNoticeForged) {
		t.Fatal(err)
	}
}
