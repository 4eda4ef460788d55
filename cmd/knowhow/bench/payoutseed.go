package bench

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/payouts"
	"knowhow/payouts/ledger"
	"knowhow/payouts/sandbox"
)

// payoutSpace is what the ids of the bench are made of.
var payoutSpace = uuid.MustParse("6b1f5a4e-3c0d-4c55-9d0a-7f0c2f9d6a10")

const (
	// payEach is what every expert is paid, in cents.
	payEach = 20_00
	// seedAtOnce is how many experts one transaction makes.
	seedAtOnce = 500
)

func payoutID(what string, n int) uuid.UUID {
	return uuid.NewSHA1(payoutSpace, fmt.Appendf(nil, "%s %d", what, n))
}

// seed pays in what the experts get, and gives it to them: each a bonus and an
// account. Interrupted, it goes on.
func (b *payoutsBench) seed(ctx context.Context) error {
	funding := payouts.Funding{
		ID: payoutID("funding", b.Experts), Brand: payoutID("brand", 0), Provider: sandbox.Label,
		Gross: payouts.Money{Minor: int64(b.Experts) * payEach, Currency: "EUR"},
	}
	err := b.service.InTx(ctx, func(tx *gorm.DB) error {
		if err := b.mine(tx, funding.ID); err != nil {
			return err
		}
		if err := payouts.FundBrandTx(ctx, tx, time.Now(), funding); err != nil {
			return err
		}
		return sandbox.ReceiveTx(ctx, tx, time.Now(), sandbox.Payment{ID: funding.ID, Gross: funding.Gross})
	})
	if err != nil {
		return err
	}
	var there int64
	if err := b.db.Write.WithContext(ctx).Raw("SELECT COUNT(*) FROM payout_accounts").Scan(&there).Error; err != nil {
		return fmt.Errorf("count the experts: %w", err)
	}
	for from := int(there); from < b.Experts; from += seedAtOnce {
		to := min(from+seedAtOnce, b.Experts)
		if err := b.service.InTx(ctx, func(tx *gorm.DB) error { return seedExperts(ctx, tx, from, to) }); err != nil {
			return err
		}
		b.progress.bar("experts", to, b.Experts)
	}
	return nil
}

// mine refuses a database that has books of others, or of another bench, in it.
func (b *payoutsBench) mine(tx *gorm.DB, funding uuid.UUID) error {
	var foreign bool
	err := tx.Raw("SELECT EXISTS (SELECT 1 FROM ledger_postings) AND NOT EXISTS (SELECT 1 FROM ledger_postings WHERE key = ?)",
		"funding:"+funding.String()).Scan(&foreign).Error
	if err != nil {
		return fmt.Errorf("look whose database it is: %w", err)
	}
	if foreign {
		return &marketplace.InvalidError{Field: "--database-url", Reason: "must be an empty database, or one that this bench with as many experts was filling"}
	}
	return nil
}

// seedExperts makes experts from up to to, each with money and an account.
func seedExperts(ctx context.Context, tx *gorm.DB, from, to int) error {
	now := time.Now().UTC().Truncate(time.Microsecond)
	postings := make([]ledger.Posting, 0, to-from)
	var bonuses, accounts, opened rowsOf
	for i := from; i < to; i++ {
		expert, bonus := payoutID("expert", i), payoutID("bonus", i)
		account := fmt.Sprintf("sandbox_acct_%s", expert)
		postings = append(postings, ledger.Posting{
			Key: "bonus:" + bonus.String() + ":grant", Kind: "bonus", At: now, Near: bonus,
			Entries: ledger.Move(ledger.Account{Kind: ledger.Bonuses, Currency: "EUR"},
				ledger.Account{Kind: ledger.ExpertAvailable, Owner: expert, Currency: "EUR"}, payEach),
		})
		bonuses.add(bonus, expert, payoutSpace, "EUR", payEach, now)
		accounts.add(expert, sandbox.Label, account, true, now, now)
		opened.add(account, "account_"+expert.String(), true, now)
	}
	if _, err := ledger.PostAllTx(ctx, tx, postings...); err != nil {
		return err
	}
	for _, write := range []struct {
		into string
		rows rowsOf
	}{
		{"bonuses (id, expert_id, granted_by, currency, amount_minor, granted_at)", bonuses},
		{"payout_accounts (expert_id, provider, reference, payouts_enabled, created_at, updated_at)", accounts},
		{"sandbox_accounts (id, key, payouts_enabled, created_at)", opened},
	} {
		if err := tx.Exec("INSERT INTO "+write.into+" VALUES "+strings.Join(write.rows.tuples, ", "), write.rows.args...).Error; err != nil {
			return fmt.Errorf("seed %s: %w", write.into, err)
		}
	}
	return nil
}

// rowsOf are rows of values to insert.
type rowsOf struct {
	tuples []string
	args   []any
}

func (r *rowsOf) add(values ...any) {
	r.tuples = append(r.tuples, "("+strings.Repeat("?, ", len(values)-1)+"?)")
	r.args = append(r.args, values...)
}
