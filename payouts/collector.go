package payouts

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
)

// Collector takes brands' money in: Stripe, or the sandbox. As with Provider, its
// methods are network calls, never made inside a transaction, and an error that
// is not a *ProviderError leaves it unknown whether the call had an effect.
type Collector interface {
	// CreatePayer makes the customer that a brand's payments belong to; the same
	// key gives the same one.
	CreatePayer(ctx context.Context, req PayerRequest) (reference string, err error)
	// OpenCheckout opens a page of the provider's on which somebody pays, or leaves
	// a card for later.
	OpenCheckout(ctx context.Context, req CheckoutRequest) (Checkout, error)
	// ReadCheckout reads a checkout anew.
	ReadCheckout(ctx context.Context, reference string) (Checkout, error)
	// Charge takes money from the card that was left, with nobody there.
	Charge(ctx context.Context, req ChargeRequest) (Charge, error)
	// ReadCharge reads a charge anew.
	ReadCharge(ctx context.Context, reference string) (Charge, error)
	// FindCharges lists the payer's charges for a payment, read after write.
	FindCharges(ctx context.Context, payer string, payment uuid.UUID, since time.Time) ([]Charge, error)
	// ReadDispute reads a dispute anew.
	ReadDispute(ctx context.Context, reference string) (Claim, error)
}

// PayerRequest asks for a customer for a brand.
type PayerRequest struct {
	IdempotencyKey string
	Brand          uuid.UUID
}

// PayMethod is how a brand pays.
type PayMethod string

const (
	PayCard         PayMethod = "card"          // on the provider's page
	PayBankTransfer PayMethod = "bank_transfer" // by the bank details the page shows; takes days
	PayTopUp        PayMethod = "top_up"        // by the card that was left, with nobody there
	PayNothing      PayMethod = "nothing"       // a card is left for top-ups
)

// CheckoutRequest asks for a page to pay on. Back is where the page leads back
// to, on our pages: a path. Amount is not given where nothing is paid.
type CheckoutRequest struct {
	IdempotencyKey string
	Brand, Payment uuid.UUID
	Payer          string
	Method         PayMethod
	Amount         Money
	Back           string
}

// CheckoutState is where a checkout stands at the provider.
type CheckoutState string

const (
	CheckoutOpen     CheckoutState = "open"     // somebody may pay
	CheckoutComplete CheckoutState = "complete" // it was gone through; the money may still be on its way
	CheckoutExpired  CheckoutState = "expired"  // nobody can pay there any more
)

// Checkout is a page to pay on. Charge is the payment made there, Card what was
// left for later; either may be empty.
type Checkout struct {
	Reference string
	URL       string
	State     CheckoutState
	Charge    string
	Card      string
}

// ChargeRequest asks for a payment by a card that was left.
type ChargeRequest struct {
	IdempotencyKey string
	Brand, Payment uuid.UUID
	Payer, Card    string
	Amount         Money
}

// ChargeState is where a charge stands at the provider.
type ChargeState string

const (
	ChargePending   ChargeState = "pending"   // it may still succeed
	ChargeSucceeded ChargeState = "succeeded" // the money is ours
	ChargeDeclined  ChargeState = "declined"  // not paid; only somebody there could try again
	ChargeCanceled  ChargeState = "canceled"  // not paid, and never will be
)

// Charge is a payment at the provider. What it has cost and brought, Fee, Credited
// and AvailableAt, is known once it has succeeded and Transaction is not empty;
// Credited is what the provider's balance has of it before Fee, in the currency
// it keeps it in.
type Charge struct {
	Reference   string
	Payment     uuid.UUID
	State       ChargeState
	Amount      Money
	Credited    Money
	Fee         Money
	ChargeID    string // what refunds and disputes name
	Transaction string // the line of the provider's books
	AvailableAt time.Time
	Failure     string
}

// ErrProvider: the payment provider could not be asked, or did not answer. The
// same request may be made again.
var ErrProvider = errors.New("the payment provider cannot be reached")

// ClaimState is where a bank's doubt about a payment stands at the provider.
type ClaimState string

const (
	ClaimInquiry ClaimState = "inquiry" // the bank asks; no money was taken
	ClaimOpen    ClaimState = "open"    // not decided
	ClaimWon     ClaimState = "won"     // for us
	ClaimLost    ClaimState = "lost"    // for good
)

// Claim is a bank's doubt about a payment, Of, as the provider shows it: a
// dispute. Taken is what was withdrawn for it, with what the provider charges for
// that, and GivenBack what came back; zero: nothing.
type Claim struct {
	Reference string
	Of        string
	State     ClaimState
	Amount    Money
	Taken     Money
	Fee       Money
	TakenAt   time.Time
	GivenBack Money
}

// ErrProviderRefuses: the payment provider will not do this, however often it is
// asked; the error is a *ProviderError of class Definitive.
var ErrProviderRefuses = errors.New("the payment provider refuses this")

// Is makes a definitive error match ErrProviderRefuses.
func (e *ProviderError) Is(target error) bool {
	return target == ErrProviderRefuses && e.Class == Definitive
}
