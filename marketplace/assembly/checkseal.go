package assembly

import (
	"context"
	"errors"
	"fmt"

	"knowhow/marketplace"
	"knowhow/marketplace/redact"
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

// CheckKeys refuses keys by which nothing opens that is sealed on store: what
// would be written with them could not be read together with the rest. It looks
// at the first values of each column until one opens, so it is cheap where all
// is well, and CheckSealed is for more. A database that holds nothing sealed
// takes any keys.
func CheckKeys(ctx context.Context, store *marketplace.Store, keys *redact.Keyring) error {
	looked := 0
	for _, column := range Sealed {
		w := resealer{house: &House{Store: store, keys: keys}, column: column}
		rows, err := w.next(ctx)
		if err != nil {
			return fmt.Errorf("check the keys against %s: %w", column, err)
		}
		for _, row := range rows {
			if _, err := keys.Open(row.sealed, row.context); err == nil {
				return nil
			}
			looked++
		}
	}
	if looked > 0 {
		return errors.New("these are not this database's keys: nothing that is sealed in it opens")
	}
	return nil
}
