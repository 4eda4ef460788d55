package bench

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/migrations/sqldb"
	"knowhow/payouts/ledger"
)

// draw is one worker's chance.
type draw = *rand.Rand

// ledgerLoad posts in the four ways that are measured.
type ledgerLoad struct {
	db       *sqldb.DB
	direct   *sql.DB
	accounts []ledger.Account
	budget   ledger.Account // of a busy program
	hold     ledger.Account
	rows     [2]string // the same of another, which is two rows
}

// what is in each account to begin with, in minor units, and moved by a posting.
const (
	inAccount = 1_000_000
	inBudget  = 1_000_000_000_000
	moved     = 500
	hotTries  = 100
)

// seed makes the accounts, in an empty ledger.
func (b *ledgerBench) seed(ctx context.Context) (*ledgerLoad, error) {
	write := b.db.Write.WithContext(ctx)
	var used bool
	if err := write.Raw("SELECT EXISTS (SELECT FROM ledger_postings) OR EXISTS (SELECT FROM brands)").Scan(&used).Error; err != nil {
		return nil, fmt.Errorf("look at the database: %w", err)
	}
	if used {
		return nil, ErrNotEmpty
	}
	l := &ledgerLoad{db: b.db}
	var err error
	if l.direct, err = b.db.SQL(); err != nil {
		return nil, err
	}
	mirror := ledger.Account{Kind: ledger.SandboxBalance, Currency: currency}
	var batch []ledger.Posting
	post := func() error {
		err := write.Transaction(func(tx *gorm.DB) error {
			_, err := ledger.PostAllTx(ctx, tx, batch...)
			return err
		})
		batch = batch[:0]
		return err
	}
	fund := func(a ledger.Account, minor int64) {
		batch = append(batch, ledger.Posting{Key: "fund:" + a.ID(), Kind: "fund", At: time.Now(), Entries: ledger.Move(mirror, a, minor)})
	}
	for i := range b.Accounts {
		a := ledger.Account{Kind: ledger.BrandWallet, Owner: uuid.New(), Currency: currency}
		l.accounts = append(l.accounts, a)
		if fund(a, inAccount); len(batch) == 500 {
			b.progress.bar("accounts", i, b.Accounts)
			if err := post(); err != nil {
				return nil, err
			}
		}
	}
	busy, plain := uuid.New(), uuid.New()
	of := func(kind ledger.Kind, program uuid.UUID) ledger.Account {
		return ledger.Account{Kind: kind, Owner: program, Currency: currency}
	}
	l.budget, l.hold = of(ledger.ProgramBudget, busy), of(ledger.ProgramHold, busy)
	l.rows = [2]string{of(ledger.ProgramBudget, plain).ID(), of(ledger.ProgramHold, plain).ID()}
	fund(l.budget, inBudget)
	fund(of(ledger.ProgramBudget, plain), inBudget)
	fund(of(ledger.ProgramHold, plain), inAccount)
	if err := post(); err != nil {
		return nil, err
	}
	return l, write.Exec("ANALYZE ledger_accounts, ledger_postings, ledger_entries").Error
}

// spread posts between two of many accounts.
func (l *ledgerLoad) spread(ctx context.Context, d draw) error {
	from, to := l.two(d)
	return l.post(ctx, uuid.New(), ledger.Move(from, to, moved))
}

// hot posts what a hold of the busy program does.
func (l *ledgerLoad) hot(ctx context.Context, _ draw) error {
	return l.post(ctx, uuid.New(), ledger.Move(l.budget, l.hold, moved))
}

// post is a transaction with one posting, run again as the marketplace's store does.
func (l *ledgerLoad) post(ctx context.Context, id uuid.UUID, entries []ledger.Entry) error {
	p := ledger.Posting{Key: "bench:" + id.String(), Kind: "bench", At: time.Now(), Entries: entries, Near: id}
	for range hotTries {
		err := l.db.Write.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
			_, err := ledger.PostTx(ctx, tx, p)
			return err
		})
		var state interface{ SQLState() string }
		if !errors.As(err, &state) || state.SQLState() != "40001" && state.SQLState() != "40P01" {
			if errors.Is(err, ledger.ErrInsufficientFunds) {
				return nil // an account that chance has emptied
			}
			return err
		}
	}
	return errors.New("a posting met others again and again")
}

func (l *ledgerLoad) two(d draw) (from, to ledger.Account) {
	i := d.IntN(len(l.accounts))
	return l.accounts[i], l.accounts[(i+1+d.IntN(len(l.accounts)-1))%len(l.accounts)]
}

func (l *ledgerLoad) plainSpread(ctx context.Context, d draw) error {
	from, to := l.two(d)
	return l.plain(ctx, from.ID(), to.ID())
}

func (l *ledgerLoad) plainHot(ctx context.Context, _ draw) error {
	return l.plain(ctx, l.rows[0], l.rows[1])
}

// transfer is what one writes who needs nothing but the transfer: the rows locked
// in order, both balances, the posting under a unique key, and its two entries
// with the balances after them.
const transfer = `WITH b AS MATERIALIZED (SELECT id, CASE id WHEN $1 THEN -$3::bigint ELSE $3::bigint END AS amount
		FROM ledger_accounts WHERE id IN ($1, $2) ORDER BY id FOR NO KEY UPDATE),
	p AS (INSERT INTO ledger_postings (id, key, kind, digest, posted_at) VALUES ($4, $5, 'plain', $6, $7) RETURNING id),
	u AS (UPDATE ledger_accounts AS a SET balance = a.balance + b.amount, version = a.version + 1 FROM b WHERE a.id = b.id
		RETURNING a.id, b.amount, a.balance, a.version)
	INSERT INTO ledger_entries (posting_id, line, account_id, currency, amount, balance_after, version)
	SELECT p.id, CASE u.id WHEN $1 THEN 1 ELSE 2 END, u.id, 'EUR', u.amount, u.balance, u.version FROM p, u`

// plain is that statement, which is its own transaction.
func (l *ledgerLoad) plain(ctx context.Context, from, to string) error {
	id := uuid.New()
	_, err := l.direct.ExecContext(ctx, transfer, from, to, moved, id, "plain:"+id.String(), make([]byte, 32), time.Now())
	var state interface {
		SQLState() string
	}
	if errors.As(err, &state) && state.SQLState() == "23514" {
		return nil // the check on balances: an account that chance has emptied
	}
	return err
}

// postAll has n workers post until the time is over, and returns how many
// postings there were.
func postAll(ctx context.Context, n int, during time.Duration, post func(ctx context.Context, d draw) error) (int64, error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	end := time.Now().Add(during)
	var posted atomic.Int64
	var workers sync.WaitGroup
	for i := range n {
		workers.Go(func() {
			d := rand.New(rand.NewPCG(seed, uint64(i)))
			for time.Now().Before(end) && ctx.Err() == nil {
				if err := post(ctx, d); err != nil {
					stop(err)
					return
				}
				posted.Add(1)
			}
		})
	}
	workers.Wait()
	return posted.Load(), context.Cause(ctx)
}
