package stripe_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"

	"knowhow/payouts"
	"knowhow/payouts/stripe"
)

// fake answers every request alike, and keeps the keys they came with.
type fake struct {
	status int
	body   string
	length int64 // promised; 0: what there is
	err    error
	header http.Header
	keys   []string
}

func (f *fake) RoundTrip(r *http.Request) (*http.Response, error) {
	f.keys = append(f.keys, r.Header.Get("Idempotency-Key"))
	if f.err != nil {
		return nil, f.err
	}
	if r.Header.Get("X-Stripe-Client-Telemetry") != "" {
		return nil, errors.New("telemetry is on")
	}
	var body io.Reader = strings.NewReader(f.body)
	if f.length > int64(len(f.body)) {
		body = io.MultiReader(body, cutOff{})
	}
	header := f.header
	if header == nil {
		header = http.Header{}
	}
	return &http.Response{StatusCode: f.status, Header: header, Body: io.NopCloser(body), Request: r}, nil
}

// cutOff is a connection that breaks.
type cutOff struct{}

func (cutOff) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func problem(kind, code string) string {
	return `{"error": {"type": "` + kind + `", "code": "` + code + `", "message": "secret words"}}`
}

const aTransfer = `{"id": "tr_1", "object": "transfer", "amount": 1500, "currency": "eur", "destination": "acct_1"}`

// unknown is what is nobody's answer: payouts looks before it does anything.
const unknown payouts.Class = ""

func TestAnswersAreClassified(t *testing.T) {
	tests := []struct {
		name  string
		fake  fake
		class payouts.Class
		code  string
	}{
		{"cut off with its length known", fake{status: 200, body: aTransfer[:30], length: 99}, unknown, ""},
		{"cut off", fake{status: 200, body: aTransfer[:30]}, unknown, ""},
		{"empty", fake{status: 200, body: "{}"}, unknown, ""},
		{"of another currency there is not", fake{status: 200, body: `{"id": "tr_1", "amount": 1, "currency": "zzz"}`}, unknown, ""},
		{"a gateway's page", fake{status: 502, body: "<html>Bad Gateway</html>"}, unknown, ""},
		{"a page instead", fake{status: 200, body: "<html>Sign in to the network</html>"}, unknown, ""},
		{"a redirect", fake{status: 302, body: "{}", header: http.Header{"Location": {"https://evil.example/"}}}, unknown, ""},
		{"no connection", fake{err: io.EOF}, unknown, ""},
		{"too slow", fake{err: context.DeadlineExceeded}, unknown, ""},
		{"in use", fake{status: 409, body: problem("invalid_request_error", "lock_timeout")}, payouts.Retryable, "lock_timeout"},
		{"too many", fake{status: 429, body: problem("invalid_request_error", "rate_limit")}, payouts.Retryable, "rate_limit"},
		{"not now", fake{status: 503, body: problem("api_error", "")}, payouts.Retryable, "api_error"},
		{"broken", fake{status: 500, body: problem("api_error", "")}, payouts.Ambiguous, "api_error"},
		{"broken behind", fake{status: 424, body: problem("api_error", "")}, payouts.Ambiguous, "api_error"},
		{"key used otherwise", fake{status: 400, body: problem("idempotency_error", "")}, payouts.Ambiguous, "idempotency_error"},
		{"too little there", fake{status: 400, body: problem("invalid_request_error", "balance_insufficient")}, payouts.Deferred, "balance_insufficient"},
		{"our key is withdrawn", fake{status: 401, body: problem("invalid_request_error", "api_key_expired")}, payouts.Deferred, "api_key_expired"},
		{"our key may not", fake{status: 403, body: problem("invalid_request_error", "")}, payouts.Deferred, "invalid_request_error"},
		{"disconnected", fake{status: 403, body: problem("invalid_request_error", "account_invalid")}, payouts.Definitive, payouts.CodeAccountRestricted},
		{"not yet enabled", fake{status: 400, body: problem("invalid_request_error", "insufficient_capabilities_for_transfer")}, payouts.Definitive, payouts.CodeAccountRestricted},
		{"no such account", fake{status: 400, body: problem("invalid_request_error", "resource_missing")}, payouts.Definitive, payouts.CodeAccountRestricted},
		{"no such route", fake{status: 404, body: problem("invalid_request_error", "")}, payouts.Definitive, "invalid_request_error"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := client(t, stripe.Options{Transport: &tt.fake})
			_, err := c.Move(context.Background(), request(payouts.MoveTransfer, ""))
			var told *payouts.ProviderError
			if known := errors.As(err, &told); err == nil || known != (tt.class != unknown) {
				t.Fatalf("%v", err)
			}
			if told != nil && (told.Class != tt.class || told.Code != tt.code) {
				t.Errorf("%s %s, want %s %s", told.Class, told.Code, tt.class, tt.code)
			}
			if len(tt.fake.keys) != 1 || tt.fake.keys[0] != "k8" {
				t.Errorf("sent with the keys %q: what moves money is not repeated in here", tt.fake.keys)
			}
			if strings.Contains(err.Error(), "secret words") {
				t.Errorf("tells what Stripe says in words: %v", err)
			}
		})
	}
}

// Our own balance fills again; an expert's account that has too little is no reason
// to wait.
func TestWhoseBalanceIsTooLow(t *testing.T) {
	for kind, want := range map[payouts.MoveKind]payouts.Class{
		payouts.MoveTransfer: payouts.Deferred, payouts.MoveRefund: payouts.Deferred,
		payouts.MoveReversal: payouts.Definitive, payouts.MoveInstant: payouts.Definitive,
	} {
		c := client(t, stripe.Options{Transport: &fake{status: 400, body: problem("invalid_request_error", "balance_insufficient")}})
		_, err := c.Move(context.Background(), request(kind, "ch_1"))
		var told *payouts.ProviderError
		if !errors.As(err, &told) || told.Class != want {
			t.Errorf("%s: %v, want %s", kind, err, want)
		}
	}
}

// What a decline says is the card's; the payment is over.
func TestDeclinedCard(t *testing.T) {
	f := &fake{status: 402, body: `{"error": {"type": "card_error", "code": "card_declined", "decline_code": "insufficient_funds"}}`}
	c := client(t, stripe.Options{Transport: f})
	_, err := c.Charge(context.Background(), payouts.ChargeRequest{IdempotencyKey: "k", Payment: uuid.New(), Payer: "cus_1", Card: "pm_1", Amount: eur(100)})
	var told *payouts.ProviderError
	if !errors.As(err, &told) || told.Class != payouts.Definitive || told.Code != "insufficient_funds" || len(f.keys) != 1 {
		t.Fatalf("%v, %d requests", err, len(f.keys))
	}
}

// Money in a currency that there is not keeps no other from being read; the log
// tells of it.
func TestForeignMoneyIsLeftOut(t *testing.T) {
	var log bytes.Buffer
	told := slog.New(slog.NewTextHandler(&log, nil))
	c := client(t, stripe.Options{Log: told, Transport: &fake{status: 200, body: `{"object": "balance", "available": [{"amount": 7, "currency": "zzz"},
		{"amount": 1500, "currency": "eur"}], "pending": [{"amount": 9, "currency": "zzz"}]}`}})
	sums, err := c.Balance(context.Background())
	if err != nil || len(sums) != 1 || sums[0] != (payouts.ProviderBalance{Currency: "EUR", Available: 1500}) {
		t.Errorf("balance %+v, %v", sums, err)
	}
	c = client(t, stripe.Options{Log: told, Transport: &fake{status: 200, body: `{"object": "list", "has_more": false, "data": [
		{"id": "txn_1", "amount": 7, "net": 7, "currency": "zzz"}, {"id": "txn_2", "amount": 1500, "net": 1500, "currency": "eur"}]}`}})
	page, err := c.BalanceTransactions(context.Background(), payouts.BalanceQuery{})
	if err != nil || len(page.Entries) != 1 || page.Entries[0].ID != "txn_2" {
		t.Errorf("books %+v, %v", page.Entries, err)
	}
	c = client(t, stripe.Options{Log: told, Transport: &fake{status: 200, body: `{"object": "list", "has_more": true, "data": [
		{"id": "txn_3", "amount": 1500, "net": 1500, "currency": "eur"}, {"id": "txn_4", "amount": 7, "net": 7, "currency": "zzz"}]}`}})
	page, err = c.BalanceTransactions(context.Background(), payouts.BalanceQuery{})
	if err != nil || len(page.Entries) != 1 || !page.More || page.Next != "txn_4" {
		t.Errorf("the page before %+v, %v", page, err)
	}
	if text := log.String(); strings.Count(text, "zzz") != 4 || !strings.Contains(text, "txn_1") {
		t.Errorf("log: %s", text)
	}
}

// What is safe to repeat is repeated, under one key, and the log has no secrets.
func TestRepeats(t *testing.T) {
	var log bytes.Buffer
	f := &fake{status: 409, body: problem("invalid_request_error", "lock_timeout")}
	c := client(t, stripe.Options{Transport: f, Log: slog.New(slog.NewTextHandler(&log, nil))})
	if _, err := c.CreatePayer(context.Background(), payouts.PayerRequest{IdempotencyKey: "payer_1", Brand: uuid.New()}); err == nil {
		t.Fatal("taken for an answer")
	}
	if len(f.keys) != 3 || f.keys[0] != "payer_1" || f.keys[2] != "payer_1" {
		t.Errorf("keys %q", f.keys)
	}
	if text := log.String(); !strings.Contains(text, "/v1/customers") || strings.Contains(text, "sk_test") || strings.Contains(text, "secret words") {
		t.Errorf("log: %s", text)
	}
}

// Stripe lists the newest first; of several movements the oldest is ours.
func TestMovesAreFoundTheOldestFirst(t *testing.T) {
	newer := strings.Replace(aTransfer, "tr_1", "tr_2", 1)
	c := reads(t, 200, `{"object": "list", "has_more": false, "data": [`+newer+`, `+aTransfer+`]}`)
	found, err := c.FindMoves(context.Background(), payouts.MoveRequest{Kind: payouts.MoveTransfer, Group: "po_1"})
	if err != nil || len(found) != 2 || found[0].ID != "tr_1" || found[1].ID != "tr_2" {
		t.Errorf("%+v, %v", found, err)
	}
}

func TestNothingWithoutKey(t *testing.T) {
	f := &fake{status: 200, body: aTransfer}
	c := client(t, stripe.Options{Transport: f})
	for _, key := range []string{"", strings.Repeat("k", 256)} {
		req := request(payouts.MoveTransfer, "")
		req.IdempotencyKey = key
		_, err := c.Move(context.Background(), req)
		var told *payouts.ProviderError
		if !errors.As(err, &told) || told.Class != payouts.Definitive || !errors.Is(err, payouts.ErrInvalid) {
			t.Errorf("a key of %d characters: %v", len(key), err)
		}
	}
	if len(f.keys) != 0 {
		t.Errorf("%d requests were sent", len(f.keys))
	}
}

func TestOptions(t *testing.T) {
	for _, o := range []stripe.Options{
		{}, {Key: "pk_test_1"}, {Key: "sk_1"}, {Key: "sk_test_"}, {Key: "sk_test_1 2"}, {Key: "sk_test_1", Country: "USA"},
		{Key: "sk_test_1", Platform: "whsec_1"}, {Key: "sk_test_1", Platform: "x", Connected: "y"},
	} {
		o.Base = base
		if _, err := stripe.New(o); !errors.Is(err, stripe.ErrOptions) || strings.Contains(err.Error(), "1") {
			t.Errorf("%+v: %v", o, err)
		}
	}
	if _, err := stripe.New(stripe.Options{Key: "sk_test_1", Base: &url.URL{}}); !errors.Is(err, stripe.ErrOptions) {
		t.Errorf("without a base: %v", err)
	}
	for key, live := range map[string]bool{"sk_live_1": true, "rk_live_1": true, "sk_test_1": false} {
		c, err := stripe.New(stripe.Options{Key: key, Base: base})
		if err != nil || c.Live() != live || c.Sandbox() || c.Label() != "stripe" {
			t.Errorf("%s: %v, %v", key, c, err)
		}
	}
}
