package verdict

// Level is what a standing has come to, for its expert and for whoever reads
// their record. It opens nothing that matching ranks by.
type Level string

const (
	Newcomer Level = "newcomer"
	Proven   Level = "proven"
	Trusted  Level = "trusted"
	Master   Level = "master"
)

// Levels lists every level, the lowest first.
var Levels = []Level{Newcomer, Proven, Trusted, Master}

// Bar is what a level takes.
type Bar struct {
	Level     Level
	Low       float64 // of the standing's 90 % interval, the lower end
	Evidence  int     // outcomes
	Customers int     // different ones, so that no friend can make a master
}

// Bars are what the levels take, the lowest first.
var Bars = []Bar{
	{Level: Newcomer},
	{Level: Proven, Low: .60, Evidence: 5, Customers: 3},
	{Level: Trusted, Low: .75, Evidence: 20, Customers: 10},
	{Level: Master, Low: .85, Evidence: 60, Customers: 30},
}

// keeps is the share of its bar above which a level is not lost, so that nobody
// goes up and down with every answer.
const keeps = .9

// Reached is the level of a standing that had the level was. It is lost only
// below keeps of its bar, and never for customers who are erased.
func Reached(was Level, low float64, evidence, customers int) Level {
	level, held := Newcomer, true // held: bars up to that of the level they had
	if was == "" {
		was = Newcomer
	}
	for _, b := range Bars {
		reached := low >= b.Low && evidence >= b.Evidence && customers >= b.Customers
		if reached || held && low >= keeps*b.Low {
			level = b.Level
		}
		if b.Level == was {
			held = false
		}
	}
	return level
}
