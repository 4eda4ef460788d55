package quality

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"time"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/program"
	"knowhow/marketplace/quality/verdict"
	"knowhow/marketplace/question"
	"knowhow/payouts"
)

// ReviewID identifies a review.
type ReviewID = marketplace.ID[Review]

// Review is a quality check of one assignment.
type Review struct {
	ID           ReviewID `gorm:"primaryKey"`
	BrandID      marketplace.BrandID
	QuestionID   question.ID
	AssignmentID question.AssignmentID
	AuthorID     access.PersonID // whose work it is
	State        ReviewState
	Cause        ReviewCause
	RewardMinor  int64 // set aside for a peer's review; 0: nobody is paid for it
	Currency     payouts.Currency
	CreatedAt    time.Time
	Passed       *bool
	Scores       map[Criterion]int `gorm:"serializer:json"`
	Note         string            // redacted
	ReviewerID   access.PersonID   // zero unless decided; where peers voted, the last of them
	Votes        int               // of peers, that the verdict was made of; 0: it is one person's of the brand
	Bad          *float64          // the chance that the work is bad, that votes came to
	EndedAt      *time.Time
	NextDueAt    *time.Time // when an open review lapses
}

// ReviewState says where a review stands.
type ReviewState string

const (
	ReviewOpen    ReviewState = "open"    // waits for a reviewer; their verdict or its time moves it on
	ReviewDecided ReviewState = "decided" // an end: somebody gave a verdict
	ReviewLapsed  ReviewState = "lapsed"  // an end: nobody did in time, so the work counts as passed
)

// reviewMoves is the state map of reviews; migration 00021 mirrors it.
var reviewMoves = map[ReviewState][]ReviewState{ReviewOpen: {ReviewDecided, ReviewLapsed}}

// ReviewStates lists every state.
var ReviewStates = marketplace.StatesOf(reviewMoves)

func (s ReviewState) to(next ReviewState) (ReviewState, error) {
	if !slices.Contains(reviewMoves[s], next) {
		return "", &question.TransitionError{Noun: "review", From: string(s), Verb: "become " + string(next)}
	}
	return next, nil
}

// ReviewCause says why an assignment is reviewed.
type ReviewCause string

const (
	CauseSample    ReviewCause = "sample"    // drawn
	CauseProbation ReviewCause = "probation" // all work of an expert new to the program is reviewed
	// CauseUnverified: all work for a customer nobody vouches for is reviewed,
	// who may be the expert's accomplice.
	CauseUnverified ReviewCause = "unverified"
	CauseEnded      ReviewCause = "ended" // a conversation that its expert ended is always reviewed
	// CauseRating: the customer was discontent, for a reason that was the expert's to
	// avoid.
	CauseRating ReviewCause = "rating"
	// CauseDoubt and CauseSignal: work of who is watched is drawn more often.
	CauseDoubt  ReviewCause = "doubt"
	CauseSignal ReviewCause = "signal"
)

// draw is the lot, below verdict.Whole, by which chance decides whether an
// assignment is reviewed. It follows from a secret key, from when the question
// was asked and from the attempt, not from ids, people or the present time: an
// expert cannot know it, and a replay with the same key draws the same.
func draw(key []byte, askedAt time.Time, attempt int) uint64 {
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%d %d", askedAt.UnixMicro(), attempt)
	return binary.BigEndian.Uint64(mac.Sum(nil)) % verdict.Whole
}

// reviewDue is when an unreviewed review lapses: with a quarter of the time
// between earning and release left, in which a human can act on a failing
// verdict.
func reviewDue(earned, release time.Time) time.Time {
	return release.Add(-release.Sub(earned) / 4).Truncate(time.Microsecond)
}

// Criterion is one line of the rubric.
type Criterion string

const (
	Correct  Criterion = "correct"  // what it says is so
	Complete Criterion = "complete" // nothing the customer needs is missing
	Kind     Criterion = "kind"
	Safe     Criterion = "safe" // harms nobody, nor their data
	// Honest: claims no more than the expert knows, and says what is best for the
	// customer even where that sells less.
	Honest Criterion = "honest"
	// Tone is as the program wants it; only where it says how.
	Tone Criterion = program.RubricTone
)

// Rubric is the list of criteria by which all work is judged; some programs have
// Tone too.
var Rubric = []Criterion{Correct, Complete, Kind, Safe, Honest}

// Verdict is a reviewer's judgement: a score from 1 (bad) to 5 for every
// criterion of the program, and whether the work passes. Failing needs a score
// of 2 or less and a note; nothing with a 1 passes.
type Verdict struct {
	Pass   bool
	Scores map[Criterion]int
	Note   string // for the expert, at most 4 kB
}

// The scores that a verdict has to agree with.
const (
	scoreLow   = 2 // a failing verdict has one at most this
	scoreFatal = 1 // a passing verdict has none
)

func (v Verdict) check() error {
	for c := range v.Scores {
		if c != Tone && !slices.Contains(Rubric, c) {
			return &marketplace.InvalidError{Field: "scores", Reason: fmt.Sprintf("%.20q is not one of %v", c, Rubric)}
		}
	}
	lowest := 5
	asked := Rubric
	if _, there := v.Scores[Tone]; there {
		asked = append(slices.Clone(Rubric), Tone)
	}
	for _, c := range asked {
		score := v.Scores[c]
		if score < 1 || score > 5 {
			return &marketplace.InvalidError{Field: "scores." + string(c), Reason: fmt.Sprintf("is %d, must be from 1 to 5", score)}
		}
		lowest = min(lowest, score)
	}
	switch {
	case v.Pass && lowest <= scoreFatal:
		return &marketplace.InvalidError{Field: "pass", Reason: "work with a score of 1 does not pass"}
	case !v.Pass && lowest > scoreLow:
		return &marketplace.InvalidError{Field: "pass", Reason: "work fails only with a score of 1 or 2"}
	case !v.Pass && v.Note == "":
		return &marketplace.InvalidError{Field: "note", Reason: "is missing: the expert must read why the work failed"}
	}
	return marketplace.CheckText("note", v.Note, 0, maxText)
}

// whole refuses a verdict without a line that the program judges by.
func (v Verdict) whole(p program.Program) error {
	if v.Scores[Tone] > 0 || !p.Policies.Rubric.Asks(string(Tone)) {
		return nil
	}
	return &marketplace.InvalidError{Field: "scores." + string(Tone), Reason: "is missing: this program judges by it"}
}
