package ledger

import (
	"context"
	"fmt"
	"strings"

	"gorm.io/gorm"
)

// Violation is an invariant that does not hold for a subject.
type Violation struct {
	Rule    string
	Subject string
	Detail  string
}

func (v Violation) String() string { return v.Rule + ": " + v.Subject + ": " + v.Detail }

// Rule is an invariant: Query returns the subjects, and details, that break it.
type Rule struct {
	Name  string
	Query string
	Args  []any
}

// shown bounds the violations reported per rule.
const shown = 20

// CheckTx returns what breaks the ledger's own invariants; nothing is good.
func CheckTx(ctx context.Context, tx *gorm.DB) ([]Violation, error) {
	return Broken(ctx, tx, rules())
}

// Broken returns up to twenty violations of each rule. All rules are one statement:
// each of them alone would cost more on the way than in the database.
func Broken(ctx context.Context, tx *gorm.DB, rules []Rule) (all []Violation, err error) {
	queries, args := make([]string, len(rules)), []any(nil)
	for i, rule := range rules {
		queries[i] = fmt.Sprintf("SELECT * FROM (SELECT CAST(? AS text) AS rule, subject, detail FROM (%s) AS broken LIMIT %d) AS rule_%d", rule.Query, shown, i)
		args = append(append(args, rule.Name), rule.Args...)
	}
	if err := tx.WithContext(ctx).Raw(strings.Join(queries, " UNION ALL "), args...).Scan(&all).Error; err != nil {
		return nil, fmt.Errorf("check the books: %w", err)
	}
	return all, nil
}

func rules() []Rule {
	return []Rule{
		{Name: "entries add up to zero per posting and currency", Query: `
			SELECT CAST(posting_id AS text) AS subject, currency || ' ' || CAST(SUM(amount) AS text) AS detail
			FROM ledger_entries GROUP BY posting_id, currency HAVING SUM(amount) <> 0`},
		{Name: "every posting has entries", Query: `
			SELECT p.key AS subject, 'none' AS detail FROM ledger_postings AS p
			WHERE NOT EXISTS (SELECT 1 FROM ledger_entries AS e WHERE e.posting_id = p.id)`},
		{Name: "only constrained accounts have a balance", Args: []any{kinds(rule.bounded)}, Query: `
			SELECT id AS subject, kind AS detail FROM ledger_accounts WHERE kind NOT IN ? OR balance < 0`},
		{Name: "balance and version follow from the entries", Args: []any{kinds(rule.grows)}, Query: `
			SELECT a.id AS subject, CAST(a.balance AS text) || ' is not ' || CAST(COALESCE(e.total, 0) AS text) AS detail
			FROM ledger_accounts AS a LEFT JOIN (
				SELECT account_id, SUM(amount) AS total, COUNT(version) AS n, MIN(version) AS low, MAX(version) AS high,
					MIN(currency) AS c1, MAX(currency) AS c2
				FROM ledger_entries GROUP BY account_id) AS e ON e.account_id = a.id
			WHERE a.balance <> CASE WHEN a.kind IN ? THEN -1 ELSE 1 END * COALESCE(e.total, 0) OR a.version <> COALESCE(e.high, 0)
				OR e.n <> e.high OR e.low <> 1 OR e.c1 <> a.currency OR e.c2 <> a.currency`},
		{Name: "each balance follows from the one before", Args: []any{kinds(rule.grows)}, Query: `
			SELECT chain.account_id AS subject, CAST(chain.version AS text) AS detail FROM (
				SELECT account_id, version, amount, balance_after,
					LAG(balance_after, 1, CAST(0 AS bigint)) OVER (PARTITION BY account_id ORDER BY version) AS before
				FROM ledger_entries WHERE version IS NOT NULL) AS chain LEFT JOIN ledger_accounts AS a ON a.id = chain.account_id
			WHERE chain.balance_after <> chain.before + CASE WHEN a.kind IN ? THEN -amount ELSE amount END`},
		{Name: "entries with a balance belong to an account", Query: `
			SELECT e.account_id AS subject, CAST(e.posting_id AS text) AS detail FROM ledger_entries AS e
			WHERE (e.version IS NOT NULL) <> EXISTS (SELECT 1 FROM ledger_accounts AS a WHERE a.id = e.account_id)`},
	}
}

// bounded reports a kind that has balance rows.
func (r rule) bounded() bool { return r.constrained }

// grows reports a balance row that grows by debits.
func (r rule) grows() bool { return r.debit && r.constrained }

// kinds are those of the chart for which is holds.
func kinds(is func(rule) bool) []Kind {
	var found []Kind
	for kind, r := range chart {
		if is(r) {
			found = append(found, kind)
		}
	}
	return found
}
