package replay

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/payouts"
)

// Report is what a replay came to. Shares are of the covered questions: those
// whose resolver in the file was enrolled when they were asked.
type Report struct {
	Questions       int     `json:"questions"`
	Covered         int     `json:"covered"`
	OfferedHitAt1   float64 `json:"offered_hit_at_1"` // the resolver was the first expert asked
	OfferedHitAt5   float64 `json:"offered_hit_at_5"` // … among the first five asked
	ActivityHitAt5  float64 `json:"activity_hit_at_5"`
	Experts         int     `json:"experts"`    // approved, after application, terms, cards and both quizzes
	QuizTries       int     `json:"quiz_tries"` // at either quiz
	Accepted        int     `json:"accepted"`
	Resolved        int     `json:"resolved"`
	Escalated       int     `json:"escalated"`
	BestOffered     int     `json:"best_offered"`          // questions whose resolver was asked at all
	BestResolved    int     `json:"best_offered_resolved"` // of those, resolved
	Reviewed        int     `json:"reviewed"`
	ReviewedByPeers int     `json:"reviewed_by_peers"` // of those
	PeerVotes       int     `json:"peer_votes"`        // on work
	GoldVotes       int     `json:"gold_votes"`        // on answers of known quality
	Refused         int     `json:"refused"`
	RewardsMinor    int64   `json:"rewards_minor"` // earned and not refused
	PayoutsMinor    int64   `json:"payouts_minor"` // paid out; less than an expert's minimum waits
	Currency        string  `json:"currency"`
	Provider        string  `json:"provider"`
	LedgerBalanced  bool    `json:"ledger_balanced"`
	AcceptedUnpaid  int     `json:"accepted_unpaid"` // delivered, and neither released nor refused by a named human
	Lost            int     `json:"lost"`            // questions never asked or never ended, and jobs that failed for good
	ResultHash      string  `json:"result_hash"`
	Seconds         float64 `json:"seconds"`
	ledgerViolation []payouts.Violation
	example         string // the id of a question whose receipt is worth reading; empty: none
}

// report reads everything off the database.
func (w *world) report(ctx context.Context) (Report, error) {
	r := Report{Questions: len(w.window), Currency: string(currency), Provider: w.Payouts.Provider.Label()}
	err := w.Store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		h, err := w.measureHits(ctx, tx)
		if err != nil {
			return err
		}
		r.Covered, r.BestOffered, r.BestResolved = h.covered, h.asked, h.askedResolved
		r.OfferedHitAt1, r.OfferedHitAt5 = share(h.first, h.covered), share(h.among, h.covered)
		r.ActivityHitAt5 = share(h.activity, h.covered)
		if err := r.count(tx, len(w.window)); err != nil {
			return err
		}
		if err := r.money(ctx, tx); err != nil {
			return err
		}
		if r.example, err = example(tx); err != nil {
			return err
		}
		r.ResultHash, err = resultHash(tx)
		return err
	})
	return r, err
}

func share(part, whole int) float64 {
	if whole == 0 {
		return 0
	}
	return float64(part) / float64(whole)
}

func (r *Report) count(tx *gorm.DB, window int) error {
	var ended, buried int
	counts := []struct {
		into  *int
		query string
	}{
		{&r.Experts, "SELECT COUNT(*) FROM enrolments WHERE enrolled_at IS NOT NULL"},
		{&r.QuizTries, "SELECT (SELECT COUNT(*) FROM platform_attempts) + (SELECT COUNT(*) FROM quiz_attempts)"},
		{&r.Accepted, "SELECT COUNT(*) FROM assignments"},
		{&r.Resolved, "SELECT COUNT(*) FROM questions WHERE state = 'resolved'"},
		{&r.Escalated, "SELECT COUNT(*) FROM questions WHERE state = 'escalated'"},
		{&r.Reviewed, "SELECT COUNT(*) FROM reviews WHERE state = 'decided'"},
		{&r.ReviewedByPeers, "SELECT COUNT(*) FROM reviews WHERE state = 'decided' AND votes > 0"},
		{&r.PeerVotes, "SELECT COUNT(*) FROM review_votes WHERE state = 'given' AND review_id IS NOT NULL"},
		{&r.GoldVotes, "SELECT COUNT(*) FROM review_votes WHERE state = 'given' AND gold_id IS NOT NULL"},
		{&r.Refused, "SELECT COUNT(*) FROM assignments WHERE state = 'refused'"},
		{&r.AcceptedUnpaid, `SELECT COUNT(*) FROM assignments a WHERE a.delivered_at IS NOT NULL
			AND NOT EXISTS (SELECT 1 FROM rewards r WHERE r.id = a.id AND r.state = 'released')
			AND NOT EXISTS (SELECT 1 FROM rewards r JOIN refusals f ON f.id = r.refusal_id JOIN persons p ON p.id = f.refused_by
				WHERE r.id = a.id AND f.assignment_id = a.id AND r.state = 'refused')`},
		{&ended, "SELECT COUNT(*) FROM questions WHERE ended_at IS NOT NULL"},
		{&buried, "SELECT COUNT(*) FROM jobs"},
	}
	for _, c := range counts {
		if err := tx.Raw(c.query).Row().Scan(c.into); err != nil {
			return fmt.Errorf("count: %w", err)
		}
	}
	r.Lost = window - ended + buried
	return nil
}

func (r *Report) money(ctx context.Context, tx *gorm.DB) error {
	totals, err := payouts.TotalsTx(ctx, tx)
	if err != nil {
		return err
	}
	for _, t := range totals {
		r.RewardsMinor += t.Pending + t.Released
		r.PayoutsMinor += t.PaidOut
	}
	check, err := payouts.Check(ctx, tx)
	if err != nil {
		return err
	}
	r.LedgerBalanced, r.ledgerViolation = check.Balanced(), check.Violations
	return nil
}

// example picks the resolved question that took the most experts.
func example(tx *gorm.DB) (string, error) {
	var ids []string
	err := tx.Raw("SELECT id FROM questions WHERE state = 'resolved' ORDER BY attempt DESC, asked_at, reference LIMIT 1").Scan(&ids).Error
	if err != nil || len(ids) == 0 {
		return "", err
	}
	return ids[0], nil
}

// resultHash is over what became of every question, offer, assignment, review,
// vote and refusal, of everybody's way in and tries at quizzes, and when, and over
// everybody's rewards and payouts; by the file's
// names and no ids, so that two replays of the same window agree on it exactly
// when they agree on all of that, on either database and after any interruption.
// Payouts count by their sums, since an interrupted one is sent a week later.
func resultHash(tx *gorm.DB) (string, error) {
	queries := []string{
		`SELECT q.reference, q.state, q.end_reason, q.attempt, q.title, q.body, q.asked_at, q.first_responded_at, q.resolved_at,
			q.ended_at, q.response_breached, q.resolution_breached FROM questions q`,
		`SELECT q.reference, o.attempt, o.wave, o.position, p.name, o.state, o.reward_minor, o.fee_minor, o.offered_at, o.settled_at
			FROM offers o JOIN questions q ON q.id = o.question_id JOIN persons p ON p.id = o.person_id`,
		`SELECT q.reference, a.attempt, p.name, a.state, a.reward_minor, a.accepted_at, a.delivered_at, a.earned_at, a.settled_at
			FROM assignments a JOIN questions q ON q.id = a.question_id JOIN persons p ON p.id = a.person_id`,
		`SELECT q.reference, a.attempt, r.state, r.passed, r.ended_at FROM reviews r JOIN assignments a ON a.id = r.assignment_id
			JOIN questions q ON q.id = r.question_id`,
		`SELECT q.reference, a.attempt, g.title, p.name, v.state, v.passed, v.asked_at, v.ended_at FROM review_votes v
			JOIN persons p ON p.id = v.person_id LEFT JOIN gold_items g ON g.id = v.gold_id LEFT JOIN reviews r ON r.id = v.review_id
			LEFT JOIN assignments a ON a.id = r.assignment_id LEFT JOIN questions q ON q.id = r.question_id`,
		`SELECT p.name, e.state, e.applied_at, e.enrolled_at, e.decided_at FROM enrolments e JOIN persons p ON p.id = e.person_id`,
		`SELECT p.name, t.attempt, t.score, t.passed, t.taken_at FROM platform_attempts t JOIN persons p ON p.id = t.person_id`,
		`SELECT p.name, t.attempt, t.score, t.passed, t.taken_at FROM quiz_attempts t JOIN persons p ON p.id = t.person_id`,
		`SELECT q.reference, a.attempt, f.state, f.refused_at, f.ended_at FROM refusals f JOIN assignments a ON a.id = f.assignment_id
			JOIN questions q ON q.id = f.question_id`,
		`SELECT p.name, SUM(r.amount_minor), COUNT(*), MIN(r.state), MAX(r.state) FROM rewards r
			JOIN persons p ON p.id = r.expert_id GROUP BY p.name`,
		`SELECT p.name, SUM(o.amount_minor) FROM payouts o JOIN persons p ON p.id = o.expert_id
			WHERE o.state = 'sent' GROUP BY p.name`,
	}
	sum := sha256.New()
	for _, query := range queries {
		if err := hashRows(tx, sum, query); err != nil {
			return "", fmt.Errorf("hash the result: %w", err)
		}
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

func hashRows(tx *gorm.DB, sum hash.Hash, query string) error {
	rows, err := tx.Raw(query).Rows()
	if err != nil {
		return err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	values, into := make([]any, len(columns)), make([]any, len(columns))
	for i := range values {
		into[i] = &values[i]
	}
	var lines []string
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		var line strings.Builder
		for _, v := range values {
			line.WriteString(canonical(v) + "\x1f")
		}
		lines = append(lines, line.String())
	}
	slices.Sort(lines) // here, since databases sort text in orders of their own
	for _, line := range lines {
		sum.Write([]byte(line + "\x1e"))
	}
	return rows.Err()
}

// write prints the report of the replay on the database url for people.
func (r Report) write(to io.Writer, url string) error {
	t := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	line := func(label, format string, args ...any) { fmt.Fprintf(t, label+"\t"+format+"\n", args...) }
	line("questions", "%d asked, %d resolved, %d escalated to the brand's team, %d lost", r.Questions, r.Resolved, r.Escalated, r.Lost)
	line("routing", "the resolver was asked first in %.1f %%, among the first five in %.1f %% of %d covered questions",
		100*r.OfferedHitAt1, 100*r.OfferedHitAt5, r.Covered)
	line("", "(by activity alone among the first five in %.1f %%)", 100*r.ActivityHitAt5)
	line("resolution", "%d of the %d questions whose resolver was asked were resolved", r.BestResolved, r.BestOffered)
	line("experts", "%d came in by application, terms, cards and both quizzes, in %d tries", r.Experts, r.QuizTries)
	line("work", "%d assignments, %d reviewed, %d refused by a named human, %d unpaid", r.Accepted, r.Reviewed, r.Refused, r.AcceptedUnpaid)
	line("judging", "%d of the reviews by experts' own votes, %d on work and %d on gold", r.ReviewedByPeers, r.PeerVotes, r.GoldVotes)
	line("money", "%s earned, %s paid out (%s)", r.amount(r.RewardsMinor), r.amount(r.PayoutsMinor), r.Provider)
	line("ledger", "%s", map[bool]string{true: "balanced", false: fmt.Sprintf("NOT BALANCED: %v", r.ledgerViolation)}[r.LedgerBalanced])
	line("result", "%s", r.ResultHash)
	line("time", "%.1f s", r.Seconds)
	switch {
	case r.example == "":
	case strings.HasPrefix(url, "sqlite:"):
		line("receipt", "knowhow receipt %s --database-url %s", r.example, url)
	default: // the URL may hold a password
		line("receipt", "knowhow receipt %s --database-url postgres://…", r.example)
	}
	return t.Flush()
}

func (r Report) amount(minor int64) string {
	return payouts.Money{Minor: minor, Currency: payouts.Currency(r.Currency)}.String()
}
