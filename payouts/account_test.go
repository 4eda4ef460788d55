package payouts_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
	"knowhow/payouts"
	"knowhow/payouts/sandbox"
)

// forgetful is a provider that answers a key as it did first, whatever was mended
// since, and takes no other country under it.
type forgetful struct {
	*sandbox.Provider
	refuses bool
	said    map[string]error
	asked   map[string]string
}

func (p *forgetful) CreateAccount(ctx context.Context, req payouts.AccountRequest) (payouts.ProviderAccount, error) {
	if before, ok := p.asked[req.IdempotencyKey]; ok && before != req.Country {
		return payouts.ProviderAccount{}, &payouts.ProviderError{Class: payouts.Ambiguous, Code: "idempotency_error"}
	}
	p.asked[req.IdempotencyKey] = req.Country
	if _, ok := p.said[req.IdempotencyKey]; !ok {
		p.said[req.IdempotencyKey] = nil
		if p.refuses {
			p.said[req.IdempotencyKey] = &payouts.ProviderError{Class: payouts.Definitive, Code: "country_unsupported"}
		}
	}
	if err := p.said[req.IdempotencyKey]; err != nil {
		return payouts.ProviderAccount{}, err
	}
	return p.Provider.CreateAccount(ctx, req)
}

// Who was refused an account gets one an hour after that was mended at the latest, and
// may be of another country.
func TestRefusedAccountIsOpenedLater(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		for _, later := range []string{"KE", "DE"} {
			b, ctx, expert := newBank(t, db), context.Background(), uuid.New()
			p := &forgetful{b.sandbox, true, map[string]error{}, map[string]string{}}
			b.service.Provider = p
			var told *payouts.ProviderError
			if _, err := b.service.EnsureAccountIn(ctx, expert, "KE"); !errors.As(err, &told) || told.Code != "country_unsupported" {
				t.Fatalf("refused: %v", err)
			}
			p.refuses = false
			b.clock.advance(time.Hour)
			a, err := b.service.EnsureAccountIn(ctx, expert, later)
			b.must(err)
			again, err := b.service.EnsureAccountIn(ctx, expert, later)
			if err != nil || again.Reference != a.Reference {
				t.Errorf("again: %+v, %v", again, err)
			}
		}
	})
}
