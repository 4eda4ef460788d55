package serve

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"

	"knowhow/cmd/knowhow/internal/database"
	"knowhow/cmd/knowhow/internal/demo"
	"knowhow/cmd/knowhow/internal/house"
	"knowhow/cmd/knowhow/version"
	"knowhow/marketplace/assembly"
	"knowhow/marketplace/notify"
	"knowhow/marketplace/redact"
	"knowhow/migrations/sqldb"
	"knowhow/payouts"
	"knowhow/payouts/stripe"
	"knowhow/web/observe"
)

// node is one serving process.
type node struct {
	*Command
	settings
	out io.Writer
	log *slog.Logger

	listener, metricsListener net.Listener // nil: not listened
	tracing                   *observe.Tracing
	metrics                   *observe.Metrics
	health                    *observe.Health
	keys                      *redact.Keyring
	mail                      notify.Mailer  // nil: of a process without workers
	stripe                    *stripe.Client // nil: payments are the sandbox's
	db                        *sqldb.DB
	clock                     *sqldb.Clock
	signal                    *sqldb.Signal
	parts                     assembly.Parts
	house                     *assembly.House
	site                      *site        // nil: of a worker
	scene                     demo.Scene   // of the demo
	stage                     *demo.Stage  // of the demo
	demoClock                 *demo.Clock  // of the demo
	outlet                    *demo.Outlet // of the demo
	closers                   []func() error
}

// close gives back what the node holds, the latest first.
func (n *node) close() {
	for i := len(n.closers) - 1; i >= 0; i-- {
		if err := n.closers[i](); err != nil && !errors.Is(err, net.ErrClosed) {
			n.log.Warn("not everything could be closed", "err", err)
		}
	}
}

func (n *node) later(close func() error) { n.closers = append(n.closers, close) }

// open takes what others might hold: addresses, the file, the database.
func (n *node) open(ctx context.Context) (err error) {
	if err := n.trace(ctx); err != nil {
		return err
	}
	if n.web {
		if n.listener, err = n.front(); err != nil {
			return err
		}
	}
	if n.MetricsListen != "" {
		if n.metricsListener, err = n.listen("metrics-listen", n.MetricsListen); err != nil {
			return err
		}
	}
	n.base = n.reached()
	if err := n.find(); err != nil {
		return err
	}
	release, err := n.Claim()
	if err != nil {
		return err
	}
	n.later(release)
	if n.db, err = n.database(ctx); err != nil {
		return err
	}
	n.later(n.db.Close)
	return nil
}

// find finds the keys and where mail goes, before anything is changed.
func (n *node) find() (err error) {
	find := n.Keys
	if n.Demo {
		find = n.KeysOrNew
	}
	if n.keys, err = find(); err == nil && n.workers > 0 {
		n.mail, err = n.mailer(n.mailDir())
	}
	if err != nil || n.Demo {
		return err
	}
	if n.stripe, err = n.Stripe(n.base, time.Now, n.log); err == nil && n.web {
		err = house.NeedWebhooks(n.stripe)
	}
	return err
}

// provide has money moved by who is configured, if the books are theirs.
func (n *node) provide(ctx context.Context) error {
	if err := house.UseProvider(ctx, n.parts.Store, n.clock.Now(), n.stripe); err != nil {
		return err
	}
	if n.stripe != nil {
		n.parts.Provider, n.parts.News = n.stripe, n.stripe.Notice
	}
	return nil
}

func (n *node) trace(ctx context.Context) (err error) {
	if n.tracing, err = observe.NewTracing(ctx, version.Build(), n.log); err != nil {
		return err
	}
	n.log = n.tracing.Log(n.log)
	n.later(func() error {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		return n.tracing.Stop(ctx)
	})
	return nil
}

func (n *node) listen(flag, at string) (net.Listener, error) {
	l, err := net.Listen("tcp", at)
	if err != nil {
		return nil, fmt.Errorf("--%s: %w", flag, err)
	}
	n.later(l.Close)
	return l, nil
}

// front is where the outside is listened to; the demo's warden does already.
func (n *node) front() (net.Listener, error) {
	if !n.Demo {
		return n.listen("listen", n.Listen)
	}
	l, err := inherited()
	if err != nil {
		return nil, fmt.Errorf("--listen: %w", err)
	}
	n.later(l.Close)
	return l, nil
}

// reached is the base URL: as given, or the address listened on.
func (n *node) reached() *url.URL {
	switch {
	case n.base != nil:
		return n.base
	case n.listener != nil:
		return &url.URL{Scheme: "http", Host: n.listener.Addr().String()}
	}
	return &url.URL{Scheme: "http", Host: n.Listen}
}

// database opens the database with an up-to-date schema. PostgreSQL's is only
// changed where that was asked for: others may be using it.
func (n *node) database(ctx context.Context) (*sqldb.DB, error) {
	if n.sqlite || n.Migrate {
		return database.Open(ctx, n.DatabaseURL, n.log)
	}
	return n.Existing(ctx, n.log)
}

// build makes the services and, with Demo, what they have to show.
func (n *node) build(ctx context.Context) (err error) {
	if n.tracing != nil {
		n.db.Watch(func(ctx context.Context, s sqldb.Sent, send func() error) error {
			return n.tracing.Statement(ctx, n.db.Dialect, s.SQL, send)
		})
	}
	if n.parts, n.clock, err = house.Parts(ctx, n.db, n.keys, n.log); err != nil {
		return err
	}
	if err := database.CheckSettled(ctx, n.parts.Store); err != nil {
		return fmt.Errorf("--database-url: %w", err)
	}
	if err := house.CheckKeys(ctx, n.parts.Store, n.keys); err != nil {
		return err
	}
	n.parts.Base, n.parts.OperatorsNeedTOTP = n.base, !n.Demo
	if n.mail != nil {
		n.parts.Mailer = n.mail
	}
	if err := n.provide(ctx); err != nil {
		return err
	}
	if n.Demo {
		if err := n.prepareDemo(ctx); err != nil {
			return err
		}
	}
	n.parts.Payday = true // of the present; the demo's past has paydays of its own
	n.parts.Country = n.StripeCountry
	n.house = assembly.New(n.parts)
	n.house.Payouts.Parallel, n.house.Payouts.Pace = n.PayoutsAtOnce, payouts.NewPace(n.PayoutsPerSecond)
	if err := n.openDoors(ctx); err != nil {
		return err
	}
	if n.sqlite || n.Demo { // whose one process we are: leases are a dead one's
		if err := n.house.Queue.ReleaseLeases(ctx); err != nil {
			return err
		}
	}
	if err := n.setStage(ctx); err != nil {
		return err
	}
	n.signal = sqldb.NewSignal(n.db, n.log)
	n.parts.Store.OnCommit(n.signal.Changed)
	if n.workers > 0 { // which are handed what this process enqueues
		n.signal.SubscribeOthers(n.house.Queue.Wake)
	}
	n.watch()
	if n.web {
		n.site, err = n.newSite()
	}
	return err
}

// watch makes the metrics and the health checks.
func (n *node) watch() {
	n.metrics = observe.NewMetrics()
	n.metrics.Build(version.Build(), n.Role)
	n.metrics.Database(figures(n.house), n.log)
	n.metrics.Statements(n.db.Statements)
	n.health = observe.NewHealth(n.log, observe.Check{Name: "database", Look: n.answers}, observe.Check{Name: "schema", Look: n.current},
		observe.Check{Name: "writing", Look: n.writes})
}

func (n *node) answers(ctx context.Context) error {
	conn, err := n.db.Read.DB()
	if err != nil {
		return err
	}
	return conn.PingContext(ctx)
}

func (n *node) current(ctx context.Context) error { return database.Current(ctx, n.db) }

func (n *node) writes(ctx context.Context) error { return n.house.Store.Writable(ctx, n.clock.Now()) }

// run serves until ctx ends or a server fails, and then comes to rest.
func (n *node) run(ctx context.Context) error {
	working, stopWork := context.WithCancel(context.WithoutCancel(ctx))
	defer stopWork()
	var work sync.WaitGroup
	n.begin(working, &work)
	failed := make(chan error, 2)
	servers := n.servers(failed)
	n.announce()
	var failure error
	select {
	case <-ctx.Done():
	case failure = <-failed:
	}
	n.rest(servers, stopWork, &work)
	return failure
}

// pollEvery is how long a worker without work waits before it looks again. News
// wakes it sooner; what falls due wakes nobody.
const pollEvery = time.Second

// begin starts the workers and the chores.
func (n *node) begin(ctx context.Context, work *sync.WaitGroup) {
	work.Go(func() { n.signal.Run(ctx) })
	if n.workers > 0 {
		work.Go(func() { n.house.Queue.Run(ctx, n.workers, pollEvery) })
	}
	if n.stage != nil {
		work.Go(func() { n.stage.Run(ctx) })
	}
	for _, c := range n.chores() {
		work.Go(func() { n.keepUp(ctx, c) })
	}
	if n.site != nil {
		work.Go(func() { n.site.run(ctx) })
	}
}

// announce tells who started the process that it serves.
func (n *node) announce() {
	n.log.Info("serving", "base", n.base.String(), "role", n.Role, "workers", n.workers, "database", n.db.Dialect, "payments", house.Told(n.stripe), "version", version.Build())
	if n.listener != nil {
		fmt.Fprintf(n.out, "Serving http://%s\n", n.listener.Addr())
	}
	if n.metricsListener != nil {
		fmt.Fprintf(n.out, "Metrics http://%s/metrics\n", n.metricsListener.Addr())
	}
	if n.Demo {
		n.showDemo()
	}
	if err := tellManager("READY=1"); err != nil {
		n.log.Warn("the service manager was not told", "err", err)
	}
}

// rest ends what was begun: first nobody new is sent here, then what is under
// way ends, by itself or when its time is over.
func (n *node) rest(servers []*http.Server, stopWork func(), work *sync.WaitGroup) {
	n.health.Stop()
	if err := tellManager("STOPPING=1"); err != nil {
		n.log.Warn("the service manager was not told", "err", err)
	}
	n.log.Info("ending", "delay", n.ShutdownDelay.String(), "timeout", n.ShutdownAfter.String())
	<-time.After(n.ShutdownDelay)
	ctx, cancel := context.WithTimeout(context.Background(), n.ShutdownAfter)
	defer cancel()
	if n.site != nil {
		n.site.closeStreams()
	}
	stopWork()
	var ending sync.WaitGroup
	for _, s := range servers {
		ending.Go(func() {
			if err := s.Shutdown(ctx); err != nil {
				n.log.Warn("requests were cut off", "err", errors.Join(err, s.Close()))
			}
		})
	}
	ending.Wait()
	done := make(chan struct{})
	go func() { work.Wait(); close(done) }()
	select {
	case <-done:
	case <-ctx.Done():
		n.log.Warn("jobs were cut off; they will be taken up again when their leases lapse")
	}
}
