package sandbox

import "knowhow/payouts"

// Fault is what goes wrong with one transfer call.
type Fault string

const (
	// None: nothing does.
	None Fault = ""
	// LostBefore: the request never arrives.
	LostBefore Fault = "lost_before"
	// LostAfter: the effect is there, the answer is lost.
	LostAfter Fault = "lost_after"
	// Error: a server error without effect, kept under the key.
	Error Fault = "error"
	// ErrorApplied: a server error is answered and kept, yet the effect is there.
	ErrorApplied Fault = "error_applied"
	// Conflict: another request with this key is under way (409).
	Conflict Fault = "conflict"
	// RateLimit: too many requests (429).
	RateLimit Fault = "rate_limit"
	// LowBalance: the platform's balance is too low; kept under the key.
	LowBalance Fault = "low_balance"
	// Refuse: the transfer is refused for good; kept under the key.
	Refuse Fault = "refuse"
)

const (
	codeLost        = "connection_lost"
	codeServerError = "server_error"
	codeKeyReused   = "idempotency_error"
	codeConflict    = "lock_timeout"
	codeRateLimit   = "rate_limit"
	codeLowBalance  = "balance_insufficient"
	codeRefused     = "transfer_refused"
)

// before is the code of a fault that keeps the request from being handled.
func (f Fault) before() string {
	switch f {
	case LostBefore:
		return codeLost
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
	case Error:
		return codeServerError
	case LowBalance:
		return codeLowBalance
	case Refuse:
		return codeRefused
	}
	return ""
}

// answer is a code as the provider's error. A key used with other parameters says
// nothing about the first use, so it is as doubtful as a server error.
func answer(code string) error {
	class := payouts.Definitive
	switch code {
	case codeLost, codeConflict, codeRateLimit:
		class = payouts.Retryable
	case codeServerError, codeKeyReused:
		class = payouts.Ambiguous
	case codeLowBalance:
		class = payouts.Deferred
	}
	return &payouts.ProviderError{Class: class, Code: code}
}
