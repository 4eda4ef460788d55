// Package serve is the command that runs Knowhow as a service: the web, the
// workers, or both in one process.
//
// It reads and refuses the configuration, brings the parts to life in their
// order and to rest in the opposite one. Requests are answered by package web
// and jobs are done by the rooms; nothing here decides anything of theirs.
package serve

import (
	"context"
	"io"
	"log/slog"
	"os"
	"runtime/debug"
	"time"

	"knowhow/cmd/knowhow/internal/house"
)

// Command is `knowhow serve`.
type Command struct {
	house.Flag
	house.ProviderFlag
	mailFlags

	Listen               string        `name:"listen" env:"KNOWHOW_LISTEN" default:"127.0.0.1:8080" placeholder:"ADDRESS:PORT" help:"Where to listen; port 0 takes a free one (default: ${default}). It speaks plain HTTP: anything but this machine belongs behind a proxy that speaks TLS."`
	BaseURL              string        `name:"base-url" env:"KNOWHOW_BASE_URL" placeholder:"URL" help:"How the outside reaches the service; links and tokens name it. Must be https, except on this machine (default there: http:// and the address listened on)."`
	Role                 string        `name:"role" env:"KNOWHOW_ROLE" enum:"all,web,worker" default:"all" placeholder:"ROLE" help:"What this process does: all, web or worker (default: ${default}). On PostgreSQL any number of each run together; SQLite takes one process, which does all."`
	Workers              int           `name:"workers" env:"KNOWHOW_WORKERS" default:"0" placeholder:"N" help:"How many jobs are done at once, 1 to 64 (default: 4)."`
	Migrate              bool          `name:"migrate" env:"KNOWHOW_MIGRATE" help:"Bring PostgreSQL's schema up to date first; several may do so at once. SQLite's always is."`
	Demo                 bool          `name:"demo" env:"KNOWHOW_DEMO" help:"Serve the demo brand, on this machine only: keys and mail are kept beside the database, and an empty database is filled first."`
	Traffic              bool          `name:"traffic" env:"KNOWHOW_TRAFFIC" help:"With --demo: have simulated customers and experts be about."`
	TrustedProxy         []string      `name:"trusted-proxy" env:"KNOWHOW_TRUSTED_PROXIES" placeholder:"CIDR,…" help:"Proxies whose X-Forwarded-For is believed, by address or network (default: none)."`
	MetricsListen        string        `name:"metrics-listen" env:"KNOWHOW_METRICS_LISTEN" placeholder:"ADDRESS:PORT" help:"Where to answer /metrics, and /healthz and /readyz too (default: nowhere, or, where the base URL is this machine, with the rest)."`
	PayoutsPerSecond     int           `name:"payouts-per-second" env:"KNOWHOW_PAYOUTS_PER_SECOND" default:"20" placeholder:"N" help:"Movements a second that a process with workers asks the payment provider for, 1 to 1000; Stripe allows 100 in all, and 25 in test mode (default: ${default})."`
	PayoutsAtOnce        int           `name:"payouts-at-once" env:"KNOWHOW_PAYOUTS_AT_ONCE" default:"4" placeholder:"N" help:"Calls to the payment provider that a process has under way at once, 1 to 30 (default: ${default})."`
	CallerLimit          int           `name:"caller-limit" env:"KNOWHOW_CALLER_LIMIT" default:"600" placeholder:"N" help:"Requests a minute that one caller may make (default: ${default})."`
	AddressLimit         int           `name:"address-limit" env:"KNOWHOW_ADDRESS_LIMIT" default:"120" placeholder:"N" help:"Requests a minute from one address where nobody is signed in; all customers together who come from it may make ten times as many (default: ${default})."`
	SignInLimit          int           `name:"sign-in-limit" env:"KNOWHOW_SIGN_IN_LIMIT" default:"20" placeholder:"N" help:"Requests a minute from one address that are about signing in (default: ${default})."`
	CustomerSessionLimit int           `name:"customer-session-limit" env:"KNOWHOW_CUSTOMER_SESSION_LIMIT" default:"30" placeholder:"N" help:"Requests a minute from one address that begin or end a customer's session (default: ${default})."`
	StreamsPerCaller     int           `name:"streams-per-caller" env:"KNOWHOW_STREAMS_PER_CALLER" default:"20" placeholder:"N" help:"Streams that one caller may have open at a process, 1 to 1000; the oldest is closed for the next (default: ${default})."`
	StreamsPerAddress    int           `name:"streams-per-address" env:"KNOWHOW_STREAMS_PER_ADDRESS" default:"1000" placeholder:"N" help:"Streams that may be open at a process from one address; further ones are refused (default: ${default})."`
	ShutdownDelay        time.Duration `name:"shutdown-delay" env:"KNOWHOW_SHUTDOWN_DELAY" default:"0s" placeholder:"TIME" help:"How long to go on after /readyz said that it ends, for a load balancer to notice (default: ${default})."`
	ShutdownAfter        time.Duration `name:"shutdown-timeout" env:"KNOWHOW_SHUTDOWN_TIMEOUT" default:"20s" placeholder:"TIME" help:"How long requests and jobs may take to end on shutdown, 1s to 10m (default: ${default})."`
}

// Help is the end of --help.
func (Command) Help() string {
	return `Without --demo the keys must be there ($KNOWHOW_KEYS, --key-file, or systemd's credential knowhow.keys; "knowhow keys generate" makes them), and where workers run, mail must have somewhere to go. $KNOWHOW_SMTP_PASSWORD, or the credential knowhow.smtp-password, is the mail server's. Money is moved by Stripe where $KNOWHOW_STRIPE_SECRET_KEY, $KNOWHOW_STRIPE_WEBHOOK_SECRET and $KNOWHOW_STRIPE_CONNECT_WEBHOOK_SECRET, or the credentials knowhow.stripe-secret-key and so on, are given; without them, and in the demo, by a sandbox: no real money moves. Traces go to $OTEL_EXPORTER_OTLP_ENDPOINT where that is set, by OTLP/HTTP. docs/operations.md tells the rest.

SIGTERM or SIGINT ends it: what is under way is finished, and jobs that were not begun are given back. A second signal ends it at once.

Examples:
  knowhow serve --demo --traffic
  knowhow serve --database-url sqlite:/var/lib/knowhow/knowhow.db --base-url https://help.example.com --smtp-host mail.example.com --mail-from help@example.com
  knowhow serve --role worker --database-url postgres://knowhow@db/knowhow --metrics-listen 127.0.0.1:9090 …`
}

// Run implements the command.
func (c *Command) Run(ctx context.Context, out io.Writer, log *slog.Logger) error {
	set, err := c.settings()
	if err != nil {
		return err
	}
	if c.Demo {
		if _, isWard := ward(); !isWard {
			return c.keepWard(ctx, out, log)
		}
		var stop context.CancelFunc
		ctx, stop = inWard(ctx)
		defer stop()
	}
	collectSeldom()
	n := &node{Command: c, settings: set, out: out, log: log}
	defer n.close()
	err = n.open(ctx)
	if err == nil {
		err = n.build(ctx)
	}
	switch {
	case ctx.Err() != nil:
		return nil // it was to end before it served, and has
	case err != nil:
		return err
	}
	return n.run(ctx)
}

// garbagePercent is how much garbage, in percent of what is alive, is let lie
// before it is collected. Little stays of a request, so a hundred percent, Go's
// own, is collected often; at this a lifecycle takes a tenth less processor time.
const garbagePercent = 300

// collectSeldom sets garbagePercent, unless the environment has a GOGC.
func collectSeldom() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(garbagePercent)
	}
}
