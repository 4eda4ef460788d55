package replay

import (
	"hash/fnv"
	"time"
)

// chance is a seeded draw: the same run, purpose and names draw the same,
// whatever was drawn before, so that an interrupted replay goes on alike.
type chance uint64

func (c community) draw(purpose string, names ...string) chance {
	h := fnv.New64a()
	for _, s := range append([]string{c.digest, purpose}, names...) {
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

// between is a time from least up to most, in whole microseconds.
func (c chance) between(least, most time.Duration) time.Duration {
	span := uint64((most - least) / time.Microsecond)
	return least + time.Duration(uint64(c)%span)*time.Microsecond
}
