package marketplace

import (
	"maps"
	"slices"
)

// StatesOf lists every state there is by a map of moves, in the order of their
// names.
func StatesOf[S ~string](moves map[S][]S) []S {
	all := slices.Collect(maps.Keys(moves))
	for _, next := range moves {
		all = append(all, next...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}
