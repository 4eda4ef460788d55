package question

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/program"
	"knowhow/payouts"
)

// plan is what becomes of a question that waits for experts. It is made before
// anything of it is written.
type plan struct {
	reason  string // why it goes to the brand's team; else:
	wave    wave
	quote   program.Quote
	expires time.Time
	hold    *payouts.NewHold // what to set aside, on the attempt's first wave
}

// errCold: this process would have to read much first.
var errCold = errors.New("the program's experts or evidence are not in memory")

// unroutedError says that a question could not be routed as it was asked. It was
// not the asking that failed.
type unroutedError struct{ cause error }

func (e *unroutedError) Error() string { return "route a question as it is asked: " + e.cause.Error() }
func (e *unroutedError) Unwrap() error { return e.cause }

// planAtOnceTx is planTx for a question that is just being asked; nil where
// its customer would have to wait for it.
func (s *Service) planAtOnceTx(ctx context.Context, tx *gorm.DB, q *Question, g grounds, now time.Time) (*plan, error) {
	p, err := s.planTx(ctx, tx, q, g, impatient, now)
	if errors.Is(err, errCold) {
		return nil, nil
	}
	return &p, err
}

// planTx decides who is asked next, and for how much, and writes nothing.
func (s *Service) planTx(ctx context.Context, tx *gorm.DB, q *Question, g grounds, wait patience, now time.Time) (plan, error) {
	topic, err := g.topic(q)
	switch {
	case err != nil:
		return plan{}, err
	case g.frozen:
		return plan{reason: ReasonUnfunded}, nil
	case topic != nil && topic.Mode == program.BrandOnly:
		return plan{reason: ReasonBrandOnly}, nil
	case !q.inRollout(g.Program):
		return plan{reason: ReasonRollout}, nil
	case wait == impatient && !s.warm(q):
		return plan{}, errCold
	}
	var p plan
	if p.wave, err = s.decideTx(ctx, tx, q, g, topic, wait, now); err != nil {
		return plan{}, err
	}
	if len(p.wave.experts) == 0 {
		return plan{reason: ReasonSilence}, nil
	}
	p.expires = now.Add(p.wave.open)
	p.quote, err = s.quoteTx(ctx, tx, q, g.Program, topic)
	if errors.Is(err, marketplace.ErrInvalid) {
		return plan{reason: ReasonUnfunded}, nil // the policies now pay nothing
	}
	if err != nil || q.Wave > 0 {
		return p, err
	}
	return p.funded(ctx, tx, q, g.free)
}

// funded is the plan with its hold, if the budget that is free is enough.
func (p plan) funded(ctx context.Context, tx *gorm.DB, q *Question, free payouts.Money) (plan, error) {
	hold, err := newHold(ctx, tx, q, p.quote)
	if err != nil {
		return plan{}, err
	}
	total, err := hold.Reward.Add(hold.Fee)
	if err != nil {
		return plan{}, fmt.Errorf("add reward and fee: %w", err)
	}
	if total.Minor > free.Minor {
		return plan{reason: ReasonUnfunded}, nil
	}
	p.hold = &hold
	return p, nil
}

// follow moves the question as planned, and gives what is to be written and
// told beside it: the decision and its offers, whose wave will expire.
func (p *plan) follow(q *Question, now time.Time) (w writes, err error) {
	if p.reason != "" {
		if err := q.enter(VerbEscalate, now, nil); err != nil {
			return w, err
		}
		q.EndReason = p.reason
		w.tell(EventEscalated, q, now, Detail{Attempt: q.Attempt, Reason: p.reason})
		return w, nil
	}
	q.Wave++
	if err := q.enter(VerbRoute, now, &p.expires); err != nil {
		return w, err
	}
	record, err := json.Marshal(p.wave.record)
	if err != nil {
		return w, fmt.Errorf("write the decision record: %w", err)
	}
	decision := Decision{
		ID: marketplace.NewID[Decision](), BrandID: q.BrandID, QuestionID: q.ID,
		Attempt: q.Attempt, Wave: q.Wave, At: now, Record: string(record),
	}
	offers, err := insertOffers(q, p.quote, p.wave, p.expires)
	if err != nil {
		return w, err
	}
	w.add(decision.insert(), offers)
	w.tell(EventOffered, q, now, Detail{Attempt: q.Attempt, Wave: q.Wave, Offers: len(p.wave.experts)})
	return w, nil
}

// holdTx sets the money aside, last: others who route in this program may wait
// for who does. Where somebody else took it since the plan was made, the
// transaction is run again.
func (p *plan) holdTx(ctx context.Context, tx *gorm.DB, now time.Time) error {
	if p.hold == nil {
		return nil
	}
	err := payouts.HoldTx(ctx, tx, now, *p.hold)
	if errors.Is(err, payouts.ErrInsufficientFunds) {
		return fmt.Errorf("%w: %w", marketplace.ErrAgain, err)
	}
	return err
}
