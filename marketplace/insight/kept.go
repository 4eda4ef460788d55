package insight

import (
	"sync"
	"time"

	"knowhow/marketplace/program"
)

// keepFor is how long what the public reads is kept before it is read anew.
const keepFor = 10 * time.Minute

// mostKept bounds how many programs are kept; then all are forgotten.
const mostKept = 1_000

// kept keeps what anybody may ask for and costs more than a look-up, for a
// while. Who asks for the same at once waits for one answer. Safe for
// concurrent use.
type kept[T any] struct {
	mu   sync.Mutex
	ofID map[program.ID]*keptOne[T]
}

type keptOne[T any] struct {
	mu   sync.Mutex
	read time.Time // zero: not yet
	what T
}

func newKept[T any]() *kept[T] { return &kept[T]{ofID: map[program.ID]*keptOne[T]{}} }

// of gives what is kept of a program, or what read gives now.
func (k *kept[T]) of(id program.ID, now time.Time, read func() (T, error)) (T, error) {
	k.mu.Lock()
	one := k.ofID[id]
	if one == nil {
		if len(k.ofID) >= mostKept {
			clear(k.ofID)
		}
		one = &keptOne[T]{}
		k.ofID[id] = one
	}
	k.mu.Unlock()
	one.mu.Lock()
	defer one.mu.Unlock()
	if age := now.Sub(one.read); !one.read.IsZero() && age >= 0 && age < keepFor {
		return one.what, nil
	}
	what, err := read()
	if err == nil {
		one.read, one.what = now, what
	}
	return what, err
}
