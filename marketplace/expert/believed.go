package expert

import (
	"maps"
	"slices"
	"time"

	"knowhow/matching/standing"
)

// rollPrior is what routing expects of anybody before their outcomes, in a
// program whose own say nothing yet: three in four of their work is good, four in
// five under a topic they are certified in; and what somebody did on one topic
// says a little about the others. While expected shares lie so close together, a
// success raises the belief on its topic and lowers none, up to some thirty topics.
var rollPrior = standing.Prior{
	Base: .35, Slope: .45, Untested: float64(priorAlpha) / (priorAlpha + priorBeta), Strength: priorAlpha + priorBeta,
	Between: .005, Version: "roll-1",
}

// believed is what is believed of a member as of some hour.
type believed struct {
	at    time.Time
	prior standing.Prior
	of    map[string]Belief // by topic
	other Belief            // of every other topic
}

// believe is what is believed of the member's work on a topic, given a prior, as
// of the full hour: within one nothing fades to speak of. The caller holds the
// roster's mu.
func (m *member) believe(p standing.Prior, topic string, now time.Time) Belief {
	if hour := now.Truncate(time.Hour); m.believed.of == nil || !m.believed.at.Equal(hour) || m.believed.prior != p {
		m.believed = m.believedAt(p, hour)
	}
	if b, known := m.believed.of[topic]; known {
		return b
	}
	return m.believed.other
}

func (m *member) believedAt(p standing.Prior, hour time.Time) believed {
	topics, cells := m.cells(hour)
	list := p.Believe(cells)
	out := believed{at: hour, prior: p, of: make(map[string]Belief, len(topics))}
	for i, topic := range topics {
		out.of[topic] = Belief{Alpha: list[i].Alpha, Beta: list[i].Beta, Evidence: m.beliefs[topic].Evidence, At: hour}
	}
	last := list[len(topics)]
	out.other = Belief{Alpha: last.Alpha, Beta: last.Beta, At: hour}
	return out
}

// cells are the member's tests and outcomes by topic; the last one is of a topic
// without either.
func (m *member) cells(at time.Time) ([]string, []standing.Cell) {
	topics := slices.AppendSeq(slices.Clone(m.certified), maps.Keys(m.beliefs))
	slices.Sort(topics) // sums depend on the order
	topics = slices.Compact(topics)
	cells := make([]standing.Cell, len(topics)+1)
	for i, topic := range topics {
		if slices.Contains(m.certified, topic) {
			cells[i].Right, cells[i].Of = 1, 1
		}
		if b, known := m.beliefs[topic]; known {
			b = b.AsOf(at)
			cells[i].Good, cells[i].Bad = max(b.Alpha-priorAlpha, 0), max(b.Beta-priorBeta, 0)
		}
	}
	return topics, cells
}
