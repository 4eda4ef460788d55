package earnings_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/markettest"
	"knowhow/marketplace/program"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
	"knowhow/payouts"
)

const week = 7 * 24 * time.Hour

// bench is a market with one expert whose answers pay ten euros.
type bench struct {
	*markettest.Market
	expert, customer access.Caller
}

func each(t *testing.T, fn func(t *testing.T, b *bench)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		m := markettest.NewWith(t, db, func(p *program.Policies) {
			p.Reward.BaseMinor, p.Review.SampleBP = 1000, 0
		})
		fn(t, &bench{Market: m, expert: m.Expert("sam"), customer: m.Customer("Dana Whitlow")})
	})
}

func (b *bench) ok(doing string, err error) {
	b.T.Helper()
	if err != nil {
		b.T.Fatalf("%s: %v", doing, err)
	}
}

// earn has the expert resolve n questions, all at one time.
func (b *bench) earn(n int) (ids []uuid.UUID) {
	b.T.Helper()
	now := b.Clock.Now()
	for range n {
		q := b.Ask(b.customer, "The box keeps restarting")
		a := b.Accept(b.expert)
		b.Answer(b.expert, a)
		b.ok("resolve", b.Questions.Resolve(b.Ctx(), b.customer, q.ID))
		b.Clock.Set(now)
		ids = append(ids, uuid.UUID(a.ID))
	}
	return ids
}

// released is earn, and the time until the reward is available.
func (b *bench) released(n int) {
	b.T.Helper()
	b.earn(n)
	b.Clock.Advance(week + time.Hour)
	b.RunDue()
}

func (b *bench) stands() payouts.Earnings {
	b.T.Helper()
	list, err := b.Earnings.Earnings(b.Ctx(), b.expert)
	b.ok("read the earnings", err)
	if len(list) != 1 {
		b.T.Fatalf("earnings %+v", list)
	}
	return list[0]
}

func TestExpertsReadTheirOwnMoney(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ctx := b.Ctx()
		ids := b.earn(4)
		if got, want := b.stands(), (payouts.Earnings{Currency: "EUR", Pending: 4000}); got != want {
			t.Errorf("earnings %+v, want %+v", got, want)
		}
		rewards := func(page marketplace.Page) (marketplace.Listing[payouts.Reward], error) {
			return b.Earnings.Rewards(ctx, b.expert, page)
		}
		markettest.Paged(t, rewards, func(r payouts.Reward) uuid.UUID { return r.ID }, ids...)
		if n := markettest.Statements(t, b.DB, func() { _, _ = rewards(marketplace.Page{}) }); n != 1 {
			t.Errorf("%d statements for a page", n)
		}
		other := b.Expert("olga")
		b.After(week + time.Hour)
		var made []uuid.UUID
		for range 3 {
			list, err := b.Earnings.RequestPayout(ctx, b.expert, uuid.New())
			b.ok("request a payout", err)
			made = append(made, list[0].ID)
			b.released(1)
		}
		paid := func(page marketplace.Page) (marketplace.Listing[payouts.Payout], error) {
			return b.Earnings.Payouts(ctx, b.expert, page)
		}
		markettest.Paged(t, paid, func(p payouts.Payout) uuid.UUID { return p.ID }, made...)
		if first := markettest.Walk(t, 2, paid)[0]; first.ID != made[2] {
			t.Errorf("the newest is %s, want %s", first.ID, made[2])
		}
		for _, none := range []access.Caller{other, b.Owner} {
			r, err := b.Earnings.Rewards(ctx, none, marketplace.Page{})
			p, err2 := b.Earnings.Payouts(ctx, none, marketplace.Page{})
			e, err3 := b.Earnings.Earnings(ctx, none)
			if errors.Join(err, err2, err3) != nil || len(r.Items)+len(p.Items)+len(e) != 0 {
				t.Errorf("%s reads %v, %v, %v", none, r, p, e)
			}
		}
		for _, nobody := range []access.Caller{{}, b.customer, access.SystemCaller("x")} {
			for name, err := range map[string]error{
				"earnings": second(b.Earnings.Earnings(ctx, nobody)), "rewards": second(b.Earnings.Rewards(ctx, nobody, marketplace.Page{})),
				"payouts": second(b.Earnings.Payouts(ctx, nobody, marketplace.Page{})), "account": second(b.Earnings.Account(ctx, nobody)),
				"open": second(b.Earnings.OpenAccount(ctx, nobody)), "request": second(b.Earnings.RequestPayout(ctx, nobody, uuid.New())),
			} {
				if !errors.Is(err, marketplace.ErrForbidden) {
					t.Errorf("%s for %s: %v", name, nobody, err)
				}
			}
		}
		b.Balanced()
	})
}

func second[T any](_ T, err error) error { return err }

func TestAccountsAndRequests(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ctx := b.Ctx()
		fresh := access.PersonCaller(b.Person("Fresh"))
		if _, err := b.Earnings.Account(ctx, fresh); !errors.Is(err, marketplace.ErrNotFound) {
			t.Errorf("an account that is none: %v", err)
		}
		if _, err := b.Earnings.OpenAccount(ctx, fresh); !errors.Is(err, marketplace.ErrNotFound) {
			t.Errorf("opened for no expert: %v", err)
		}
		first, err := b.Earnings.OpenAccount(ctx, b.expert)
		again, err2 := b.Earnings.OpenAccount(ctx, b.expert)
		own, err3 := b.Earnings.Account(ctx, b.expert)
		if errors.Join(err, err2, err3) != nil || first.Reference != again.Reference || own.Reference != first.Reference || !own.PayoutsEnabled {
			t.Errorf("accounts %+v, %+v, %+v: %v", first, again, own, errors.Join(err, err2, err3))
		}
		b.released(1)
		request := uuid.New()
		if _, err := b.Earnings.RequestPayout(ctx, fresh, request); !errors.Is(err, payouts.ErrNoAccount) {
			t.Errorf("without an account: %v", err)
		}
		if _, err := b.Earnings.RequestPayout(ctx, b.expert, uuid.Nil); !errors.Is(err, payouts.ErrInvalid) {
			t.Errorf("without a request: %v", err)
		}
		// A claim is not used up: the request is the key.
		claim := &marketplace.Claim{Scope: "me", Key: "k", Fingerprint: []byte("a"), At: b.Clock.Now()}
		made, err := b.Earnings.RequestPayout(marketplace.WithClaim(ctx, claim), b.expert, request)
		b.ok("request", err)
		same, err := b.Earnings.RequestPayout(marketplace.WithClaim(ctx, claim), b.expert, request)
		if err != nil || len(same) != 1 || same[0].ID != made[0].ID || made[0].AmountMinor != 1000 {
			t.Errorf("asked again: %+v, %v; first %+v", same, err, made)
		}
		if _, err := b.Earnings.RequestPayout(ctx, b.expert, uuid.New()); !errors.Is(err, payouts.ErrBelowMinimum) {
			t.Errorf("another request: %v", err)
		}
		b.Balanced()
	})
}

func TestOperatorsRunThePayouts(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ctx := b.Ctx()
		b.released(2)
		this := payouts.WeekOf(b.Clock.Now())
		for _, bad := range []string{"", "2026", "2026-W54", "2026-W1", "2026-W00", "2025-W53", "1900-W01", "2019-W52", "0000-W01", "9999-W01", payouts.WeekOf(b.Clock.Now().Add(week)), this + "x"} {
			if _, err := b.Earnings.CreateRun(ctx, b.Operator, bad); !errors.Is(err, marketplace.ErrInvalid) {
				t.Errorf("week %q: %v", bad, err)
			}
		}
		if made, err := b.Earnings.CreateRun(ctx, b.Operator, this); err != nil || made != 1 {
			t.Errorf("made %d, %v", made, err)
		}
		if made, err := b.Earnings.CreateRun(ctx, b.Operator, this); err != nil || made != 0 {
			t.Errorf("again made %d, %v", made, err)
		}
		books, err := b.Earnings.LedgerBalances(ctx, b.Operator)
		b.ok("read the books", err)
		sums := map[string]int64{}
		for _, a := range books.Accounts {
			sums[string(a.Kind)+" "+string(a.Currency)] = a.Minor
		}
		if sums["in_transit:payouts EUR"] != 2000 || sums["sandbox:balance EUR"] != 10_000_00 || sums["revenue:platform_fee EUR"] != 400 || sums["program:budget EUR"] != 5_000_00-2400 {
			t.Errorf("the books %v", sums)
		}
		if report, err := b.Earnings.Check(ctx, b.Operator); err != nil || !report.Balanced() || report.Postings == 0 {
			t.Errorf("check %+v, %v", report, err)
		}
		for _, caller := range []access.Caller{b.Owner, b.expert, b.customer, {}} {
			for name, err := range map[string]error{
				"run": second(b.Earnings.CreateRun(ctx, caller, this)), "books": second(b.Earnings.LedgerBalances(ctx, caller)),
				"check": second(b.Earnings.Check(ctx, caller)), "resume": b.Earnings.ResumePayouts(ctx, caller, "Looked at."),
			} {
				if !errors.Is(err, marketplace.ErrForbidden) {
					t.Errorf("%s for %s: %v", name, caller, err)
				}
			}
		}
	})
}

// pause stops payouts as the protocol with the provider does in doubt.
func (b *bench) pause() {
	b.T.Helper()
	b.ok("pause", b.Store.InTx(b.Ctx(), marketplace.AllBrands, func(tx *gorm.DB) error {
		return tx.Exec("INSERT INTO payout_freezes (scope, owner_id, reason, frozen_at) VALUES ('payouts', ?, 'two transfers', ?)", uuid.Nil, b.Clock.Now()).Error
	}))
}

func TestPayoutsAreResumedByAPerson(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ctx := b.Ctx()
		dbtest.Unchanged(t, b.DB, func() { b.ok("resume what goes on", b.Earnings.ResumePayouts(ctx, b.Operator, "Looked at.")) })
		b.pause()
		if err := b.Earnings.ResumePayouts(ctx, access.SystemCaller("x"), "Looked at."); !errors.Is(err, marketplace.ErrForbidden) {
			t.Errorf("by the machinery: %v", err)
		}
		if books, err := b.Earnings.LedgerBalances(ctx, b.Operator); err != nil || !books.Paused {
			t.Errorf("the books: %+v, %v", books, err)
		}
		dbtest.Halfway(t, b.DB, func() error { return b.Earnings.ResumePayouts(ctx, b.Operator, "Looked at.") })
		if books, err := b.Earnings.LedgerBalances(ctx, b.Operator); err != nil || books.Paused {
			t.Errorf("the books after that: %+v, %v", books, err)
		}
	})
}
