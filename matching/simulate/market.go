package simulate

import (
	"math"
	"math/rand/v2"
	"sync"
	"time"

	"knowhow/matching/assign"
)

// Market is what a run is of. The zero value of a field is what the constants
// below say.
type Market struct {
	Seed      uint64
	Load      float64 // questions asked, of what the crowd can do
	Questions int
	Untested  bool // nobody takes a test: outcomes alone tell who can do what
}

const (
	people  = 200
	topics  = 20
	shifts  = 3
	shift   = 24 * time.Hour / shifts
	month   = 30 * 24 * time.Hour
	churn   = .05 // of the people leave each month
	total   = 20_000
	usual   = .7 // of what the crowd can do
	items   = 5  // of the test, on each topic
	options = 4  // of each item: who does not know guesses

	occupation  = 3 * time.Hour // of an expert by a question, on average
	speedWidth  = .4            // of the logarithm of experts' speeds
	workWidth   = .5            // of the logarithm of how long one question takes one expert
	answers     = 3             // that a customer takes before they go to the brand's team
	perQuestion = 1.96          // answers that a question takes when experts are drawn by lot: 1 + .6 + .36

	takes      = .85 // of offers are taken, by day
	takesNight = .65
	takesAfter = 3 * time.Minute // on average

	// Bound is how long a question waits for an expert who works on it, each time
	// it needs one; then it goes to the brand's team.
	Bound      = 4 * time.Hour
	brandMean  = time.Hour // the brand's team answers after, on average
	probation  = 200       // hours on duty in which an expert is new
	shareBound = .03       // of all offers since they joined that one expert may get
)

// start is a Monday.
var start = time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)

func (m Market) load() float64 {
	if m.Load == 0 {
		return usual
	}
	return m.Load
}

func (m Market) questions() int {
	if m.Questions == 0 {
		return total
	}
	return m.Questions
}

// What a draw is about. Draws about different things, and about the same thing of
// different people and questions, are independent; what one policy draws more
// than another changes nothing else.
const (
	ofSkill = iota + 1
	ofSpeed
	ofTest
	ofLeaving
	ofArrival
	ofTopic
	ofWork
	ofSuccess
	ofTaking
	ofBrand
	ofLot
	ofChoice
	ofTwin
)

func (m Market) chance(of uint64, about ...uint64) *rand.Rand {
	return assign.Chance(m.Seed, append([]uint64{of}, about...)...)
}

// skills are drawn for an expert: one per topic, independent of each other.
func (m Market) skills(person int) (list [topics]float64) {
	rnd := m.chance(ofSkill, uint64(person))
	for t := range list {
		list[t] = assign.Draw(rnd, 2, 3)
	}
	return list
}

// logNormal has the mean 1.
func logNormal(rnd *rand.Rand, width float64) float64 {
	return math.Exp(width*rnd.NormFloat64() - width*width/2)
}

// rate is how many questions are asked per hour.
func (m Market) rate() float64 { return m.load() * capacity() / perQuestion }

// capacity is how many answers the crowd gives per hour when everybody always has
// one more to give: everybody begins another until their shift ends, and ends
// what they began. It is found by living the shifts of many people.
var capacity = sync.OnceValue(func() float64 {
	const crowd, days = 4000, 50
	rnd, given := rand.New(rand.NewPCG(1, 1)), 0
	for range crowd {
		speed := logNormal(rnd, speedWidth)
		over := time.Duration(0) // of the last shift, at the beginning of the next
		for range days {
			at := max(over, 0)
			for at < shift {
				at += work(rnd, speed)
				given++
			}
			over = at - shifts*shift
		}
	}
	return float64(given) / (crowd * days) * people / 24
})

func work(rnd *rand.Rand, speed float64) time.Duration {
	return time.Duration(speed * logNormal(rnd, workWidth) * float64(occupation))
}

// popularity is Zipf's law with exponent 1: the k-th topic is asked about a k-th
// as often as the first; summed up.
var popularity = func() (list [topics]float64) {
	sum := 0.0
	for k := range list {
		sum += 1 / float64(k+1)
		list[k] = sum
	}
	return list
}()

func (m Market) topic(question int) int {
	at := m.chance(ofTopic, uint64(question)).Float64() * popularity[topics-1]
	for k, upTo := range popularity {
		if at < upTo {
			return k
		}
	}
	return topics - 1
}
