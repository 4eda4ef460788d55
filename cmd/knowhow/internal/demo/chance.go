package demo

import (
	"hash/fnv"
	"time"
)

// chance is a draw by name: the same purpose and names draw the same, whatever
// was drawn before, so that an interrupted story goes on alike.
type chance uint64

func draw(purpose string, names ...string) chance {
	h := fnv.New64a()
	for _, s := range append([]string{"brindlewave", purpose}, names...) {
		h.Write([]byte(s))
		h.Write([]byte{0})
	}
	x := h.Sum64()
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9 // splitmix64's finaliser: FNV's low bits alone are poor
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return chance(x ^ x>>31)
}

// in is true for percent of the draws.
func (c chance) in(percent uint64) bool { return uint64(c)%100 < percent }

// below is from 0 up to n, without n.
func (c chance) below(n int) int { return int(uint64(c) % uint64(n)) }

// between is a time from least up to most, in whole seconds.
func (c chance) between(least, most time.Duration) time.Duration {
	return least + time.Duration(c.below(int((most-least)/time.Second)))*time.Second
}

// pick is one of the list.
func pick[T any](c chance, list []T) T { return list[c.below(len(list))] }
