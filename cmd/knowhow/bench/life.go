package bench

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/question"
	"knowhow/payouts"
	"knowhow/web/token"
)

// How often the brand's reviewer and the platform's operator turn up, in
// lifecycles.
const (
	reviewEvery = 10
	payoutEvery = 20
)

// load is the people who use the server at once, and what they have done.
type load struct {
	market   *market
	host     string
	experts  map[access.PersonID]string // their tokens
	asking   []string                   // the customers' tokens
	reviewer string
	operator string

	begun    atomic.Int64 // lifecycles
	finished atomic.Int64
	reviews  atomic.Int64
	runs     atomic.Int64
	review   sync.Mutex // one reviewer, who does one thing at a time
	payout   sync.Mutex
}

// newLoad signs everybody in.
func newLoad(m *market, issuer *token.Issuer, host string) (*load, error) {
	l := &load{market: m, host: host, experts: make(map[access.PersonID]string, len(m.experts))}
	var errs []error
	sign := func(c access.Caller) string {
		text, _, err := issuer.Issue(token.Grant{Caller: c})
		errs = append(errs, err)
		return text
	}
	for _, id := range m.experts {
		l.experts[id] = sign(access.PersonCaller(id))
	}
	for _, c := range m.customers {
		l.asking = append(l.asking, sign(c))
	}
	l.reviewer, l.operator = sign(m.reviewer), sign(m.operator)
	return l, errors.Join(errs...)
}

// run lives lifecycles with n workers until it is time to stop; what is begun
// is brought to its end. It gives the times each step took.
func (l *load) run(ctx context.Context, n int, until func() bool) (*steps, error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	all := make([]steps, n)
	var workers sync.WaitGroup
	for i := range n {
		workers.Go(func() {
			if err := l.workOn(ctx, &all[i], until); err != nil {
				stop(err) // the first counts
			}
		})
	}
	workers.Wait()
	for i := range all[1:] {
		all[0].add(&all[i+1])
	}
	return &all[0], context.Cause(ctx)
}

// workOn is one worker's lifecycles.
func (l *load) workOn(ctx context.Context, took *steps, until func() bool) error {
	c, err := dial(ctx, l.host)
	if err != nil {
		return err
	}
	defer c.close()
	w := &worker{load: l, client: c, steps: took, rand: rand.New(rand.NewPCG(seed, uint64(l.begun.Add(1))))}
	for !until() && ctx.Err() == nil {
		if err := w.live(ctx); err != nil {
			return err
		}
	}
	return nil
}

// worker lives one lifecycle after the other over a connection of its own.
type worker struct {
	*load
	client *client
	steps  *steps
	rand   *rand.Rand
	text   []byte
}

// done notes how long a step took that began at start.
func (w *worker) done(s step, start time.Time) { w.steps[s] = append(w.steps[s], time.Since(start)) }

// live takes one question from asking to feedback.
func (w *worker) live(ctx context.Context) error {
	customer := w.asking[int(w.begun.Add(1))%len(w.asking)]
	start := time.Now()
	id, err := w.ask(customer)
	if err != nil {
		return err
	}
	winner, err := w.awaitOffers(ctx, id)
	if err != nil {
		return err
	}
	w.done(asked, start)
	if err := w.work(id, w.experts[winner]); err != nil {
		return err
	}
	path := "/questions/" + id.String()
	start = time.Now()
	if err := w.client.must(http.MethodPost, path+"/resolve", customer, nil, nil); err != nil {
		return err
	}
	w.done(resolved, start)
	start = time.Now()
	w.text = append(w.topic().write(append(w.text[:0], `{"solved":true,"csat":5,"comment":"`...), w.rand, 10), `"}`...)
	if err := w.client.must(http.MethodPut, path+"/feedback", customer, w.text, nil); err != nil {
		return err
	}
	w.done(feedback, start)
	return w.attend(w.finished.Add(1))
}

func (w *worker) topic() subject { return subjects[w.rand.IntN(len(subjects))] }

// ask asks a new question.
func (w *worker) ask(customer string) (question.ID, error) {
	s, r := w.topic(), w.rand
	b := append(w.text[:0], `{"program":"`...)
	b = append(append(b, w.market.program.String()...), `","title":"`...)
	b = append(s.write(b, r, 8), `","body":"`...)
	b = append(s.write(b, r, 60), `","context":"page: /help\nproduct: `...)
	b = append(append(b, s.slug...), `","tags":["`...)
	b = append(append(b, s.slug...), `"],"topic":"`...)
	b = append(append(b, s.slug...), `"}`...)
	w.text = b
	var q struct{ ID question.ID }
	err := w.client.must(http.MethodPost, "/questions", customer, b, &q)
	return q.ID, err
}

// awaitOffers looks for the question's offers and tells whom the first is for.
// They are there at once where the question was routed as it was asked; a server
// that has yet to read its index takes a while. It looks into the database, so as
// not to burden the server.
func (w *worker) awaitOffers(ctx context.Context, id question.ID) (access.PersonID, error) {
	for start := time.Now(); ; time.Sleep(time.Millisecond) {
		first, err := w.firstOffered(ctx, id)
		switch {
		case err != nil:
			return access.PersonID{}, err
		case !first.IsZero():
			w.done(routed, start)
			return first, nil
		case time.Since(start) > answersWithin:
			return access.PersonID{}, fmt.Errorf("nobody was offered question %s within %s", id, answersWithin)
		}
	}
}

// firstOffered is whom the question was offered first; zero: nobody yet.
func (w *worker) firstOffered(ctx context.Context, id question.ID) (first access.PersonID, err error) {
	err = w.market.Store.Read(ctx, w.market.brand, func(tx *gorm.DB) error {
		return marketplace.ScanTx(marketplace.Last(tx.WithContext(ctx)), "SELECT person_id FROM offers WHERE question_id = ? AND position = 1 LIMIT 1", []any{id}, &first)
	})
	if err != nil && !errors.Is(err, gorm.ErrRecordNotFound) {
		return first, fmt.Errorf("look whom question %s is offered to: %w", id, err)
	}
	return first, nil
}

// work is the expert's part: see what is offered, accept, answer.
func (w *worker) work(id question.ID, expert string) error {
	start := time.Now()
	var list struct {
		Data []struct {
			ID       question.OfferID
			Question question.ID
		}
	}
	if err := w.client.must(http.MethodGet, "/offers", expert, nil, &list); err != nil {
		return err
	}
	w.done(listed, start)
	for _, o := range list.Data {
		if o.Question != id {
			continue
		}
		start = time.Now()
		var turn struct{ ID question.AssignmentID }
		if err := w.client.must(http.MethodPost, "/offers/"+o.ID.String()+"/accept", expert, nil, &turn); err != nil {
			return err
		}
		w.done(accepted, start)
		start = time.Now()
		w.text = append(w.topic().write(append(w.text[:0], `{"text":"`...), w.rand, 40), `"}`...)
		if err := w.client.must(http.MethodPost, "/assignments/"+turn.ID.String()+"/answer", expert, w.text, nil); err != nil {
			return err
		}
		w.done(answered, start)
		return nil
	}
	return fmt.Errorf("the expert does not see the offer of question %s", id)
}

// attend has the reviewer and the operator turn up after every so many
// lifecycles.
func (w *worker) attend(finished int64) error {
	if finished%reviewEvery == 0 && w.review.TryLock() {
		_, err := w.decideReviews()
		w.review.Unlock()
		if err != nil {
			return err
		}
	}
	if finished%payoutEvery == 0 {
		return w.payOut()
	}
	return nil
}

// verdict passes.
var verdict = []byte(`{"pass":true,"scores":{"correct":5,"complete":4,"kind":5,"safe":5,"honest":5}}`)

// decideReviews has the reviewer decide what they are given, as many as a page of
// a list would have.
func (w *worker) decideReviews() (decided int, err error) {
	path := fmt.Sprintf("/brands/%s/reviews", w.market.brand)
	for ; decided < 50; decided++ {
		var next struct{ Review *struct{ ID string } }
		start := time.Now()
		if err := w.client.must(http.MethodPost, path+"/next", w.reviewer, nil, &next); err != nil || next.Review == nil {
			return decided, err
		}
		w.done(drewReview, start)
		start = time.Now()
		if err := w.client.must(http.MethodPost, path+"/"+next.Review.ID+"/verdict", w.reviewer, verdict, nil); err != nil {
			return decided, err
		}
		w.done(reviewed, start)
		w.reviews.Add(1)
	}
	return decided, nil
}

// payoutWeeks are the weeks whose payouts are made, one each time and then round
// again: earlier ones the house refuses.
const payoutWeeks = 300

// payOut has the operator make a run of payouts: of a week of its own while there
// are any, since a week's run is made once and makes nothing the second time.
func (w *worker) payOut() error {
	w.payout.Lock()
	defer w.payout.Unlock()
	back := 1 + int(w.runs.Add(1)-1)%payoutWeeks
	week := payouts.WeekOf(w.market.Clock.Now().AddDate(0, 0, -7*back))
	start := time.Now()
	if err := w.client.must(http.MethodPost, "/payout_runs", w.operator, fmt.Appendf(nil, `{"period":%q}`, week), nil); err != nil {
		return err
	}
	w.done(paidOut, start)
	return nil
}

// step is a part of a lifecycle whose time is told.
type step int

const (
	asked  step = iota // until the offers exist
	routed             // of that: after the question was acknowledged
	listed
	accepted
	answered
	resolved
	feedback
	drewReview
	reviewed
	paidOut
	stepCount
)

var stepNames = [stepCount]string{
	"ask", "route", "list_offers", "accept", "answer", "resolve", "feedback", "next_review", "review", "payout_run",
}

// steps are the times that steps took.
type steps [stepCount][]time.Duration

func (s *steps) add(more *steps) {
	for i := range s {
		s[i] = append(s[i], more[i]...)
	}
}

// sort puts the times in their order, for quantiles.
func (s *steps) sort() {
	for i := range s {
		slices.Sort(s[i])
	}
}

// quantile is the q-quantile of sorted times in milliseconds: the least that
// the share q does not exceed.
func quantile(sorted []time.Duration, q float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	at := max(0, min(len(sorted)-1, int(q*float64(len(sorted))+0.999999)-1))
	return float64(sorted[at].Microseconds()) / 1000
}
