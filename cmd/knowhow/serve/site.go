package serve

import (
	"context"
	"errors"
	"net/http"

	"knowhow/cmd/knowhow/version"
	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/customer"
	"knowhow/marketplace/signin"
	"knowhow/web"
	"knowhow/web/limit"
	"knowhow/web/stream"
)

// site is what the outside is answered by.
type site struct {
	handler http.Handler
	hub     *stream.Hub
}

// newSite makes the web's handler and the hub of its streams.
func (n *node) newSite() (*site, error) {
	var shared *marketplace.Store // SQLite has no other process to share limits with
	if !n.sqlite {
		shared = n.house.Store
	}
	hub := stream.New(stream.Options{
		Store: n.house.Store, Events: n.house.Events, Clock: n.clock, Log: n.log, SessionLive: n.sessionLives, Pass: n.signal.Say,
		PerCaller: n.StreamsPerCaller, PerAddress: n.StreamsPerAddress,
	})
	n.signal.Subscribe(hub.Wake)
	n.signal.Hear(hub.Passed)
	n.metrics.Streams(func() int { return hub.Stats().Clients })
	handler, err := web.New(web.Options{
		House: n.house, Keys: n.keys, Log: n.log, Base: n.base, Hub: hub, Limiter: limit.New(shared, n.clock),
		Limits:  web.Limits{Caller: n.CallerLimit, Address: n.AddressLimit, SignIns: n.SignInLimit, CustomerSessions: n.CustomerSessionLimit},
		Proxies: n.proxies, Metrics: n.metrics,
		Version: version.Build(), Demo: n.Demo, DemoScene: n.shownScene(), DemoStage: n.shownStage(),
	})
	if err != nil {
		return nil, err
	}
	return &site{handler: handler, hub: hub}, nil
}

// sessionLives tells whether a session has not ended: a person's, or the
// browser a customer came with.
func (n *node) sessionLives(ctx context.Context, caller access.Caller, text string) (bool, error) {
	if caller.Kind == access.KindCustomer {
		id, err := marketplace.ParseID[customer.Device](text)
		if err != nil {
			return false, err
		}
		return n.house.Customers.DeviceLasts(ctx, caller.Brand, id)
	}
	id, err := marketplace.ParseID[signin.Session](text)
	if err == nil {
		_, err = n.house.SignIn.Session(ctx, id)
	}
	if errors.Is(err, signin.ErrSession) {
		return false, nil
	}
	return err == nil, err
}

// run sends what streams are to tell until ctx ends.
func (s *site) run(ctx context.Context) { s.hub.Run(ctx) }

// closeStreams sends every client away, to come back elsewhere.
func (s *site) closeStreams() { s.hub.Shutdown() }
