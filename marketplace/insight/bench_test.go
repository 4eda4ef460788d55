package insight_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/insight"
	"knowhow/marketplace/markettest"
	"knowhow/migrations/dbtest"
)

// many is how many questions a program has when figures are timed.
const many = 100_000

// BenchmarkFigures: every figure of a program with 100,000 questions in four
// weeks, each with two messages, most with an assignment, a reward and a
// rating; by day.
func BenchmarkFigures(b *testing.B) {
	for _, dialect := range dbtest.Dialects {
		b.Run(dialect, func(b *testing.B) {
			m := markettest.New(b, dbtest.Open(b, dialect))
			expert := m.Expert("ayse")
			fill(b, m, expert.Person.String())
			asked := insight.Asked{From: markettest.Start.Add(-28 * 24 * time.Hour), To: markettest.Start}
			for name, read := range map[string]func() error{
				"figures": func() error {
					f, err := m.Insight.ProgramFigures(m.Ctx(), m.Manager, m.Program.ID, asked)
					if err == nil && (f.FirstResponse.Value.N != many || f.Cost.Value.N == 0 || f.CSAT.Value.N == 0) {
						err = fmt.Errorf("figures of %d, %d, %d", f.FirstResponse.Value.N, f.Cost.Value.N, f.CSAT.Value.N)
					}
					return err
				},
				"topics": func() error {
					_, err := m.Insight.Topics(m.Ctx(), m.Manager, m.Program.ID, asked)
					return err
				},
				"public": func() error {
					m.Clock.Advance(time.Hour) // what is kept is too old
					_, err := m.Insight.Public(m.Ctx(), m.Program.ID)
					return err
				},
			} {
				b.Run(name, func(b *testing.B) {
					for b.Loop() {
						if err := read(); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
		})
	}
}

// fill inserts the questions and what hangs on them, past every rule of ours.
// $n is a row's number, $id(x) an id made of it, $at(s) a time s seconds after
// its asking.
func fill(b *testing.B, m *markettest.Market, person string) {
	b.Helper()
	const statements = `
INSERT INTO questions (id, brand_id, program_id, customer_id, topic_id, language, tags, title, body, context, title_sealed, context_sealed, redaction,
	state, end_reason, attempt, wave, messages, asked_at, first_response_due_at, resolution_due_at, first_responded_at, resolved_at, ended_at)
SELECT $id(1), $brand, $program, $id(2), $topic, 'en', '[]', 'Title', '', '', $bytes, $bytes, '{}',
	CASE WHEN n % 10 = 0 THEN 'escalated' ELSE 'resolved' END, CASE WHEN n % 10 = 0 THEN 'silence' ELSE 'customer' END,
	1 + n % 2, 1, 2, $at(0), $at(3600), $at(86400), CASE WHEN n % 20 = 0 THEN NULL ELSE $at(600 + n % 3000) END,
	CASE WHEN n % 10 = 0 THEN NULL ELSE $at(4000) END, $at(4000) $from;
INSERT INTO messages (id, brand_id, question_id, position, author, body, body_sealed, at)
SELECT $id(3), $brand, $id(1), 1, 'customer', '', $bytes, $at(0) $from;
INSERT INTO messages (id, brand_id, question_id, position, author, body, body_sealed, at)
SELECT $id(4), $brand, $id(1), 2, CASE WHEN n % 10 = 0 THEN 'brand' ELSE 'expert' END, '', $bytes, $at(700) $from;
INSERT INTO offers (id, brand_id, question_id, person_id, attempt, wave, position, state, reward_minor, fee_minor, currency, effort_s, why, offered_at, expires_at, settled_at)
SELECT $id(5), $brand, $id(1), $person, 1, 1, 1, 'accepted', 250, 50, 'EUR', 0, '{}', $at(0), $at(900), $at(10) $from WHERE n % 10 > 0;
INSERT INTO assignments (id, brand_id, question_id, attempt, person_id, offer_id, state, reward_minor, fee_minor, currency, accepted_at, delivered_at, earned_at, release_at, settled_at)
SELECT $id(6), $brand, $id(1), 1 + n % 2, $person, $id(5), 'released', 250, 50, 'EUR', $at(10), $at(600 + n % 3000), $at(4000), $at(90000), $at(90000) $from WHERE n % 10 > 0;
INSERT INTO holds (id, brand_id, program_id, question_id, purpose, currency, authorised_minor, asked_reward, reward_minor, fee_minor, earned_minor, state, created_at, ended_at)
SELECT $id(7), $brand, $program, $id(1), 'question', 'EUR', 300, 250, 250, 50, 300, 'earned', $at(0), $at(4000) $from WHERE n % 10 > 0;
INSERT INTO rewards (id, hold_id, brand_id, program_id, question_id, expert_id, kind, currency, amount_minor, fee_minor, state, earned_at, release_at, decided_at)
SELECT $id(6), $id(7), $brand, $program, $id(1), $person, 'assignment', 'EUR', 250, 50, 'released', $at(4000), $at(90000), $at(90000) $from WHERE n % 10 > 0;
INSERT INTO feedback (id, brand_id, question_id, assignment_id, customer_id, solved, csat, reason, comment, comment_sealed, given_at, changed_at)
SELECT $id(8), $brand, $id(1), $id(6), $id(2), true, 3 + n % 3, '', '', $bytes, $at(5000), $at(5000) $from WHERE n % 10 > 0 AND n % 3 = 0;
INSERT INTO events (brand_id, kind, subject, at, data) SELECT $brand, 'question.asked', $id(1), $at(0), '{}' $from;
INSERT INTO events (brand_id, kind, subject, at, data) SELECT $brand, 'question.reopened', $id(1), $at(0), '{}' $from WHERE n % 20 = 1;
INSERT INTO events (brand_id, kind, subject, at, data) SELECT $brand, 'question.resolved', $id(1), $at(4000), '{}' $from`
	start := markettest.Start.Add(-28 * 24 * time.Hour)
	step := 28 * 24 * 3600 * 1000 / many // milliseconds
	dialect := map[string]func(string) string{
		"postgres": func(s string) string {
			s = strings.ReplaceAll(s, "$from", fmt.Sprintf("FROM generate_series(1::bigint, %d) AS n", many))
			s = between(s, "$id(", func(x string) string {
				return fmt.Sprintf("('%08d-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid", atoi(x))
			})
			s = between(s, "$at(", func(x string) string {
				return fmt.Sprintf("(timestamptz '%s' + ((n - 1) * %d || ' ms')::interval + ((%s) || ' s')::interval)", start.Format(time.RFC3339), step, x)
			})
			return strings.ReplaceAll(s, "$bytes", "''::bytea")
		},
		"sqlite": func(s string) string {
			s = strings.ReplaceAll(s, "$from", fmt.Sprintf("FROM (WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < %d) SELECT n FROM c)", many))
			s = between(s, "$id(", func(x string) string { return fmt.Sprintf("('%08d-0000-7000-8000-' || printf('%%012d', n))", atoi(x)) })
			s = between(s, "$at(", func(x string) string {
				return fmt.Sprintf("(strftime('%%Y-%%m-%%d %%H:%%M:%%S', %d + (n - 1) * %d / 1000 + (%s), 'unixepoch') || '+00:00')", start.Unix(), step, x)
			})
			return strings.ReplaceAll(s, "$bytes", "x''")
		},
	}[m.DB.Dialect]
	text := strings.NewReplacer("$brand", quote(m.Brand), "$program", quote(m.Program.ID), "$topic", quote(m.Topics["box"].ID), "$person", "'"+person+"'").Replace(dialect(statements))
	if m.DB.Dialect == "postgres" {
		for _, id := range []string{quote(m.Brand), quote(m.Program.ID), quote(m.Topics["box"].ID), "'" + person + "'"} {
			text = strings.ReplaceAll(text, id, id+"::uuid")
		}
	}
	err := m.Store.InTx(m.Ctx(), marketplace.AllBrands, func(tx *gorm.DB) error {
		for _, statement := range strings.Split(text, ";\n") {
			if err := tx.Exec(statement).Error; err != nil {
				return fmt.Errorf("%.80s: %w", statement, err)
			}
		}
		return nil
	})
	if err == nil {
		err = m.DB.Write.Exec("ANALYZE").Error
	}
	if err != nil {
		b.Fatal(err)
	}
}

func quote(id fmt.Stringer) string { return "'" + id.String() + "'" }

func atoi(s string) (n int) {
	_, _ = fmt.Sscan(s, &n) // the numbers are this file's
	return n
}

// between replaces what begins with open and ends with its closing bracket.
func between(s, open string, with func(inside string) string) string {
	for {
		i := strings.Index(s, open)
		if i < 0 {
			return s
		}
		depth, j := 1, i+len(open)
		for ; depth > 0; j++ {
			switch s[j] {
			case '(':
				depth++
			case ')':
				depth--
			}
		}
		s = s[:i] + with(s[i+len(open):j-1]) + s[j:]
	}
}
