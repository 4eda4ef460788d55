package verdict

import (
	"cmp"
	"math"
	"slices"
)

// Rating is what a customer said of an expert's answer. Customer, Expert and Kind
// of question (of one language and topic) are numbers that the caller gives.
type Rating struct {
	Customer, Expert, Kind int
	High, Low              bool // at most one of them
}

// Circle is a few customers whose ratings of one expert are a pattern for a human
// to look at. It is no proof.
type Circle struct {
	Expert    int
	Low       bool  // they rate the expert down, else up
	Customers []int // the most telling first
	Ratings   []int // theirs that it rests on, by their places in what was given
	// Odds is the logarithm of how unlikely it is by chance, less what the best of as
	// many as could be chosen comes to.
	Odds float64
}

const (
	// leastRated is how many ratings a circle rests on, and how many of them each of
	// its customers gave; a circle that rates up is of more than one: an expert and a
	// single customer are known by how often they meet.
	leastRated, leastEach, leastUp = 5, 2, 2
	// imagined is how many others' ratings are taken to speak for chance beside what
	// is known.
	imagined = 5
	// telling is the odds from which on a circle is shown.
	telling = 100
)

// Circles finds customers who rate one expert up, more often and better than that
// expert's part in questions of their kinds and other customers' ratings explain;
// and who rate one expert down whom others do not, and others not. Whoever meets
// whom is routing's choice: what is judged is how it would choose among others'
// questions of that kind. The most telling circle comes first, one of each sort for
// an expert.
func Circles(ratings []Rating) []Circle {
	c := count(ratings)
	var list []Circle
	for expert := range c.experts {
		for _, low := range []bool{false, true} {
			if found := c.circle(expert, low); found.Odds > math.Log(telling) {
				list = append(list, found)
			}
		}
	}
	slices.SortStableFunc(list, func(a, b Circle) int { return cmp.Or(cmp.Compare(b.Odds, a.Odds), a.Expert-b.Expert) })
	return list
}

// tally counts ratings.
type tally struct{ all, high, low int }

func (t *tally) add(r Rating) {
	t.all++
	if r.High {
		t.high++
	}
	if r.Low {
		t.low++
	}
}

// less is the tally without another's part.
func (t tally) less(o tally) tally { return tally{t.all - o.all, t.high - o.high, t.low - o.low} }

// share is the share that chance is taken to have: what is not known is taken to
// be so, so that little knowledge accuses nobody.
func share(n, all int) float64 { return (float64(n) + imagined) / (float64(all) + imagined) }

// counted is ratings, counted every way that is needed.
type counted struct {
	ratings  []Rating
	experts  int
	total    tally
	by       map[int][]int    // places of a customer's ratings
	of       map[int]tally    // an expert's
	all      map[int]tally    // a customer's
	pairs    map[[2]int]tally // a customer's of an expert
	kinds    map[int]tally    // of a kind of question
	answered map[[2]int]tally // of a kind, an expert's
	asked    map[[2]int]tally // of a kind, a customer's
	met      map[[3]int]tally // of a kind, a customer's of an expert
	who      map[int][]int    // the customers that an expert has, in the order they come
}

func count(ratings []Rating) *counted {
	c := &counted{
		ratings: ratings, by: map[int][]int{}, of: map[int]tally{}, all: map[int]tally{}, pairs: map[[2]int]tally{}, kinds: map[int]tally{},
		answered: map[[2]int]tally{}, asked: map[[2]int]tally{}, met: map[[3]int]tally{}, who: map[int][]int{},
	}
	for i, r := range ratings {
		c.experts = max(c.experts, r.Expert+1)
		c.by[r.Customer] = append(c.by[r.Customer], i)
		if c.pairs[[2]int{r.Customer, r.Expert}].all == 0 {
			c.who[r.Expert] = append(c.who[r.Expert], r.Customer)
		}
		c.total.add(r)
		note(c.of, r.Expert, r)
		note(c.all, r.Customer, r)
		note(c.pairs, [2]int{r.Customer, r.Expert}, r)
		note(c.kinds, r.Kind, r)
		note(c.answered, [2]int{r.Kind, r.Expert}, r)
		note(c.asked, [2]int{r.Kind, r.Customer}, r)
		note(c.met, [3]int{r.Kind, r.Customer, r.Expert}, r)
	}
	return c
}

func note[K comparable](at map[K]tally, key K, r Rating) {
	t := at[key]
	t.add(r)
	at[key] = t
}

// suspect is a customer, and how unlikely by chance their ratings of an expert are.
type suspect struct {
	customer, ratings int
	odds              float64
}

// circle is the most telling group of an expert's customers: of so many who might
// have been found, so many are each as unlikely as the least of them, or more.
func (c *counted) circle(expert int, low bool) Circle {
	var list []suspect
	choices, least := c.choices(expert, low), leastUp
	if low {
		least = 1
	}
	for _, customer := range c.who[expert] {
		if s := c.suspect(customer, expert, low); s.ratings >= leastEach && s.odds > 0 {
			list = append(list, s)
		}
	}
	slices.SortStableFunc(list, func(a, b suspect) int { return cmp.Compare(b.odds, a.odds) })
	best := Circle{Expert: expert, Low: low}
	ratings, size := 0, 0
	for i, s := range list {
		ratings += s.ratings
		m := i + 1
		// Less what there is to choose from: experts, up or down, and how many.
		odds := -Unlikely(m, choices, math.Exp(-s.odds)) - math.Log(float64(2*c.experts*m*(m+1)))
		if m >= least && ratings >= leastRated && odds > best.Odds {
			best.Odds, size = odds, m
		}
	}
	for _, s := range list[:size] {
		best.Customers = append(best.Customers, s.customer)
		for _, i := range c.by[s.customer] {
			if r := c.ratings[i]; r.Expert == expert && (low && r.Low || !low && r.High) {
				best.Ratings = append(best.Ratings, i)
			}
		}
	}
	slices.Sort(best.Ratings)
	return best
}

// choices is how many customers might be found to be of a circle: to rate somebody
// up one has to meet them, among all; to rate them down it is enough to be there.
func (c *counted) choices(expert int, low bool) (n int) {
	if low {
		for _, customer := range c.who[expert] {
			if c.pairs[[2]int{customer, expert}].all >= leastEach {
				n++
			}
		}
		return n
	}
	for _, t := range c.all {
		if t.all >= leastEach {
			n++
		}
	}
	return n
}

// suspect works out what chance would do, from all that others said. The ratings'
// chances differ; of their mean the binomial tail is the larger one (Hoeffding 1956).
func (c *counted) suspect(customer, expert int, low bool) suspect {
	pair, others := c.pairs[[2]int{customer, expert}], c.of[expert]
	others = others.less(pair)
	if low {
		rest := c.all[customer].less(pair) // who is strict is so with all
		usual := float64(c.total.low) / float64(c.total.all)
		p := max(share(others.low, others.all), (float64(rest.low)+imagined*usual)/(float64(rest.all)+imagined))
		return suspect{customer, pair.low, -Unlikely(pair.low, pair.all, p)}
	}
	p, n := 0.0, c.all[customer].all
	for _, i := range c.by[customer] {
		kind := c.ratings[i].Kind
		theirs := c.answered[[2]int{kind, expert}].less(c.met[[3]int{kind, customer, expert}])
		all := c.kinds[kind].less(c.asked[[2]int{kind, customer}])
		p += share(theirs.all, all.all)
	}
	p *= share(others.high, others.all) / float64(n)
	if float64(pair.high) < float64(n)*p+1 {
		return suspect{customer: customer}
	}
	return suspect{customer, pair.high, -Unlikely(pair.high, n, p)}
}
