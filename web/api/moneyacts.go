package api

import (
	"context"
	"time"

	"github.com/google/uuid"

	"knowhow/marketplace/access"
	"knowhow/marketplace/earnings"
	"knowhow/payouts"
)

// moneyActRoutes are what operators do with money beside the machinery.
func (a *API) moneyActRoutes() {
	runs := operator(access.RunPayouts)
	read(a, Route{ID: "listMoneyActs", Path: "/money_acts", Tag: operatorsTag, Who: runs,
		Summary: "List what operators did with money, or have asked for, newest first"}, a.moneyActs)
	create(a, Route{ID: "askForMoneyAct", Path: "/money_acts", Tag: operatorsTag, Who: runs,
		Summary: "Correct the books: take pay back, grant a bonus, sign credit, write off, clear suspense, withhold",
		About:   "What is owed to a tax office is done at once; all else when a second operator agrees, and pay is taken back when its expert has not appealed, or in vain. Look at the preview first: what is done is never undone, only corrected by another act."}, a.askForMoneyAct, a.askedMoneyAct)
	call(a, Route{ID: "previewMoneyAct", Path: "/money_acts/preview", Tag: operatorsTag, Who: runs,
		Summary: "See the posting that an act would make", About: "It makes none."}, a.previewMoneyAct)
	read(a, Route{ID: "getMoneyActPosting", Path: "/money_acts/{act}/posting", Tag: operatorsTag, Who: runs,
		Summary: "See the posting that an act which waits would make now"}, a.previewAsked)
	act(a, Route{ID: "agreeToMoneyAct", Path: "/money_acts/{act}/agree", Tag: operatorsTag, Who: runs,
		Summary: "Do what another operator has asked for"}, a.agreeToMoneyAct)
	act(a, Route{ID: "withdrawMoneyAct", Path: "/money_acts/{act}/withdraw", Tag: operatorsTag, Who: runs,
		Summary: "End an act that waits, undone"}, a.withdrawMoneyAct)
	read(a, Route{ID: "getUnsettled", Path: "/ledger/unsettled", Tag: operatorsTag, Who: runs,
		Summary: "Read what waits for an operator's word: lines in suspense, debts, and frozen brands", About: "At most 200 of each."}, a.unsettled)
}

// MoneyAct is what an operator did with money, or has asked for.
type MoneyAct struct {
	ID        earnings.ActID         `json:"id" format:"uuid"`
	Kind      earnings.ActKind       `json:"kind" enum:"claw_back,bonus,credit_limit,credit,write_off_brand,write_off_expert,reverse,unfreeze_brand,clear_suspense,withhold,remit"`
	Subject   *uuid.UUID             `json:"subject" format:"uuid" nullable:"true" doc:"The reward, expert, brand or payout it is about; null: none."`
	Line      string                 `json:"line" doc:"Of the provider's books, where suspense is cleared."`
	Belongs   payouts.Belonging      `json:"belongs" doc:"Where that belonged."`
	Amount    *Money                 `json:"amount" doc:"Null where the books say how much."`
	Ground    earnings.Ground        `json:"ground" enum:",fraud,copied,privacy,paid_twice,mistake" doc:"Why pay is taken back."`
	Reason    string                 `json:"reason"`
	State     earnings.ActState      `json:"state" enum:"asked,done,withdrawn"`
	AskedBy   access.PersonID        `json:"asked_by" format:"uuid"`
	AskedAt   time.Time              `json:"asked_at"`
	DecidedBy *access.PersonID       `json:"decided_by" format:"uuid" nullable:"true" doc:"Who did it, or withdrew it; null while it waits."`
	DecidedAt *time.Time             `json:"decided_at"`
	Posting   string                 `json:"posting" doc:"Its key in the books; empty: none, or not yet."`
	Outcome   earnings.TakeBackState `json:"outcome" enum:",appealable,appealed,final,overturned,lapsed" doc:"What became of pay that two have decided to take back."`
}

func moneyActOf(a earnings.Act) MoneyAct {
	shape := MoneyAct{
		ID: a.ID, Kind: a.Kind, Line: a.Line, Belongs: a.Belongs, Ground: a.Ground, Outcome: a.Outcome, Reason: a.Reason, State: a.State,
		AskedBy: a.AskedBy, AskedAt: a.AskedAt, DecidedBy: a.DecidedBy, DecidedAt: a.DecidedAt, Posting: a.Posting,
	}
	if a.SubjectID != uuid.Nil {
		shape.Subject = &a.SubjectID
	}
	if a.Currency != "" {
		amount := a.Amount()
		shape.Amount = &amount
	}
	return shape
}

// NewMoneyAct is what an operator asks for.
type NewMoneyAct struct {
	Kind    earnings.ActKind  `json:"kind" enum:"claw_back,bonus,credit_limit,credit,write_off_brand,write_off_expert,reverse,unfreeze_brand,clear_suspense,withhold,remit" example:"bonus"`
	Subject uuid.UUID         `json:"subject,omitempty" format:"uuid" doc:"The reward that is taken back; the expert of a bonus, a withholding or a debt; the brand of credit or a debt, or that is unfrozen; the payout that is reversed; whose money a line in suspense was." example:"$EXPERT"`
	Line    string            `json:"line,omitempty" maxLength:"100" doc:"The provider's id of a line in suspense."`
	Belongs payouts.Belonging `json:"belongs,omitempty" enum:",wallet,expert,fees,bank,write_off" doc:"Where a line in suspense belonged."`
	Amount  Money             `json:"amount" doc:"Of a clawback and a line in suspense 0: the books say how much; of an unfreezing 0."`
	Ground  earnings.Ground   `json:"ground,omitempty" enum:",fraud,copied,privacy,paid_twice,mistake" doc:"Why pay is taken back; of other acts none."`
	Reason  string            `json:"reason" minLength:"10" maxLength:"1000" doc:"Of pay taken back what shows it, which the expert reads." example:"For three nights of answers during the outage."`
}

func (n NewMoneyAct) act() earnings.NewAct {
	return earnings.NewAct{Kind: n.Kind, Subject: n.Subject, Line: n.Line, Belongs: n.Belongs, Amount: n.Amount, Ground: n.Ground, Reason: n.Reason}
}

type newMoneyActIn struct{ Body NewMoneyAct }

// MoneyPosting is what a posting moves.
type MoneyPosting struct {
	Lines []MoneyPostingLine `json:"lines" doc:"Per currency their amounts add up to zero. None: nothing is posted."`
}

// MoneyPostingLine is one account's part in a posting.
type MoneyPostingLine struct {
	Kind   string     `json:"kind" doc:"Of the account."`
	Owner  *uuid.UUID `json:"owner" format:"uuid" nullable:"true" doc:"The brand, program or expert whose account it is; null: ours."`
	Amount Money      `json:"amount" doc:"What it is credited with; below zero what it is debited with."`
}

func moneyPostingOf(lines []payouts.PostedLine) MoneyPosting {
	shape := MoneyPosting{Lines: make([]MoneyPostingLine, len(lines))}
	for i, l := range lines {
		shape.Lines[i] = MoneyPostingLine{Kind: string(l.Kind), Amount: l.Money}
		if l.Owner != uuid.Nil {
			shape.Lines[i].Owner = &l.Owner
		}
	}
	return shape
}

func (a *API) previewMoneyAct(ctx context.Context, caller access.Caller, in *newMoneyActIn) (*One[MoneyPosting], error) {
	lines, err := a.House.Earnings.PreviewAct(ctx, caller, in.Body.act())
	return one(moneyPostingOf(lines)), err
}

func (a *API) askForMoneyAct(ctx context.Context, caller access.Caller, in *newMoneyActIn) (string, error) {
	id, err := a.House.Earnings.AskForAct(ctx, caller, in.Body.act())
	return id.String(), err
}

func (a *API) askedMoneyAct(ctx context.Context, caller access.Caller, _ *newMoneyActIn, id string) (*One[MoneyAct], error) {
	var parsed earnings.ActID
	if err := parsed.UnmarshalText([]byte(id)); err != nil {
		return nil, err
	}
	found, err := a.House.Earnings.Act(ctx, caller, parsed)
	return one(moneyActOf(found)), err
}

type moneyActsIn struct {
	PageParams
	State earnings.ActState `query:"state" enum:"asked,done,withdrawn" doc:"In this state."`
}

func (a *API) moneyActs(ctx context.Context, caller access.Caller, in *moneyActsIn) (*Listed[MoneyAct], error) {
	page, err := in.page()
	if err != nil {
		return nil, err
	}
	list, err := a.House.Earnings.Acts(ctx, caller, in.State, page)
	return listOf(list, moneyActOf), err
}

type moneyActIn struct {
	Act earnings.ActID `path:"act" format:"uuid" doc:"The act's id."`
}

func (a *API) previewAsked(ctx context.Context, caller access.Caller, in *moneyActIn) (*One[MoneyPosting], error) {
	lines, err := a.House.Earnings.PreviewAsked(ctx, caller, in.Act)
	return one(moneyPostingOf(lines)), err
}

func (a *API) agreeToMoneyAct(ctx context.Context, caller access.Caller, in *moneyActIn) error {
	return a.House.Earnings.AgreeToAct(ctx, caller, in.Act)
}

func (a *API) withdrawMoneyAct(ctx context.Context, caller access.Caller, in *moneyActIn) error {
	return a.House.Earnings.WithdrawAct(ctx, caller, in.Act)
}

// Unsettled is what waits for an operator's word.
type Unsettled struct {
	Suspended []Suspended `json:"suspended"`
	Debts     []Debt      `json:"debts"`
	Frozen    []Frozen    `json:"frozen"`
}

// Suspended is a line of the provider's books that nobody has explained.
type Suspended struct {
	Line   string    `json:"line" doc:"The provider's id of it."`
	Amount Money     `json:"amount" doc:"What it brought; below zero what it took."`
	At     time.Time `json:"at"`
}

// Debt is what somebody owes us.
type Debt struct {
	Who    string    `json:"who" enum:"brand,expert"`
	Owner  uuid.UUID `json:"owner" format:"uuid"`
	Amount Money     `json:"amount"`
}

// Frozen is a brand whose holds and refunds wait, though none of its payments is
// disputed any more.
type Frozen struct {
	Brand    uuid.UUID `json:"brand" format:"uuid"`
	Reason   string    `json:"reason" doc:"Why it was frozen; dispute: a payment of it was disputed, and lost."`
	FrozenAt time.Time `json:"frozen_at"`
}

func (a *API) unsettled(ctx context.Context, caller access.Caller, _ *struct{}) (*One[Unsettled], error) {
	u, err := a.House.Earnings.Unsettled(ctx, caller)
	shape := Unsettled{Suspended: make([]Suspended, len(u.Suspended)), Debts: make([]Debt, len(u.Debts)), Frozen: make([]Frozen, len(u.Frozen))}
	for i, l := range u.Suspended {
		shape.Suspended[i] = Suspended{Line: l.Line, Amount: l.Money, At: l.At}
	}
	for i, d := range u.Debts {
		who := "expert"
		if d.OfBrand() {
			who = "brand"
		}
		shape.Debts[i] = Debt{Who: who, Owner: d.Owner, Amount: d.Money}
	}
	for i, f := range u.Frozen {
		shape.Frozen[i] = Frozen{Brand: f.Brand, Reason: f.Reason, FrozenAt: f.FrozenAt}
	}
	return one(shape), err
}
