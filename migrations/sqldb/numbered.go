package sqldb

import (
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
)

// numbering keeps queries with their places numbered. Safe for concurrent use.
type numbering struct {
	known sync.Map
	n     atomic.Int64
}

var numbered numbering

// mostNumbered and longestNumbered bound what is kept: the program has some
// hundred queries, but such as were put together may come in any length.
const (
	mostNumbered    = 2000
	longestNumbered = 16 << 10
)

func (n *numbering) of(query string) string {
	if !strings.Contains(query, "?") {
		return query
	}
	if known, ok := n.known.Load(query); ok {
		return known.(string)
	}
	done := number(query)
	if len(query) <= longestNumbered && n.n.Load() < mostNumbered {
		n.known.Store(query, done)
		n.n.Add(1)
	}
	return done
}

// number writes $1, $2 and so on for each question mark, as gorm would.
func number(query string) string {
	var b strings.Builder
	b.Grow(len(query) + 32)
	for i := 1; ; i++ {
		before, after, found := strings.Cut(query, "?")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		b.WriteByte('$')
		b.WriteString(strconv.Itoa(i))
		query = after
	}
}
