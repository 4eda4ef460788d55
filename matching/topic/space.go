package topic

import (
	"maps"
	"math"
	"slices"
)

// space is what of the learned texts counts: which grams there are, and how
// much each tells. It is fitted with the model and does not change between
// fits. Features are numbered view by view.
type space struct {
	feature map[gram]uint32
	weight  []float32         // by feature
	begin   [views + 1]uint32 // where each view's features begin
	most    float64           // the weight that a gram never seen would have
	lone    []bool            // by feature, during a fit: only one text has it
	strict  bool              // lone features count as never seen
}

// shares are how much each view counts beside the others, for one reader of
// texts: 0 is not at all.
type shares [views]float64

// leastTexts is in how many texts a gram must occur to count. A pair of words
// in one text only says nothing that its words do not, nor does a stretch.
var leastTexts = [views]uint32{ofWords: 1, ofPairs: 2, ofParts: 1, ofStretches: 2}

// newSpace reads the grams of all texts, each with its topic, 0 to topics-1.
func newSpace(texts []labelled, topics int) *space {
	feature, count := countTexts(texts)
	s := &space{feature: make(map[gram]uint32, len(feature)), most: math.Sqrt(1 + math.Log(float64(1+len(texts))))}
	told := tellsApart(texts, topics, feature, count)
	for _, g := range slices.Sorted(maps.Keys(feature)) {
		old := feature[g]
		if count[old] < leastTexts[viewOf(g)] {
			continue
		}
		rare := math.Sqrt(1 + math.Log(float64(1+len(texts))/float64(1+count[old])))
		s.feature[g] = uint32(len(s.weight))
		s.weight = append(s.weight, float32(rare*told[old]))
		s.lone = append(s.lone, count[old] == 1)
		s.begin[viewOf(g)+1]++
	}
	for view := range views {
		s.begin[view+1] += s.begin[view]
	}
	return s
}

// apart is the space as it is for one of its own texts that is tested on: what
// only that text has was not learned.
func (s *space) apart() *space {
	out := *s
	out.strict = true
	return &out
}

// countTexts numbers the grams and counts the texts that have each.
func countTexts(texts []labelled) (feature map[gram]uint32, count []uint32) {
	feature = make(map[gram]uint32)
	for _, text := range texts {
		eachGram(text.grams, func(g gram, _ int) {
			f, there := feature[g]
			if !there {
				f = uint32(len(count))
				feature[g], count = f, append(count, 0)
			}
			count[f]++
		})
	}
	return feature, count
}

// tellsApart is for each gram how well it tells topics apart: the root of one
// less the entropy of its topics, as a share of the most there could be. Each
// topic counts as having it a little more often than it was seen to.
func tellsApart(texts []labelled, topics int, feature map[gram]uint32, count []uint32) []float64 {
	const unseen, least = 0.02, 0.05
	told, here := make([]float64, len(count)), make([]uint32, len(count))
	none := unseen * math.Log(unseen)
	byTopic := make([][]int, topics)
	for i, text := range texts {
		byTopic[text.topic] = append(byTopic[text.topic], i)
	}
	for _, ofTopic := range byTopic {
		var touched []uint32
		for _, i := range ofTopic {
			eachGram(texts[i].grams, func(g gram, _ int) {
				f := feature[g]
				if here[f] == 0 {
					touched = append(touched, f)
				}
				here[f]++
			})
		}
		for _, f := range touched {
			n := float64(here[f]) + unseen
			told[f] += n*math.Log(n) - none
			here[f] = 0
		}
	}
	for f, sum := range told {
		all := float64(count[f]) + unseen*float64(topics)
		entropy := math.Log(all) - (sum+float64(topics)*none)/all
		told[f] = math.Sqrt(least + 1 - entropy/math.Log(float64(max(topics, 2))))
	}
	return told
}

// eachGram gives every gram of a sorted list once, with how often it occurs.
func eachGram(sorted []gram, emit func(g gram, times int)) {
	for i := 0; i < len(sorted); {
		j := i + 1
		for j < len(sorted) && sorted[j] == sorted[i] {
			j++
		}
		emit(sorted[i], j-i)
		i = j
	}
}

// vector is a text in a space: its features in order, and their values, of
// length 1 together, or none at all.
type vector struct {
	feature []uint32
	value   []float32
}

// vector places a text as one reader sees it, and tells what share of its
// words' and parts' weight was learned.
func (s *space) vector(sorted []gram, by shares) (v vector, known float64) {
	v = vector{make([]uint32, 0, len(sorted)), make([]float32, 0, len(sorted))}
	var seen, missed, total float64
	for i, view := 0, 0; view < views; view++ {
		from := i
		for i < len(sorted) && viewOf(sorted[i]) == view {
			i++
		}
		if by[view] == 0 {
			continue
		}
		first := len(v.value)
		square, unknown := s.place(sorted[from:i], &v)
		if square > 0 {
			scale(v.value[first:], by[view]/math.Sqrt(square))
			total += by[view] * by[view]
		}
		if leastTexts[view] == 1 {
			seen, missed = seen+square, missed+unknown
		}
	}
	if total > 0 {
		scale(v.value, 1/math.Sqrt(total))
	}
	if seen > 0 {
		known = seen / (seen + missed)
	}
	return v, known
}

// place appends the features of one view, and gives the sum of their squares,
// and what those that were never learned would have added.
func (s *space) place(sorted []gram, v *vector) (square, unknown float64) {
	eachGram(sorted, func(g gram, times int) {
		often := 1 + math.Log(float64(times))
		f, there := s.feature[g]
		if !there || s.strict && s.lone[f] {
			unknown += often * often * s.most * s.most
			return
		}
		x := often * float64(s.weight[f])
		square += x * x
		v.feature, v.value = append(v.feature, f), append(v.value, float32(x))
	})
	return square, unknown
}

func scale(values []float32, by float64) {
	for i := range values {
		values[i] *= float32(by)
	}
}
