package evaluate

import (
	"math"
	"math/rand/v2"
)

// Standing is how well a ranking finds who resolved a question. Each …_ci is how
// far the figure may be off: 1.96 standard deviations of 200 bootstrap means.
type Standing struct {
	MRR      float64 `json:"mrr"`
	MRRCI    float64 `json:"mrr_ci"`
	Hit1     float64 `json:"hit_at_1"`
	Hit1CI   float64 `json:"hit_at_1_ci"`
	Hit5     float64 `json:"hit_at_5"`
	Hit5CI   float64 `json:"hit_at_5_ci"`
	Hit10    float64 `json:"hit_at_10"`
	Hit10CI  float64 `json:"hit_at_10_ci"`
	NDCG10   float64 `json:"ndcg_at_10"`
	NDCG10CI float64 `json:"ndcg_at_10_ci"`
	TopShare float64 `json:"top_share"` // first places of who has the most of them
}

// tally collects where resolvers stood in one ranking after the other.
type tally struct {
	figures [5][]float64 // mrr, hit@1, 5, 10, ndcg@10, of each question
	firsts  map[int]int  // by user
	ranked  int
}

// add takes a ranking of users of whom resolver is one, or not. gain is what
// each user is worth.
func (t *tally) add(order []int, resolver int, gain map[int]float64) {
	t.ranked++
	if t.firsts == nil {
		t.firsts = map[int]int{}
	}
	if len(order) > 0 {
		t.firsts[order[0]]++
	}
	if resolver < 0 {
		return
	}
	place, dcg := len(order)+1, 0.0
	for i, user := range order {
		if i < 10 {
			dcg += gain[user] / math.Log2(float64(i+2))
		}
		if user == resolver {
			place = i + 1
		}
	}
	within := func(k int) float64 {
		if place <= k {
			return 1
		}
		return 0
	}
	for i, x := range []float64{1 / float64(place), within(1), within(5), within(10), dcg / ideal(gain)} {
		t.figures[i] = append(t.figures[i], x)
	}
}

// ideal is the discounted gain of the best order.
func ideal(gain map[int]float64) float64 {
	sum, place := 0.0, 0
	for _, worth := range []float64{gainResolver, gainOther} {
		for _, g := range gain {
			if g == worth && place < 10 {
				sum += g / math.Log2(float64(place+2))
				place++
			}
		}
	}
	return sum
}

// What a user is worth in a ranking: 2^rel - 1, rel 2 and 1.
const (
	gainResolver = 3.0
	gainOther    = 1.0
)

func (t *tally) standing() Standing {
	var s Standing
	for i, to := range [][2]*float64{
		{&s.MRR, &s.MRRCI}, {&s.Hit1, &s.Hit1CI}, {&s.Hit5, &s.Hit5CI}, {&s.Hit10, &s.Hit10CI}, {&s.NDCG10, &s.NDCG10CI},
	} {
		mean, off := bootstrap(t.figures[i])
		*to[0], *to[1] = round(mean), round(off)
	}
	most := 0
	for _, n := range t.firsts {
		most = max(most, n)
	}
	s.TopShare = round(float64(most) / float64(max(1, t.ranked)))
	return s
}

func bootstrap(xs []float64) (mean, off float64) {
	if len(xs) == 0 {
		return 0, 0
	}
	r := rand.New(rand.NewPCG(1, uint64(len(xs))))
	const times = 200
	sum, squares := 0.0, 0.0
	for range times {
		m := 0.0
		for range xs {
			m += xs[r.IntN(len(xs))]
		}
		m /= float64(len(xs))
		sum += m
		squares += m * m
	}
	for _, x := range xs {
		mean += x
	}
	variance := squares/times - (sum/times)*(sum/times)
	return mean / float64(len(xs)), 1.96 * math.Sqrt(max(0, variance))
}

func round(x float64) float64 { return math.Round(x*10_000) / 10_000 }

// cap spreads first places: who has a tenth of them already gives theirs to the
// next who has not. It knows nothing of the questions to come.
type firstCap struct {
	firsts map[int]int
	ranked int
}

func (c *firstCap) spread(order []int) []int {
	c.ranked++
	if c.firsts == nil {
		c.firsts = map[int]int{}
	}
	allowed := max(1, c.ranked/10)
	for i, user := range order {
		if c.firsts[user] < allowed {
			out := make([]int, 0, len(order))
			out = append(append(append(out, user), order[:i]...), order[i+1:]...)
			c.firsts[user]++
			return out
		}
	}
	return order
}
