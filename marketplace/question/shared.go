package question

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/expert"
	"knowhow/matching"
	"knowhow/matching/assign"
	"knowhow/matching/mood"
)

const (
	// lookedAt is how many of those who may be asked are considered for each of
	// several questions.
	lookedAt = 20
	// shareOver is the time over which nobody is to get more than a share of the
	// offers: shareBound, or as much as shareTimes that of an even one.
	shareOver  = 24 * time.Hour
	shareBound = .03
	shareTimes = 6.0
	// sharper is by how much a newcomer's draw is nearer to what is expected than
	// the belief would have it, as if there were so much more evidence; so it was
	// measured in matching/simulate.
	sharper = 8
	// pressingCounts is what the words of a question can add to its age, as a part
	// of the promised first response: who waits that much longer comes before
	// whoever presses.
	pressingCounts = .5
)

// DecidedTogether is how a question was decided on with others of its program:
// what asking each candidate was worth, and the price of their hands. Worth is
// the share of the total's exponential, that is the chance that they are the one
// to resolve it, and the urgency. Whoever was asked is worth the price and the
// gain, nobody else is worth more.
type DecidedTogether struct {
	Questions int       `json:"questions"`
	Round     int       `json:"round"` // from 1: by free hands and shares; later, where these did not suffice, one more question for each expert
	Urgency   float64   `json:"urgency"`
	Pressing  float64   `json:"pressing,omitempty"` // part of the urgency: mood.Reading's, of its words, times pressingCounts
	Scale     float64   `json:"scale"`              // logarithm of the sum of which the exponentials are shares
	Gain      float64   `json:"gain"`               // what the last place of the question adds
	Prices    []float64 `json:"prices"`             // of the ranking's candidates, those who were considered; noHands: had no hand free
	Asked     []int     `json:"asked"`              // ranks of those who were asked
}

// noHands is the price of who could not be had.
const noHands = -1

// waiter is one of several questions that are decided on at once.
type waiter struct {
	ranked
	q     *Question
	plan  *plan
	asked wave
	scale float64
	grows float64 // urgency
	press float64 // of it by words
}

// expected is what is believed of who may be asked.
func expected(c expert.Candidate) float64 { return c.Standing.Mean() }

// tried has doubt speak for newcomers: they count for a draw from what is
// believed of them, the same for the same seed, and for no less than is expected.
func tried(seed uint64) func(expert.Candidate) float64 {
	return func(c expert.Candidate) float64 {
		if !c.Probation {
			return expected(c)
		}
		draw := assign.Draw(assign.Chance(seed, c.Lot), sharper*c.Standing.Alpha, sharper*c.Standing.Beta)
		return max(draw, expected(c))
	}
}

// given is how many questions each expert of a program was offered lately, and
// how many of these offers stand. It knows nothing of what became of the others.
type given struct {
	lately, standing map[access.PersonID]int
	total            int
}

func givenTx(ctx context.Context, tx *gorm.DB, q *Question, now time.Time) (given, error) {
	g := given{lately: map[access.PersonID]int{}, standing: map[access.PersonID]int{}}
	err := marketplace.EachTx(tx.WithContext(ctx), `SELECT o.person_id, COUNT(*), SUM(CASE WHEN o.state = 'open' AND o.expires_at > ? THEN 1 ELSE 0 END)
		FROM questions q JOIN offers o ON o.question_id = q.id
		WHERE q.brand_id = ? AND q.program_id = ? AND q.asked_at >= ? AND o.offered_at >= ? GROUP BY o.person_id`,
		[]any{now, q.BrandID, q.ProgramID, now.Add(-forecastFrom), now.Add(-shareOver)}, func(scan marketplace.Scan) error {
			var person access.PersonID
			var all, standing int
			err := scan(&person, &all, &standing)
			g.lately[person], g.standing[person] = all, standing
			g.total += all
			return err
		})
	if err != nil {
		return g, fmt.Errorf("count the offers in program %s: %w", q.ProgramID, err)
	}
	return g, nil
}

// share decides for all at once who is asked about what: the plan that is worth
// most, where nobody is asked about more than their hands can take on; then, as
// often as it takes, for those whom that left with nobody, one more for each.
func (g given) share(open []*waiter, promise time.Duration, now time.Time) error {
	ageing := assign.Ageing{Spread: 1, Overtake: max(promise, time.Minute)}
	pool := 0
	for _, w := range open {
		w.scale = scaleOf(w.choice.Candidates)
		w.press = pressingCounts * mood.Read(w.q.Title+"\n"+w.q.Body, w.q.Language).Urgency
		w.grows = ageing.Urgency(now.Sub(w.q.AskedAt)) + w.press
		pool = max(pool, w.choice.Pool)
	}
	bound := max(shareBound, shareTimes/float64(max(pool, 1)))
	var solver assign.Solver
	for round, left := 1, open; len(left) > 0; round++ {
		p := newHands(left)
		for i := range p.problem.Experts {
			p.problem.Experts[i].Capacity = 1
			if round == 1 {
				person := p.people[i]
				p.problem.Experts[i].Capacity = max(0, min(p.hands[i]-g.standing[person], assign.Allowance(g.lately[person], g.total, bound)))
			}
		}
		solved, err := solver.Solve(p.problem)
		if err != nil {
			return fmt.Errorf("decide on %d questions: %w", len(left), err)
		}
		before := left
		left = nil
		for i, w := range before {
			if len(solved.Asked[i]) == 0 {
				left = append(left, w)
				continue
			}
			w.decide(p, i, solved, DecidedTogether{Questions: len(open), Round: round})
		}
		if round > 1 && len(left) == len(before) {
			return fmt.Errorf("nobody could be found for %d questions with candidates", len(left)) // never: each expert has a place
		}
	}
	return nil
}

// hands are a problem's experts.
type hands struct {
	problem assign.Problem
	people  []access.PersonID
	hands   []int
	at      map[matching.ID]int
}

// newHands lays out the problem of those who wait, but for the capacities.
func newHands(left []*waiter) hands {
	h := hands{at: map[matching.ID]int{}, problem: assign.Problem{Questions: make([]assign.Question, len(left))}}
	for i, w := range left {
		q := &h.problem.Questions[i]
		q.Urgency, q.Want, q.Lot = w.grows, w.size, w.q.seed()
		for place, c := range w.considered() {
			e, known := h.at[c.Expert]
			if !known {
				e = len(h.people)
				h.at[c.Expert] = e
				h.people, h.hands = append(h.people, access.PersonID(c.Expert)), append(h.hands, w.ranked.hands[place])
				h.problem.Experts = append(h.problem.Experts, assign.Expert{Lot: c.Lot})
			}
			q.Candidates = append(q.Candidates, assign.Candidate{Expert: e, Score: math.Exp(c.Total - w.scale)})
		}
	}
	return h
}

// considered are the candidates at the head of the ranking.
func (w *waiter) considered() []matching.Ranked {
	return w.choice.Candidates[:len(w.choice.Reasons)]
}

// scaleOf is the logarithm of the sum of the totals' exponentials.
func scaleOf(list []matching.Ranked) float64 {
	most := math.Inf(-1)
	for _, c := range list {
		most = max(most, c.Total)
	}
	sum := 0.0
	for _, c := range list {
		sum += math.Exp(c.Total - most)
	}
	return most + math.Log(sum)
}

// decide takes a question's part of a solution, and puts it on record.
func (w *waiter) decide(h hands, i int, solved assign.Plan, d DecidedTogether) {
	var places []int
	for place, c := range w.considered() {
		e := h.at[c.Expert]
		price := solved.Prices[e]
		if h.problem.Experts[e].Capacity == 0 {
			price = noHands
		}
		d.Prices = append(d.Prices, price)
		if slices.Contains(solved.Asked[i], e) {
			places, d.Asked = append(places, place), append(d.Asked, c.Rank)
		}
	}
	d.Urgency, d.Pressing, d.Scale, d.Gain = w.grows, w.press, w.scale, solved.Gains[i]
	w.asked = w.wave(places)
	d.Prices = d.Prices[:min(len(d.Prices), len(w.asked.record.Ranking.Candidates))]
	w.asked.record.Together = &d
}

// follows reports whether whom a record says were asked are those whom its
// prices say.
func (d *DecidedTogether) follows(r DecisionRecord) bool {
	const rounding = 1e-6 // worth and prices are whole numbers of 2^-24
	if len(d.Asked) != r.Offers || len(d.Prices) > len(r.Ranking.Candidates) {
		return false
	}
	asked := 0
	for i, price := range d.Prices {
		c := r.Ranking.Candidates[i]
		left := math.Exp(c.Total-d.Scale) + d.Urgency - price - d.Gain
		if slices.Contains(d.Asked, c.Rank) {
			if _, told := r.Reasons[access.PersonID(c.Expert).String()]; !told || price == noHands || left < -rounding {
				return false
			}
			asked++
		} else if price != noHands && left > rounding {
			return false
		}
	}
	return asked == r.Offers
}
