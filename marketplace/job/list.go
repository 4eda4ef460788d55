package job

import (
	"context"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"knowhow/marketplace"
)

// Filter narrows a list of jobs; what is empty does not.
type Filter struct {
	State State
	Kind  string
}

// States lists every state of a job.
var States = []State{Ready, Running, Buried}

// ListTx lists jobs that are not done, the last enqueued first. Error:
// *marketplace.InvalidError.
func (q *Queue) ListTx(ctx context.Context, tx *gorm.DB, f Filter, page marketplace.Page) (marketplace.Listing[Job], error) {
	find := tx.WithContext(ctx)
	if f.State != "" {
		if !slices.Contains(States, f.State) {
			return marketplace.Listing[Job]{}, &marketplace.InvalidError{Field: "state", Reason: fmt.Sprintf("must be one of %v", States)}
		}
		find = find.Where("state = ?", f.State)
	}
	if f.Kind != "" {
		if err := marketplace.CheckText("kind", f.Kind, 1, 100); err != nil {
			return marketplace.Listing[Job]{}, err
		}
		find = find.Where("kind = ?", f.Kind)
	}
	list, err := marketplace.ListBySeq(find, page, "seq", func(j Job) marketplace.Place { return marketplace.SeqPlace(j.CreatedAt, j.Seq) })
	if err != nil {
		return list, fmt.Errorf("list jobs: %w", err)
	}
	return list, nil
}
