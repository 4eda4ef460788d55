package quality

import (
	"slices"
	"time"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/program"
	"knowhow/marketplace/quality/verdict"
	"knowhow/marketplace/question"
	"knowhow/payouts"
)

// Reviewer is an expert who judges the work of others in a program, and what is
// known of how they do.
type Reviewer struct {
	BrandID   marketplace.BrandID
	ProgramID program.ID      `gorm:"primaryKey"`
	PersonID  access.PersonID `gorm:"primaryKey"`
	Active    bool
	Caught    float64
	Missed    float64
	Passed    float64
	Rejected  float64
	Gold      int
	KnownAt   time.Time
	JoinedAt  time.Time
}

// Skill is what is known of how they judge.
func (r Reviewer) Skill() verdict.Skill {
	return verdict.Skill{Caught: r.Caught, Missed: r.Missed, Passed: r.Passed, Rejected: r.Rejected, Gold: r.Gold, At: r.KnownAt}
}

// VoteID identifies a vote.
type VoteID = marketplace.ID[Vote]

// Vote is one peer's part in a review, or in an item of gold: exactly one of
// ReviewID and GoldID is set. AuthorID is whose work it is. Note is redacted.
type Vote struct {
	ID          VoteID `gorm:"primaryKey"`
	BrandID     marketplace.BrandID
	ProgramID   program.ID
	ReviewID    ReviewID
	GoldID      GoldID
	AuthorID    access.PersonID
	PersonID    access.PersonID // the reviewer
	State       VoteState
	Passed      *bool
	Scores      map[Criterion]int `gorm:"serializer:json"`
	Note        string
	RewardMinor int64 // what they earn, whatever they say
	Currency    payouts.Currency
	AskedAt     time.Time
	EndedAt     *time.Time
	NextDueAt   *time.Time // when it lapses
}

// TableName implements gorm's Tabler.
func (Vote) TableName() string { return "review_votes" }

// VoteState says where a vote stands.
type VoteState string

const (
	VoteAsked     VoteState = "asked"     // waits for the peer; they, its time, or the end of the review move it on
	VoteGiven     VoteState = "given"     // an end: it counts and is paid
	VoteLapsed    VoteState = "lapsed"    // an end: not given in time, which costs nothing
	VoteWithdrawn VoteState = "withdrawn" // an end: the review ended without it
)

// voteMoves is the state map of votes; migration 00090 mirrors it.
var voteMoves = map[VoteState][]VoteState{VoteAsked: {VoteGiven, VoteLapsed, VoteWithdrawn}}

// end moves the vote to an end.
func (v *Vote) end(next VoteState, now time.Time) error {
	if !slices.Contains(voteMoves[v.State], next) {
		return &question.TransitionError{Noun: "vote", From: string(v.State), Verb: "become " + string(next)}
	}
	v.State, v.EndedAt, v.NextDueAt = next, &now, nil
	return nil
}

func (v Vote) reward() payouts.Money {
	return payouts.Money{Minor: v.RewardMinor, Currency: v.Currency}
}

// voteDue is when a peer who is asked now has to have voted: a third of the time
// that the review has left, so that another can be asked in their place, and a
// third vote be given.
func voteDue(now, reviewDue time.Time) time.Time {
	return now.Add(reviewDue.Sub(now) / 3).Truncate(time.Microsecond)
}

// reviewers are those of one program, by person.
type reviewers map[access.PersonID]Reviewer

// voters are who gave votes.
func voters(votes []Vote) []access.PersonID {
	list := make([]access.PersonID, len(votes))
	for i, v := range votes {
		list[i] = v.PersonID
	}
	return list
}
