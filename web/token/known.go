package token

import (
	"crypto/sha256"
	"sync"
)

// mostKnown is how many tokens each of known's two generations remembers.
const mostKnown = 4096

// known remembers what tokens grant that were found to be good, so that one is
// parsed and checked once and not with each of its requests. It keeps their
// hashes, never the tokens. Safe for concurrent use.
type known struct {
	mu           sync.Mutex
	young, older map[[sha256.Size]byte]Grant
}

// of is what a token grants, if that is remembered.
func (k *known) of(hash [sha256.Size]byte) (Grant, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if g, ok := k.young[hash]; ok {
		return g, true
	}
	g, ok := k.older[hash]
	if ok {
		k.put(hash, g)
	}
	return g, ok
}

// remember keeps what a good token grants.
func (k *known) remember(hash [sha256.Size]byte, g Grant) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.put(hash, g)
}

// put adds to the young, and lets the older go once there are many of those.
func (k *known) put(hash [sha256.Size]byte, g Grant) {
	if k.young == nil || len(k.young) >= mostKnown {
		k.older, k.young = k.young, make(map[[sha256.Size]byte]Grant)
	}
	k.young[hash] = g
}
