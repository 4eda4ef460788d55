package program

import (
	"encoding/json"
	"maps"
	"slices"
	"sync"
)

// parsed keeps policies by their stored text, which is read with every question
// and hardly ever changes.
var parsed = struct {
	sync.Mutex
	kept map[string]Policies
}{kept: map[string]Policies{}}

// mostParsed is how many texts are kept before all of them are forgotten.
const mostParsed = 1_000

// parsePolicies is what the stored text says.
func parsePolicies(text []byte) (Policies, error) {
	parsed.Lock()
	p, ok := parsed.kept[string(text)]
	parsed.Unlock()
	if ok {
		return p.clone(), nil
	}
	if err := json.Unmarshal(text, &p); err != nil {
		return Policies{}, err
	}
	parsed.Lock()
	defer parsed.Unlock()
	if len(parsed.kept) >= mostParsed {
		clear(parsed.kept)
	}
	parsed.kept[string(text)] = p.clone()
	return p, nil
}

// clone shares nothing with p that could be written to.
func (p Policies) clone() Policies {
	p.Reward = p.Reward.clone()
	p.Routing.WaveSizes = slices.Clone(p.Routing.WaveSizes)
	p.Rubric = maps.Clone(p.Rubric)
	return p
}
