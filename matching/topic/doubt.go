package topic

import (
	"math"
	"slices"
)

// doubt turns scores into probabilities. It is fitted on texts that the model
// scored was not fitted on.
type doubt struct {
	lean  float64   // how much the nets count beside the linear model, 0 to 1
	sharp float64   // what scores are multiplied with before they become shares
	usual []float32 // how familiar texts of the topics are, ascending
}

// tested is a text that a member was not fitted on, and what it made of it.
type tested struct {
	topic       int
	linear, net []float32
	familiar    float32
}

// test has readers that a text was kept from read it.
func test(in *space, l *linear, nets []*net, text labelled) tested {
	one := make([]float32, l.topics)
	r := tested{topic: text.topic, linear: make([]float32, l.topics), net: make([]float32, l.topics)}
	v, known := in.vector(text.grams, linearSees)
	l.scores(v, r.linear)
	r.familiar = float32(l.familiarity(r.linear, known))
	l.odds(r.linear)
	for n, net := range nets {
		v, _ := in.vector(text.grams, netsSee[n])
		net.scores(v, one)
		for k, s := range one {
			r.net[k] += s / float32(len(netsSee))
		}
	}
	return r
}

// calibrate chooses how the members count and how sharp their word is by the
// likelihood of the topics of texts they had not seen: a coarse look over all,
// then a finer one around the best.
func calibrate(sample []tested) doubt {
	best := doubt{sharp: unknownSharp}
	if len(sample) < leastTested {
		return best
	}
	if thin := len(sample) / mostTested; thin > 1 {
		for i := range len(sample) / thin {
			sample[i] = sample[i*thin]
		}
		sample = sample[:len(sample)/thin]
	}
	var usual []float32
	for _, one := range sample {
		usual = append(usual, one.familiar)
	}
	slices.Sort(usual)
	most := math.Inf(-1)
	try := func(d doubt) {
		if l := likelihood(sample, d); l > most {
			best, most = d, l
		}
	}
	for lean := 0.0; lean <= mostLean; lean += 0.2 {
		for sharp := 0.1; sharp < 3; sharp *= 1.4 {
			try(doubt{lean: lean, sharp: sharp})
		}
	}
	around := best
	for _, further := range []float64{-0.1, 0, 0.1} {
		for by := 0.8; by < 1.3; by *= 1.08 {
			if lean := around.lean + further; lean >= 0 && lean <= mostLean {
				try(doubt{lean: lean, sharp: around.sharp * by})
			}
		}
	}
	best.usual = usual
	return best
}

const (
	leastTested  = 20 // texts, below which nothing can be said
	mostTested   = 2000
	mostLean     = 0.4 // more on one part would be chance: alone the nets are worse
	unknownSharp = 0.2 // what is then assumed
)

// likelihood is the logarithm of that of the texts' topics.
func likelihood(sample []tested, d doubt) (sum float64) {
	mixed := make([]float32, len(sample[0].linear))
	for _, one := range sample {
		d.mix(one.linear, one.net, mixed)
		told := float64(mixed[one.topic] - slices.Max(mixed))
		sum += told - math.Log(float64(softmax(mixed)))
	}
	return sum
}

// mix is the scores of all members as one.
func (d doubt) mix(linear, nets, into []float32) {
	a, b := float32((1-d.lean)*d.sharp), float32(d.lean*d.sharp)
	for t := range into {
		into[t] = a*linear[t] + b*nets[t]
	}
}
