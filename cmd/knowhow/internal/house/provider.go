package house

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/payouts"
	"knowhow/payouts/stripe"
)

// ProviderFlag says by whom money is moved; embed it. The keys are no flags.
type ProviderFlag struct {
	StripeCountry string `name:"stripe-country" env:"KNOWHOW_STRIPE_COUNTRY" default:"US" placeholder:"CC" help:"The country of our account with Stripe, two letters (default: ${default}). Without $$KNOWHOW_STRIPE_SECRET_KEY payments are the sandbox's, and no real money moves."`
}

// The variables of Stripe's secrets, and what a service manager calls them.
const (
	stripeKeyVariable       = "KNOWHOW_STRIPE_SECRET_KEY"
	stripeKeyCredential     = "knowhow.stripe-secret-key"
	platformHookVariable    = "KNOWHOW_STRIPE_WEBHOOK_SECRET"
	platformHookCredential  = "knowhow.stripe-webhook-secret"
	connectedHookVariable   = "KNOWHOW_STRIPE_CONNECT_WEBHOOK_SECRET"
	connectedHookCredential = "knowhow.stripe-connect-webhook-secret"
)

// Whose money the books are kept of.
const (
	sandboxMoney = "sandbox"
	stripeTest   = "stripe test"
	stripeLive   = "stripe live"
)

// Stripe is the client that the environment's secrets make; nil: there is no key,
// and payments are the sandbox's.
func (f ProviderFlag) Stripe(base *url.URL, now func() time.Time, log *slog.Logger) (*stripe.Client, error) {
	o := stripe.Options{Country: f.StripeCountry, Base: base, Now: now, Log: log}
	for _, s := range []struct {
		into                 *string
		variable, credential string
	}{
		{&o.Key, stripeKeyVariable, stripeKeyCredential},
		{&o.Platform, platformHookVariable, platformHookCredential},
		{&o.Connected, connectedHookVariable, connectedHookCredential},
	} {
		text, err := Secret(s.variable, s.credential)
		if err != nil {
			return nil, err
		}
		*s.into = text
	}
	if o.Key == "" {
		if o.Platform != "" || o.Connected != "" {
			return nil, fmt.Errorf("%s: is missing, though there are secrets of Stripe's webhooks", stripeKeyVariable)
		}
		return nil, nil
	}
	c, err := stripe.New(o)
	if err != nil {
		return nil, fmt.Errorf("%s, %s, %s or --stripe-country: %w", stripeKeyVariable, platformHookVariable, connectedHookVariable, err)
	}
	return c, nil
}

// NeedWebhooks refuses a client that could not tell webhooks from forgeries: what
// has the world talk to it must.
func NeedWebhooks(c *stripe.Client) error {
	if c != nil && !c.Hears() {
		return fmt.Errorf("%s and %s: must be given with %s; docs/money.md tells where they come from",
			platformHookVariable, connectedHookVariable, stripeKeyVariable)
	}
	return nil
}

// UseProvider notes that the books are kept of this provider's money; nil: the
// sandbox's. It refuses books that have another's in them.
func UseProvider(ctx context.Context, store *marketplace.Store, now time.Time, c *stripe.Client) error {
	name := sandboxMoney
	if c != nil {
		name = map[bool]string{true: stripeLive, false: stripeTest}[c.Live()]
	}
	err := store.InTx(ctx, marketplace.AllBrands, func(tx *gorm.DB) error { return payouts.UseProviderTx(ctx, tx, now, name) })
	if errors.Is(err, payouts.ErrOtherProvider) {
		return fmt.Errorf("%s: %w", stripeKeyVariable, err)
	}
	return err
}

// Told says by whom money is moved, for the log.
func Told(c *stripe.Client) string {
	switch {
	case c == nil:
		return sandboxMoney + ": no real money moves"
	case c.Live():
		return stripeLive
	}
	return stripeTest + ": no real money moves"
}
