package api

import (
	"context"
	"slices"
	"sync"
	"time"

	"knowhow/marketplace"
	"knowhow/marketplace/program"
	"knowhow/web/problem"
)

// freshFor is how long the origins that were read are believed.
const freshFor = 5 * time.Second

// Origins knows the web origins that brands trust: those of their live
// programs. It reads them all, for there are few, every few seconds at most.
// Safe for concurrent use.
type Origins struct {
	programs *program.Service
	clock    marketplace.Clock

	mu     sync.Mutex
	brands map[string][]marketplace.BrandID // by origin
	readAt time.Time
}

// NewOrigins makes one that has read nothing yet.
func NewOrigins(programs *program.Service, clock marketplace.Clock) *Origins {
	return &Origins{programs: programs, clock: clock}
}

// Trusted reports whether brand trusts the pages of origin; with
// marketplace.AllBrands, whether any does.
func (o *Origins) Trusted(ctx context.Context, origin string, brand marketplace.BrandID) (bool, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if now := o.clock.Now(); o.brands == nil || now.Sub(o.readAt) >= freshFor {
		list, err := o.programs.LiveOrigins(ctx)
		if err != nil {
			return false, err
		}
		o.brands, o.readAt = map[string][]marketplace.BrandID{}, now
		for _, l := range list {
			o.brands[l.Origin] = append(o.brands[l.Origin], l.Brand)
		}
	}
	brands := o.brands[origin]
	return slices.Contains(brands, brand) || brand == marketplace.AllBrands && len(brands) > 0, nil
}

// fromTrustedPage refuses a request from a page of others that brand does not
// trust; with marketplace.AllBrands, that no brand does.
func (a *API) fromTrustedPage(ctx context.Context, brand marketplace.BrandID) error {
	origin := requestOf(ctx).Origin
	if origin == "" {
		return nil
	}
	trusted, err := a.Origins.Trusted(ctx, origin, brand)
	if err == nil && !trusted {
		err = problem.New("origin", "")
	}
	return err
}
