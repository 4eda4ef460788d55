package api

import (
	"context"
	"math"
	"time"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/program"
	"knowhow/marketplace/quality"
	"knowhow/marketplace/question"
	"knowhow/payouts"
)

// peerReviewRoutes are how experts judge one another's work, and how a brand
// finds out how well they do.
func (a *API) peerReviewRoutes() {
	self, managed := Who{Kind: Person}, member(access.ManageProgram)
	read(a, Route{ID: "listReviewing", Path: "/me/reviewing", Tag: qualityTag, Who: self,
		Summary: "List the programs in which you review or might, and what is known of how you judge", About: "All of them, by name."}, a.ownReviewing)
	act(a, Route{ID: "setReviewing", Method: "PUT", Path: "/programs/{program}/application/reviewing", Tag: qualityTag, Who: self,
		Summary: "Be asked to judge others' work, or no longer", About: "For who is active in the program."}, a.setReviewing)
	read(a, Route{ID: "listVotes", Path: "/me/votes", Tag: qualityTag, Who: self,
		Summary: "List the votes you are asked for, soonest due first",
		About:   "Others' work without names and without their pay. Some of it was made up to see how you judge, and is paid like the rest."}, a.ownVotes)
	act(a, Route{ID: "giveVote", Path: "/me/votes/{vote}/verdict", Tag: qualityTag, Who: self,
		Summary: "Vote on somebody's work", About: "You are paid whatever you say. A vote cannot be changed."}, a.giveVote)
	read(a, Route{ID: "listGold", Path: "/programs/{program}/gold", Tag: qualityTag, Who: managed,
		Summary: "List the answers of known quality that show how reviewers judge, newest first"}, a.gold)
	create(a, Route{ID: "addGold", Path: "/programs/{program}/gold", Tag: qualityTag, Who: managed,
		Summary: "Add an answer of known quality", About: "Reviewers cannot tell it from others."}, a.addGold, a.addedGold)
	act(a, Route{ID: "retireGold", Method: "DELETE", Path: "/programs/{program}/gold/{gold}", Tag: qualityTag, Who: managed,
		Summary: "Take an answer of known quality out of use"}, a.retireGold)
	read(a, Route{ID: "listSignals", Path: "/programs/{program}/signals", Tag: qualityTag, Who: member(access.SuspendExperts),
		Summary: "List what a person should look at: shared payout accounts, rings, copied and spun answers, ratings by arrangement",
		About:   "Of the last 90 days, with the work it rests on. It is no proof; all that follows from it by itself is that more of their work is reviewed. What a person settled stands last."}, a.signals)
	act(a, Route{ID: "settleSignal", Path: "/programs/{program}/signals/{signal}/settle", Tag: qualityTag, Who: member(access.SuspendExperts),
		Summary: "Say what you found when you looked into a signal, or open one again",
		About:   "On record, under your name. No more of their work is reviewed for it, until as much has come since you read it as makes a signal. Where that is so already it is refused. Nothing else follows."}, a.settleSignal)
}

// Signal is a pattern that a person should look at.
type Signal struct {
	ID          quality.SignalKey       `json:"id" doc:"For as long as it is about the same people."`
	Kind        quality.SignalKind      `json:"kind" enum:"shared_account,ring,judging,copied,spun,junk,one_customer,own_address,own_account,rated_up,rated_down"`
	Experts     []Suspect               `json:"experts" doc:"Whom it is about."`
	Count       int                     `json:"count" doc:"Accounts, votes, copied, spun or empty answers, answers to the customer, or ratings."`
	Odds        float64                 `json:"odds" doc:"How much more likely it is where something is wrong than by chance, as a decimal logarithm; 0 where that is not the question."`
	Assignments []question.AssignmentID `json:"assignments" doc:"What it rests on, at most 20 of it."`
	Evidence    []Evidence              `json:"evidence" doc:"The same, where it can be read."`
	Alike       []Likeness              `json:"alike" doc:"Which answer is like which earlier one, where that is the signal, at most 10."`
	Open        bool                    `json:"open" doc:"It waits for a person."`
	Settled     *Settlement             `json:"settled" doc:"What a person said last of it, or of these people and others; it may be open again, for what came since. Null: nobody did."`
	AsOf        time.Time               `json:"as_of" doc:"When it was worked out: to be sent along when it is settled."`
}

// Settlement is what a person found who looked into a signal.
type Settlement struct {
	Outcome quality.SettlementOutcome `json:"outcome" enum:"nothing,acted,reopened"`
	Note    string                    `json:"note"`
	By      access.PersonID           `json:"by" format:"uuid"`
	At      time.Time                 `json:"at"`
}

// Evidence is work that a signal rests on.
type Evidence struct {
	Assignment question.AssignmentID `json:"assignment" format:"uuid"`
	Question   question.ID           `json:"question" format:"uuid"`
	Title      string                `json:"title"`
}

// Likeness is that an answer is like an earlier one.
type Likeness struct {
	By      question.AssignmentID `json:"by" format:"uuid" doc:"The later answer's."`
	Of      question.AssignmentID `json:"of" format:"uuid" doc:"The earlier one's."`
	ShareBP int                   `json:"share_bp" doc:"How much of the later one's words is in the earlier."`
}

// Suspect is somebody that a signal is about.
type Suspect struct {
	Person    access.PersonID     `json:"person" format:"uuid"`
	Enrolment *expert.EnrolmentID `json:"enrolment" nullable:"true" doc:"In this program; null: they only asked here."`
	Handle    string              `json:"handle" doc:"Their pseudonym; empty without an enrolment."`
}

func suspectOf(p quality.Suspect) Suspect {
	s := Suspect{Person: p.Person, Handle: p.Handle}
	if !p.Enrolment.IsZero() {
		s.Enrolment = &p.Enrolment
	}
	return s
}

func (a *API) signals(ctx context.Context, caller access.Caller, in *ProgramIn) (*Listed[Signal], error) {
	found, err := a.House.Quality.Signals(ctx, caller, in.Program)
	return allOf(found, func(s quality.Signal) Signal {
		shape := Signal{
			ID: s.Key, Kind: s.Kind, AsOf: s.AsOf, Experts: make([]Suspect, len(s.People)), Count: s.Count, Odds: s.Odds, Open: s.Open,
			Assignments: list(s.Assignments), Evidence: make([]Evidence, len(s.Evidence)), Alike: make([]Likeness, len(s.Alike)),
		}
		if x := s.Settled; x != nil {
			shape.Settled = &Settlement{Outcome: x.Outcome, Note: x.Note, By: x.SettledBy, At: x.SettledAt}
		}
		for i, p := range s.People {
			shape.Experts[i] = suspectOf(p)
		}
		for i, e := range s.Evidence {
			shape.Evidence[i] = Evidence(e)
		}
		for i, l := range s.Alike {
			shape.Alike[i] = Likeness{By: l.By, Of: l.Of, ShareBP: bp(l.Share)}
		}
		return shape
	}), err
}

type settleSignalIn struct {
	ProgramIn
	Signal quality.SignalKey `path:"signal" pattern:"^[A-Za-z0-9_-]{22}$" doc:"The signal's id."`
	Body   struct {
		Outcome quality.SettlementOutcome `json:"outcome" enum:"nothing,acted,reopened" doc:"Nothing is wrong, something was done about it, or it is to be looked into again."`
		Note    string                    `json:"note" minLength:"1" maxLength:"4096" doc:"What you looked at, and why you say so." example:"Two sisters; I spoke with both."`
		AsOf    time.Time                 `json:"as_of" doc:"The signal's, as you read it: what came later you were not shown, and is not settled." example:"2025-01-31T12:00:00Z"`
	}
}

func (a *API) settleSignal(ctx context.Context, caller access.Caller, in *settleSignalIn) error {
	return a.House.Quality.Settle(ctx, caller, in.Program, in.Signal, quality.Finding(in.Body))
}

// Reviewing is what is known of you as a reviewer in a program.
type Reviewing struct {
	Program    program.ID `json:"program" format:"uuid"`
	Name       string     `json:"name" doc:"The program's."`
	BrandName  string     `json:"brand_name"`
	Active     bool       `json:"active" doc:"You want to be asked."`
	May        bool       `json:"may" doc:"You may say so: you are active in the program."`
	Pays       *Money     `json:"pays" doc:"What a review earns now; null: the brand's own people review."`
	Asked      bool       `json:"asked" doc:"You are: you want to be, and judge well enough. If not, gold items bring you back."`
	AccuracyBP int        `json:"accuracy_bp" doc:"How often you judge right, as far as is known: the mean of the next two."`
	ErrorBP    int        `json:"error_bp" doc:"The standard error of that."`
	CatchesBP  int        `json:"catches_bp" doc:"How much bad work you fail. Together with the next, it is what your vote weighs."`
	PassesBP   int        `json:"passes_bp" doc:"How much good work you pass."`
	Gold       int        `json:"gold" doc:"Items of known quality among what you judged."`
	Votes      int        `json:"votes" doc:"That you gave."`
	Earned     Money      `json:"earned" doc:"By them."`
}

func bp(share float64) int { return int(math.Round(10_000 * share)) }

func (a *API) ownReviewing(ctx context.Context, caller access.Caller, _ *struct{}) (*Listed[Reviewing], error) {
	list, err := a.House.Quality.Reviewing(ctx, caller)
	return allOf(list, func(r quality.MyReviewing) Reviewing {
		shape := Reviewing{
			Program: r.Program, Name: r.Name, BrandName: r.Brand, Active: r.Active, May: r.May, Asked: r.Asked, AccuracyBP: bp(r.Accuracy), ErrorBP: bp(r.Error),
			CatchesBP: bp(r.Catches), PassesBP: bp(r.Passes), Gold: r.Gold, Votes: r.Votes,
			Earned: payouts.Money{Minor: r.EarnedMinor, Currency: r.Currency},
		}
		if r.PaysMinor > 0 {
			shape.Pays = &payouts.Money{Minor: r.PaysMinor, Currency: r.Currency}
		}
		return shape
	}), err
}

type setReviewingIn struct {
	ProgramIn
	Body struct {
		Active bool `json:"active" doc:"You want to be asked." example:"true"`
	}
}

func (a *API) setReviewing(ctx context.Context, caller access.Caller, in *setReviewingIn) error {
	return a.House.Quality.SetReviewing(ctx, caller, in.Program, in.Body.Active)
}

// AskedVote is a vote that you are asked for.
type AskedVote struct {
	ID     quality.VoteID `json:"id" format:"uuid"`
	DueAt  time.Time      `json:"due_at" doc:"Then somebody else is asked; that costs you nothing."`
	Reward Money          `json:"reward" doc:"What you earn, whatever you say."`
	Work   Work           `json:"work"`
}

func (a *API) ownVotes(ctx context.Context, caller access.Caller, in *PageParams) (*Listed[AskedVote], error) {
	page, err := in.page()
	if err != nil {
		return nil, err
	}
	votes, err := a.House.Quality.MyVotes(ctx, caller, page)
	return listOf(votes, func(v quality.MyVote) AskedVote {
		return AskedVote{ID: v.ID, DueAt: v.Due, Reward: v.Reward, Work: workOf(v.Work)}
	}), err
}

type giveVoteIn struct {
	Vote quality.VoteID `path:"vote" format:"uuid" doc:"The vote's id."`
	Body struct {
		Pass   bool   `json:"pass"`
		Scores Scores `json:"scores"`
		Note   string `json:"note,omitempty" maxLength:"4096" doc:"For the expert; needed where it fails."`
	}
}

func (a *API) giveVote(ctx context.Context, caller access.Caller, in *giveVoteIn) error {
	return a.House.Quality.Vote(ctx, caller, in.Vote, quality.Verdict{Pass: in.Body.Pass, Scores: in.Body.Scores.rubric(), Note: in.Body.Note})
}

// GoldBody is an answer of known quality, made up by the brand.
type GoldBody struct {
	Title    string `json:"title" minLength:"1" maxLength:"200" example:"The lamp blinks red"`
	Question string `json:"question" minLength:"1" maxLength:"4096" example:"It does so since this morning."`
	Answer   string `json:"answer" minLength:"1" maxLength:"16384" example:"Throw it away and buy the larger one."`
	Language string `json:"language" maxLength:"35" doc:"One of the program's, BCP 47." example:"en"`
	Bad      bool   `json:"bad" doc:"Whether the answer is." example:"true"`
	Because  string `json:"because" minLength:"1" maxLength:"4096" doc:"Why it is bad, or good; for the brand." example:"The lamp blinks when the filter is full."`
}

// Gold is an answer of known quality, and how it was judged.
type Gold struct {
	ID quality.GoldID `json:"id" format:"uuid"`
	GoldBody
	MadeAt    time.Time  `json:"made_at"`
	RetiredAt *time.Time `json:"retired_at"`
	Votes     int        `json:"votes"`
	Right     int        `json:"right" doc:"Of the votes. What hardly anybody judges right may be wrong itself."`
}

func goldOf(g quality.JudgedGold) Gold {
	return Gold{
		ID: g.Gold.ID, GoldBody: GoldBody(g.Gold.GoldText), MadeAt: g.Gold.MadeAt, RetiredAt: g.Gold.RetiredAt, Votes: g.Given, Right: g.Right,
	}
}

type programPageIn struct {
	ProgramIn
	PageParams
}

func (a *API) gold(ctx context.Context, caller access.Caller, in *programPageIn) (*Listed[Gold], error) {
	page, err := in.page()
	if err != nil {
		return nil, err
	}
	items, err := a.House.Quality.GoldItems(ctx, caller, in.Program, page)
	return listOf(items, goldOf), err
}

type addGoldIn struct {
	ProgramIn
	Body GoldBody
}

func (a *API) addGold(ctx context.Context, caller access.Caller, in *addGoldIn) (string, error) {
	g, err := a.House.Quality.AddGold(ctx, caller, in.Program, quality.GoldText(in.Body))
	return g.ID.String(), err
}

func (a *API) addedGold(ctx context.Context, caller access.Caller, in *addGoldIn, id string) (*One[Gold], error) {
	parsed, err := marketplace.ParseID[quality.Gold](id)
	if err != nil {
		return nil, err
	}
	g, err := a.House.Quality.GoldItem(ctx, caller, in.Program, parsed)
	return one(goldOf(g)), err
}

type retireGoldIn struct {
	ProgramIn
	Gold quality.GoldID `path:"gold" format:"uuid" doc:"The item's id."`
}

func (a *API) retireGold(ctx context.Context, caller access.Caller, in *retireGoldIn) error {
	return a.House.Quality.RetireGold(ctx, caller, in.Program, in.Gold)
}
