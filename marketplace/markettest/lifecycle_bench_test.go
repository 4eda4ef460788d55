package markettest_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace/access"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/markettest"
	"knowhow/marketplace/program"
	"knowhow/marketplace/quality"
	"knowhow/marketplace/question"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
	"knowhow/payouts"
)

// BenchmarkLifecycle: a question from asking to feedback, with every job
// drained, in a program with 1,000 experts and 10,000 past questions and first
// waves of three. One in five is reviewed, and there is a payout run every
// twenty. It reports this process's CPU time, and the statements sent, by step.
func BenchmarkLifecycle(b *testing.B) {
	for _, dialect := range dbtest.Dialects {
		b.Run(dialect, func(b *testing.B) {
			l := newLife(b, dbtest.Open(b, dialect))
			for range 5 {
				l.live(b) // the index, and the statements the database has yet to see
			}
			l.spent, l.sent = map[string]time.Duration{}, map[string]int64{}
			server := serverUsed(b)
			for b.Loop() {
				l.live(b)
			}
			l.report(b)
			if dialect == "postgres" {
				b.ReportMetric(float64((serverUsed(b)-server).Microseconds())/1000/float64(b.N), "server-ms/op")
			}
		})
	}
}

// life is a market as big as a brand's, and what its steps cost.
type life struct {
	*markettest.Market
	customers []access.Caller
	lived     int
	words     *rand.Zipf
	spent     map[string]time.Duration
	sent      map[string]int64
	commits   chan struct{}
}

const (
	lifeExperts = 1_000
	lifePast    = 10_000
)

func newLife(b *testing.B, db *sqldb.DB) *life {
	m := markettest.NewWith(b, db, func(p *program.Policies) {
		p.Routing.WaveSizes = []int{3}
		p.Review.SampleBP = 2_000
	})
	l := &life{
		Market: m, spent: map[string]time.Duration{}, sent: map[string]int64{}, commits: make(chan struct{}, 1_000),
		words: rand.NewZipf(rand.New(rand.NewPCG(1, 2)), 1.2, 20, 4_000),
	}
	experts := make([]access.Caller, lifeExperts)
	for i := range experts {
		experts[i] = m.Expert(fmt.Sprintf("x-%d", i))
	}
	for i := range 20 {
		l.customers = append(l.customers, m.Customer(fmt.Sprintf("Dana%d Whitlow", i)))
	}
	l.learn(b, experts)
	much := payouts.Money{Minor: 10_000_000_00, Currency: "EUR"}
	l.must(b, "fund", m.Programs.Fund(m.Ctx(), m.Owner, m.Program.ID, much, "much"))
	l.must(b, "allocate", m.Programs.AllocateBudget(m.Ctx(), m.Owner, m.Program.ID, much, "much"))
	l.Store.OnCommit(func() { l.commits <- struct{}{} })
	ctx, stop := context.WithCancel(l.Ctx())
	stopped := make(chan struct{})
	go func() { l.Queue.Run(ctx, 2, time.Hour); close(stopped) }()
	b.Cleanup(func() { stop(); <-stopped })
	return l
}

// learn imports the past: most answers are by a few experts, as everywhere.
func (l *life) learn(b *testing.B, experts []access.Caller) {
	b.Helper()
	list := make([]expert.ImportQuestion, lifePast)
	r := rand.New(rand.NewPCG(3, 4))
	for i := range list {
		at := markettest.Start.Add(-time.Duration(lifePast-i) * time.Hour)
		list[i] = expert.ImportQuestion{
			Reference:    fmt.Sprintf("past-%d", i),
			PastQuestion: expert.PastQuestion{Title: l.text(8), Body: l.text(60), Tags: []string{l.text(1)}, AskedAt: at},
		}
		for j := range 2 {
			who := experts[int(float64(lifeExperts)*r.Float64()*r.Float64())]
			a := expert.Evidence{Person: who.Person, AnsweredAt: at.Add(time.Duration(j+1) * time.Minute)}
			if j == 0 {
				a.ResolvedAt = a.AnsweredAt.Add(time.Hour)
			}
			list[i].Answers = append(list[i].Answers, a)
		}
	}
	_, err := l.Experts.Import(l.Ctx(), l.Manager, l.Program.ID, list)
	l.must(b, "import", err)
}

// text is n words, common ones more often.
func (l *life) text(n int) string {
	words := make([]string, n)
	for i := range words {
		k := l.words.Uint64()
		words[i] = string([]byte{'b' + byte(k%19), 'a' + byte(k/19%5)*3, 'd' + byte(k/95%17), 'e' + byte(k/1615%7)})
	}
	return strings.Join(words, " ")
}

func (l *life) must(b *testing.B, doing string, err error) {
	if err != nil {
		b.Helper()
		b.Fatalf("%s: %v", doing, err)
	}
}

// step books what do costs.
func (l *life) step(b *testing.B, name string, do func() error) {
	b.Helper()
	cpu, sent := used(), l.DB.Statements()
	l.must(b, name, do())
	l.spent[name] += used() - cpu
	l.sent[name] += l.DB.Statements() - sent
}

// used is this process's CPU time so far.
func used() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u) // it knows this process
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// serverUsed is the CPU time of the throwaway PostgreSQL so far, in steps of
// 10 ms: the processes whose grandparent is a child of this process.
func serverUsed(b *testing.B) time.Duration {
	b.Helper()
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		b.Fatal(err)
	}
	parent, ticks := map[string]string{}, map[string]int{}
	for _, file := range stats {
		text, err := os.ReadFile(file)
		if err != nil {
			continue // it has ended
		}
		id, rest, _ := strings.Cut(string(text), " (")
		fields := strings.Fields(rest[strings.LastIndex(rest, ")")+1:])
		user, _ := strconv.Atoi(fields[11])
		system, _ := strconv.Atoi(fields[12])
		parent[id], ticks[id] = fields[1], user+system
	}
	total, me := 0, strconv.Itoa(os.Getpid())
	for id, n := range ticks {
		if parent[parent[parent[id]]] == me {
			total += n
		}
	}
	return time.Duration(total) * 10 * time.Millisecond
}

// live takes one question through its life.
func (l *life) live(b *testing.B) {
	b.Helper()
	l.lived++
	ctx, customer := l.Ctx(), l.customers[l.lived%len(l.customers)]
	l.Clock.Advance(time.Second)
	drain := func() error { // the job commits beside the step before
		<-l.commits
		<-l.commits
		return nil
	}
	var q question.Question
	var a question.Assignment
	var who access.Caller
	var offer question.OfferID
	l.forget()
	l.step(b, "1ask", func() (err error) {
		q, err = l.Questions.Ask(ctx, customer, question.Ask{
			Program: l.Program.ID, Title: l.text(8), Body: l.text(60), Context: "page: /help\nproduct: box",
		})
		return err
	})
	if q.State == question.Asked { // the first: nothing is in memory yet
		l.step(b, "2route", drain)
	}
	who = l.firstOf(b, q.ID)
	l.step(b, "3offers", func() error {
		offers, err := l.Questions.OpenOffers(ctx, who)
		if err == nil {
			offer = offers[0].ID
		}
		return err
	})
	l.step(b, "4accept", func() (err error) {
		a, err = l.Questions.Accept(ctx, who, offer)
		return err
	})
	l.step(b, "5answer", func() error { return l.Questions.Answer(ctx, who, a.ID, l.text(40)) })
	l.forget()
	l.step(b, "6resolve", func() error { return l.Questions.Resolve(ctx, customer, q.ID) })
	if l.delivering(b) {
		l.step(b, "7draw", drain)
	}
	l.step(b, "8feedback", func() error {
		return l.Quality.Give(ctx, customer, q.ID, quality.Feedback{Solved: true, CSAT: 5, Comment: l.text(10)})
	})
	l.review(b, a.ID)
	if l.lived%20 == 0 {
		l.payOut(b)
	}
}

// delivering reports whether an event is on its way to somebody: most earned
// work is not reviewed.
func (l *life) delivering(b *testing.B) bool {
	b.Helper()
	db, err := l.DB.Read.DB()
	l.must(b, "open the database", err)
	n := 0
	l.must(b, "count jobs", db.QueryRow("SELECT count(*) FROM jobs WHERE kind LIKE 'deliver:%'").Scan(&n))
	return n > 0
}

// forget drops the commits so far.
func (l *life) forget() {
	for len(l.commits) > 0 {
		<-l.commits
	}
}

// firstOf is who was offered the question first.
func (l *life) firstOf(b *testing.B, id question.ID) access.Caller {
	b.Helper()
	var offer question.Offer
	err := l.DB.Write.Transaction(func(tx *gorm.DB) error {
		if l.DB.Dialect == "postgres" {
			if err := tx.Exec("SELECT set_config('knowhow.brand', '*', true)").Error; err != nil {
				return err
			}
		}
		return tx.Where("question_id = ? AND position = 1", id).Take(&offer).Error
	})
	l.must(b, "find the first offer", err)
	return access.PersonCaller(offer.PersonID)
}

// review decides the review of an assignment, if it was drawn.
func (l *life) review(b *testing.B, id question.AssignmentID) {
	b.Helper()
	var list []quality.Review
	err := l.DB.Write.Transaction(func(tx *gorm.DB) error {
		if l.DB.Dialect == "postgres" {
			if err := tx.Exec("SELECT set_config('knowhow.brand', '*', true)").Error; err != nil {
				return err
			}
		}
		return tx.Where("assignment_id = ?", id).Find(&list).Error
	})
	l.must(b, "find the review", err)
	if len(list) == 0 {
		return
	}
	l.must(b, "give the review", l.GiveReview(l.Reviewer, list[0].ID))
	l.step(b, "9review", func() error {
		return l.Quality.Decide(l.Ctx(), l.Reviewer, l.Brand, list[0].ID, quality.Verdict{Pass: true, Scores: map[quality.Criterion]int{
			quality.Correct: 5, quality.Complete: 4, quality.Kind: 5, quality.Safe: 5, quality.Honest: 5,
		}})
	})
}

// payOut makes a run of payouts, sends them, and runs what is due.
func (l *life) payOut(b *testing.B) {
	b.Helper()
	l.Payouts.Minimums = map[payouts.Currency]int64{"EUR": 100}
	l.step(b, "9payout", func() error {
		if _, err := l.Payouts.CreateRun(l.Ctx(), fmt.Sprintf("run-%d", l.lived)); err != nil {
			return err
		}
		if _, err := l.Payouts.Process(l.Ctx(), 100); err != nil {
			return err
		}
		l.forget()
		return nil
	})
}

func (l *life) report(b *testing.B) {
	b.Helper()
	n := float64(b.N)
	var cpu time.Duration
	var sent int64
	for name, spent := range l.spent {
		cpu, sent = cpu+spent, sent+l.sent[name]
		b.ReportMetric(float64(spent.Microseconds())/n, name+"-µs/op")
		b.ReportMetric(float64(l.sent[name])/n, name+"-sql/op")
	}
	b.ReportMetric(float64(cpu.Microseconds())/1000/n, "cpu-ms/op")
	b.ReportMetric(float64(sent)/n, "sql/op")
}
