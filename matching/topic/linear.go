package topic

import (
	"math"
	"slices"
)

// linear has a weight for each feature and topic, and one for each topic alone.
// It is fitted in the dual (each text pulls towards its topic and away from the
// others with a strength of its own), so that a text learned later is a step
// like any other. Of few texts it is a softmax over topics; of many each topic
// is told from all others with a margin (squared hinge), which then reads
// better and is fitted sooner.
type linear struct {
	topics  int
	margins bool
	weight  []float32 // by feature, then topic; the last row is the topics' own
}

const (
	strength = 100 // how much a text may pull: the C of the textbooks
	firmness = 3   // the C where margins count
	resting  = 4   // rounds
)

// course is how long a model is fitted.
type course struct {
	rounds  int     // over the texts
	further int     // over all texts, after those but the part that was left out, if any
	settled float32 // a text that pulled less than this rests for some rounds
}

func (l *linear) course() course {
	if l.margins {
		return course{rounds: 10, further: 4, settled: 0.01}
	}
	return course{rounds: 20, settled: 0.02}
}

func newLinear(features, topics int, margins bool) *linear {
	return &linear{topics, margins, make([]float32, (features+1)*topics)}
}

func (l *linear) row(f uint32) []float32 {
	return l.weight[int(f)*l.topics:][:l.topics]
}

func (l *linear) own() []float32 { return l.weight[len(l.weight)-l.topics:] }

// scores are a text's, by topic; the vector's features must be the model's.
func (l *linear) scores(v vector, into []float32) {
	copy(into, l.own())
	i := 0
	for ; i+4 <= len(v.feature); i += 4 { // four at once: half the time
		f, x := v.feature[i:i+4], v.value[i:i+4]
		x0, x1, x2, x3 := x[0], x[1], x[2], x[3]
		a := l.row(f[0])
		b, c, d, into := l.row(f[1])[:len(a)], l.row(f[2])[:len(a)], l.row(f[3])[:len(a)], into[:len(a)]
		for t := range a {
			into[t] += (x0*a[t] + x1*b[t]) + (x2*c[t] + x3*d[t])
		}
	}
	for ; i < len(v.feature); i++ {
		for t, w := range l.row(v.feature[i]) {
			into[t] += v.value[i] * w
		}
	}
}

// pull is how strongly a text pulls, by topic.
type pull []float32

// puller takes steps; it holds what they need between each other.
type puller struct {
	*linear
	scored []float32
	moved  []int32
	by     []float32
}

func (l *linear) puller() *puller {
	return &puller{linear: l, scored: make([]float32, l.topics)}
}

// step moves the text's pull towards where it belongs, and the weights with
// it, and gives the largest move. The move is as long as is safe for the
// largest topic alone.
func (p *puller) step(v vector, topic int, pulls pull) float32 {
	p.scores(v, p.scored)
	square := float32(1)
	for _, x := range v.value {
		square += x * x
	}
	if p.margins {
		p.towardMargins(square, topic, pulls)
	} else {
		p.towardShares(square, topic, pulls)
	}
	p.moved, p.by = p.moved[:0], p.by[:0]
	most := float32(0)
	for t, move := range p.scored {
		if move < 1e-5 && move > -1e-5 {
			continue
		}
		pulls[t] += move
		most = max(most, move, -move)
		p.moved, p.by = append(p.moved, int32(t)), append(p.by, move)
	}
	for i, f := range v.feature {
		p.add(p.row(f), v.value[i])
	}
	p.add(p.own(), 1)
	return most
}

// towardShares turns scores into moves of the pulls of a softmax.
func (p *puller) towardShares(square float32, topic int, pulls pull) {
	sum := softmax(p.scored)
	rate := 1 / (1 + strength*square/2)
	for t, e := range p.scored {
		wanted := -strength * e / sum
		if t == topic {
			wanted += strength
		}
		p.scored[t] = rate * (wanted - pulls[t])
	}
}

// towardMargins turns scores into moves of the pulls where its own topic should
// score a text 1 or more and each other one -1 or less: a pull is never to the
// wrong side (Hsieh and others, 2008).
func (p *puller) towardMargins(square float32, topic int, pulls pull) {
	const slack = 1.0 / (2 * firmness)
	rate := 1 / (square + slack)
	for t, s := range p.scored {
		if t == topic {
			p.scored[t] = max(0, pulls[t]-rate*(s-1+slack*pulls[t])) - pulls[t]
		} else {
			p.scored[t] = min(0, pulls[t]-rate*(s+1+slack*pulls[t])) - pulls[t]
		}
	}
}

// odds turns scores into what softmax takes. A squared hinge's score stands for
// a probability of (1+s)² to (1-s)²; each side is a little rounded so that it
// never is nothing.
func (l *linear) odds(scores []float32) {
	if !l.margins {
		return
	}
	for t, s := range scores {
		scores[t] = float32(2 * math.Log(rounded(1+float64(s))/rounded(1-float64(s))))
	}
}

func rounded(x float64) float64 { return math.Log1p(math.Exp(4*x))/4 + 0.001 }

func (p *puller) add(row []float32, x float32) {
	by := p.by[:len(p.moved)]
	for i, t := range p.moved {
		row[t] += x * by[i]
	}
}

// softmax turns scores into shares of the sum that it returns.
func softmax(scores []float32) (sum float32) {
	most := slices.Max(scores)
	for t, s := range scores {
		e := float32(0)
		if s-most > -25 {
			e = float32(math.Exp(float64(s - most)))
		}
		scores[t] = e
		sum += e
	}
	return sum
}

// linearFit is a linear model being fitted to texts.
type linearFit struct {
	*puller
	course
	texts []placed
	pulls pull   // by text, then topic
	rest  []int8 // rounds for which each text rests
	round int
}

func newLinearFit(texts []placed, features, topics int, margins bool) *linearFit {
	l := newLinear(features, topics, margins)
	return &linearFit{puller: l.puller(), course: l.course(), texts: texts,
		pulls: make(pull, len(texts)*topics), rest: make([]int8, len(texts))}
}

// fit takes some rounds over the texts of these numbers.
func (l *linearFit) fit(numbers []int32, rounds int, halt func() bool) {
	for left := rounds; left > 0; left-- {
		if halt() {
			return
		}
		shuffle(numbers, uint64(l.round))
		l.round++
		for _, i := range numbers {
			if l.rest[i] > 0 && left > 1 {
				l.rest[i]--
				continue
			}
			if l.step(l.texts[i].vector, l.texts[i].topic, l.pulls[int(i)*l.topics:][:l.topics]) < l.settled {
				l.rest[i] = resting
			}
		}
	}
}

// clone is the model as it is now.
func (l *linear) clone() *linear { return &linear{l.topics, l.margins, slices.Clone(l.weight)} }

// shuffle orders by a seed, the same on every machine.
func shuffle(order []int32, seed uint64) {
	d := dice{seed}
	for i := len(order) - 1; i > 0; i-- {
		j := d.below(i + 1)
		order[i], order[j] = order[j], order[i]
	}
}

// dice are SplitMix64.
type dice struct{ state uint64 }

func (d *dice) roll() uint64 {
	d.state += 0x9E3779B97F4A7C15
	return mix(d.state)
}

func (d *dice) below(n int) int { return int(d.roll() % uint64(n)) }

// unit is from 0 to below 1.
func (d *dice) unit() float32 { return float32(d.roll()>>40) / (1 << 24) }
