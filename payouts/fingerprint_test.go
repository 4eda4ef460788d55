package payouts_test

import (
	"context"
	"testing"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
	"knowhow/payouts"
	"knowhow/payouts/sandbox"
)

// telling is the sandbox with bank accounts, by the accounts' references.
type telling struct {
	*sandbox.Provider
	banks map[string][]string
}

func (p telling) AccountStatus(ctx context.Context, reference string) (payouts.ProviderAccount, error) {
	a, err := p.Provider.AccountStatus(ctx, reference)
	a.Fingerprints = p.banks[reference]
	return a, err
}

// Whoever's account is mirrored, where their money goes is noted, and who shares it
// with whom is known from then on.
func TestFingerprintsAreMirrored(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b, ctx := newBank(t, db), context.Background()
		provider := telling{b.sandbox, map[string][]string{}}
		b.service.Provider = provider
		var experts []uuid.UUID
		for range 3 {
			expert := uuid.New()
			b.must(b.db.Exec("INSERT INTO persons (id, name, operator, created_at) VALUES (?, 'Ada', false, ?)", expert, start).Error)
			a, err := b.service.EnsureAccount(ctx, expert)
			b.must(err)
			provider.banks[a.Reference] = []string{"shared"}
			if len(experts) == 2 {
				provider.banks[a.Reference] = []string{"own", "other"}
			}
			experts = append(experts, expert)
		}
		refresh := func(expert uuid.UUID) error {
			_, err := b.service.RefreshAccount(ctx, expert)
			return err
		}
		dbtest.Halfway(t, db, func() error { return refresh(experts[0]) })
		b.must(refresh(experts[1]))
		b.must(refresh(experts[2]))
		b.must(refresh(experts[2]))
		for i, want := range [][]uuid.UUID{{experts[1]}, {experts[0]}, nil} {
			b.must(b.tx(func(ctx context.Context, tx *gorm.DB) error {
				got, err := payouts.SharingAccountTx(ctx, tx, experts[i])
				if len(got) != len(want) || len(got) == 1 && got[0] != want[0] {
					t.Errorf("%d shares with %v, want %v", i, got, want)
				}
				return err
			}))
		}
		if n := b.count("SELECT COUNT(*) FROM payout_fingerprints"); n != 4 {
			t.Errorf("%d fingerprints", n)
		}
	})
}
