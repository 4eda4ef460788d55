package stripe_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stripe/stripe-mock/spec"
	"gorm.io/gorm"

	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
	"knowhow/payouts"
	"knowhow/payouts/sandbox"
	"knowhow/payouts/stripe"
)

// described is Stripe's description of its answers, and examples of them.
var described = sync.OnceValue(func() (d struct {
	fixtures   *spec.Fixtures
	schemas    map[string]*spec.Schema
	components *spec.ComponentsForValidation
	err        error
}) {
	var whole *spec.Spec
	if d.fixtures, whole, d.err = loadMock(); d.err == nil {
		d.schemas, d.components = whole.Components.Schemas, spec.GetComponentsForValidation(&whole.Components)
	}
	return d
})

// asStripe writes an object as Stripe would: what the sandbox says of it, and the
// rest from Stripe's own example. It must be what Stripe's description of the
// pinned version allows: each field there, each value of its type or enumeration.
func asStripe(t *testing.T, noun string, says map[string]any) string {
	t.Helper()
	d := described()
	if d.err != nil {
		t.Fatal(d.err)
	}
	schema := d.schemas[noun]
	if schema == nil {
		t.Fatalf("Stripe knows no %s", noun)
	}
	object := map[string]any{}
	if example, ok := d.fixtures.Resources[spec.ResourceID(noun)].(map[string]any); ok {
		maps.Copy(object, example)
	}
	for name, value := range says {
		if schema.Properties[name] == nil {
			t.Errorf("a %s of Stripe's has no %s", noun, name)
		}
		object[name] = value
	}
	text, err := json.Marshal(object)
	if err != nil {
		t.Fatal(err)
	}
	if err := valid(schema, d.components, text); err != nil {
		t.Errorf("no %s of Stripe's: %v: %s", noun, err, text)
	}
	return string(text)
}

func valid(schema *spec.Schema, components *spec.ComponentsForValidation, text []byte) error {
	check, err := spec.GetValidatorForOpenAPI3Schema(schema, components)
	if err != nil {
		return err
	}
	var object any
	if err := json.Unmarshal(text, &object); err != nil {
		return err
	}
	return check.Validate(object)
}

// reads is a client whose Stripe answers everything with text.
func reads(t *testing.T, status int, text string) *stripe.Client {
	return client(t, stripe.Options{Transport: &fake{status: status, body: text}})
}

// play is a sandbox with an account, 100.00 EUR and a payment to give back.
type play struct {
	*sandbox.Provider
	account, transfer string
	charge            payouts.Charge
}

func newPlay(t *testing.T, db *sqldb.DB) *play {
	t.Helper()
	ctx, now := context.Background(), noon
	p := &play{Provider: &sandbox.Provider{Now: func() time.Time { return now }, InTx: func(ctx context.Context, fn func(tx *gorm.DB) error) error {
		return db.Write.WithContext(ctx).Transaction(fn)
	}}}
	a, err := p.CreateAccount(ctx, payouts.AccountRequest{IdempotencyKey: "a", Expert: uuid.New(), Country: "DE"})
	must(t, err)
	p.account = a.Reference
	payer, err := p.CreatePayer(ctx, payouts.PayerRequest{IdempotencyKey: "p", Brand: uuid.New()})
	must(t, err)
	page, err := p.OpenCheckout(ctx, payouts.CheckoutRequest{Payment: uuid.New(), Payer: payer, Method: payouts.PayCard, Amount: eur(10_000)})
	must(t, err)
	p.charge, err = p.ReadCharge(ctx, page.Charge)
	must(t, err)
	return p
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (p *play) request(kind payouts.MoveKind, key string, minor int64) payouts.MoveRequest {
	req := payouts.MoveRequest{Kind: kind, IdempotencyKey: key, Group: "po_g", Subject: uuid.New(), Amount: eur(minor), Account: p.account, Since: noon}
	switch kind {
	case payouts.MoveReversal:
		req.Of = p.transfer
	case payouts.MoveRefund:
		req.Of, req.Account = p.charge.ChargeID, ""
	}
	return req
}

// written is a movement of the sandbox's as Stripe writes it.
func written(t *testing.T, req payouts.MoveRequest, m payouts.Movement) string {
	t.Helper()
	says := map[string]any{
		"id": m.ID, "amount": m.Amount.Minor, "currency": strings.ToLower(string(m.Amount.Currency)), "created": noon.Unix(),
		"metadata": map[string]any{"order_id": req.Subject.String()},
	}
	switch req.Kind {
	case payouts.MoveTransfer:
		says["destination"], says["transfer_group"] = m.Account, req.Group
		says["metadata"] = map[string]any{"payout_id": req.Subject.String()}
		return asStripe(t, "transfer", says)
	case payouts.MoveReversal:
		says["transfer"] = m.Of
		return asStripe(t, "transfer_reversal", says)
	case payouts.MoveInstant:
		says["status"] = map[payouts.MoveState]string{payouts.MoveDone: "paid", payouts.MovePending: "in_transit", payouts.MoveFailed: "failed"}[m.State]
		says["method"], says["arrival_date"] = "instant", m.ArrivesAt.Unix()
		return asStripe(t, "payout", says)
	}
	says["status"] = map[payouts.MoveState]string{payouts.MoveDone: "succeeded", payouts.MovePending: "pending", payouts.MoveFailed: "failed"}[m.State]
	says["charge"], says["payment_intent"] = m.Of, "pi_1" // Stripe names both
	return asStripe(t, "refund", says)
}

// What the sandbox answers is what Stripe would: written as Stripe writes it, it
// fits Stripe's description, and our client reads the same from it.
func TestSandboxMovesAsStripe(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		p, ctx := newPlay(t, db), context.Background()
		for i, kind := range []payouts.MoveKind{payouts.MoveTransfer, payouts.MoveInstant, payouts.MoveReversal, payouts.MoveRefund} {
			req := p.request(kind, fmt.Sprintf("k%d", i), 4_000/int64(1+3*i))
			m, err := p.Move(ctx, req)
			must(t, err)
			if kind == payouts.MoveTransfer {
				p.transfer = m.ID
			}
			same(t, "move "+string(kind), m, func(c *stripe.Client) (payouts.Movement, error) { return c.Move(ctx, req) }, written(t, req, m))
			if kind == payouts.MoveReversal {
				continue // it is read with its transfer only
			}
			found, err := p.MoveStatus(ctx, kind, req.Account, m.ID)
			must(t, err)
			same(t, "read "+string(kind), found, func(c *stripe.Client) (payouts.Movement, error) {
				return c.MoveStatus(ctx, kind, req.Account, m.ID)
			}, written(t, req, found))
		}
	})
}

// same compares what the sandbox says with what our client reads of text.
func same[T any](t *testing.T, doing string, want T, read func(*stripe.Client) (T, error), text string) {
	t.Helper()
	got, err := read(reads(t, http.StatusOK, text))
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%s: read %+v, %v; the sandbox says %+v", doing, got, err, want)
	}
}

// Accounts, payments, the balance and the lines of the books.
func TestSandboxShowsAsStripe(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		p, ctx := newPlay(t, db), context.Background()
		a, err := p.AccountStatus(ctx, p.account)
		must(t, err)
		same(t, "account", a, func(c *stripe.Client) (payouts.ProviderAccount, error) { return c.AccountStatus(ctx, p.account) },
			asStripe(t, "account", map[string]any{
				"id": a.Reference, "country": a.Country, "payouts_enabled": a.PayoutsEnabled, "details_submitted": a.Submitted,
				"capabilities": map[string]any{"transfers": "active"}, "requirements": map[string]any{
					"alternatives": []any{}, "currently_due": []any{}, "errors": []any{}, "eventually_due": []any{}, "past_due": []any{},
					"pending_verification": []any{}, "current_deadline": nil, "disabled_reason": nil,
				},
			}))
		same(t, "payment", p.charge, func(c *stripe.Client) (payouts.Charge, error) { return c.ReadCharge(ctx, p.charge.Reference) },
			asStripe(t, "payment_intent", map[string]any{
				"id": p.charge.Reference, "amount": p.charge.Amount.Minor, "currency": "eur", "status": "succeeded",
				"metadata": map[string]any{"funding_id": p.charge.Payment.String()},
				"latest_charge": json.RawMessage(asStripe(t, "charge", map[string]any{
					"id": p.charge.ChargeID, "balance_transaction": json.RawMessage(bookLine(t, payouts.BalanceTransaction{
						ID: p.charge.Transaction, Kind: payouts.EntryPayment, Currency: "EUR", Gross: 10_000, Net: 10_000,
						Source: p.charge.ChargeID, At: noon, AvailableAt: p.charge.AvailableAt,
					}, nil)),
				})),
			}))
		sums, err := p.Balance(ctx)
		must(t, err)
		amounts := func(n int64) any { return []any{map[string]any{"amount": n, "currency": "eur"}} }
		read, err := reads(t, 200, asStripe(t, "balance", map[string]any{
			"available": amounts(sums[0].Available), "pending": amounts(sums[0].Pending), "connect_reserved": amounts(0),
		})).Balance(ctx)
		if err != nil || len(sums) != 1 || len(read) != 1 || read[0] != sums[0] {
			t.Errorf("balance: %+v, %v; the sandbox says %+v", read, err, sums)
		}
	})
}

// The lines of the sandbox's books, written as Stripe's, are read as what they are.
func TestSandboxBooksAsStripe(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		p, ctx := newPlay(t, db), context.Background()
		asked := map[uuid.UUID]payouts.MoveRequest{}
		for i, kind := range []payouts.MoveKind{payouts.MoveTransfer, payouts.MoveReversal, payouts.MoveRefund} {
			req := p.request(kind, fmt.Sprintf("k%d", i), 2_000-int64(i)*500)
			m, err := p.Move(ctx, req)
			must(t, err)
			if kind == payouts.MoveTransfer {
				p.transfer = m.ID
			}
			asked[req.Subject] = req
		}
		page, err := p.BalanceTransactions(ctx, payouts.BalanceQuery{From: noon.Add(-time.Hour), Limit: 100})
		if err != nil || len(page.Entries) != 4 {
			t.Fatalf("%+v, %v", page, err)
		}
		for _, e := range page.Entries {
			text := bookLine(t, e, entrySource(t, e, asked[e.Subject]))
			list := `{"object": "list", "has_more": false, "data": [` + text + `]}`
			read, err := reads(t, 200, list).BalanceTransactions(ctx, payouts.BalanceQuery{From: noon})
			if err != nil || len(read.Entries) != 1 || read.Entries[0] != e {
				t.Errorf("%s: read %+v, %v; the sandbox says %+v", e.Kind, read, err, e)
			}
		}
	})
}

// bookLine is an entry as Stripe writes it. Without a source it is not expanded.
func bookLine(t *testing.T, e payouts.BalanceTransaction, source any) string {
	t.Helper()
	if source == nil {
		source = e.Source
	}
	return asStripe(t, "balance_transaction", map[string]any{
		"id": e.ID, "amount": e.Gross, "fee": e.Fee, "net": e.Net, "currency": strings.ToLower(string(e.Currency)), "source": source,
		"created": e.At.Unix(), "available_on": e.AvailableAt.Unix(),
		"type": map[payouts.EntryKind]string{
			payouts.EntryPayment: "charge", payouts.EntryTransfer: "transfer", payouts.EntryReversal: "transfer_refund", payouts.EntryRefund: "refund",
		}[e.Kind],
	})
}

// entrySource is the object of an entry as Stripe expands it.
func entrySource(t *testing.T, e payouts.BalanceTransaction, req payouts.MoveRequest) any {
	t.Helper()
	m := payouts.Movement{ID: e.Source, Amount: req.Amount, Account: req.Account, Of: e.Of, State: payouts.MoveDone}
	if e.Kind == payouts.EntryPayment {
		return json.RawMessage(asStripe(t, "charge", map[string]any{"id": e.Source, "metadata": map[string]any{"funding_id": e.Subject.String()}}))
	}
	return json.RawMessage(written(t, req, m))
}

// The sandbox's refusals mean what Stripe's do, by status and code.
func TestSandboxRefusesAsStripe(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		p, ctx := newPlay(t, db), context.Background()
		var fault sandbox.Fault
		p.Fault = func(payouts.MoveRequest) sandbox.Fault { return fault }
		nobody, tooMuch := p.request(payouts.MoveTransfer, "nobody", 100), p.request(payouts.MoveTransfer, "much", 1_000_000)
		nobody.Account = "acct_nobody"
		empty := p.request(payouts.MoveInstant, "empty", 1_000)
		for _, tt := range []struct {
			name   string
			fault  sandbox.Fault
			req    payouts.MoveRequest
			status int
			kind   string
			code   string // Stripe's
		}{
			{"conflict", sandbox.Conflict, p.request(payouts.MoveTransfer, "c", 100), 409, "invalid_request_error", "lock_timeout"},
			{"rate limit", sandbox.RateLimit, p.request(payouts.MoveTransfer, "r", 100), 429, "invalid_request_error", "rate_limit"},
			{"error", sandbox.Error, p.request(payouts.MoveTransfer, "e", 100), 500, "api_error", ""},
			{"low balance", sandbox.LowBalance, p.request(payouts.MoveTransfer, "l", 100), 400, "invalid_request_error", "balance_insufficient"},
			{"really low", sandbox.None, tooMuch, 400, "invalid_request_error", "balance_insufficient"},
			{"an empty account", sandbox.None, empty, 400, "invalid_request_error", "balance_insufficient"},
			{"refused", sandbox.Refuse, p.request(payouts.MoveTransfer, "f", 100), 400, "invalid_request_error", "parameter_invalid_integer"},
			{"nobody", sandbox.None, nobody, 400, "invalid_request_error", "resource_missing"},
		} {
			fault = tt.fault
			_, want := p.Move(ctx, tt.req)
			about := map[string]any{"type": tt.kind, "message": "words"}
			if tt.code != "" {
				about["code"] = tt.code
			}
			text := asStripe(t, "error", map[string]any{"error": about})
			_, got := reads(t, tt.status, text).Move(ctx, tt.req)
			var ours, theirs *payouts.ProviderError
			if !errors.As(want, &ours) || !errors.As(got, &theirs) || ours.Class != theirs.Class {
				t.Errorf("%s: the sandbox says %v, Stripe %v", tt.name, want, got)
			}
		}
	})
}
