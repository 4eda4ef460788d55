// Package stripe is payouts' provider on Stripe Connect: experts' Express
// accounts, transfers to them, what brands pay in, and the reading of webhooks.
// It holds no rule of the business and keeps nothing: what is asked, when, and
// what an answer means is decided in payouts.
//
// The API's version is the one that stripe-go v76 pins. Every client has its own
// backend: no state of the module's packages is used, so that keys, addresses
// and time limits are those given here.
//
// Every call that changes something sends the caller's idempotency key. An answer
// that Stripe has given is a *payouts.ProviderError; any other error (no
// connection, a cut-off or foreign answer) leaves it unknown whether the call had
// an effect. Errors tell Stripe's codes and the request's id at Stripe, never
// what was sent.
package stripe
