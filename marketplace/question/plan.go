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
	reason  string         // why it goes to the brand's team
	matter  *DecidedMatter // and what of its words says so; else:
	wave    wave
	quotes  []program.Quote // of the wave's experts, in their order
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
	r, reason, err := s.candidatesTx(ctx, tx, q, g, wait, alone, now)
	if err != nil || reason != "" {
		return plan{reason: reason, matter: r.record.Matter}, err
	}
	return askTx(ctx, tx, q, r.top(), g.free, now)
}

// candidatesTx is who can be asked next; or why nobody is.
func (s *Service) candidatesTx(ctx context.Context, tx *gorm.DB, q *Question, g grounds, wait patience, with company, now time.Time) (r ranked, reason string, err error) {
	topic, err := g.topic(q)
	switch {
	case err != nil:
		return ranked{}, "", err
	case g.frozen:
		return ranked{}, ReasonUnfunded, nil
	case topic != nil && topic.Mode == program.BrandOnly:
		return ranked{}, ReasonBrandOnly, nil
	case !q.inRollout(g.Program):
		return ranked{}, ReasonRollout, nil
	}
	if r.record.Matter = q.matter(g.Program); r.record.Matter != nil {
		return r, ReasonMatter, nil
	}
	if wait == impatient && !s.warm(q) {
		return ranked{}, "", errCold
	}
	r, err = s.rankTx(ctx, tx, q, g, topic, wait, with, now)
	switch {
	case errors.Is(err, errUnpaid):
		return ranked{}, ReasonUnfunded, nil // the policies now pay nothing
	case err == nil && r.size <= 0:
		return ranked{}, ReasonSilence, nil
	}
	return r, "", err
}

// askTx is the plan to ask a wave.
func askTx(ctx context.Context, tx *gorm.DB, q *Question, w wave, free payouts.Money, now time.Time) (p plan, err error) {
	p = plan{wave: w, expires: now.Add(w.open)}
	if p.quotes, err = w.quotes(); err != nil || q.Wave > 0 {
		return p, err
	}
	return p.funded(ctx, tx, q, free)
}

// funded is the plan with its hold, if the budget that is free is enough: for the
// dearest quote, since later waves may ask experts of other countries.
func (p plan) funded(ctx context.Context, tx *gorm.DB, q *Question, free payouts.Money) (plan, error) {
	dearest, err := p.wave.record.Quote.Dearest()
	if err != nil {
		return plan{}, err
	}
	hold, err := newHold(ctx, tx, q, dearest)
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
		note, err := p.note(q, now)
		w.add(note...)
		w.tell(EventEscalated, q, now, Detail{Attempt: q.Attempt, Reason: p.reason})
		return w, err
	}
	q.Wave++
	if err := q.enter(VerbRoute, now, &p.expires); err != nil {
		return w, err
	}
	decision, err := p.wave.record.decision(q, now)
	if err != nil {
		return w, err
	}
	offers, err := insertOffers(q, p.quotes, p.wave, p.expires)
	if err != nil {
		return w, err
	}
	w.add(decision.insert(), offers)
	w.tell(EventOffered, q, now, Detail{Attempt: q.Attempt, Wave: q.Wave, Offers: len(p.wave.experts)})
	return w, nil
}

// decision is the record as it is kept, of the question's present wave.
func (d DecisionRecord) decision(q *Question, now time.Time) (Decision, error) {
	record, err := json.Marshal(d)
	if err != nil {
		return Decision{}, fmt.Errorf("write the decision record: %w", err)
	}
	return Decision{
		ID: marketplace.NewID[Decision](), BrandID: q.BrandID, QuestionID: q.ID,
		Attempt: q.Attempt, Wave: q.Wave, At: now, Record: string(record),
	}, nil
}

// holdTx sets the plans' money aside, last: others who route in this program may
// wait for who does. Where somebody else took it since the plans were made, the
// transaction is run again.
func holdTx(ctx context.Context, tx *gorm.DB, now time.Time, plans ...plan) error {
	var list []payouts.NewHold
	for _, p := range plans {
		if p.hold != nil {
			list = append(list, *p.hold)
		}
	}
	err := payouts.HoldAllTx(ctx, tx, now, list...)
	if errors.Is(err, payouts.ErrInsufficientFunds) {
		return fmt.Errorf("%w: %w", marketplace.ErrAgain, err)
	}
	return err
}
