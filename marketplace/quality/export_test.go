package quality

import (
	"maps"
	"slices"
	"time"
)

// Opens says whether a settled signal is open once so much more has come, and so
// much of one's own; as much came before.
func Opens(kind SignalKind, others, own int) bool {
	then := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	s := Signal{Kind: kind, at: slices.Repeat([]time.Time{then}, 9), own: slices.Repeat([]time.Time{then}, 9)}
	later := []time.Time{then.Add(time.Microsecond)}
	s.at, s.own = append(s.at, slices.Repeat(later, others)...), append(s.own, slices.Repeat(later, own)...)
	return s.opens(&Settlement{Outcome: SettledNothing, AsOf: then})
}

// Growing are the kinds of signals that come to be open again.
func Growing() []SignalKind { return slices.Collect(maps.Keys(again)) }
