package api

import (
	"context"
	"time"

	"github.com/google/uuid"

	"knowhow/marketplace/access"
	"knowhow/marketplace/program"
	"knowhow/payouts"
)

// earningRoutes are an expert's own money.
func (a *API) earningRoutes() {
	self := Who{Kind: Person}
	read(a, Route{ID: "getEarnings", Path: "/me/earnings", Tag: moneyTag, Who: self, Summary: "Read where your money stands"}, a.earnings)
	read(a, Route{ID: "listRewards", Path: "/me/rewards", Tag: moneyTag, Who: self,
		Summary: "List what you earned, one line per piece of work, newest first"}, a.rewards)
	read(a, Route{ID: "listPayouts", Path: "/me/payouts", Tag: moneyTag, Who: self, Summary: "List the payouts to you, newest first"}, a.payouts)
	call(a, Route{ID: "requestPayout", Path: "/me/payouts", Tag: moneyTag, Who: self,
		Summary: "Be paid all that is available now", About: "The same request again returns the same payouts. With instant it is all of one currency, and arrives at once for a fee that is taken off it: the one that getEarnings shows. Where it has risen since, nothing is done."}, a.requestPayout)
	act(a, Route{ID: "choosePayouts", Method: "PUT", Path: "/me/payout_choices/{currency}", Tag: moneyTag, Who: self,
		Summary: "Choose how you are paid in a currency", About: "Every week from a threshold, or only when you ask. Who chooses nothing is paid every week from the least that is paid to their country."}, a.choosePayouts)
	read(a, Route{ID: "getPayoutAccount", Path: "/me/payout_account", Tag: moneyTag, Who: self,
		Summary: "Read how your account with the payment provider stands"}, a.payoutAccount)
	call(a, Route{ID: "openPayoutAccount", Path: "/me/payout_account", Tag: moneyTag, Who: self,
		Summary: "Open an account with the payment provider", About: "Where there is one, it is read anew."}, a.openPayoutAccount)
	call(a, Route{ID: "onboardPayoutAccount", Path: "/me/payout_account/onboarding", Tag: moneyTag, Who: self,
		Summary: "Get a link to where you tell the payment provider about yourself",
		About:   "The account is opened if there is none. The link works once and for some minutes; ask for another afterwards. It leads back to your earnings."}, a.onboardPayoutAccount)
	call(a, Route{ID: "showPayoutAccount", Path: "/me/payout_account/dashboard", Tag: moneyTag, Who: self,
		Summary: "Get a link to your money at the payment provider", About: "It works once and for some minutes."}, a.showPayoutAccount)
}

// Reward is what an expert earned for one piece of work.
type Reward struct {
	ID        uuid.UUID           `json:"id" format:"uuid" doc:"Of the work: the assignment's, the review's."`
	Question  *uuid.UUID          `json:"question" format:"uuid" nullable:"true" doc:"Null for a review: who judges is not told which question it was, nor whether it was one of known quality."`
	Kind      payouts.RewardKind  `json:"kind" enum:"assignment,handoff,review,training,knowledge"`
	Amount    Money               `json:"amount"`
	State     payouts.RewardState `json:"state" enum:"pending,released,refused"`
	EarnedAt  time.Time           `json:"earned_at"`
	ReleaseAt time.Time           `json:"release_at" doc:"When it is available at the latest."`
	Items     []RewardItem        `json:"items" doc:"What it is made of; empty where no offer came before it."`
}

func (a *API) rewards(ctx context.Context, caller access.Caller, in *PageParams) (*Listed[Reward], error) {
	page, err := in.page()
	if err != nil {
		return nil, err
	}
	rewards, err := a.House.Earnings.Rewards(ctx, caller, page)
	if err != nil {
		return nil, err
	}
	var works []uuid.UUID
	for _, r := range rewards.Items {
		works = append(works, r.ID)
	}
	items, err := a.House.Questions.RewardItems(ctx, caller, works)
	return listOf(rewards, func(r payouts.Reward) Reward { return rewardOf(r, items[r.ID]) }), err
}

func rewardOf(r payouts.Reward, items []program.QuoteItem) Reward {
	shown := Reward{
		ID: r.ID, Question: &r.QuestionID, Kind: r.Kind, Amount: r.Amount(), State: r.State, EarnedAt: r.EarnedAt, ReleaseAt: r.ReleaseAt,
		Items: rewardItems(items),
	}
	if r.Kind == payouts.ForReviewing {
		shown.Question = nil
	}
	return shown
}

// Payout is one transfer to an expert.
type Payout struct {
	ID        uuid.UUID           `json:"id" format:"uuid"`
	Amount    Money               `json:"amount"`
	Provider  string              `json:"provider" doc:"With the sandbox no real money moves."`
	State     payouts.PayoutState `json:"state" enum:"created,sending,sent,failed"`
	CreatedAt time.Time           `json:"created_at"`
	EndedAt   *time.Time          `json:"ended_at"`
}

func payoutOf(p payouts.Payout) Payout {
	return Payout{ID: p.ID, Amount: p.Amount(), Provider: p.Provider, State: p.State, CreatedAt: p.CreatedAt, EndedAt: p.EndedAt}
}

func (a *API) payouts(ctx context.Context, caller access.Caller, in *PageParams) (*Listed[Payout], error) {
	page, err := in.page()
	if err != nil {
		return nil, err
	}
	list, err := a.House.Earnings.Payouts(ctx, caller, page)
	return listOf(list, payoutOf), err
}

type requestPayoutIn struct {
	Body struct {
		Request uuid.UUID `json:"request" format:"uuid" doc:"An id of your own for this request."`
		Instant *Money    `json:"instant,omitempty" doc:"To have it at once: the currency, and the most that it may cost."`
	}
}

func (a *API) requestPayout(ctx context.Context, caller access.Caller, in *requestPayoutIn) (*Listed[Payout], error) {
	if fee := in.Body.Instant; fee != nil {
		list, err := a.House.Earnings.RequestInstant(ctx, caller, in.Body.Request, *fee)
		return allOf(list, payoutOf), err
	}
	list, err := a.House.Earnings.RequestPayout(ctx, caller, in.Body.Request)
	return allOf(list, payoutOf), err
}

// PayoutAccount is an expert's account with the payment provider.
type PayoutAccount struct {
	Provider       string `json:"provider" doc:"With the sandbox no real money moves."`
	PayoutsEnabled bool   `json:"payouts_enabled"`

	Submitted bool       `json:"submitted" doc:"You have told the provider all that it asked at first."`
	Due       int        `json:"due" doc:"How many things the provider wants to know of you."`
	DueBy     *time.Time `json:"due_by" doc:"Until when it wants to; afterwards it may not pay you."`
	Disabled  string     `json:"disabled" doc:"The provider's code for why it does not pay you; empty: none."`
	CreatedAt time.Time  `json:"created_at"`
	UpdatedAt time.Time  `json:"updated_at"`
}

func payoutAccountOf(a payouts.Account) PayoutAccount {
	return PayoutAccount{
		Provider: a.Provider, PayoutsEnabled: a.PayoutsEnabled, Submitted: a.Submitted, Due: a.Due, DueBy: a.DueBy, Disabled: a.Disabled,
		CreatedAt: a.CreatedAt, UpdatedAt: a.UpdatedAt,
	}
}

func (a *API) payoutAccount(ctx context.Context, caller access.Caller, _ *struct{}) (*One[PayoutAccount], error) {
	account, err := a.House.Earnings.Account(ctx, caller)
	return one(payoutAccountOf(account)), err
}

func (a *API) openPayoutAccount(ctx context.Context, caller access.Caller, _ *struct{}) (*One[PayoutAccount], error) {
	account, err := a.House.Earnings.OpenAccount(ctx, caller)
	return one(payoutAccountOf(account)), err
}

// Link leads to a page of the payment provider's.
type Link struct {
	URL string `json:"url" format:"uri"`
}

func (a *API) onboardPayoutAccount(ctx context.Context, caller access.Caller, _ *struct{}) (*One[Link], error) {
	url, err := a.House.Earnings.Onboarding(ctx, caller)
	return one(Link{url}), err
}

func (a *API) showPayoutAccount(ctx context.Context, caller access.Caller, _ *struct{}) (*One[Link], error) {
	url, err := a.House.Earnings.Dashboard(ctx, caller)
	return one(Link{url}), err
}
