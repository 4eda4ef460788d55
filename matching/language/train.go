package language

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// Example is a text and the language it is in.
type Example struct {
	Text     string
	Language Tag
}

const (
	smoothing = 0.1 // added to counts, in runs of an average language
	commonRun = 16  // a run met this often in one language alone needs no longer ones
	epochs    = 3
	rate      = 0.005
	maxTags   = 64
)

// ErrFewExamples is returned where there is too little to train from.
var ErrFewExamples = errors.New("a model needs at least 10 examples, of 2 to 64 languages")

// Train learns a model from examples, each once. The same examples in the same
// order give the same model. Some 20,000 sentences take a few seconds and
// 300 MB. It returns ErrFewExamples or what stop returns; stop is asked now and
// then and may be nil.
func Train(examples []Example, stop func() error) (*Model, error) {
	if stop == nil {
		stop = func() error { return nil }
	}
	t := &trainer{tags: tagsOf(examples)}
	if len(examples) < 10 || len(t.tags) < 2 || len(t.tags) > maxTags {
		return nil, ErrFewExamples
	}
	for _, step := range []func(){func() { t.count(examples) }, t.weigh} {
		if step(); stop() != nil {
			return nil, stop()
		}
	}
	for epoch := range epochs {
		if err := t.tune(epoch); err != nil {
			return nil, err
		}
		if err := stop(); err != nil {
			return nil, err
		}
	}
	m := t.model()
	m.calibrate(t)
	return m, nil
}

func tagsOf(examples []Example) []Tag {
	var tags []Tag
	for _, e := range examples {
		tags = append(tags, e.Language)
	}
	slices.Sort(tags)
	return slices.Compact(tags)
}

// trainer holds the counts of a set of examples.
type trainer struct {
	tags     []Tag
	rows     []row
	features []feature
	scale    [][kinds]float64     // what one count is worth, by language
	factor   [kinds][bins]float64 // learned
	buffer   []claim
}

// row is an example: its features with their counts there.
type row struct {
	tag      int
	features []int32
	counts   []float64
	runs     float64 // all of them
}

// feature is a run of letters: in which languages it is, how often.
type feature struct {
	hash   uint32
	kind   int
	parent int32 // the run without its last letter, or -1
	in     []counted
}

type counted struct {
	tag   int
	n     float64
	plain float64 // ln(1 + n/smoothing), for a language of average length
}

// count reads the examples.
func (t *trainer) count(examples []Example) {
	at := make(map[uint32]int32)
	for _, e := range examples {
		tag, _ := slices.BinarySearch(t.tags, e.Language)
		r := row{tag: tag}
		seen := make(map[int32]float64)
		parent := int32(-1)
		for c := newCutter(e.Text); ; {
			word := c.next()
			if word == nil {
				break
			}
			eachRun(word, func(hash uint32, kind int) {
				f, ok := at[hash]
				if !ok {
					f = int32(len(t.features))
					at[hash] = f
					t.features = append(t.features, feature{hash: hash, kind: kind, parent: -1})
					if parent >= 0 && kind != wholeWord && t.features[parent].kind == kind-1 {
						t.features[f].parent = parent
					}
				}
				parent = f
				if seen[f] == 0 {
					r.features = append(r.features, f)
				}
				seen[f]++
				r.runs++
			})
		}
		for _, f := range r.features {
			r.counts = append(r.counts, seen[f])
			t.features[f].count(tag, seen[f])
		}
		t.rows = append(t.rows, r)
	}
}

func (f *feature) count(tag int, n float64) {
	for i := range f.in {
		if f.in[i].tag == tag {
			f.in[i].n += n
			return
		}
	}
	f.in = append(f.in, counted{tag: tag, n: n})
}

// weigh makes counts of languages with more and less text comparable, and drops
// what says nothing new.
func (t *trainer) weigh() {
	total := make([][kinds]float64, len(t.tags))
	var all [kinds]float64
	for _, f := range t.features {
		for _, c := range f.in {
			total[c.tag][f.kind] += c.n
			all[f.kind] += c.n
		}
	}
	t.scale = make([][kinds]float64, len(t.tags))
	for tag := range t.scale {
		for kind := range kinds {
			t.scale[tag][kind] = all[kind] / float64(len(t.tags)) / (total[tag][kind] + 1) / smoothing
		}
	}
	for kind := range t.factor {
		for bin := range t.factor[kind] {
			t.factor[kind][bin] = 1
		}
	}
	for i := range t.features {
		f := &t.features[i]
		for j, c := range f.in {
			f.in[j].plain = math.Log1p(c.n * t.scale[c.tag][f.kind])
		}
		if f.parent < 0 || len(f.in) != 1 {
			continue
		}
		// Parents come first: one that was dropped has a parent that stands for both.
		up := &t.features[f.parent]
		if len(up.in) == 1 && up.in[0].n >= commonRun && up.in[0].tag == f.in[0].tag || up.in == nil {
			f.in = nil
		}
	}
}

const (
	frequencies = 6 // 1, 2–3, 4–7, 8–15, 16–31, more
	spreads     = 5 // in 1, 2, 3, 4–7, more languages
	bins        = frequencies * spreads
)

// binOf groups features by how often a language has them and how many do.
func binOf(n float64, languages int) int {
	frequency := 0
	for ; frequency < frequencies-1 && n >= float64(int(2)<<frequency); frequency++ {
	}
	spread := min(languages, 4) - 1
	if languages > 7 {
		spread = 4
	}
	return frequency*spreads + spread
}

// claim is what one occurrence of a run says for a language: plain, times the
// factor of its kind and bin.
type claim struct {
	tag   int
	plain float64
	by    *float64 // the factor
}

// claims gives what a feature says to one who has not seen some of what its
// own language counts there; 0 and -1 for all.
func (t *trainer) claims(f *feature, own int, unseen float64, into []claim) []claim {
	into = into[:0]
	spread := len(f.in)
	for _, c := range f.in {
		if c.tag == own && c.n <= unseen {
			spread--
		}
	}
	for _, c := range f.in {
		n, plain := c.n, c.plain
		if c.tag == own {
			if n -= unseen; n <= 0 {
				continue
			}
			plain = math.Log1p(n * t.scale[c.tag][f.kind])
		}
		into = append(into, claim{c.tag, plain, &t.factor[f.kind][binOf(n, spread)]})
	}
	return into
}

// scores gives each language's evidence of a row that was left out of the
// counts, over the root of its runs.
func (t *trainer) scores(r *row, into []float64, weight func(float64) float64) {
	clear(into)
	for i, at := range r.features {
		t.buffer = t.claims(&t.features[at], r.tag, r.counts[i], t.buffer)
		for _, c := range t.buffer {
			into[c.tag] += r.counts[i] * weight(*c.by*c.plain)
		}
	}
	for tag := range into {
		into[tag] /= math.Sqrt(max(r.runs, 1))
	}
}

// tune learns the factors by gradient descent on the rows, each left out of the
// counts in its turn.
func (t *trainer) tune(epoch int) error {
	step := rate * (1 - float64(epoch)/epochs)
	p := make([]float64, len(t.tags))
	order := rand.New(rand.NewPCG(3, uint64(epoch))).Perm(len(t.rows))
	for _, at := range order {
		r := &t.rows[at]
		t.scores(r, p, func(w float64) float64 { return w })
		softmax(p, 1)
		p[r.tag]--
		if p[r.tag] > -0.01 {
			continue
		}
		root := math.Sqrt(max(r.runs, 1))
		for i, at := range r.features {
			t.buffer = t.claims(&t.features[at], r.tag, r.counts[i], t.buffer)
			for _, c := range t.buffer {
				*c.by = max(0, *c.by-step*p[c.tag]*c.plain*r.counts[i]/root)
			}
		}
	}
	for _, factors := range t.factor {
		for _, v := range factors {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return fmt.Errorf("learn the factors: %v", v)
			}
		}
	}
	return nil
}

func softmax(scores []float64, scale float64) {
	best, sum := slices.Max(scores), 0.0
	for i, s := range scores {
		scores[i] = math.Exp((s - best) * scale)
		sum += scores[i]
	}
	for i := range scores {
		scores[i] /= sum
	}
}
