package quality

import (
	"time"

	"knowhow/marketplace/access"
	"knowhow/marketplace/expert"
)

// Level is a name for how much is known to be good of an expert's work on a topic.
// It decides nothing: routing goes by the belief itself.
type Level string

const (
	LevelNew     Level = "new"     // little is known yet, or it is not so good
	LevelProven  Level = "proven"  // good, shown by several customers on several days
	LevelTrusted Level = "trusted" // very good, shown by many over weeks
)

// bar is what a level takes: the lower end of the belief's interval, and outcomes,
// customers and days that show it.
type bar struct {
	Level                     Level
	Low                       float64
	Outcomes, Customers, Days int
}

// Bars are what the levels take, the lowest first.
var Bars = []bar{{LevelProven, 0.6, 10, 5, 3}, {LevelTrusted, 0.75, 50, 25, 15}}

const (
	// keepShare is the part of its bar below which a level is lost, so that nobody
	// goes up and down with every answer.
	keepShare = 0.9
	// perDay and perCustomer are how many outcomes of one day, and of one customer,
	// count towards a level at most: neither haste nor one friend makes one.
	perDay      = 10
	perCustomer = 3
)

// Reached is where an expert stands on a topic.
type Reached struct {
	Topic                     string
	Level                     Level
	Since                     *time.Time // when it was reached; nil: new
	Outcomes, Customers, Days int        // that count towards a level
	Low                       float64    // the lower end of the belief's interval, now
}

// climb follows an expert's level on one topic through its outcomes.
type climb struct {
	Reached
	belief    expert.Belief
	days      map[time.Time]int
	customers map[access.CustomerID]int
}

func newClimb(topic string) *climb {
	return &climb{
		Reached: Reached{Topic: topic, Level: LevelNew}, belief: expert.Prior(),
		days: map[time.Time]int{}, customers: map[access.CustomerID]int{},
	}
}

// take adds an outcome, the next in time, and gives the belief's mean before and
// after it.
func (c *climb) take(x StandingChange) (before, after float64) {
	before = c.belief.AsOf(x.At).Mean()
	c.belief = c.belief.With(x.Outcome, x.Weight, x.At)
	if day := x.At.Truncate(24 * time.Hour); c.days[day] < perDay && c.customers[x.customer] < perCustomer {
		c.days[day]++
		c.customers[x.customer]++
		c.Outcomes++
	}
	c.Days, c.Customers = len(c.days), len(c.customers)
	c.weigh(x.At)
	return before, c.belief.Mean()
}

// weigh decides the level at a time: a higher one once its bar is met, a lower one
// once the belief has fallen below the greater part of the one that is held.
func (c *climb) weigh(at time.Time) {
	c.Low, _ = c.belief.AsOf(at).Interval()
	level := LevelNew
	for _, b := range Bars {
		holds := rank(c.Level) >= rank(b.Level) && c.Low >= keepShare*b.Low
		if holds || c.Low >= b.Low && c.Outcomes >= b.Outcomes && c.Customers >= b.Customers && c.Days >= b.Days {
			level = b.Level
		}
	}
	if level == c.Level {
		return
	}
	c.Level, c.Since = level, nil
	if level != LevelNew {
		c.Since = &at
	}
}

func rank(l Level) int {
	for i, b := range Bars {
		if b.Level == l {
			return i + 1
		}
	}
	return 0
}
