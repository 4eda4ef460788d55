package stripe

import (
	"errors"
	"fmt"
	"net/http"
	"slices"

	stripego "github.com/stripe/stripe-go/v76"

	"knowhow/payouts"
)

// restricted are the codes of accounts that cannot be paid until their owner has
// sorted it out with Stripe.
var restricted = []stripego.ErrorCode{
	"account_closed", "account_invalid", "insufficient_capabilities_for_transfer",
	"payouts_not_allowed", "transfers_not_allowed",
}

// lowBalance are the codes of money that is not there yet.
var lowBalance = []stripego.ErrorCode{
	stripego.ErrorCodeBalanceInsufficient, "insufficient_funds",
}

// answered makes of what stripe-go returned what payouts goes by. Only what Stripe
// itself has answered is classified; everything else stays an error of which
// nobody knows whether the call had an effect.
func answered(doing string, err error) error {
	if err == nil {
		return nil
	}
	var told *stripego.Error
	if !errors.As(err, &told) {
		return fmt.Errorf("%s: no answer of Stripe's: %w", doing, err)
	}
	known := &payouts.ProviderError{Class: classOf(told), Code: codeOf(told)}
	if told.RequestID == "" {
		return fmt.Errorf("%s: %w", doing, known)
	}
	return fmt.Errorf("%s: %w (Stripe's request %s)", doing, known, told.RequestID)
}

// codeAccountEmpty is an expert's account with too little in it.
const codeAccountEmpty = "account_balance_insufficient"

// fromAccount is answered for what takes from an expert's account: where too little
// is there, waiting is of no use, as it would be were it our balance.
func fromAccount(doing string, err error) error {
	var told *stripego.Error
	if errors.As(err, &told) && slices.Contains(lowBalance, told.Code) {
		known := &payouts.ProviderError{Class: payouts.Definitive, Code: codeAccountEmpty}
		return fmt.Errorf("%s: %w", doing, known)
	}
	return answered(doing, err)
}

// toAccount is answered for what goes to an expert's account: one that is not there
// was closed, and cannot be paid.
func toAccount(doing string, err error) error {
	var told *stripego.Error
	if errors.As(err, &told) && told.Code == stripego.ErrorCodeResourceMissing {
		known := &payouts.ProviderError{Class: payouts.Definitive, Code: payouts.CodeAccountRestricted}
		return fmt.Errorf("%s: %w", doing, known)
	}
	return answered(doing, err)
}

// classOf: see docs/money.md. A 4xx is an answer without effect, except where it
// says that somebody else is at it. Our own key's trouble is no reason to fail a
// payout: another attempt may come when it is mended.
func classOf(e *stripego.Error) payouts.Class {
	switch status := e.HTTPStatusCode; {
	case e.Type == stripego.ErrorTypeIdempotency && status == http.StatusBadRequest:
		return payouts.Ambiguous
	case status == http.StatusConflict, status == http.StatusTooManyRequests, status == http.StatusServiceUnavailable,
		status == http.StatusRequestTimeout:
		return payouts.Retryable
	case status < 400 || status >= 500 || status == http.StatusFailedDependency:
		return payouts.Ambiguous
	case slices.Contains(restricted, e.Code):
		return payouts.Definitive
	case slices.Contains(lowBalance, e.Code):
		return payouts.Deferred
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return payouts.Deferred
	}
	return payouts.Definitive
}

// codeOf is what the error is kept as.
func codeOf(e *stripego.Error) string {
	switch {
	case slices.Contains(restricted, e.Code):
		return payouts.CodeAccountRestricted
	case e.DeclineCode != "":
		return string(e.DeclineCode)
	case e.Code != "":
		return string(e.Code)
	case e.Type != "":
		return string(e.Type)
	}
	return fmt.Sprintf("status_%d", e.HTTPStatusCode)
}

// errForeign: an answer that is well-formed and not Stripe's.
var errForeign = errors.New("not an object of Stripe's")

// refused is an argument that Stripe need not be asked about.
func refused(err error) error {
	return fmt.Errorf("%w: %w", &payouts.ProviderError{Class: payouts.Definitive, Code: "invalid_request"}, err)
}
