package stripe_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	stripego "github.com/stripe/stripe-go/v76"

	"knowhow/payouts"
	"knowhow/payouts/stripe"
)

func eur(minor int64) payouts.Money { return payouts.Money{Minor: minor, Currency: "EUR"} }

// calls is every call that the client makes, and how often Stripe is asked.
var calls = map[string]func(ctx context.Context, c *stripe.Client) error{
	"account": func(ctx context.Context, c *stripe.Client) error {
		_, err := c.CreateAccount(ctx, payouts.AccountRequest{IdempotencyKey: "k1", Expert: uuid.New(), Country: "US"})
		return err
	},
	"account under the recipient's agreement": func(ctx context.Context, c *stripe.Client) error {
		_, err := c.CreateAccount(ctx, payouts.AccountRequest{IdempotencyKey: "k2", Expert: uuid.New(), Country: "MX"})
		return err
	},
	"account status": func(ctx context.Context, c *stripe.Client) error {
		a, err := c.AccountStatus(ctx, "acct_1")
		if err == nil && (a.Reference != "acct_1" || a.PayoutsEnabled) {
			err = fmt.Errorf("%+v", a)
		}
		return err
	},
	"onboarding": func(ctx context.Context, c *stripe.Client) error {
		link, err := c.OnboardingLink(ctx, payouts.LinkRequest{IdempotencyKey: "k3", Reference: "acct_1", Back: "/work/earnings"})
		return some(link, err)
	},
	"dashboard": func(ctx context.Context, c *stripe.Client) error {
		link, err := c.DashboardLink(ctx, payouts.LinkRequest{IdempotencyKey: "k4", Reference: "acct_1"})
		return some(link, err)
	},
	"payer": func(ctx context.Context, c *stripe.Client) error {
		payer, err := c.CreatePayer(ctx, payouts.PayerRequest{IdempotencyKey: "k5", Brand: uuid.New()})
		return some(payer, err)
	},
	"checkout by card":          checkout(payouts.PayCard, eur(5000)),
	"checkout by bank transfer": checkout(payouts.PayBankTransfer, eur(5000)),
	"checkout by US transfer":   checkout(payouts.PayBankTransfer, payouts.Money{Minor: 5000, Currency: "USD"}),
	"checkout for a card":       checkout(payouts.PayNothing, payouts.Money{Currency: "EUR"}),
	"checkout status": func(ctx context.Context, c *stripe.Client) error {
		_, err := c.ReadCheckout(ctx, "cs_1")
		return err
	},
	"charge": func(ctx context.Context, c *stripe.Client) error {
		made, err := c.Charge(ctx, payouts.ChargeRequest{
			IdempotencyKey: "k6", Brand: uuid.New(), Payment: uuid.New(), Payer: "cus_1", Card: "pm_1", Amount: eur(2000),
		})
		if err == nil && made.Amount != eur(2000) {
			err = fmt.Errorf("%+v", made)
		}
		return err
	},
	"charge status": func(ctx context.Context, c *stripe.Client) error {
		_, err := c.ReadCharge(ctx, "pi_1")
		return err
	},
	"charges": func(ctx context.Context, c *stripe.Client) error {
		_, err := c.FindCharges(ctx, "cus_1", uuid.New(), time.Unix(1e9, 0))
		return err
	},
	"dispute": func(ctx context.Context, c *stripe.Client) error {
		_, err := c.ReadDispute(ctx, "dp_1")
		return err
	},
	"balance": func(ctx context.Context, c *stripe.Client) error {
		sums, err := c.Balance(ctx)
		if err == nil && len(sums) == 0 {
			err = errors.New("no balance")
		}
		return err
	},
	"balance transactions": func(ctx context.Context, c *stripe.Client) error {
		page, err := c.BalanceTransactions(ctx, payouts.BalanceQuery{From: time.Unix(1e9, 0), After: "txn_1", Limit: 50})
		if err == nil && (len(page.Entries) != 1 || page.Entries[0].Kind != payouts.EntryPayment) {
			err = fmt.Errorf("%+v", page)
		}
		return err
	},
	"transfer":              move(payouts.MoveTransfer, ""),
	"reversal":              move(payouts.MoveReversal, "tr_1"),
	"instant payout":        move(payouts.MoveInstant, ""),
	"refund of a payment":   move(payouts.MoveRefund, "pi_1"),
	"refund of a charge":    move(payouts.MoveRefund, "ch_1"),
	"transfers":             find(payouts.MoveTransfer, ""),
	"reversals":             find(payouts.MoveReversal, "tr_1"),
	"instant payouts":       find(payouts.MoveInstant, ""),
	"refunds of a payment":  find(payouts.MoveRefund, "pi_1"),
	"refunds of a charge":   find(payouts.MoveRefund, "ch_1"),
	"transfer status":       status(payouts.MoveTransfer, "tr_1"),
	"instant payout status": status(payouts.MoveInstant, "po_1"),
	"refund status":         status(payouts.MoveRefund, "re_1"),
}

func some(text string, err error) error {
	if err == nil && text == "" {
		return errors.New("an empty answer")
	}
	return err
}

func checkout(method payouts.PayMethod, amount payouts.Money) func(context.Context, *stripe.Client) error {
	return func(ctx context.Context, c *stripe.Client) error {
		page, err := c.OpenCheckout(ctx, payouts.CheckoutRequest{
			IdempotencyKey: "k7", Brand: uuid.New(), Payment: uuid.New(), Payer: "cus_1", Method: method, Amount: amount, Back: "/console/money",
		})
		if err == nil && (page.Reference == "" || page.State != payouts.CheckoutOpen) {
			err = fmt.Errorf("%+v", page)
		}
		return err
	}
}

func request(kind payouts.MoveKind, of string) payouts.MoveRequest {
	return payouts.MoveRequest{
		Kind: kind, IdempotencyKey: "k8", Group: "po_g", Subject: uuid.New(), Amount: eur(1500), Account: "acct_1", Of: of, Since: time.Unix(1e9, 0),
	}
}

func move(kind payouts.MoveKind, of string) func(context.Context, *stripe.Client) error {
	return func(ctx context.Context, c *stripe.Client) error {
		made, err := c.Move(ctx, request(kind, of))
		if err == nil && (made.ID == "" || made.Amount.Minor != 1500) {
			err = fmt.Errorf("%+v", made)
		}
		return err
	}
}

func find(kind payouts.MoveKind, of string) func(context.Context, *stripe.Client) error {
	return func(ctx context.Context, c *stripe.Client) error {
		found, err := c.FindMoves(ctx, request(kind, of))
		if want := map[bool]int{true: 1}[kind == payouts.MoveTransfer]; err == nil && len(found) != want {
			err = fmt.Errorf("%d found, want %d: the mock's example is nobody's order", len(found), want)
		}
		return err
	}
}

func status(kind payouts.MoveKind, id string) func(context.Context, *stripe.Client) error {
	return func(ctx context.Context, c *stripe.Client) error {
		found, err := c.MoveStatus(ctx, kind, "acct_1", id)
		if err == nil && found.ID != id {
			err = fmt.Errorf("%+v", found)
		}
		return err
	}
}

// Every call is one that Stripe's description of the API takes: stripe-mock
// refuses what has a parameter too many, too few, or of another type.
func TestEveryCallIsTaken(t *testing.T) {
	for name, do := range calls {
		t.Run(name, func(t *testing.T) {
			c, arrived := mocked(t)
			if err := do(context.Background(), c); err != nil {
				t.Fatal(err)
			}
			list := arrived()
			if len(list) != 1 || list[0].status != 200 {
				t.Fatalf("%+v", list)
			}
			if list[0].version != stripego.APIVersion {
				t.Errorf("version %s", list[0].version)
			}
			if post := list[0].method == "POST"; post != (list[0].key != "") {
				t.Errorf("%s with key %q", list[0].method, list[0].key)
			}
			if forExpert := strings.Contains(name, "instant payout"); forExpert != (list[0].account == "acct_1") {
				t.Errorf("in the name of %q", list[0].account)
			}
		})
	}
}

// The mock is not there to nod: it refuses a parameter that there is not.
func TestMockRefuses(t *testing.T) {
	c, arrived := mocked(t)
	_, err := c.CreateAccount(context.Background(), payouts.AccountRequest{IdempotencyKey: "k", Country: "US"})
	if err != nil {
		t.Fatal(err)
	}
	backend := stripego.GetBackendWithConfig(stripego.APIBackend, &stripego.BackendConfig{
		URL: stripego.String(mockURL(t)), MaxNetworkRetries: stripego.Int64(0), LeveledLogger: &stripego.LeveledLogger{Level: stripego.LevelNull},
	})
	p := &stripego.TransferParams{Amount: stripego.Int64(1), Currency: stripego.String("eur"), Destination: stripego.String("acct_1")}
	p.AddExtra("no_such_parameter", "1")
	err = backend.Call("POST", "/v1/transfers", "sk_test_123", p, &stripego.Transfer{})
	var refused *stripego.Error
	if !errors.As(err, &refused) || refused.HTTPStatusCode != 400 {
		t.Fatalf("%v after %v", err, arrived())
	}
}
