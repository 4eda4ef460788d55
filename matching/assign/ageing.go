package assign

import "time"

// Ageing is how the worth of being served grows while a question waits: by
// Spread, which no two scores differ by more than, in each Overtake.
type Ageing struct {
	Spread   float64       // of the scores: the best possible less the worst
	Overtake time.Duration // see Urgency
}

// Urgency is Spread × (1 + age / Overtake). Being served is then worth more than
// any difference between candidates, and what one expert can do for two
// questions differs by less than what Overtake adds to the older one's worth: so
// nobody is passed over by a question asked more than Overtake later, at an
// expert both could have had. Behind a question that waits there are, therefore,
// no more to be served before it than are asked within Overtake.
func (a Ageing) Urgency(age time.Duration) float64 {
	return a.Spread * (1 + float64(max(age, 0))/float64(a.Overtake))
}
