package question

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/event"
	"knowhow/marketplace/redact"
	"knowhow/matching"
	"knowhow/payouts"
)

// View says for whom a receipt is.
type View string

const (
	ViewCustomer View = "customer" // every cent once it has ended, but not what is argued about pay; no reasons of ranking beyond plain counts
	ViewExpert   View = "expert"   // their own turns only
	ViewBrand    View = "brand"    // everything but personal data
)

// Receipt is what became of a question, made from its events, decision records
// and ledger, and stored nowhere.
type Receipt struct {
	View     View                `json:"view"`
	Question ID                  `json:"question"`
	State    State               `json:"state"`
	Reason   string              `json:"reason,omitempty"` // how it ended
	Wait     Wait                `json:"wait"`
	Hidden   map[redact.Kind]int `json:"hidden"` // what experts could not see, counted by kind
	Turns    []TurnReceipt       `json:"turns"`
	Money    *MoneyReceipt       `json:"money,omitempty"` // for the brand, and the customer at the question's end
	Checks   []Check             `json:"checks"`
	Undo     []Undo              `json:"undo"`
	Sandbox  bool                `json:"sandbox"` // no real money moved
}

// Wait is the time promised and the time it was. Nil where it has not happened.
type Wait struct {
	AskedAt          time.Time  `json:"asked_at"`
	FirstResponseDue time.Time  `json:"first_response_due"`
	FirstResponse    *time.Time `json:"first_response"`
	ResolutionDue    time.Time  `json:"resolution_due"`
	Resolution       *time.Time `json:"resolution"`
	Forecast         *Said      `json:"forecast,omitempty"` // nil where nothing was said
}

// Said is what was forecast, as the question was asked, of the wait for a first
// response: as many wait longer as shorter, and one in ten longer. Nil where that
// was not known.
type Said struct {
	MedianS *int `json:"median_s,omitempty"`
	P90S    *int `json:"p90_s,omitempty"`
}

// TurnReceipt is one expert's turn. Expert is their pseudonym.
type TurnReceipt struct {
	Attempt    int              `json:"attempt"`
	Expert     string           `json:"expert"`
	Asked      int              `json:"asked"` // experts who had an offer in this attempt
	Of         int              `json:"of"`    // experts who were ranked for it
	Why        *matching.Reason `json:"why,omitempty"`
	AcceptedAt time.Time        `json:"accepted_at"`
	AnsweredAt *time.Time       `json:"answered_at"`
	Ended      string           `json:"ended,omitempty"` // why the expert ended the conversation
	State      AssignmentState  `json:"state"`           // to the customer no more than how the work ended
	Reward     *payouts.Money   `json:"reward,omitempty"`
	Items      []RewardItem     `json:"items,omitempty"`  // what the reward is made of
	Thanks     []ThanksReceipt  `json:"thanks,omitempty"` // what the brand gave beside it
	ReleaseAt  *time.Time       `json:"release_at,omitempty"`
	SettledAt  *time.Time       `json:"settled_at,omitempty"`
	TakenBack  *time.Time       `json:"taken_back_at,omitempty"` // when the reward was taken back, though it had been paid
}

// MoneyReceipt is where every cent set aside for the question went, in minor
// units: Held = Experts + Fees + Returned + StillHeld.
type MoneyReceipt struct {
	Currency  payouts.Currency `json:"currency"`
	Held      int64            `json:"held" doc:"What was set aside for the question, in minor units."`
	Experts   int64            `json:"experts" doc:"What experts earned, in minor units."`
	Fees      int64            `json:"fees" doc:"What the platform took, in minor units."`
	Returned  int64            `json:"returned" doc:"What went back to the budget, in minor units."`
	StillHeld int64            `json:"still_held" doc:"What is set aside still, in minor units."`
}

// Check is one quality check. Who made it has a number of this receipt's own,
// so that one sees whether two people looked, and no more.
type Check struct {
	Attempt int       `json:"attempt,omitempty"`
	What    string    `json:"what"`
	Outcome string    `json:"outcome,omitempty"`
	By      string    `json:"by,omitempty"` // "checker 1"; empty: the customer, or nobody
	At      time.Time `json:"at"`
}

// Undo is a way back that is still open.
type Undo struct {
	How   string    `json:"how"`
	Until time.Time `json:"until"`
}

// CustomerReceipt is the receipt of the caller's own question.
func (s *Service) CustomerReceipt(ctx context.Context, caller access.Caller, id ID) (Receipt, error) {
	if caller.Kind != access.KindCustomer || !caller.Valid() {
		return Receipt{}, &access.ForbiddenError{Permission: "own_question"}
	}
	return s.receipt(ctx, caller.Brand, id, ViewCustomer, func(_ *gorm.DB, q Question) (access.PersonID, error) {
		if !caller.IsCustomer(q.BrandID, q.CustomerID) {
			return access.PersonID{}, marketplace.NotFound("question", id)
		}
		return access.PersonID{}, nil
	})
}

// ExpertReceipt is the receipt of a question on which the caller had a turn:
// their own turns, and nothing of anybody else's.
func (s *Service) ExpertReceipt(ctx context.Context, caller access.Caller, id ID) (Receipt, error) {
	a, err := s.turnOn(ctx, caller, id)
	if err != nil {
		return Receipt{}, err
	}
	return s.receipt(ctx, a.BrandID, id, ViewExpert, func(*gorm.DB, Question) (access.PersonID, error) {
		return caller.Person, nil
	})
}

// BrandReceipt is the whole receipt, for the brand's people who see both its
// questions and its money.
func (s *Service) BrandReceipt(ctx context.Context, caller access.Caller, brand marketplace.BrandID, id ID) (Receipt, error) {
	return s.receipt(ctx, brand, id, ViewBrand, func(tx *gorm.DB, q Question) (access.PersonID, error) {
		if err := access.AuthorizeTx(ctx, tx, caller, brand, access.SeeQuestions); err != nil {
			return access.PersonID{}, err
		}
		if err := access.AuthorizeTx(ctx, tx, caller, brand, access.SeeMoney); err != nil {
			return access.PersonID{}, err
		}
		if q.BrandID != brand {
			return access.PersonID{}, marketplace.NotFound("question", id)
		}
		return access.PersonID{}, nil
	})
}

// BrandOf finds the brand a question belongs to, for operators' tools that are
// given nothing but its id.
func (s *Service) BrandOf(ctx context.Context, id ID) (brand marketplace.BrandID, err error) {
	err = s.store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		q, err := questionTx(ctx, tx, id)
		brand = q.BrandID
		return err
	})
	return brand, err
}

// receipt projects the question for view once allowed agrees; the person
// allowed returns narrows it to their own turns.
func (s *Service) receipt(ctx context.Context, brand marketplace.BrandID, id ID, view View, allowed func(tx *gorm.DB, q Question) (access.PersonID, error)) (Receipt, error) {
	var r Receipt
	err := s.store.Read(ctx, brand, func(tx *gorm.DB) error {
		q, err := questionTx(ctx, tx, id)
		if err != nil && !errors.Is(err, marketplace.ErrNotFound) {
			return err
		}
		only, refused := allowed(tx, q) // who may not look is not told either whether there is one
		if err := cmp.Or(refused, err); err != nil {
			return err
		}
		r = s.outline(q, view)
		if err := s.turnsTx(ctx, tx, &r, q, only); err != nil {
			return err
		}
		if err := s.checksTx(ctx, tx, &r, q); err != nil {
			return err
		}
		if view == ViewBrand || view == ViewCustomer && q.State.Ended() {
			r.Money, err = moneyTx(ctx, tx, q)
		}
		return err
	})
	return r, err
}

func (s *Service) outline(q Question, view View) Receipt {
	r := Receipt{
		View: view, Question: q.ID, State: q.State, Reason: q.EndReason, Hidden: map[redact.Kind]int{}, Sandbox: s.sandbox,
		Turns: []TurnReceipt{}, Checks: []Check{}, Undo: []Undo{},
		Wait: Wait{
			AskedAt: q.AskedAt, FirstResponseDue: q.FirstResponseDueAt, FirstResponse: q.FirstRespondedAt,
			ResolutionDue: q.ResolutionDueAt, Resolution: q.ResolvedAt,
		},
	}
	if q.ForecastMedianS != nil || q.ForecastP90S != nil {
		r.Wait.Forecast = &Said{MedianS: q.ForecastMedianS, P90S: q.ForecastP90S}
	}
	maps.Copy(r.Hidden, q.Redaction.Next)
	if q.Ended() && view != ViewExpert {
		if until := q.EndedAt.Add(ReopenWithin); !s.clock.Now().After(until) {
			r.Undo = append(r.Undo, Undo{"escalate", until})
		}
	}
	if q.ResolvedAt != nil && q.State == Resolved && view != ViewExpert {
		if until := q.ResolvedAt.Add(ReopenWithin); !s.clock.Now().After(until) {
			r.Undo = append(r.Undo, Undo{"reopen", until})
		}
	}
	return r
}

func (s *Service) turnsTx(ctx context.Context, tx *gorm.DB, r *Receipt, q Question, only access.PersonID) error {
	turns, err := assignmentsTx(ctx, tx, q.ID)
	if err != nil {
		return err
	}
	offers, err := offersTx(ctx, tx, q.ID)
	if err != nil {
		return err
	}
	decisions, err := decisionsTx(ctx, tx, q.ID)
	if err != nil {
		return err
	}
	thanks, err := thanksTx(ctx, tx, q.ID)
	if err != nil {
		return err
	}
	taken, err := payouts.TakenBackOf(ctx, tx, uuid.UUID(q.ID))
	if err != nil {
		return err
	}
	for _, a := range turns {
		if !only.IsZero() && a.PersonID != only {
			continue
		}
		who, err := s.experts.LoadTx(ctx, tx, a.PersonID)
		if err != nil {
			return err
		}
		t := TurnReceipt{
			Attempt: a.Attempt, Expert: who.Handle, AcceptedAt: a.AcceptedAt, AnsweredAt: a.answered(), State: a.State,
		}
		if a.Ended() {
			t.Ended = a.EndReason
		}
		t.Asked, t.Of, t.Why = part(a, offers, decisions)
		t.paid(r.View, q, a, taken[uuid.UUID(a.ID)])
		if t.Reward != nil {
			if t.Items, err = a.items(offers, r.View); err != nil {
				return err
			}
			t.Thanks = shownThanks(thanks[a.ID], r.View)
		}
		if a.State == Earned && r.View == ViewBrand && s.clock.Now().Before(*a.ReleaseAt) {
			r.Undo = append(r.Undo, Undo{"refuse", *a.ReleaseAt})
		}
		r.Turns = append(r.Turns, t)
	}
	return nil
}

// paid says what became of the turn and its pay, as far as the view may know. Back
// is when the pay was taken back; zero: it was not.
func (t *TurnReceipt) paid(view View, q Question, a Assignment, back time.Time) {
	switch view {
	case ViewShared:
		t.State = a.workState()
	case ViewCustomer:
		t.State = a.workState()
		if q.State.Ended() && back.IsZero() {
			t.Reward = a.earned()
		}
	default:
		t.Reward, t.ReleaseAt, t.SettledAt = a.pay(), a.ReleaseAt, a.SettledAt
		if !back.IsZero() {
			t.TakenBack = &back
		}
	}
}

// workState is the turn's state without what became of its pay, which is not
// the customer's business.
func (a Assignment) workState() AssignmentState {
	switch {
	case !slices.Contains([]AssignmentState{Earned, Contested, Released, Refused}, a.State):
		return a.State
	case a.DeliveredAt == nil:
		return HandedBack
	default:
		return Delivered
	}
}

// pay is what the turn pays, or may yet pay; nil for one that ended without.
func (a Assignment) pay() *payouts.Money {
	unpaid := a.State == Lapsed || a.State == Cancelled || a.State == HandedBack && a.ConfirmedAt == nil
	if unpaid {
		return nil
	}
	reward := a.Reward()
	return &reward
}

// earned is what the turn has earned and nobody contests; nil: nothing.
func (a Assignment) earned() *payouts.Money {
	if a.State != Earned && a.State != Released {
		return nil
	}
	return a.pay()
}

// part tells how many experts were asked in the turn's attempt, of how many
// ranked, and why this one.
func part(a Assignment, offers []Offer, decisions []DecisionRecord) (asked, of int, why *matching.Reason) {
	for _, o := range offers {
		if o.Attempt == a.Attempt {
			asked++
		}
	}
	for _, d := range decisions {
		if reason, ok := d.Reasons[a.PersonID.String()]; ok {
			of, why = d.Pool, &reason
		}
	}
	return asked, of, why
}

// forCustomers names the checks that customers read of; the others are about
// pay, and between the expert and the brand.
var forCustomers = []string{"feedback", "reviewed", "review_lapsed"}

// checksTx reads what quality, on the floor above, has put on record about the
// question: its events are named "quality.…".
func (s *Service) checksTx(ctx context.Context, tx *gorm.DB, r *Receipt, q Question) error {
	events, err := s.events.OfTx(ctx, tx, q.BrandID, event.Subject(q.ID))
	if err != nil {
		return err
	}
	checkers := map[access.PersonID]string{}
	for _, e := range events {
		what, ok := e.Kind.In("quality")
		if !ok {
			continue
		}
		var d struct {
			Detail
			By access.PersonID `json:"by"`
		}
		if err := e.Decode(&d); err != nil {
			return err
		}
		if _, known := checkers[d.By]; !known && !d.By.IsZero() {
			checkers[d.By] = fmt.Sprintf("checker %d", len(checkers)+1)
		}
		if r.View == ViewExpert && !r.hasTurn(d.Attempt) {
			continue // of somebody else's work
		}
		if (r.View == ViewCustomer || r.View == ViewShared) && !slices.Contains(forCustomers, what) {
			continue
		}
		r.Checks = append(r.Checks, Check{Attempt: d.Attempt, What: what, Outcome: d.Reason, By: checkers[d.By], At: e.At})
	}
	return nil
}

func (r *Receipt) hasTurn(attempt int) bool {
	return slices.ContainsFunc(r.Turns, func(t TurnReceipt) bool { return t.Attempt == attempt })
}
