package question

import (
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/program"
)

const (
	// mostTogether is how many questions one transaction decides on.
	mostTogether = 50
	// apartFor is for how long those of a program are decided on one by one after
	// that failed for several: one that cannot be routed must not keep the others,
	// which are held back for less.
	apartFor = 10 * time.Minute
)

// waitOverTx routes a question whose wave or wait is over at now; and with it
// the others of its program that wait as well, so that one expert's hands are not
// offered to all of them while another's are free.
func (s *Service) waitOverTx(ctx context.Context, tx *gorm.DB, q *Question, now time.Time) error {
	r := s.memory.of(q.ProgramID)
	if until := r.apart.Load(); until == nil || !now.Before(*until) {
		others, err := waitingTx(ctx, tx, q, now)
		if err != nil {
			return err
		}
		if len(others) > 0 {
			err := s.routeTogetherTx(ctx, tx, inOrder(append(others, q)), q, now)
			if err != nil && ctx.Err() == nil && !marketplace.Retried(err) {
				until := now.Add(apartFor)
				r.apart.Store(&until)
			}
			return err
		}
	}
	if err := s.expireWaveTx(ctx, tx, q, now); err != nil {
		return err
	}
	return s.routeTx(ctx, tx, q, now)
}

// waitingTx locks what waits for experts beside q, in its program and as due as
// it is, those asked first. What somebody else is at is left to them.
func waitingTx(ctx context.Context, tx *gorm.DB, q *Question, now time.Time) ([]*Question, error) {
	query := "SELECT " + questionColumns + ` FROM questions WHERE next_due_at <= ? AND stage_due_at <= ? AND program_id = ?
		AND state IN ('asked', 'offered') AND id <> ? ORDER BY asked_at, id LIMIT ?`
	if marketplace.Postgres(tx) {
		query += " FOR NO KEY UPDATE SKIP LOCKED"
	}
	var list []*Question
	err := marketplace.EachTx(tx.WithContext(ctx), query, []any{now, now, q.ProgramID, q.ID, mostTogether - 1}, func(scan marketplace.Scan) error {
		one := new(Question)
		var tags, redaction []byte
		if err := scan(one.into(&tags, &redaction)...); err != nil {
			return err
		}
		list = append(list, one)
		return one.read(tags, redaction)
	})
	if err != nil {
		return nil, fmt.Errorf("list what waits in program %s: %w", q.ProgramID, err)
	}
	return list, nil
}

// inOrder sorts questions, the first asked first; no id decides.
func inOrder(list []*Question) []*Question {
	slices.SortStableFunc(list, func(a, b *Question) int {
		return cmp.Or(a.AskedAt.Compare(b.AskedAt), cmp.Compare(a.seed(), b.seed()))
	})
	return list
}

// routeTogetherTx routes questions of one program, of which swept is the one
// whose marks are up to date. All is planned before anything is written.
func (s *Service) routeTogetherTx(ctx context.Context, tx *gorm.DB, list []*Question, swept *Question, now time.Time) error {
	if err := onlyOneTx(ctx, tx, swept.ProgramID); err != nil {
		return err
	}
	plans, err := s.plansTx(ctx, tx, list, now)
	if err != nil {
		return err
	}
	for i, q := range list {
		if q != swept {
			if err := s.markMissedTx(ctx, tx, q, now); err != nil {
				return err
			}
		}
		if err := s.expireWaveTx(ctx, tx, q, now); err != nil {
			return err
		}
		if err := s.doTx(ctx, tx, q, &plans[i], now); err != nil {
			return err
		}
	}
	return holdTx(ctx, tx, now, plans...)
}

// onlyOneTx waits until no other process decides on several questions of the
// program at once, and keeps others waiting until the transaction ends. On SQLite
// one writes at a time anyway.
func onlyOneTx(ctx context.Context, tx *gorm.DB, id program.ID) error {
	if !marketplace.Postgres(tx) {
		return nil
	}
	var nothing any
	number := int64(binary.BigEndian.Uint64(id[8:])) // the random half of the id
	if err := marketplace.ScanTx(tx.WithContext(ctx), "SELECT pg_advisory_xact_lock(?)::text", []any{number}, &nothing); err != nil {
		return fmt.Errorf("wait for who routes in program %s: %w", id, err)
	}
	return nil
}

// plansTx is planTx for questions of one program at once.
func (s *Service) plansTx(ctx context.Context, tx *gorm.DB, list []*Question, now time.Time) ([]plan, error) {
	g, err := s.groundsTx(ctx, tx, list[0])
	if err != nil {
		return nil, err
	}
	plans := make([]plan, len(list))
	var open []*waiter
	for i, q := range list {
		r, reason, err := s.candidatesTx(ctx, tx, q, g, patient, together, now)
		if err != nil {
			return nil, err
		}
		if plans[i].reason, plans[i].matter = reason, r.record.Matter; reason == "" {
			open = append(open, &waiter{ranked: r, q: q, plan: &plans[i]})
		}
	}
	lately, err := givenTx(ctx, tx, list[0], now)
	if err != nil {
		return nil, err
	}
	if err := lately.share(open, g.Policies.SLA.FirstResponse, now); err != nil {
		return nil, err
	}
	free := g.free
	for _, w := range open {
		if *w.plan, err = askTx(ctx, tx, w.q, w.asked, free, now); err != nil {
			return nil, err
		}
		if hold := w.plan.hold; hold != nil {
			free.Minor -= hold.Reward.Minor + hold.Fee.Minor
		}
	}
	return plans, nil
}
