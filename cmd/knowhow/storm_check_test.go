package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/payouts"
)

// rules are what must hold of the database in the end. Each statement finds
// what breaks one, as text.
var stormRules = map[string]string{
	"a question that waits for nothing": `SELECT id || ' ' || state FROM questions
		WHERE state NOT IN ('resolved', 'escalated', 'withdrawn')`,
	"work that was delivered and is not paid": `SELECT a.id || ' ' || a.state FROM assignments a LEFT JOIN rewards r ON r.id = a.id
		WHERE a.delivered_at IS NOT NULL AND (a.state <> 'released' OR r.state IS DISTINCT FROM 'released')`,
	"a reward for nothing delivered or confirmed": `SELECT r.id || ' ' || r.kind FROM rewards r LEFT JOIN assignments a ON a.id = r.id
		WHERE a.delivered_at IS NULL AND a.confirmed_at IS NULL`,
	"an assignment answered twice, or an answer without its message": `SELECT a.id || ' ' || COUNT(m.id) FROM assignments a
		LEFT JOIN messages m ON m.assignment_id = a.id AND m.author = 'expert'
		GROUP BY a.id, a.delivered_at HAVING COUNT(m.id) <> CASE WHEN a.delivered_at IS NULL THEN 0 ELSE 1 END`,
	"a count of messages that is wrong": `SELECT q.id || ' ' || q.messages || ' ' || COUNT(m.id) FROM questions q
		LEFT JOIN messages m ON m.question_id = q.id GROUP BY q.id, q.messages HAVING q.messages <> COUNT(m.id)`,
	"an event that happened twice": `SELECT kind || ' ' || subject || ' ' || data FROM events
		WHERE kind IN ('question.asked', 'question.offered', 'question.wave_expired', 'question.accepted', 'question.answered',
			'question.handed_back', 'question.lapsed', 'question.first_response_missed', 'question.resolution_missed',
			'assignment.earned', 'assignment.released', 'review.requested')
		GROUP BY kind, subject, data HAVING COUNT(*) > 1`,
	"an offer without its decision, or a wave without its event": `SELECT DISTINCT o.question_id || ' ' || o.attempt || ' ' || o.wave FROM offers o
		WHERE NOT EXISTS (SELECT 1 FROM decisions d WHERE (d.question_id, d.attempt, d.wave) = (o.question_id, o.attempt, o.wave))
			OR NOT EXISTS (SELECT 1 FROM events e WHERE e.kind = 'question.offered' AND e.subject = o.question_id
				AND (e.data::json->>'attempt')::int = o.attempt AND (e.data::json->>'wave')::int = o.wave)`,
	"a move without its event": `SELECT a.id || ' ' || a.state FROM assignments a
		WHERE NOT EXISTS (SELECT 1 FROM events e WHERE e.subject = a.question_id AND e.kind = 'question.accepted' AND e.data::json->>'assignment' = a.id::text)
			OR (a.delivered_at IS NOT NULL) <> EXISTS (SELECT 1 FROM events e WHERE e.subject = a.question_id
				AND e.kind = 'question.answered' AND e.data::json->>'assignment' = a.id::text)`,
	"an answer that matching did not learn of": `SELECT a.id::text FROM assignments a WHERE a.delivered_at IS NOT NULL
		AND NOT EXISTS (SELECT 1 FROM evidence e WHERE (e.question_id, e.person_id) = (a.question_id, a.person_id))`,
	"hands that are full of nothing": `SELECT person_id || ' ' || active_count FROM experts WHERE active_count <> 0`,
	"an open offer, review or payout": `SELECT 'offer ' || id FROM offers WHERE state = 'open'
		UNION ALL SELECT 'review ' || id FROM reviews WHERE state = 'open'
		UNION ALL SELECT 'payout ' || id || ' ' || state FROM payouts WHERE state <> 'sent'`,
	"a payout with another transfer than its one": `SELECT p.id || ' ' || COUNT(t.id) FROM payouts p LEFT JOIN sandbox_transfers t
		ON t.payout_id = p.id AND t.amount_minor = p.amount_minor AND t.currency = p.currency AND t.destination = p.destination
		GROUP BY p.id HAVING COUNT(t.id) <> 1 OR MIN(t.id) <> MIN(p.transfer_id)`,
	"a transfer without its payout": `SELECT t.id FROM sandbox_transfers t LEFT JOIN payouts p ON p.transfer_id = t.id WHERE p.id IS NULL`,
	"a mail that was not sent":      `SELECT mail_key || ' ' || state || ' ' || reason FROM mails WHERE state <> 'sent'`,
	"a nudge without its mail, or with two": `SELECT q.id || ' ' || COUNT(*) FROM events e JOIN questions q ON q.id = e.subject
		JOIN identities i ON i.customer_id = q.customer_id AND i.channel = 'email' WHERE e.kind = 'question.nudged'
		GROUP BY q.id HAVING COUNT(*) <> (SELECT COUNT(*) FROM mails WHERE mail_key LIKE 'nudge:' || q.id || ':%')`,
	"a job that is left":                     `SELECT kind || ' ' || state || ' ' || attempts || ' ' || last_error FROM jobs`,
	"a role that sees past the brands' rows": `SELECT rolname::text FROM pg_roles WHERE rolname = current_user AND (rolsuper OR rolbypassrls)`,
}

// all reads a list of texts, every brand's.
func (s *storm) all(query string) (list []string) {
	s.t.Helper()
	err := s.m.Store.Read(s.t.Context(), marketplace.AllBrands, func(tx *gorm.DB) error {
		list = nil
		return tx.Raw(query).Scan(&list).Error
	})
	if err != nil {
		s.t.Fatalf("%s: %v", query, err)
	}
	return list
}

// settle waits until nothing is left to be done but what is due in days.
func (s *storm) settle() {
	s.t.Helper()
	deadline := time.Now().Add(10 * time.Minute)
	for {
		s.lapsed.Add(s.m.lapse())
		s.m.change("UPDATE timetable SET next_due_at = now() WHERE name = 'send payouts' AND next_due_at > now()")
		s.m.change("UPDATE jobs SET run_at = now() WHERE kind = 'question.tell' AND run_at > now()") // which waits whether the customer reads
		left := s.all(`SELECT what || ': ' || COUNT(*) FROM (SELECT 'question ' || state AS what FROM questions
				WHERE state NOT IN ('resolved', 'escalated', 'withdrawn') OR next_due_at < now() + interval '1 hour'
			UNION ALL SELECT 'assignment ' || state FROM assignments WHERE state IN ('working', 'delivered', 'earned')
			UNION ALL SELECT 'review' FROM reviews WHERE state = 'open'
			UNION ALL SELECT 'payout ' || state FROM payouts WHERE state IN ('created', 'sending')
			UNION ALL SELECT 'job ' || kind || ' ' || state FROM jobs WHERE kind <> 'earnings.send' OR state = 'buried') AS open GROUP BY what`)
		if len(left) == 0 {
			return
		}
		if time.Now().After(deadline) {
			s.t.Errorf("left to be done: %s", strings.Join(left, ", "))
			return
		}
		time.Sleep(time.Second)
	}
}

// checkDatabase fails the test for every rule that is broken.
func (s *storm) checkDatabase() {
	s.t.Helper()
	for _, rule := range slices.Sorted(maps.Keys(stormRules)) {
		for _, found := range s.all(stormRules[rule]) {
			s.t.Errorf("there is %s: %s", rule, found)
		}
	}
	err := s.m.Store.Read(s.t.Context(), marketplace.AllBrands, func(tx *gorm.DB) error {
		books, err := payouts.Check(s.t.Context(), tx)
		for _, v := range books.Violations {
			s.t.Errorf("the books: %+v", v)
		}
		return err
	})
	if err != nil {
		s.t.Errorf("check the books: %v", err)
	}
}

var mailAbout = regexp.MustCompile(`(?:Question|Payout) ([0-9a-f-]{36})`)

// checkMail fails the test unless each mail that was sent is there, as one file.
func (s *storm) checkMail(dir string) int {
	s.t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "mail", "*.eml"))
	if err != nil {
		s.t.Fatal(err)
	}
	var there []string
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			s.t.Fatal(err)
		}
		about := mailAbout.FindSubmatch(text)
		if about == nil {
			s.t.Fatalf("a mail is about no question and no payout: %s", text)
		}
		there = append(there, string(about[1]))
	}
	sent := s.all("SELECT split_part(mail_key, ':', 2) FROM mails WHERE split_part(mail_key, ':', 1) IN ('nudge', 'news', 'payout') AND state = 'sent'")
	s.same("mails", sent, there)
	return len(sent)
}

// checkDiary fails the test unless all that was acknowledged is there, and
// nothing is there that was not.
func (s *storm) checkDiary() {
	s.t.Helper()
	d := &s.diary
	asked := slices.Collect(maps.Values(d.asked))
	s.same("questions", asked, s.all("SELECT id::text FROM questions"))
	s.same("claims of questions", pairs(d.asked), s.all("SELECT key || ' ' || result FROM claims WHERE result IN (SELECT id::text FROM questions)"))
	said := map[string]int{}
	for _, id := range asked {
		said[id] = d.said[id] + 1
	}
	s.same("messages of customers", pairs(said),
		s.all("SELECT question_id || ' ' || COUNT(*) FROM messages WHERE author = 'customer' GROUP BY question_id"))
	s.same("assignments", pairs(d.accepted), s.all("SELECT id || ' ' || person_id FROM assignments"))
	s.same("answers", slices.Collect(maps.Keys(d.answered)), s.all("SELECT id::text FROM assignments WHERE delivered_at IS NOT NULL"))
	s.same("resolved by the customer's word", slices.Collect(maps.Keys(d.resolved)), slices.Concat(
		s.all("SELECT id::text FROM questions WHERE state = 'resolved' AND end_reason = 'customer'"),
		s.resolvedAlready("SELECT id::text FROM questions WHERE state = 'resolved' AND end_reason = 'silence'")))
	s.same("withdrawn", slices.Collect(maps.Keys(d.withdrawn)), s.all("SELECT id::text FROM questions WHERE state = 'withdrawn'"))
	s.same("feedback", pairs(d.rated), s.all("SELECT question_id || ' ' || csat FROM feedback"))
	s.same("answers of the brand", slices.Collect(maps.Keys(d.forBrand)), s.all("SELECT question_id::text FROM messages WHERE author = 'brand'"))
	s.same("verdicts", pairs(d.verdicts), s.all("SELECT id || ' ' || passed FROM reviews WHERE state = 'decided'"))
	for _, list := range d.payouts {
		slices.Sort(list)
	}
	made := map[string][]string{}
	for _, row := range s.all("SELECT r.period || ' ' || p.id FROM payout_runs r LEFT JOIN payouts p ON p.run_id = r.id WHERE r.kind = 'on_demand' ORDER BY p.id") {
		request, payout, _ := strings.Cut(row, " ")
		made[request] = append(made[request], payout)
	}
	if !reflect.DeepEqual(d.payouts, made) {
		s.t.Errorf("payouts that were asked for: acknowledged %v, there are %v", d.payouts, made)
	}
}

// resolvedAlready are those whose customers said that they are solved when their
// silence had just been taken for it.
func (s *storm) resolvedAlready(bySilence string) []string {
	return slices.DeleteFunc(s.all(bySilence), func(id string) bool { return !s.diary.resolved[id] })
}

// pairs writes a map as the database's rows are written.
func pairs[V any](m map[string]V) (list []string) {
	for key, value := range m {
		list = append(list, fmt.Sprintf("%s %v", key, value))
	}
	return list
}

// same fails the test unless what was acknowledged is what there is, each once.
func (s *storm) same(what string, acknowledged, there []string) {
	s.t.Helper()
	n := map[string]int{}
	for _, id := range acknowledged {
		n[id]++
	}
	for _, id := range there {
		n[id]--
	}
	for id, more := range n {
		switch {
		case more > 0:
			s.t.Errorf("%s: %s was acknowledged and is lost (%d)", what, id, more)
		case more < 0:
			s.t.Errorf("%s: %s is there and was not acknowledged, or is there twice (%d)", what, id, -more)
		}
	}
}

// keepLogs keeps the processes' logs where the test failed and was told where.
func (s *storm) keepLogs(nodes []*stormNode) {
	dir := os.Getenv("KNOWHOW_STORM_LOGS")
	if dir == "" || !s.t.Failed() {
		return
	}
	for _, n := range nodes {
		text, err := os.ReadFile(n.log)
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, filepath.Base(n.log)), text, 0o600)
		}
		if err != nil {
			s.t.Error(err)
		}
	}
}
