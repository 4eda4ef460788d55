package evaluate

import (
	"context"
	"fmt"
	"hash/fnv"
	"slices"
	"time"

	"knowhow/matching"
)

// roll is a community's past as time goes over it: nothing is in it that was
// not known at the time.
type roll struct {
	posts  []post
	people *people
	coming []happening
	next   int // of coming
	asked  int // questions before now
	index  *matching.Index
	ledger *ledger // nil: no baselines
	since  []time.Time
	pool   []int // users with enough answers, ascending
	count  []int
	best   int // resolved questions known so far

	weights, activity matching.Weights
}

func newRoll(posts []post, baselines bool) *roll {
	people := newPeople(posts)
	r := &roll{
		posts: posts, people: people, coming: happenings(posts, people), index: matching.NewIndex(),
		since: make([]time.Time, len(people.names)), count: make([]int, len(people.names)),
		weights: matching.DefaultWeights(), activity: matching.DefaultWeights().ActivityOnly(),
	}
	if baselines {
		r.ledger = newLedger(posts, people)
	}
	return r
}

func (r *roll) id(n name) matching.ID {
	if n == "" {
		return matching.ID{}
	}
	return idOf("user " + string(n))
}

func (p *post) id() matching.ID { return idOf(string(p.ID)) }

func idOf(s string) (id matching.ID) {
	h := fnv.New128a()
	h.Write([]byte(s)) // never fails
	h.Sum(id[:0])
	return id
}

// until lets everything happen that happened before the i-th question.
func (r *roll) until(i int) {
	for ; r.asked < i; r.asked++ {
		r.answersBefore(r.posts[r.asked].Created.Time)
		p := &r.posts[r.asked]
		r.index.AddDocument(matching.Document{
			ID: p.id(), Title: p.Title, Body: p.Body, Tags: p.subjects(), Asker: r.id(p.Asker), Asked: p.Created.Time,
		})
		if r.ledger != nil {
			r.ledger.ask(r.asked)
		}
	}
	r.answersBefore(r.posts[i].Created.Time)
}

func (r *roll) answersBefore(at time.Time) {
	for ; r.next < len(r.coming) && r.coming[r.next].at.Before(at); r.next++ {
		h := r.coming[r.next]
		e := matching.Evidence{Document: r.posts[h.post].id(), Expert: r.id(r.people.names[h.user]), Answered: h.at}
		if h.resolved {
			e.Answered, e.Resolved = h.at.Add(-knownAfter), h.at
			r.index.AddEvidence(e)
			r.best++
			if r.ledger != nil {
				r.ledger.resolve(h)
			}
			continue
		}
		r.index.AddEvidence(e)
		if r.ledger != nil {
			r.ledger.answer(h)
		}
		if r.count[h.user]++; r.count[h.user] == seasoned {
			at, _ := slices.BinarySearch(r.pool, h.user)
			r.pool = slices.Insert(r.pool, at, h.user)
			r.since[h.user] = h.at
		}
	}
}

// learn fits the weights again, where enough was resolved since the last time.
func (r *roll) learn(ctx context.Context, at time.Time) error {
	if !r.weights.Due(r.best) {
		return nil
	}
	lessons := r.index.Study(at, matching.DefaultWeights(), func() bool { return ctx.Err() != nil })
	if lessons == nil {
		return ctx.Err()
	}
	var err error
	if r.weights, err = lessons.Fit(matching.DefaultWeights()); err != nil {
		return fmt.Errorf("fit the weights: %w", err)
	}
	if r.activity, err = lessons.ActivityOnly().Fit(matching.DefaultWeights().ActivityOnly()); err != nil {
		return fmt.Errorf("fit the weights of activity alone: %w", err)
	}
	return nil
}

// candidates are the pool without the asker, ascending.
func (r *roll) candidates(asker int) []int {
	return slices.DeleteFunc(slices.Clone(r.pool), func(user int) bool { return user == asker })
}

// rank is the order in which the weights put the candidates.
func (r *roll) rank(p *post, candidates []int, w matching.Weights) []int {
	list := make([]matching.Candidate, len(candidates))
	for i, user := range candidates {
		list[i] = matching.Candidate{Expert: r.id(r.people.names[user]), Since: r.since[user], Lot: uint64(user)}
	}
	record := r.index.Rank(matching.Query{
		Title: p.Title, Body: p.Body, Tags: p.subjects(), Self: p.id(), Asker: r.id(p.Asker), At: p.Created.Time,
	}, list, w)
	of := make(map[matching.ID]int, len(list))
	for i, c := range list {
		of[c.Expert] = candidates[i]
	}
	order := make([]int, len(record.Candidates))
	for i, c := range record.Candidates {
		order[i] = of[c.Expert]
	}
	return order
}

// gains are what the candidates are worth for a question.
func (r *roll) gains(p *post, candidates []int) (gain map[int]float64, resolver int) {
	gain, resolver = map[int]float64{}, -1
	for _, a := range p.Answers {
		user := r.people.of(a.By)
		if _, in := slices.BinarySearch(candidates, user); in && a.Score >= 1 {
			gain[user] = gainOther
		}
	}
	if user := r.people.of(p.resolver()); user >= 0 {
		if _, in := slices.BinarySearch(candidates, user); in {
			gain[user], resolver = gainResolver, user
		}
	}
	return gain, resolver
}

// measured are the rankings of a window, in the making.
type measured struct {
	labelled               int // questions whose resolver is known
	ours, capped, activity tally
	baselines              map[string]*tally
	refits                 []string
}

// over ranks every question from the from-th up to the to-th whose resolver is
// known, each from what lay before it.
func (r *roll) over(ctx context.Context, from, to int, tell func(done, of int)) (*measured, error) {
	m, spread := &measured{baselines: map[string]*tally{}}, firstCap{}
	if err := r.fitReference(ctx, from); err != nil {
		return nil, err
	}
	for i := from; i < to; i++ {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		tell(i-from, to-from)
		p := &r.posts[i]
		if p.resolver() == "" {
			continue
		}
		r.until(i)
		if err := r.learn(ctx, p.Created.Time); err != nil {
			return nil, err
		}
		m.labelled++
		candidates := r.candidates(r.people.of(p.Asker))
		gain, resolver := r.gains(p, candidates)
		ours := r.rank(p, candidates, r.weights)
		m.ours.add(ours, resolver, gain)
		m.capped.add(spread.spread(ours), resolver, gain)
		m.activity.add(r.rank(p, candidates, r.activity), resolver, gain)
		if r.ledger == nil {
			continue
		}
		for name, scores := range r.ledger.scores(i, candidates) {
			if m.baselines[name] == nil {
				m.baselines[name] = &tally{}
			}
			m.baselines[name].add(inOrder(candidates, scores), resolver, gain)
		}
	}
	return m, nil
}
