package stripe

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	stripego "github.com/stripe/stripe-go/v76"

	"knowhow/payouts"
)

// Label names the provider everywhere: "stripe".
const Label = "stripe"

const (
	// answerTime bounds one request. With its repeats it ends well within the
	// minute that payouts gives a call.
	answerTime = 15 * time.Second
	repeats    = 2 // of what stripe-go holds safe to repeat, with the same key
	answerMost = 8 << 20
)

// Options are what a client is made of. Key and Base are needed.
type Options struct {
	// Key is the platform's secret or restricted key: sk_… or rk_….
	Key string
	// Country is the platform's own, as ISO 3166: "US". Empty: that.
	Country string
	// Base is where the outside reaches our pages, for the ways back from Stripe's.
	Base *url.URL
	// URL is Stripe's API; empty: the real one.
	URL string
	// Transport carries requests; nil: one of its own.
	Transport http.RoundTripper
	// Log hears of repeats and of unknown currencies; nil: nobody does.
	Log *slog.Logger
	// Now is the clock that signatures are judged by; nil: time.Now.
	Now func() time.Time
	// Platform and Connected are the secrets of the two webhooks' signatures.
	Platform, Connected string
}

// Client is a payouts.Provider. Safe for concurrent use.
type Client struct {
	o       Options
	backend stripego.Backend // repeats what is safe to repeat
	once    stripego.Backend // repeats nothing
}

var _ payouts.Provider = (*Client)(nil)

// ErrOptions: a client cannot be made of these.
var ErrOptions = errors.New("unusable options for Stripe")

// New makes a client; it asks Stripe nothing. Error: ErrOptions.
func New(o Options) (*Client, error) {
	o.Key, o.Country = strings.TrimSpace(o.Key), strings.ToUpper(strings.TrimSpace(o.Country))
	if o.Country == "" {
		o.Country = "US"
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if err := o.check(); err != nil {
		return nil, err
	}
	if o.Transport == nil {
		o.Transport = http.DefaultTransport.(*http.Transport).Clone()
	}
	return &Client{o: o, backend: o.backend(repeats), once: o.backend(0)}, nil
}

// backend is one of our own, which repeats a request so often.
func (o Options) backend(repeats int64) stripego.Backend {
	config := &stripego.BackendConfig{
		EnableTelemetry:   stripego.Bool(false),
		HTTPClient:        &http.Client{Transport: bounded{o.Transport}, Timeout: answerTime, CheckRedirect: refuseRedirect},
		LeveledLogger:     logger{o.Log},
		MaxNetworkRetries: stripego.Int64(repeats),
	}
	if o.URL != "" {
		config.URL = stripego.String(o.URL)
	}
	return stripego.GetBackendWithConfig(stripego.APIBackend, config)
}

func (o Options) check() error {
	kind, _, _ := strings.Cut(o.Key, "_")
	switch {
	case !slices.Contains([]string{"sk", "rk"}, kind) || mode(o.Key) == "":
		return fail("the key must begin with sk_live_, sk_test_, rk_live_ or rk_test_")
	case strings.ContainsAny(o.Key, " \t\r\n"):
		return fail("the key has spaces in it")
	case o.Base == nil || o.Base.Host == "":
		return fail("the base URL is missing")
	case (o.Platform == "") != (o.Connected == ""):
		return fail("both webhooks need a secret, or neither")
	case o.Platform != "" && !(strings.HasPrefix(o.Platform, "whsec_") && strings.HasPrefix(o.Connected, "whsec_")):
		return fail("a webhook's secret begins with whsec_")
	case len(o.Country) != 2:
		return fail("the platform's country must be two letters, as US is")
	}
	return nil
}

func fail(reason string) error { return &optionsError{reason} }

type optionsError struct{ reason string }

func (e *optionsError) Error() string { return "stripe: " + e.reason }

// Is makes the error match ErrOptions.
func (e *optionsError) Is(target error) bool { return target == ErrOptions }

// mode is "live" or "test", after the key; empty: the key is neither.
func mode(key string) string {
	if parts := strings.SplitN(key, "_", 3); len(parts) == 3 && parts[2] != "" && (parts[1] == "live" || parts[1] == "test") {
		return parts[1]
	}
	return ""
}

// Label implements payouts.Provider.
func (*Client) Label() string { return Label }

// Sandbox implements payouts.Provider: with a live key real money moves. A test
// key moves none, but its books are Stripe's, so that it is no sandbox of ours.
func (*Client) Sandbox() bool { return false }

// Hears reports whether webhooks can be told from forgeries.
func (c *Client) Hears() bool { return c.o.Platform != "" }

// Live reports whether real money moves.
func (c *Client) Live() bool { return mode(c.o.Key) == "live" }

// params are what every call has: the context and, where it changes something,
// the key it is repeated under.
func params(ctx context.Context, key string) stripego.Params {
	p := stripego.Params{Context: ctx}
	if key != "" {
		p.IdempotencyKey = stripego.String(key)
	}
	return p
}

// needKey refuses a call that would change something under a key of stripe-go's
// own making, which is worth nothing after a crash.
func needKey(key string) error {
	if key == "" || len(key) > 255 {
		return &payouts.InvalidError{Field: "idempotency key", Reason: "must be 1 to 255 characters"}
	}
	return nil
}

func listParams(ctx context.Context) stripego.ListParams {
	return stripego.ListParams{Context: ctx, Limit: stripego.Int64(100)}
}

// refuseRedirect: the API redirects nobody, and a key is not to be carried off.
func refuseRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// bounded cuts off answers that are too long to be the API's.
type bounded struct{ http.RoundTripper }

func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := b.RoundTripper.RoundTrip(r)
	if err == nil {
		answer.Body = limited{io.LimitReader(answer.Body, answerMost), answer.Body}
	}
	return answer, err
}

type limited struct {
	io.Reader
	io.Closer
}

// logger is stripe-go's log: it tells of repeats, by method, host and path.
// Bodies, which it has for its debugging, and errors, which are returned, are
// dropped.
type logger struct{ log *slog.Logger }

func (logger) Debugf(string, ...any) {}
func (logger) Infof(string, ...any)  {}
func (logger) Errorf(string, ...any) {}

func (l logger) Warnf(_ string, args ...any) {
	if l.log == nil || len(args) < 4 {
		return
	}
	l.log.Warn("a request to Stripe is repeated", "repeat", args[0], "method", args[1], "path", args[3])
}
