package language

import (
	"math"
	"slices"
	"sort"
)

// Tag is a language as ISO 639-1 names it, such as "de".
type Tag string

const levelStep = 0.5 // of evidence: weights are kept in steps of it

// Model tells languages apart. It is never changed once made.
type Model struct {
	tags    []Tag
	buckets []bucket // one more than there are, for the end of the last
	rests   []uint16 // of each run's hash, ascending within a bucket
	says    []says   // for each run one or more
	sureness
}

// bucket is where the runs begin whose hashes begin alike.
type bucket struct{ runs, says uint32 }

// says is evidence for a language: its number in the low 6 bits, 1<<6 where it
// is the run's last, and the weight in steps above.
type says uint16

const (
	saysTag  = 1<<6 - 1
	saysLast = 1 << 6
)

// sureness is what turns scores into a probability and a yes or no.
type sureness struct {
	scale    float64   // of scores in the softmax
	slope    []float64 // by language, of the log odds
	caution  []float64 // by language, added to them
	sureAt   float64   // least probability
	explains float64   // least evidence per run
}

// Tags are the languages the model knows, in order.
func (m *Model) Tags() []Tag { return slices.Clone(m.tags) }

// model packs what the trainer learned.
func (t *trainer) model() *Model {
	kept := make([]int, 0, len(t.features))
	for i := range t.features {
		if t.features[i].in != nil {
			kept = append(kept, i)
		}
	}
	sort.Slice(kept, func(a, b int) bool { return t.features[kept[a]].hash < t.features[kept[b]].hash })
	m := &Model{tags: t.tags, buckets: make([]bucket, 1<<bucketBits+1)}
	next := 0
	for _, i := range kept {
		f := &t.features[i]
		from := len(m.says)
		slices.SortFunc(f.in, func(a, b counted) int { return a.tag - b.tag })
		for _, c := range t.claims(f, -1, 0, nil) {
			if level := levelOf(*c.by * c.plain); level > 0 {
				m.says = append(m.says, says(c.tag)|says(level)<<8)
			}
		}
		if len(m.says) == from {
			continue
		}
		for ; next <= int(f.hash>>restBits); next++ {
			m.buckets[next] = bucket{uint32(len(m.rests)), uint32(from)}
		}
		m.says[len(m.says)-1] |= saysLast
		m.rests = append(m.rests, uint16(f.hash&(1<<restBits-1)))
	}
	for ; next < len(m.buckets); next++ {
		m.buckets[next] = bucket{uint32(len(m.rests)), uint32(len(m.says))}
	}
	return m
}

func levelOf(weight float64) int { return min(255, int(math.Round(weight/levelStep))) }

// scores are the sums of evidence of a text in steps, and its number of runs.
type scores struct {
	sum      [maxTags]uint32
	runs     int
	words    int
	capitals int  // words that begin with a capital
	small    bool // not all letters are capitals
	first    rune // letter
}

const fewWords = 4

// named tells what may well be a name: a single word of an alphabet, or a few
// words that all begin with a capital. Where every letter is one, that says
// nothing. Scripts from Thai on write without spaces.
func (s *scores) named() bool {
	return s.words == 1 && s.first < 0x0E00 || s.words <= fewWords && s.capitals == s.words && s.small
}

func (m *Model) read(text string, s *scores) {
	for c := newCutter(text); ; {
		word := c.next()
		if word == nil {
			s.small = c.small
			return
		}
		if s.words++; s.words == 1 {
			s.first = word[1]
		}
		if c.capital {
			s.capitals++
		}
		eachRun(word, func(hash uint32, _ int) {
			s.runs++
			m.look(hash, &s.sum)
		})
	}
}

// look adds what a run says, if the model has it.
func (m *Model) look(hash uint32, sum *[maxTags]uint32) {
	at, rest := m.buckets[hash>>restBits], uint16(hash&(1<<restBits-1))
	end := m.buckets[hash>>restBits+1].runs
	says := m.says[at.says:]
	i := 0
	for _, r := range m.rests[at.runs:end] {
		if r > rest {
			return
		}
		if r < rest {
			for says[i]&saysLast == 0 {
				i++
			}
			i++
			continue
		}
		for ; ; i++ {
			sum[says[i]&saysTag] += uint32(says[i] >> 8)
			if says[i]&saysLast != 0 {
				return
			}
		}
	}
}

// Detect tells the language of a text, how probable it is, from 0 to 1, and
// whether that is sure, which what may be a name never is: a single word, but in
// scripts without spaces, or up to four that all begin with a capital, unless
// the text is all in capitals. Where nothing in the text is evidence it gives "",
// 0 and false. The first 600 bytes are read. Of a text in several languages it
// tells the one that there is most evidence of.
func (m *Model) Detect(text string) (tag Tag, probability float64, sure bool) {
	var s scores
	m.read(text, &s)
	best := 0
	for i := range m.tags {
		if s.sum[i] > s.sum[best] {
			best = i
		}
	}
	if s.sum[best] == 0 {
		return "", 0, false
	}
	probability = m.probability(&s, best)
	explained := float64(s.sum[best]) * levelStep / float64(s.runs)
	return m.tags[best], probability, probability >= m.sureAt && explained >= m.explains && !s.named()
}

// mostOdds bounds the log odds of a language before its slope and caution:
// beyond, more evidence of the same kind says no more.
const mostOdds = 7

func (m *Model) probability(s *scores, best int) float64 {
	step, others := m.scale*levelStep/math.Sqrt(float64(s.runs)), 0.0
	for i := range m.tags {
		if i != best {
			others += math.Exp(step * (float64(s.sum[i]) - float64(s.sum[best])))
		}
	}
	return logistic(m.slope[best]*min(mostOdds, -math.Log(others+1e-9)) + m.caution[best])
}

func logistic(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
