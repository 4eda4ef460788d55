package payouts_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
	"knowhow/payouts"
	"knowhow/payouts/sandbox"
)

// once is a provider that answers a key for accounts and payers as it did first, and
// opens one under each that it does not refuse. Its first answers may be lost.
type once struct {
	*sandbox.Provider
	mu             sync.Mutex
	refuses, loses bool
	said           map[string]error
	opened         []string // keys
}

var errLost = errors.New("the answer was lost")

func (p *once) answer(key string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	err, ok := p.said[key]
	if !ok {
		if p.refuses {
			err = &payouts.ProviderError{Class: payouts.Definitive, Code: "incomplete"}
		} else {
			p.opened = append(p.opened, key)
		}
		p.said[key] = err
	}
	if p.loses && !ok {
		return errLost
	}
	return err
}

func (p *once) CreateAccount(ctx context.Context, req payouts.AccountRequest) (payouts.ProviderAccount, error) {
	if err := p.answer(req.IdempotencyKey); err != nil {
		return payouts.ProviderAccount{}, err
	}
	return p.Provider.CreateAccount(ctx, req)
}

func (p *once) CreatePayer(_ context.Context, req payouts.PayerRequest) (string, error) {
	return "cus_" + req.IdempotencyKey, p.answer(req.IdempotencyKey)
}

func newOnce(b *bank) *once {
	p := &once{Provider: b.sandbox, said: map[string]error{}}
	b.service.Provider = p
	return p
}

// openings are the ways in which something is opened for somebody at the provider.
func (b *bank) openings(p *once) map[string]func(ctx context.Context) error {
	expert := uuid.New()
	c := &payouts.Cashier{InTx: b.inTx, Now: b.clock.now, Collector: p, Label: sandbox.Label}
	return map[string]func(ctx context.Context) error{
		"account": func(ctx context.Context) error {
			_, err := b.service.EnsureAccountIn(ctx, expert, "DE")
			return err
		},
		"payer": func(ctx context.Context) error {
			payment, err := c.Start(ctx, payouts.PaymentRequest{ID: uuid.New(), Brand: b.brand, Method: payouts.PayCard, Amount: eur(5000)})
			if err != nil {
				return err
			}
			_, err = c.Open(ctx, payment.ID, "/console/money")
			return err
		},
	}
}

// eachOpening runs a test of what is opened, on a bank whose expert and brand were
// refused it once.
func eachOpening(t *testing.T, test func(t *testing.T, db *sqldb.DB, b *bank, p *once, open func(context.Context) error)) {
	for _, what := range []string{"account", "payer"} {
		t.Run(what, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
				b := newBank(t, db)
				p := newOnce(b)
				open := b.openings(p)[what]
				p.refuses = true
				if err := open(context.Background()); !errors.Is(err, payouts.ErrProviderRefuses) {
					t.Fatalf("refused: %v", err)
				}
				p.refuses = false
				test(t, db, b, p, open)
			})
		})
	}
}

// What was opened after a refusal, and whose answer was lost, is found again in
// another hour, and no second one is opened.
func TestALostOpeningIsNotOpenedTwice(t *testing.T) {
	eachOpening(t, func(t *testing.T, _ *sqldb.DB, b *bank, p *once, open func(context.Context) error) {
		b.clock.advance(119 * time.Minute) // 10:59
		p.loses = true
		if err := open(context.Background()); !errors.Is(err, errLost) {
			t.Fatalf("lost: %v", err)
		}
		p.loses = false
		b.clock.advance(2 * time.Minute)
		b.restart()
		b.service.Provider = p
		b.must(open(context.Background()))
		if len(p.opened) != 1 {
			t.Errorf("opened under %q", p.opened)
		}
	})
}

// A lost refusal is moved on from like one that arrived.
func TestALostRefusalIsAskedAnew(t *testing.T) {
	eachOpening(t, func(t *testing.T, _ *sqldb.DB, _ *bank, p *once, open func(context.Context) error) {
		ctx := context.Background()
		p.refuses, p.loses = true, true
		if err := open(ctx); !errors.Is(err, errLost) {
			t.Fatalf("lost: %v", err)
		}
		p.refuses, p.loses = false, false
		if err := open(ctx); !errors.Is(err, payouts.ErrProviderRefuses) {
			t.Fatalf("told: %v", err)
		}
		if err := open(ctx); err != nil || len(p.opened) != 1 {
			t.Errorf("opened under %q: %v", p.opened, err)
		}
	})
}

// Opening fails at each statement in turn, an hour apart; one is opened.
func TestOpeningFailsHalfway(t *testing.T) {
	eachOpening(t, func(t *testing.T, db *sqldb.DB, b *bank, p *once, open func(context.Context) error) {
		k := newBreaker(db)
		for n := 0; ; n++ {
			k.armed, k.left = true, n
			err := open(context.Background())
			k.armed = false
			if err == nil {
				break
			}
			if !errors.Is(err, errBroken) {
				t.Fatalf("after %d statements: %v", n, err)
			}
			b.clock.advance(time.Hour)
		}
		if len(p.opened) != 1 {
			t.Errorf("opened under %q", p.opened)
		}
	})
}

// Many at once open one.
func TestOneIsOpenedByMany(t *testing.T) {
	eachOpening(t, func(t *testing.T, _ *sqldb.DB, _ *bank, p *once, open func(context.Context) error) {
		errs := make([]error, 16)
		var all sync.WaitGroup
		for i := range errs {
			all.Go(func() { errs[i] = open(context.Background()) })
		}
		all.Wait()
		if err := errors.Join(errs...); err != nil || len(p.opened) != 1 {
			t.Errorf("opened under %q: %v", p.opened, err)
		}
	})
}
