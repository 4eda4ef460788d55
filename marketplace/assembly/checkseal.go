package assembly

import (
	"context"
	"fmt"
)

// SealCheck is what CheckSealed found.
type SealCheck struct {
	Opened int           `json:"opened"`
	Broken int           `json:"broken"` // do not open with the keys at hand
	Named  []BrokenValue `json:"named"`  // the first 1,000 of the broken
}

// CheckSealed opens every sealed value, and changes nothing.
func (h *House) CheckSealed(ctx context.Context) (SealCheck, error) {
	sum := Resealing{Named: []BrokenValue{}}
	for _, column := range Sealed {
		w := resealer{house: h, column: column}
		for more := true; more; {
			rows, err := w.next(ctx)
			if err != nil {
				return SealCheck{}, fmt.Errorf("check %s: %w", column, err)
			}
			for _, row := range rows {
				_, err := h.keys.Open(row.sealed, row.context)
				sum.add(w.kept(row, err))
			}
			more = len(rows) == resealPage
		}
	}
	return SealCheck{Opened: sum.Unchanged, Broken: sum.Broken, Named: sum.Named}, nil
}
