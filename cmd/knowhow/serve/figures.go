package serve

import (
	"context"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/assembly"
	"knowhow/marketplace/job"
	"knowhow/payouts/ledger"
	"knowhow/web/observe"
)

// self is who this command is to the rooms.
var self = access.SystemCaller("serve")

// figures reads what the metrics tell of the database: three statements, each
// answered by an index or a small table.
func figures(h *assembly.House) func(ctx context.Context) (observe.Figures, error) {
	return func(ctx context.Context) (observe.Figures, error) {
		f := observe.Figures{At: h.Clock.Now()}
		jobs, err := h.Queue.Figures(ctx)
		if err != nil {
			return f, err
		}
		f.Jobs = byState(jobs)
		questions, err := h.Questions.OpenFigures(ctx, self)
		if err != nil {
			return f, err
		}
		for _, q := range questions {
			f.Questions = append(f.Questions, observe.Waiting{State: string(q.State), Count: q.Count, First: q.First})
		}
		err = h.Store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
			totals, err := ledger.TotalsTx(ctx, tx)
			for _, t := range totals {
				f.Money = append(f.Money, observe.Balance{Account: string(t.Kind), Currency: string(t.Currency), Minor: t.Minor})
			}
			return err
		})
		return f, err
	}
}

// byState adds up the kinds of jobs. Every state is told, so that none is
// missing where it is watched; only a ready job's wait means anything.
func byState(list []job.Figure) []observe.Waiting {
	var all []observe.Waiting
	for _, state := range []job.State{job.Ready, job.Running, job.Buried} {
		w := observe.Waiting{State: string(state)}
		for _, f := range list {
			if f.State != state {
				continue
			}
			w.Count += f.Count
			if state == job.Ready {
				w.First = sooner(w.First, f.First)
			}
		}
		all = append(all, w)
	}
	return all
}

// sooner is the sooner of two times; zero is none.
func sooner(a, b time.Time) time.Time {
	if a.IsZero() || b.Before(a) {
		return b
	}
	return a
}
