package verdict

import (
	"math/rand/v2"
	"time"
)

// Candidate is somebody who might review a piece of work, and what is between
// them and it.
type Candidate struct {
	Part    bool      // they asked the question, or had a turn on it
	Brand   bool      // they decide about the brand's money
	Foreign bool      // they do not speak its language
	Voter   bool      // they have a vote on this work already, given or asked for
	Account bool      // they share a payout account with its author, or with somebody who votes on it
	Paired  time.Time // when one of the two was last asked to judge the other; zero: never
	Skill   Skill
	Today   int // reviews they were given since midnight
}

// Conflict is why somebody may not review a piece of work.
type Conflict string

const (
	NoConflict      Conflict = ""
	HadPart         Conflict = "part"
	BrandsOwn       Conflict = "brand"
	OtherLanguage   Conflict = "language"
	VotesAlready    Conflict = "voter"
	SameAccount     Conflict = "same_account"
	RecentlyPaired  Conflict = "recent_pairing"
	NotCalibrated   Conflict = "not_calibrated"
	EnoughForOneDay Conflict = "daily_cap"
)

// PairedApart is how long two people do not judge each other again.
const PairedApart = 30 * 24 * time.Hour

// mostReviewsADay is how many one reviewer is given a day.
const mostReviewsADay = 30

// Conflict is the first that there is, or none.
func (c Candidate) Conflict(now time.Time) Conflict {
	switch {
	case c.Part:
		return HadPart
	case c.Brand:
		return BrandsOwn
	case c.Foreign:
		return OtherLanguage
	case c.Voter:
		return VotesAlready
	case c.Account:
		return SameAccount
	case !c.Paired.IsZero() && now.Sub(c.Paired) < PairedApart:
		return RecentlyPaired
	case c.Today >= mostReviewsADay:
		return EnoughForOneDay
	case !c.Skill.AsOf(now).Calibrated():
		return NotCalibrated
	}
	return NoConflict
}

// Choose draws one of the candidates without a conflict, each as likely as the
// other: nobody chooses their work, and nobody can count on a friend's. It is
// their place in the list; ok is false where there is none.
func Choose(rnd *rand.Rand, now time.Time, list []Candidate) (chosen int, ok bool) {
	free := 0
	for i, c := range list {
		if c.Conflict(now) != NoConflict {
			continue
		}
		if free++; rnd.IntN(free) == 0 {
			chosen, ok = i, true
		}
	}
	return chosen, ok
}

// goldBP is the share of what reviewers are given that is gold: of known quality,
// and to the eye like any other. Who is not calibrated is given nothing else.
const goldBP = 500

// Gold decides whether the next that a reviewer is given is gold.
func Gold(rnd *rand.Rand) bool { return rnd.IntN(Whole) < goldBP }
