package verdict

// Risk is what is known of a piece of work when it is decided whether it is
// reviewed.
type Risk struct {
	Probation  bool // its expert is new to the program
	Stranger   bool // nobody vouches for the customer, who may be an accomplice
	Ended      bool // its expert ended the conversation
	LowRating  bool // the customer was discontent for a reason that was the expert's to avoid
	Doubtful   bool // its expert's standing is beyond doubt below what the program's is
	Suspicious bool // a signal about its expert waits for a human
}

// Cause is why work is reviewed.
type Cause string

const (
	NotReviewed Cause = ""
	BySample    Cause = "sample" // drawn by chance
	ByProbation Cause = "probation"
	ByStranger  Cause = "unverified"
	ByEnded     Cause = "ended"
	ByRating    Cause = "rating"
	ByDoubt     Cause = "doubt"
	BySignal    Cause = "signal"
)

// Whole is all of something in basis points.
const Whole = 10_000

// watchedBP is the least share of work that is reviewed of experts about whom
// there is a signal, or whose standing is low.
const watchedBP = 5_000

// Sample decides whether work is reviewed, and why. Draw is equally distributed
// below Whole, and must be hidden from experts. Beside what has a risk, a share
// of shareBP of all work is drawn by chance, so that no sort of work is ever
// certain not to be looked at.
func (r Risk) Sample(draw uint64, shareBP int) Cause {
	switch {
	case r.Ended:
		return ByEnded
	case r.Probation:
		return ByProbation
	case draw < uint64(max(shareBP, 0)):
		return BySample
	case r.Suspicious && draw < watchedBP:
		return BySignal
	case r.LowRating:
		return ByRating
	case r.Doubtful && draw < watchedBP:
		return ByDoubt
	case r.Stranger:
		return ByStranger
	}
	return NotReviewed
}

// Weight is what a verdict counts for the expert's standing, of what one on work
// drawn by chance does. Work that was picked because something seemed wrong with
// it is worse than the rest: it counts as often as chance would have picked it
// (D. G. Horvitz, D. J. Thompson, JASA 47, 1952). Who wrote it says nothing of
// this very work, so probation, doubt and signals count in full.
func (c Cause) Weight(shareBP int) float64 {
	if c == ByRating {
		return max(float64(shareBP), Whole/100) / Whole
	}
	return 1
}
