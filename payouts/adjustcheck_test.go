package payouts_test

import (
	"context"
	"testing"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
	"knowhow/payouts"
)

// Each way in which the rows of what is no work can part from the ledger is found.
func TestCheckFindsDamagedAdjustments(t *testing.T) {
	damages := map[string]string{
		"recv:expert is what was taken back and not paid":           "UPDATE clawbacks SET debt_minor = debt_minor - 1",
		"only a released reward is taken back":                      "UPDATE rewards SET state = 'pending', decided_at = NULL WHERE id IN (SELECT reward_id FROM clawbacks)",
		"recv:brand is the lost disputes not paid, and the credit":  "UPDATE disputes SET owed_minor = owed_minor - 1 WHERE state = 'lost'",
		"disputes:open is the open disputes":                        "UPDATE disputes SET amount_minor = amount_minor + 1 WHERE state = 'open'",
		"expense:dispute_fees is the disputes' fees":                "UPDATE disputes SET fee_minor = fee_minor + 1",
		"expense:bonus is our bonuses":                              "UPDATE bonuses SET amount_minor = amount_minor + 1",
		"tax:withheld is the withholdings not remitted":             "UPDATE withholdings SET amount_minor = amount_minor + 1",
		"what is set aside is released and not taken back":          "UPDATE set_asides SET amount_minor = amount_minor + 1",
		"what is set aside is available":                            "UPDATE set_asides SET amount_minor = amount_minor + 100",
		"fx is the exchanges":                                       "UPDATE exchanges SET to_minor = to_minor + 1",
		"every step has one posting, and no other":                  "DELETE FROM bonuses",
		"expert:available is the released rewards less the payouts": "UPDATE rewards SET netted_minor = netted_minor - 1 WHERE netted_minor > 0",
		"what was cleared from suspense had been brought there": `INSERT INTO ledger_postings (id, key, kind, digest, posted_at)
			SELECT '01890000-0000-7000-8000-000000000000', 'books:x:y:back:clear', 'clear_suspense', digest, posted_at FROM ledger_postings LIMIT 1`,
	}
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b, expert, lost := newBank(t, db), uuid.New(), uuid.New()
		taken, netted := b.earned(expert, 1000, 0), b.earned(expert, 300, 0)
		b.must(b.release(taken))
		b.must(b.withhold(uuid.New(), expert, 600))
		b.must(b.clawBack(taken, uuid.New()))
		b.must(b.release(netted))
		b.must(b.setAside(netted, uuid.New()))
		b.must(b.bonus(payouts.Bonus{ID: uuid.New(), Expert: expert, By: uuid.New(), Amount: eur(50)}))
		b.must(b.exchange(payouts.Exchange{ID: uuid.New(), Brand: b.brand, From: eur(100), To: "JPY", Rate: payouts.Rate{Num: 3, Den: 2}}))
		b.must(b.dispute(b.newDispute(lost, 200_000)))
		b.must(b.dispute(b.newDispute(uuid.New(), 100)))
		b.must(b.lose(lost))
		b.check("before")
		for rule, damage := range damages {
			b.must(ignoreRollback(b.inTx(t.Context(), func(tx *gorm.DB) error {
				if err := tx.Exec(damage).Error; err != nil {
					return err
				}
				report, err := payouts.Check(context.Background(), tx)
				if err != nil {
					return err
				}
				for _, v := range report.Violations {
					if v.Rule == rule {
						return errRollback
					}
				}
				t.Errorf("%s: found only %v", rule, report.Violations)
				return errRollback
			})))
		}
		b.check("after")
	})
}
