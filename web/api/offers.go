package api

import (
	"context"
	"time"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/question"
	"knowhow/matching"
)

const workTag = "Work"

// offerRoutes are what an expert does with the offers they have.
func (a *API) offerRoutes() {
	read(a, Route{ID: "listOffers", Path: "/offers", Tag: workTag, Who: Who{Kind: Person},
		Summary: "List the offers you may accept now, in every brand, soonest expiry first"}, a.openOffers)
	createShown(a, Route{ID: "acceptOffer", Path: "/offers/{offer}/accept", Tag: workTag, Who: Who{Kind: Person},
		Summary: "Accept an offer", About: "Of any number of experts one wins; the others get the problem offer_gone."},
		a.accept, a.accepted)
	act(a, Route{ID: "declineOffer", Path: "/offers/{offer}/decline", Tag: workTag, Who: Who{Kind: Person},
		Summary: "Decline an offer", About: "It costs nothing and is remembered nowhere else."}, a.decline)
	read(a, Route{ID: "getOfferedQuestion", Path: "/work/questions/{question}", Tag: workTag, Who: Who{Kind: Person},
		Summary: "Read a question you have an offer or a turn on"}, a.offeredQuestion)
}

type offerIn struct {
	Offer question.OfferID `path:"offer" format:"uuid" doc:"The offer's id."`
}

// Offer is a question put to an expert.
type Offer struct {
	ID        question.OfferID `json:"id" format:"uuid"`
	Question  question.ID      `json:"question" format:"uuid"`
	Title     string           `json:"title"`
	Body      string           `json:"body"`
	Context   string           `json:"context"`
	Tags      []string         `json:"tags"`
	Language  string           `json:"language"`
	Reward    Money            `json:"reward" doc:"What it pays you, if you accept it."`
	Items     []RewardItem     `json:"items" doc:"What the reward is made of; they add up to it."`
	EffortS   int64            `json:"effort_s" doc:"The expected time it takes, in seconds."`
	OfferedAt time.Time        `json:"offered_at"`
	ExpiresAt time.Time        `json:"expires_at"`
	Why       matching.Reason  `json:"why" doc:"Why you are asked."`
}

func offerOf(o question.OfferView) Offer {
	tags := o.Tags
	if tags == nil {
		tags = []string{}
	}
	return Offer{
		ID: o.ID, Question: o.Question, Title: o.Title, Body: o.Body, Context: o.Context, Tags: tags, Language: o.Language,
		Reward: o.Reward, Items: rewardItems(o.Items), EffortS: seconds(o.Effort), OfferedAt: o.OfferedAt, ExpiresAt: o.ExpiresAt, Why: o.Why,
	}
}

func (a *API) openOffers(ctx context.Context, caller access.Caller, _ *struct{}) (*Listed[Offer], error) {
	offers, err := a.House.Questions.OpenOffers(ctx, caller)
	return allOf(offers, offerOf), err
}

func (a *API) accept(ctx context.Context, caller access.Caller, in *offerIn) (string, *One[Assignment], error) {
	turn, err := a.House.Questions.Accept(ctx, caller, in.Offer)
	return turn.ID.String(), one(assignmentOf(turn)), err
}

func (a *API) accepted(ctx context.Context, caller access.Caller, _ *offerIn, id string) (*One[Assignment], error) {
	parsed, err := marketplace.ParseID[question.Assignment](id)
	if err != nil {
		return nil, err
	}
	return a.ownAssignment(ctx, caller, &AssignmentIn{parsed})
}

func (a *API) decline(ctx context.Context, caller access.Caller, in *offerIn) error {
	return a.House.Questions.Decline(ctx, caller, in.Offer)
}

func (a *API) offeredQuestion(ctx context.Context, caller access.Caller, in *QuestionIn) (*One[Conversation], error) {
	c, err := a.House.Questions.ForExpert(ctx, caller, in.Question)
	return one(conversationOf(c)), err
}
