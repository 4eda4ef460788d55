package api

import (
	"context"
	"time"

	"knowhow/marketplace/access"
	"knowhow/marketplace/program"
	"knowhow/marketplace/quality"
	"knowhow/marketplace/question"
)

const qualityTag = "Quality"

// reviewRoutes are what a brand's people do to judge work.
func (a *API) reviewRoutes() {
	read(a, Route{ID: "listReviews", Path: "/brands/{brand}/reviews", Tag: qualityTag, Who: member(access.ReviewWork),
		Summary: "List the review you were given and have not decided", About: "One, or none."}, a.reviewsInHand)
	call(a, Route{ID: "nextReview", Path: "/brands/{brand}/reviews/next", Tag: qualityTag, Who: member(access.ReviewWork),
		Summary: "Be given a review to decide",
		About: "The one you have, or one drawn by lot among those that you may decide: nobody chooses whom they judge. " +
			"It is yours alone for half an hour, and after that until somebody else is given it."}, a.nextReview)
	act(a, Route{ID: "returnReview", Path: "/brands/{brand}/reviews/{review}/return", Tag: qualityTag, Who: member(access.ReviewWork),
		Summary: "Give back a review that you cannot judge", About: "You are not given it again. Five on a day, at most."}, a.returnReview)
	act(a, Route{ID: "decideReview", Path: "/brands/{brand}/reviews/{review}/verdict", Tag: qualityTag, Who: member(access.ReviewWork),
		Summary: "Give a verdict on the review you were given", About: "A failing one moves no money: it proposes a refusal, which only a person makes."}, a.decideReview)
	read(a, Route{ID: "listQuestionReviews", Path: "/brands/{brand}/questions/{question}/reviews", Tag: qualityTag, Who: member(access.ReviewWork),
		Summary: "List the reviews of a question, oldest first", About: "With what each peer said, once a review is over, and without who they are."}, a.questionReviews)
	read(a, Route{ID: "listProposals", Path: "/brands/{brand}/proposals", Tag: qualityTag, Who: member(access.RefusePay),
		Summary: "List failing verdicts on which you may still refuse pay, soonest release first"}, a.proposals)
	read(a, Route{ID: "listFeedback", Path: "/brands/{brand}/feedback", Tag: qualityTag, Who: member(access.SeeQuestions),
		Summary: "List what customers said, newest first"}, a.feedback)
}

// Work is a question and one expert's answer, as somebody reads them who
// judges the answer: redacted, without names and without pay.
type Work struct {
	Title    string    `json:"title"`
	Context  string    `json:"context"`
	Tags     []string  `json:"tags"`
	Language string    `json:"language"`
	Messages []Message `json:"messages"`
	Ended    string    `json:"ended" enum:"abusive,threat,unlawful,spam," doc:"Why the expert ended the conversation; empty where they did not."`
	Note     string    `json:"note" doc:"What they said of it."`

	Rubric []RubricLine `json:"rubric" doc:"What it is judged by."`
}

// RubricLine is one of the lines that work is judged by.
type RubricLine struct {
	Line  string `json:"line" enum:"correct,complete,kind,safe,honest,tone"`
	Means string `json:"means" doc:"In this program, in the brand's words; empty: what it always means."`
}

func rubricOf(r program.Rubric) []RubricLine {
	list := []RubricLine{}
	for _, line := range program.RubricLines {
		if r.Asks(line) {
			list = append(list, RubricLine{Line: line, Means: r[line]})
		}
	}
	return list
}

func workOf(w quality.WorkView) Work {
	return Work{Title: w.Title, Context: w.Context, Tags: list(w.Tags), Language: w.Language, Messages: messagesOf(w.Turns), Ended: w.Ended, Note: w.Note, Rubric: rubricOf(w.Rubric)}
}

// Review is a review that waits for the verdict of whom it was given to.
type Review struct {
	ID     quality.ReviewID `json:"id" format:"uuid"`
	DueAt  time.Time        `json:"due_at" doc:"Then it counts as passed."`
	Reward *Money           `json:"reward" doc:"What a peer earns by it; null: nothing."`
	Work   Work             `json:"work"`
}

type BrandPageIn struct {
	BrandIn
	PageParams
}

func reviewOf(r quality.OpenReview) Review {
	shape := Review{ID: r.ID, DueAt: r.Due, Work: workOf(r.Work)}
	if r.Reward.Minor > 0 {
		shape.Reward = &r.Reward
	}
	return shape
}

func (a *API) reviewsInHand(ctx context.Context, caller access.Caller, in *BrandIn) (*Listed[Review], error) {
	reviews, err := a.House.Quality.ReviewsInHand(ctx, caller, in.Brand)
	return allOf(reviews, reviewOf), err
}

// NextReview is what a reviewer is to decide next.
type NextReview struct {
	Review *Review `json:"review" doc:"Null: nothing waits that you may decide."`
}

func (a *API) nextReview(ctx context.Context, caller access.Caller, in *BrandIn) (*One[NextReview], error) {
	next, err := a.House.Quality.NextReview(ctx, caller, in.Brand)
	shown := NextReview{}
	if next != nil {
		review := reviewOf(*next)
		shown.Review = &review
	}
	return one(shown), err
}

type returnReviewIn struct {
	BrandIn
	Review quality.ReviewID `path:"review" format:"uuid" doc:"The review's id."`
	Body   struct {
		Reason quality.ReturnReason `json:"reason" enum:"language,conflict,other" doc:"language: you do not read it well enough; conflict: you know whose work it is."`
	}
}

func (a *API) returnReview(ctx context.Context, caller access.Caller, in *returnReviewIn) error {
	return a.House.Quality.ReturnReview(ctx, caller, in.Brand, in.Review, in.Body.Reason)
}

// Scores are from 1 (bad) to 5, one for each line of the rubric.
type Scores struct {
	Correct  int `json:"correct" minimum:"1" maximum:"5" doc:"What it says is so." example:"5"`
	Complete int `json:"complete" minimum:"1" maximum:"5" doc:"Nothing the customer needs is missing." example:"5"`
	Kind     int `json:"kind" minimum:"1" maximum:"5" example:"5"`
	Safe     int `json:"safe" minimum:"1" maximum:"5" doc:"Harms nobody, nor their data." example:"5"`
	Honest   int `json:"honest" minimum:"1" maximum:"5" doc:"Claims no more than the expert knows, and says what is best even where that sells less." example:"5"`
	Tone     int `json:"tone,omitempty" minimum:"1" maximum:"5" doc:"As the program wants it; where its rubric has that line."`
}

func (s Scores) rubric() map[quality.Criterion]int {
	scores := map[quality.Criterion]int{
		quality.Correct: s.Correct, quality.Complete: s.Complete, quality.Kind: s.Kind, quality.Safe: s.Safe, quality.Honest: s.Honest,
	}
	if s.Tone > 0 {
		scores[quality.Tone] = s.Tone
	}
	return scores
}

func scoresOf(m map[quality.Criterion]int) Scores {
	return Scores{Correct: m[quality.Correct], Complete: m[quality.Complete], Kind: m[quality.Kind], Safe: m[quality.Safe], Honest: m[quality.Honest], Tone: m[quality.Tone]}
}

type verdictIn struct {
	BrandIn
	Review quality.ReviewID `path:"review" format:"uuid" doc:"The review's id."`
	Body   struct {
		Pass   bool   `json:"pass"`
		Scores Scores `json:"scores"`
		Note   string `json:"note,omitempty" maxLength:"4096" doc:"For the expert; needed where it fails."`
	}
}

func (a *API) decideReview(ctx context.Context, caller access.Caller, in *verdictIn) error {
	return a.House.Quality.Decide(ctx, caller, in.Brand, in.Review,
		quality.Verdict{Pass: in.Body.Pass, Scores: in.Body.Scores.rubric(), Note: in.Body.Note})
}

// ReviewRecord is a review of one attempt at a question.
type ReviewRecord struct {
	ID        quality.ReviewID    `json:"id" format:"uuid"`
	Attempt   int                 `json:"attempt"`
	State     quality.ReviewState `json:"state" enum:"open,decided,lapsed"`
	Cause     quality.ReviewCause `json:"cause" enum:",sample,probation,unverified,ended,rating,doubt,signal" doc:"What it was drawn for; empty while it is open. Who may not see signals reads sample for doubt and signal."`
	CreatedAt time.Time           `json:"created_at"`
	EndedAt   *time.Time          `json:"ended_at"`
	Passed    *bool               `json:"passed" doc:"Null unless decided."`
	Scores    *Scores             `json:"scores" doc:"Null unless decided; of several votes, the middle ones."`
	Note      string              `json:"note"`
	Bad       *float64            `json:"bad" doc:"The chance that the work is bad, which the votes came to; null: peers did not decide."`
	Votes     []PeerVote          `json:"votes" doc:"What peers said; empty while it is open."`
}

// PeerVote is what one peer said of an answer.
type PeerVote struct {
	Passed  bool      `json:"passed"`
	Scores  Scores    `json:"scores"`
	Note    string    `json:"note"`
	GivenAt time.Time `json:"given_at"`
}

func reviewRecordOf(r quality.ReviewRecord) ReviewRecord {
	shown := ReviewRecord{
		ID: r.Review.ID, Attempt: r.Attempt, State: r.Review.State, Cause: r.Review.Cause, CreatedAt: r.Review.CreatedAt, EndedAt: r.Review.EndedAt,
		Passed: r.Review.Passed, Note: r.Review.Note, Bad: r.Review.Bad, Votes: make([]PeerVote, len(r.Votes)),
	}
	if r.Review.Passed != nil {
		scores := scoresOf(r.Review.Scores)
		shown.Scores = &scores
	}
	for i, v := range r.Votes {
		shown.Votes[i] = PeerVote{Passed: v.Passed, Scores: scoresOf(v.Scores), Note: v.Note, GivenAt: v.GivenAt}
	}
	return shown
}

func (a *API) questionReviews(ctx context.Context, caller access.Caller, in *BrandQuestionIn) (*Listed[ReviewRecord], error) {
	reviews, err := a.House.Quality.ReviewsOf(ctx, caller, in.Brand, in.Question)
	return allOf(reviews, reviewRecordOf), err
}

// Proposal is a failing verdict on work that is not yet paid.
type Proposal struct {
	Review     quality.ReviewID      `json:"review" format:"uuid"`
	Assignment question.AssignmentID `json:"assignment" format:"uuid"`
	Scores     Scores                `json:"scores"`
	Note       string                `json:"note"`
	ReleaseAt  time.Time             `json:"release_at" doc:"Until then pay may be refused; then it is paid."`
	Work       Work                  `json:"work"`
}

func (a *API) proposals(ctx context.Context, caller access.Caller, in *BrandPageIn) (*Listed[Proposal], error) {
	page, err := in.page()
	if err != nil {
		return nil, err
	}
	proposals, err := a.House.Quality.Proposals(ctx, caller, in.Brand, page)
	return listOf(proposals, func(p quality.Proposal) Proposal {
		return Proposal{Review: p.Review, Assignment: p.Assignment, Scores: scoresOf(p.Scores), Note: p.Note, ReleaseAt: p.ReleaseAt, Work: workOf(p.Work)}
	}), err
}
