package payouts

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
)

// Provider moves money out: Stripe Connect, or the sandbox. Its methods are
// network calls and never run inside a transaction. An error that is not a
// *ProviderError leaves it unknown whether the call had an effect.
type Provider interface {
	// Label names the provider, and with it the mirror account: "stripe".
	Label() string
	// Sandbox reports that no real money moves.
	Sandbox() bool
	// CreateAccount opens an account to pay an expert; the same key gives the
	// same account.
	CreateAccount(ctx context.Context, req AccountRequest) (ProviderAccount, error)
	// AccountStatus reads an account anew.
	AccountStatus(ctx context.Context, reference string) (ProviderAccount, error)
	// Transfer pays once per idempotency key, as long as the provider keeps keys.
	Transfer(ctx context.Context, req TransferRequest) (Transfer, error)
	// FindTransfers lists the transfers of a group, read after write.
	FindTransfers(ctx context.Context, group string) ([]Transfer, error)
}

// AccountRequest asks for an account for an expert.
type AccountRequest struct {
	IdempotencyKey string
	Expert         uuid.UUID
}

// ProviderAccount is an expert's account at the provider.
type ProviderAccount struct {
	Reference      string
	PayoutsEnabled bool
}

// TransferRequest is one attempt to send one payout. Group is the same for all
// attempts of a payout, IdempotencyKey for all tries of an attempt.
type TransferRequest struct {
	IdempotencyKey string
	Group          string
	PayoutID       uuid.UUID
	Amount         Money
	Destination    string
}

// Transfer is money that has moved at the provider.
type Transfer struct {
	ID          string
	Amount      Money
	Destination string
}

// Class says what an error of a provider means for the call that got it.
type Class string

const (
	// Retryable: no effect, or an unknown one; look, then use the same key again.
	Retryable Class = "retryable"
	// Ambiguous: the answer is kept under the key and the effect may come late;
	// look until the window is over, only then use a new key.
	Ambiguous Class = "ambiguous"
	// Deferred: definitely no effect and the answer is kept under the key, but a
	// new attempt may succeed later (the platform's balance is too low).
	Deferred Class = "deferred"
	// Definitive: no effect, and none to be hoped for: the payout has failed.
	Definitive Class = "definitive"
)

// CodeAccountRestricted is the code of a definitive error of an account that
// cannot be paid until its owner has sorted it out with the provider.
const CodeAccountRestricted = "account_restricted"

// ProviderError is an answer of the provider, or its absence.
type ProviderError struct {
	Class Class
	Code  string
}

func (e *ProviderError) Error() string {
	return fmt.Sprintf("payment provider: %s (%s)", e.Code, e.Class)
}

// classify returns the class and code of a provider's error. What we do not
// recognise is Retryable: it is looked up before anything is sent again.
func classify(err error) (Class, string) {
	var known *ProviderError
	if errors.As(err, &known) {
		return known.Class, known.Code
	}
	return Retryable, "unknown"
}
