package topic

import "math"

// net is a small neural network: features, one layer of hidden units that are
// off below zero, topics. It finds what a linear model cannot, words that mean
// the same beside certain others, and is worse alone; together they are better
// than either.
type net struct {
	topics  int
	first   uint32    // of its features
	in      []float32 // by feature, then unit
	inOwn   []float32 // by unit
	out     []float32 // by topic, then unit
	outOwn  []float32 // by topic
	squares squares   // while it is fitted
}

// squares are sums of squared slopes: what moved much moves less (AdaGrad).
type squares struct{ in, inOwn, out, outOwn []float32 }

const (
	units        = 64
	pace         = 0.06
	passes       = 15
	longestFit   = 300_000 // steps; many texts are passed over less often
	dropFeatures = 0.3     // of a text's features, anew in each pass
	dropUnits    = 0.2
)

func newNet(first, end uint32, topics int, d *dice) *net {
	features := int(end - first)
	n := &net{topics: topics, first: first, in: make([]float32, features*units), inOwn: make([]float32, units),
		out: make([]float32, topics*units), outOwn: make([]float32, topics)}
	for i := range n.in {
		n.in[i] = d.unit() - 0.5
	}
	for i := range n.out {
		n.out[i] = (2*d.unit() - 1) / 8
	}
	n.squares = squares{make([]float32, features), make([]float32, units), make([]float32, topics*units), make([]float32, topics)}
	return n
}

// scores are a text's, by topic.
func (n *net) scores(v vector, into []float32) {
	var hidden [units]float32
	n.hide(v, &hidden)
	for u, h := range hidden {
		hidden[u] = max(h, 0)
	}
	n.show(&hidden, into)
}

func (n *net) hide(v vector, hidden *[units]float32) {
	copy(hidden[:], n.inOwn)
	i := 0
	for ; i+4 <= len(v.feature); i += 4 { // four at once: half the time
		f, x := v.feature[i:i+4], v.value[i:i+4]
		x0, x1, x2, x3 := x[0], x[1], x[2], x[3]
		a, b, c, d := n.unit(f[0]), n.unit(f[1]), n.unit(f[2]), n.unit(f[3])
		for u := range hidden {
			hidden[u] += (x0*a[u] + x1*b[u]) + (x2*c[u] + x3*d[u])
		}
	}
	for ; i < len(v.feature); i++ {
		for u, w := range n.unit(v.feature[i]) {
			hidden[u] += v.value[i] * w
		}
	}
}

// unit is a feature's weights, by unit.
func (n *net) unit(f uint32) *[units]float32 {
	return (*[units]float32)(n.in[int(f-n.first)*units:])
}

func (n *net) show(hidden *[units]float32, into []float32) {
	for t := range into {
		row := (*[units]float32)(n.out[t*units:])
		var a, b, c, d float32
		for u := 0; u < units; u += 4 {
			a += row[u] * hidden[u]
			b += row[u+1] * hidden[u+1]
			c += row[u+2] * hidden[u+2]
			d += row[u+3] * hidden[u+3]
		}
		into[t] = n.outOwn[t] + (a + b) + (c + d)
	}
}

// fitNet fits to texts whose features run from first to before end, by
// stochastic steps; chance decides which features and units are left out of
// each.
func fitNet(texts []placed, first, end uint32, topics int, seed uint64, halt func() bool) *net {
	d := &dice{seed}
	n := newNet(first, end, topics, d)
	s := learner{net: n, dice: d, scored: make([]float32, topics)}
	order := make([]int32, len(texts))
	for i := range order {
		order[i] = int32(i)
	}
	turns := min(passes, max(1, longestFit/max(1, len(texts))))
	for turn := range turns {
		if halt() {
			break
		}
		s.pace = pace * (1 - float32(turn)/float32(turns))
		shuffle(order, d.roll())
		for _, i := range order {
			s.learn(texts[i].vector, texts[i].topic)
		}
	}
	n.squares = squares{}
	return n
}

// learner takes steps; it holds what they need.
type learner struct {
	*net
	dice   *dice
	pace   float32
	kept   vector
	scored []float32
	hidden [units]float32 // zero where off or left out
	slope  [units]float32
}

func (s *learner) learn(v vector, topic int) {
	s.keep(v)
	s.hide(s.kept, &s.hidden)
	for u, h := range s.hidden {
		if h <= 0 || s.dice.unit() < dropUnits {
			s.hidden[u] = 0
		} else {
			s.hidden[u] = h / (1 - dropUnits)
		}
	}
	s.show(&s.hidden, s.scored)
	sum := softmax(s.scored)
	s.slope = [units]float32{}
	for t, e := range s.scored {
		g := e / sum
		if t == topic {
			g--
		}
		if g > 1e-4 || g < -1e-4 {
			s.moveOut(t, g)
		}
	}
	s.moveIn()
}

// keep leaves some features out, and makes up for them.
func (s *learner) keep(v vector) {
	s.kept.feature, s.kept.value = s.kept.feature[:0], s.kept.value[:0]
	for i, f := range v.feature {
		if s.dice.unit() >= dropFeatures {
			s.kept.feature = append(s.kept.feature, f)
			s.kept.value = append(s.kept.value, v.value[i]/(1-dropFeatures))
		}
	}
}

// moveOut moves the weights of one topic by the slope g of its score.
func (s *learner) moveOut(t int, g float32) {
	row := (*[units]float32)(s.out[t*units:])
	squared := (*[units]float32)(s.squares.out[t*units:])
	for u, h := range s.hidden {
		if h == 0 {
			continue
		}
		s.slope[u] += g * row[u]
		by := g * h
		squared[u] += by * by
		row[u] -= s.pace * by / root(squared[u])
	}
	s.squares.outOwn[t] += g * g
	s.outOwn[t] -= s.pace * g / root(s.squares.outOwn[t])
}

// moveIn moves the weights of the units by their slopes.
func (s *learner) moveIn() {
	mean := float32(0)
	for u, h := range s.hidden {
		if h == 0 {
			s.slope[u] = 0
			continue
		}
		s.slope[u] /= 1 - dropUnits
		by := s.slope[u]
		mean += by * by / units
		s.squares.inOwn[u] += by * by
		s.inOwn[u] -= s.pace * by / root(s.squares.inOwn[u])
	}
	if mean == 0 {
		return
	}
	for i, f := range s.kept.feature {
		x := s.kept.value[i]
		squared := &s.squares.in[f-s.first]
		*squared += x * x * mean
		by := s.pace * x / root(*squared)
		row := s.unit(f)
		for u := 0; u < units; u += 4 {
			row[u] -= by * s.slope[u]
			row[u+1] -= by * s.slope[u+1]
			row[u+2] -= by * s.slope[u+2]
			row[u+3] -= by * s.slope[u+3]
		}
	}
}

func root(x float32) float32 { return float32(math.Sqrt(float64(x))) + 1e-6 }
