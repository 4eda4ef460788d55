package earnings

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/event"
	"knowhow/payouts"
)

// ActKind is what an operator does with money beside the machinery.
type ActKind string

// The kinds of acts; Subject is the reward, expert, brand or payout it is about.
const (
	ActClawBack       ActKind = "claw_back"        // a released reward, for its program's budget
	ActBonus          ActKind = "bonus"            // of ours, for an expert
	ActCreditLimit    ActKind = "credit_limit"     // what a brand may owe from now on
	ActCredit         ActKind = "credit"           // money for a brand's wallet that it owes from then on
	ActWriteOffBrand  ActKind = "write_off_brand"  // of what a brand owes
	ActWriteOffExpert ActKind = "write_off_expert" // of what an expert owes
	ActReverse        ActKind = "reverse"          // a sent payout, or a part of it, that its expert owes us
	ActUnfreezeBrand  ActKind = "unfreeze_brand"   // a brand that a lost dispute left frozen
	ActClearSuspense  ActKind = "clear_suspense"   // a line of the provider's books, to where it belonged
	ActWithhold       ActKind = "withhold"         // of an expert's available money, for a tax office
	ActRemit          ActKind = "remit"            // withheld tax that was paid to a tax office
)

// ActKinds lists them.
var ActKinds = []ActKind{ActClawBack, ActBonus, ActCreditLimit, ActCredit, ActWriteOffBrand, ActWriteOffExpert, ActReverse, ActUnfreezeBrand, ActClearSuspense, ActWithhold, ActRemit}

// alone are what one operator does: the law wants it, and it gives nobody money.
// Everything else waits until a second one has agreed; migration 00102 mirrors it.
var alone = []ActKind{ActWithhold, ActRemit}

// ActState is where an act stands.
type ActState string

const (
	// ActAsked waits for a second operator. AgreeToAct and WithdrawAct move it on.
	ActAsked ActState = "asked"
	// ActDone is in the books. Final: corrections are acts of their own. An
	// ActClawBack is only decided then: what becomes of it is its Outcome, and it
	// has a posting once it is TakeBackFinal.
	ActDone ActState = "done"
	// ActWithdrawn was never done. Final.
	ActWithdrawn ActState = "withdrawn"
)

// ActID identifies an act.
type ActID = marketplace.ID[Act]

// NewAct is what an operator asks for. Line and Belongs are of ActClearSuspense:
// the provider's id of the line, and where it belonged. Of a clawback the amount is
// the reward's, of a line in suspense the line's, and none is given; nor is one of
// ActUnfreezeBrand, which moves nothing.
type NewAct struct {
	Kind    ActKind
	Subject uuid.UUID
	Line    string
	Belongs payouts.Belonging
	Amount  payouts.Money
	Ground  Ground // of ActClawBack
	Reason  string // of ActClawBack what shows the ground: the expert reads it
}

// Act is what an operator has asked for, with the reason.
type Act struct {
	ID          ActID `gorm:"primaryKey"`
	Kind        ActKind
	SubjectID   uuid.UUID
	Line        string
	Belongs     payouts.Belonging
	Currency    payouts.Currency
	AmountMinor int64
	Ground      Ground
	Reason      string
	State       ActState
	Posting     string // its key in the books; empty: it posts nothing, or not yet
	AskedBy     access.PersonID
	AskedAt     time.Time
	DecidedBy   *access.PersonID
	DecidedAt   *time.Time
	// Outcome is what became of an ActClawBack that two have decided.
	Outcome TakeBackState `gorm:"-"`
}

// TableName implements gorm's Tabler.
func (Act) TableName() string { return "money_acts" }

// Amount is what it is about; zero where the books say how much.
func (a Act) Amount() payouts.Money {
	return payouts.Money{Minor: a.AmountMinor, Currency: a.Currency}
}

// The events of acts, of marketplace.AllBrands; subject: the act. Data: ActData.
const (
	ActWasAsked     event.Kind = "earnings.act_asked"
	ActWasDone      event.Kind = "earnings.act_done"
	ActWasWithdrawn event.Kind = "earnings.act_withdrawn"
)

// ActData is what is on record of an act beside its row.
type ActData struct {
	By       string  `json:"by"` // the caller, by id
	Act      ActKind `json:"act"`
	Minor    int64   `json:"minor,omitzero"`
	Currency string  `json:"currency,omitzero"`
}

// ErrOwnAct: who asked for an act does not agree to it themselves.
var ErrOwnAct = errors.New("another operator must agree to this")

// ErrActEnded: the act is done, or withdrawn.
var ErrActEnded = errors.New("this is done or withdrawn already")

func (n NewAct) check() error {
	if !slices.Contains(ActKinds, n.Kind) {
		return &marketplace.InvalidError{Field: "kind", Reason: "is not known"}
	}
	if (n.Kind == ActClawBack) != slices.Contains(Grounds, n.Ground) || n.Kind != ActClawBack && n.Ground != "" {
		return &marketplace.InvalidError{Field: "ground", Reason: fmt.Sprintf("must be one of %v where pay is taken back, and none else", Grounds)}
	}
	if err := marketplace.CheckText("reason", n.Reason, 10, 1000); err != nil {
		return err
	}
	if err := marketplace.CheckText("line", n.Line, 0, 100); err != nil {
		return err
	}
	if n.implied() && n.Amount.Minor != 0 {
		return &marketplace.InvalidError{Field: "amount", Reason: "must be 0: the books say how much, or nothing is moved"}
	}
	if !n.implied() && n.Amount.Currency.Check() != nil {
		return &marketplace.InvalidError{Field: "amount", Reason: "is missing, or of no currency in use"}
	}
	least := int64(1)
	if n.implied() || n.Kind == ActCreditLimit {
		least = 0
	}
	if n.Amount.Minor < least || n.Amount.Minor > mostOfAct {
		return &marketplace.InvalidError{Field: "amount", Reason: fmt.Sprintf("must be from %d to %d minor units", least, int64(mostOfAct))}
	}
	return nil
}

// mostOfAct bounds an act's amount in minor units: a typing error must not fill the
// books, nor may their sums come near to what 64 bits hold.
const mostOfAct = 1_000_000_000_000

// implied reports an act of which the books say how much, or that moves nothing.
func (n NewAct) implied() bool {
	return n.Kind == ActClawBack || n.Kind == ActClearSuspense || n.Kind == ActUnfreezeBrand
}

func (n NewAct) act(by access.PersonID, now time.Time) Act {
	if n.implied() {
		n.Amount = payouts.Money{}
	}
	return Act{
		ID: marketplace.NewID[Act](), Kind: n.Kind, SubjectID: n.Subject, Line: n.Line, Belongs: n.Belongs, Currency: n.Amount.Currency,
		AmountMinor: n.Amount.Minor, Ground: n.Ground, Reason: n.Reason, State: ActAsked, AskedBy: by, AskedAt: now,
	}
}

// doTx does what an act says and notes its posting. Errors are those of payouts'
// verbs.
func (s *Service) doActTx(ctx context.Context, tx *gorm.DB, a *Act, by access.PersonID) error {
	now, id, person := s.clock.Now(), uuid.UUID(a.ID), uuid.UUID(by)
	switch a.Kind {
	case ActClawBack:
		a.Posting = "reward:" + a.SubjectID.String() + ":claw_back"
		return payouts.ClawBackTx(ctx, tx, now, a.SubjectID, id)
	case ActBonus:
		a.Posting = "bonus:" + id.String() + ":grant"
		return payouts.GrantBonusTx(ctx, tx, now, payouts.Bonus{ID: id, Expert: a.SubjectID, By: person, Amount: a.Amount()})
	case ActCreditLimit:
		return payouts.SignCreditTx(ctx, tx, now, payouts.CreditLimit{ID: id, BrandID: a.SubjectID, Currency: a.Currency, LimitMinor: a.AmountMinor, SignedBy: person})
	case ActCredit:
		a.Posting = "credit:" + id.String()
		return payouts.FundOnCreditTx(ctx, tx, now, payouts.Credit{ID: id, Brand: a.SubjectID, Amount: a.Amount()})
	case ActWriteOffBrand, ActWriteOffExpert:
		a.Posting = "write_off:" + id.String()
		w := payouts.WriteOff{ID: id, By: a.SubjectID, Amount: a.Amount()}
		if a.Kind == ActWriteOffBrand {
			return payouts.WriteOffBrandTx(ctx, tx, now, w)
		}
		return payouts.WriteOffExpertTx(ctx, tx, now, w)
	case ActReverse: // posted once the provider has it done
		return payouts.ReverseTx(ctx, tx, now, a.reversal())
	case ActUnfreezeBrand:
		return payouts.ThawBrandTx(ctx, tx, now, a.SubjectID)
	case ActClearSuspense:
		x := s.explained(*a, by)
		a.Posting = x.ClearKey()
		return payouts.ClearSuspenseTx(ctx, tx, now, x)
	case ActWithhold:
		a.Posting = "withholding:" + id.String() + ":withhold"
		return payouts.WithholdTx(ctx, tx, now, payouts.Withholding{ID: id, Expert: a.SubjectID, Amount: a.Amount()})
	case ActRemit:
		a.Posting = "remittance:" + id.String()
		return payouts.RemitTaxTx(ctx, tx, now, payouts.Remittance{ID: id, Amount: a.Amount()})
	}
	return fmt.Errorf("nobody knows how to %s", a.Kind)
}

func (a Act) reversal() payouts.Reversal {
	return payouts.Reversal{ID: uuid.UUID(a.ID), Payout: a.SubjectID, Amount: a.Amount()}
}

func (s *Service) explained(a Act, by access.PersonID) payouts.Explanation {
	return payouts.Explanation{Provider: s.payouts.Provider.Label(), Line: a.Line, To: a.Belongs, Owner: a.SubjectID, By: uuid.UUID(by)}
}

// aboutTx refuses an act about what is not there: a brand or an expert that is none
// would have its money where nobody finds it, and a reward or a payout that cannot be
// taken back, or a line that is not in suspense, would wait for a second operator for nothing.
func (s *Service) aboutTx(ctx context.Context, tx *gorm.DB, a Act) error {
	brand, expert := false, false
	switch a.Kind {
	case ActClawBack:
		r, err := payouts.FindTakeable(ctx, tx, a.SubjectID)
		if err == nil && access.PersonID(r.ExpertID) == a.AskedBy {
			err = ErrSameHuman
		}
		return refused(err)
	case ActReverse:
		return refused(payouts.ReversibleTx(ctx, tx, a.reversal()))
	case ActUnfreezeBrand:
		return refused(payouts.ThawableTx(ctx, tx, a.SubjectID))
	case ActCreditLimit, ActCredit, ActWriteOffBrand:
		brand = true
	case ActBonus, ActWriteOffExpert, ActWithhold:
		expert = true
	case ActClearSuspense:
		if err := refused(payouts.ClearableTx(ctx, tx, s.explained(a, a.AskedBy))); err != nil {
			return err
		}
		brand, expert = a.Belongs == payouts.ToWallet, a.Belongs == payouts.ToExpert
	}
	if brand {
		return access.KnownBrandTx(ctx, tx, marketplace.BrandID(a.SubjectID))
	}
	if expert {
		_, err := s.experts.LoadTx(ctx, tx, access.PersonID(a.SubjectID))
		return err
	}
	return nil
}
