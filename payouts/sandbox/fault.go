package sandbox

import (
	"errors"

	"knowhow/payouts"
)

// Fault is what goes wrong with one movement.
type Fault string

const (
	// None: nothing does.
	None Fault = ""
	// LostBefore: the request never arrives.
	LostBefore Fault = "lost_before"
	// LostAfter: the effect is there, the answer is lost.
	LostAfter Fault = "lost_after"
	// LostLate: the answer is lost, and the effect comes later; until then, another
	// request with the key is told that one is under way.
	LostLate Fault = "lost_late"
	// Truncated: the effect is there, and the answer makes no sense.
	Truncated Fault = "truncated"
	// BadGateway: the request does not arrive, and the answer is a page of HTML.
	BadGateway Fault = "bad_gateway"
	// Error: a server error without effect, kept under the key.
	Error Fault = "error"
	// ErrorApplied: a server error is answered and kept, yet the effect is there.
	ErrorApplied Fault = "error_applied"
	// ErrorLate: a server error is answered and kept, and the effect comes later.
	ErrorLate Fault = "error_late"
	// Conflict: another request with this key is under way (409).
	Conflict Fault = "conflict"
	// RateLimit: too many requests (429).
	RateLimit Fault = "rate_limit"
	// LowBalance: the platform's balance is too low; kept under the key.
	LowBalance Fault = "low_balance"
	// Refuse: the movement is refused for good; kept under the key.
	Refuse Fault = "refuse"
)

// errSenseless is what is left of an answer that is not one of the provider's.
var errSenseless = errors.New("the answer is not JSON")

const (
	codeLost         = "connection_lost"
	codeSenseless    = "senseless"
	codeServerError  = "server_error"
	codeKeyReused    = "idempotency_error"
	codeConflict     = "lock_timeout"
	codeRateLimit    = "rate_limit"
	codeLowBalance   = "balance_insufficient"
	codeRefused      = "transfer_refused"
	codeNoSuch       = "resource_missing"
	codeTooMuch      = "amount_too_large"
	codeAccountEmpty = "account_balance_insufficient"
)

// before is the code of a fault that keeps the request from being handled.
func (f Fault) before() string {
	switch f {
	case LostBefore:
		return codeLost
	case BadGateway:
		return codeSenseless
	case Conflict:
		return codeConflict
	case RateLimit:
		return codeRateLimit
	}
	return ""
}

// instead is the code of a fault that is answered, and kept, in place of an effect.
func (f Fault) instead() string {
	switch f {
	case Error, ErrorLate:
		return codeServerError
	case LostLate:
		return codeConflict
	case LowBalance:
		return codeLowBalance
	case Refuse:
		return codeRefused
	}
	return ""
}

// after is the code of a fault that comes once the request was handled.
func (f Fault) after() string {
	switch f {
	case LostAfter, LostLate:
		return codeLost
	case Truncated:
		return codeSenseless
	}
	return ""
}

// late reports a fault whose effect comes later.
func (f Fault) late() bool { return f == LostLate || f == ErrorLate }

// answer is a code as the provider's error. A key used with other parameters says
// nothing about the first use, so it is as doubtful as a server error.
func answer(code string) error {
	class := payouts.Definitive
	switch code {
	case codeSenseless:
		return errSenseless
	case codeLost, codeConflict, codeRateLimit:
		class = payouts.Retryable
	case codeServerError, codeKeyReused:
		class = payouts.Ambiguous
	case codeLowBalance:
		class = payouts.Deferred
	}
	return &payouts.ProviderError{Class: class, Code: code}
}
