package topic

import (
	"cmp"
	"math"
	"slices"
)

// Reading is what a model makes of a text.
type Reading struct {
	// Topics are all topics, the likeliest first, with probabilities that add
	// up to 1: what each is, if the text is of one of ours at all.
	Topics []Guess
	// Familiar is how much the text is like what was learned: without a unit,
	// comparable within one fit only.
	Familiar float64
	// Strange is the share of our topics' own texts that are more familiar,
	// 0 to 1; 1 where nothing was learned.
	Strange float64
}

// Guess is a topic and how likely it is.
type Guess struct {
	Topic       string
	Probability float64
}

// NoneAbove is the strangeness above which a text is of none of our topics: one
// in twenty of those that are of ours is then called strange.
const NoneAbove = 0.95

// None reports whether the text is likely of none of our topics.
func (r Reading) None() bool { return len(r.Topics) == 0 || r.Strange > NoneAbove }

// Read reads a text of any language, in any bytes. A model that was never
// fitted says nothing.
func (m *Model) Read(text string) Reading {
	if m.fitted == nil {
		return Reading{Strange: 1}
	}
	return m.fitted.read(text)
}

func (f *fitted) read(text string) Reading {
	all := grams(text)
	seen, known := f.space.vector(all, linearSees)
	linear, nets, mixed := make([]float32, len(f.topics)), make([]float32, len(f.topics)), make([]float32, len(f.topics))
	f.linear.scores(seen, linear)
	for n, net := range f.nets {
		v, _ := f.space.vector(all, netsSee[n])
		net.scores(v, mixed)
		for t, s := range mixed {
			nets[t] += s / float32(len(f.nets))
		}
	}
	familiar := f.linear.familiarity(linear, known)
	f.linear.odds(linear)
	f.doubt.mix(linear, nets, mixed)
	for t, name := range f.topics {
		if name == "" {
			mixed[t] = float32(math.Inf(-1))
		}
	}
	return Reading{Topics: guesses(f.topics, mixed), Familiar: familiar, Strange: f.doubt.strange(familiar)}
}

// guesses orders the topics that are left by their scores. Equal ones stay in
// the order in which they came.
func guesses(topics []string, scores []float32) []Guess {
	if len(topics) == 0 || math.IsInf(float64(slices.Max(scores)), -1) {
		return nil
	}
	var sum float64
	softmax(scores)
	for _, e := range scores {
		sum += float64(e)
	}
	out := make([]Guess, 0, len(topics))
	for t, name := range topics {
		if name != "" {
			out = append(out, Guess{name, float64(scores[t]) / sum})
		}
	}
	slices.SortStableFunc(out, func(a, b Guess) int { return cmp.Compare(b.Probability, a.Probability) })
	return out
}

// familiarity is the best score of any topic from the linear model, whose
// weights grow with how often something was seen, times the share of the text
// that was seen at all. Where margins count it begins from -1, at which no
// topic claims the text.
func (l *linear) familiarity(scores []float32, known float64) float64 {
	best := float64(slices.Max(scores))
	if l.margins {
		best = rounded(1 + best)
	}
	return best * known
}

// strange is the share of usual texts that are more familiar than this one.
func (d doubt) strange(familiar float64) float64 {
	if len(d.usual) == 0 {
		return 0 // nothing was tested: nothing is known to be strange
	}
	below, _ := slices.BinarySearch(d.usual, float32(familiar))
	return float64(len(d.usual)-below) / float64(len(d.usual))
}
