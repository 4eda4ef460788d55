package payouts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
)

// Provider moves money: Stripe Connect, or the sandbox. Its methods are network
// calls and never run inside a transaction. An error that is not a *ProviderError
// leaves it unknown whether the call had an effect.
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
	// Move moves money once per idempotency key, as long as the provider keeps
	// keys.
	Move(ctx context.Context, req MoveRequest) (Movement, error)
	// FindMoves lists what has moved for the request, under whatever key, the oldest
	// first, read after write.
	FindMoves(ctx context.Context, req MoveRequest) ([]Movement, error)
	// MoveStatus reads one movement anew; account is that of an instant payout.
	MoveStatus(ctx context.Context, kind MoveKind, account, id string) (Movement, error)
	// Balance is what we have at the provider, per currency.
	Balance(ctx context.Context) ([]ProviderBalance, error)
	// BalanceTransactions lists the provider's books of our balance.
	BalanceTransactions(ctx context.Context, q BalanceQuery) (BalancePage, error)
	// What brands pay in, and where experts tell it about themselves.
	Collector
	Onboarder
}

// AccountRequest asks for an account for an expert.
type AccountRequest struct {
	IdempotencyKey string
	Expert         uuid.UUID
	Country        string // ISO 3166, two letters; empty: the provider's own
}

// ProviderAccount is an expert's account at the provider. Due is how many things
// the provider wants to know of its owner, by DueBy, which may be zero; Disabled
// is its reason for not paying them.
type ProviderAccount struct {
	Reference      string
	Country        string // ISO 3166, two letters; empty: not known
	PayoutsEnabled bool
	Submitted      bool // its owner has told everything that was asked at first
	Disabled       string
	Due            int
	DueBy          time.Time
	// Fingerprints are of the bank accounts and cards its money goes to: the same one
	// has the same, whoever gave it.
	Fingerprints []string
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
