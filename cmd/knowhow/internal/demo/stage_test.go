package demo_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"

	"knowhow/cmd/knowhow/internal/demo"
	"knowhow/marketplace"
	"knowhow/marketplace/assembly"
	"knowhow/marketplace/notify"
	"knowhow/marketplace/redact"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
	"knowhow/payouts"
)

// stage is a database with the parts of a house whose clock stands at now.
type stage struct {
	testing.TB
	parts assembly.Parts
}

var keys = sync.OnceValues(func() (*redact.Keyring, error) { return redact.ParseKeyring(redact.GenerateKeys("k1")) })

// lived is a demo that was lived through up to the present.
var lived = dbtest.NewFilled(func(t testing.TB, db *sqldb.DB) {
	begin := time.Now()
	newStage(t, db, present).mustSeed()
	t.Logf("lived in %s", time.Since(begin).Round(time.Millisecond))
})

func newStage(t testing.TB, db *sqldb.DB, now time.Time) stage {
	t.Helper()
	keys, err := keys()
	if err != nil {
		t.Fatal(err)
	}
	return stage{t, assembly.Parts{
		Store: marketplace.NewStore(db.Write, db.Read), Clock: marketplace.NewManualClock(now), Keys: keys,
		Log:    slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn})),
		Mailer: unread{},
	}}
}

// unread takes every mail and keeps none.
type unread struct{}

func (unread) Send(context.Context, notify.Message) error { return nil }

func (s stage) seed(ctx context.Context) (demo.Scene, error) {
	return demo.Seed(ctx, s.parts, s.parts.Log, func(int, int) {})
}

func (s stage) mustSeed() demo.Scene {
	s.Helper()
	scene, err := s.seed(context.Background())
	if err != nil {
		s.Fatal(err)
	}
	return scene
}

// read runs a query over every brand and returns its rows as text.
func (s stage) read(query string, args ...any) []string {
	s.Helper()
	var lines []string
	err := s.parts.Store.Read(context.Background(), marketplace.AllBrands, func(tx *gorm.DB) error {
		rows, err := tx.Raw(query, args...).Rows()
		if err != nil {
			return err
		}
		defer rows.Close()
		columns, err := rows.Columns()
		for err == nil && rows.Next() {
			values := make([]any, len(columns))
			for i := range values {
				values[i] = new(any)
			}
			if err = rows.Scan(values...); err == nil {
				lines = append(lines, canonical(values))
			}
		}
		return errors.Join(err, rows.Err())
	})
	if err != nil {
		s.Fatalf("%s: %v", query, err)
	}
	slices.Sort(lines)
	return lines
}

// canonical writes a row as both databases mean it.
func canonical(values []any) string {
	words := make([]string, len(values))
	for i, v := range values {
		switch v := (*v.(*any)).(type) {
		case time.Time:
			words[i] = fmt.Sprint(v.UnixMicro())
		case bool:
			words[i] = map[bool]string{true: "1", false: "0"}[v]
		case []byte:
			words[i] = string(v)
		default:
			words[i] = fmt.Sprint(v)
		}
	}
	return strings.Join(words, " | ")
}

// outcome is all that became of the story, without ids.
func (s stage) outcome() []string {
	var all []string
	for _, query := range []string{
		`SELECT reference, state, end_reason, attempt, wave, messages, title, body, asked_at, first_responded_at, resolved_at, response_breached, resolution_breached, nudged FROM questions`,
		`SELECT q.reference, o.attempt, o.wave, o.position, x.handle, o.state, o.settled_at, o.why FROM offers o JOIN questions q ON q.id = o.question_id JOIN experts x ON x.person_id = o.person_id`,
		`SELECT q.reference, a.attempt, x.handle, a.state, a.reward_minor, a.note, a.accepted_at, a.delivered_at, a.earned_at, a.confirmed_at, a.settled_at FROM assignments a JOIN questions q ON q.id = a.question_id JOIN experts x ON x.person_id = a.person_id`,
		`SELECT q.reference, m.position, m.author, m.body, m.at FROM messages m JOIN questions q ON q.id = m.question_id`,
		`SELECT q.reference, r.state, r.cause, r.passed, r.note, r.ended_at, p.name FROM reviews r JOIN questions q ON q.id = r.question_id LEFT JOIN persons p ON p.id = r.reviewer_id`,
		`SELECT q.reference, a.attempt, g.title, g.bad, x.handle, v.state, v.passed, v.asked_at, v.ended_at FROM review_votes v JOIN experts x ON x.person_id = v.person_id
			LEFT JOIN gold_items g ON g.id = v.gold_id LEFT JOIN reviews r ON r.id = v.review_id LEFT JOIN assignments a ON a.id = r.assignment_id LEFT JOIN questions q ON q.id = a.question_id`,
		`SELECT x.handle, p.kind, p.text, p.posted_at FROM room_posts p JOIN experts x ON x.person_id = p.person_id`,
		`SELECT title, state, support, answer, answered_at FROM room_proposals`,
		`SELECT x.handle, c.votes, c.elected FROM election_candidates c JOIN experts x ON x.person_id = c.person_id`,
		`SELECT x.handle, m.kind, m.state, m.topics, m.imposed_at, m.appealed_at FROM measures m JOIN experts x ON x.person_id = m.person_id`,
		`SELECT q.reference, x.handle, t.amount_minor, t.given_at FROM thanks t JOIN questions q ON q.id = t.question_id JOIN experts x ON x.person_id = t.person_id`,
		`SELECT q.reference, f.state, f.refused_at, f.appealed_at, f.decision, f.ended_at FROM refusals f JOIN questions q ON q.id = f.question_id`,
		`SELECT q.reference, f.solved, f.csat, f.reason, f.comment, f.given_at FROM feedback f JOIN questions q ON q.id = f.question_id`,
		`SELECT p.name, x.handle, e.state, e.waiting, e.applied_at, e.enrolled_at, e.certified FROM enrolments e JOIN experts x ON x.person_id = e.person_id JOIN programs p ON p.id = e.program_id`,
		`SELECT x.handle, s.topic, s.evidence, s.updated_at FROM standings s JOIN experts x ON x.person_id = s.person_id`,
		`SELECT x.handle, r.period, p.amount_minor, p.state FROM payouts p JOIN payout_runs r ON r.id = p.run_id JOIN experts x ON x.person_id = p.expert_id`,
		`SELECT kind, SUM(balance) FROM ledger_accounts GROUP BY kind`,
		`SELECT kind, COUNT(*) FROM money_moves GROUP BY kind`,
	} {
		all = append(all, s.read(query)...)
	}
	return all
}

func same(t testing.TB, got, want []string) {
	t.Helper()
	differ := 0
	for i := range max(len(got), len(want)) {
		g, w := "nothing", "nothing"
		if i < len(got) {
			g = got[i]
		}
		if i < len(want) {
			w = want[i]
		}
		if g == w {
			continue
		}
		if differ++; differ > 5 {
			t.Fatal("and more")
		}
		t.Errorf("got  %s\nwant %s", g, w)
	}
}

func (s stage) balanced() {
	s.Helper()
	err := s.parts.Store.Read(context.Background(), marketplace.AllBrands, func(tx *gorm.DB) error {
		report, err := payouts.Check(context.Background(), tx)
		if err == nil && !report.Balanced() {
			err = fmt.Errorf("violations: %v", report.Violations)
		}
		return err
	})
	if err != nil {
		s.Fatal(err)
	}
}

func (s stage) count(query string, args ...any) (n int) {
	s.Helper()
	if _, err := fmt.Sscan(s.read(query, args...)[0], &n); err != nil {
		s.Fatalf("%s: %v", query, err)
	}
	return n
}
