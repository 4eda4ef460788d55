package matching

// Vector holds one number per feature, in the order in which a Record's Factors
// name them.
type Vector [featureCount]float64

// Weights is a linear model over the features. Tagged applies to questions with
// a tag that some earlier question has, Plain to all others, where the text must
// carry what the tags would have. Weights must be finite. Fitted is zero where
// they were not fitted to the program itself.
type Weights struct {
	Version string
	Tagged  Vector
	Plain   Vector
	Fitted  Fitting
}

// DefaultWeights are the platform's: those of a program without a history of
// its own, and what a program's own are drawn to. They were fitted as Lessons.Fit
// fits, drawn to zero, to two times of travel.stackexchange.com (CC BY-SA 3.0):
// the resolved questions of its first year, to 8 May 2012, with their texts and
// tags, and the last 3,000 before 27 March 2016, with titles and the tags that
// those name; each ranked from what lay before it, with tags (Tagged) and without
// (Plain): the means of the two, rounded. Three things are set by hand. Words and
// tags weigh two and a half to three times as much, and habits of time less by
// three tenths, since a support program's subjects are more apart than that
// site's; its own history soon says how far. And the prior, which that site has
// nothing of, so that a newcomer with a passed test has a way in.
func DefaultWeights() Weights {
	return Weights{
		Version: "travel-2016-3",
		Tagged: Vector{
			featActivity3:     0.17,
			featActivityWeek:  0.3,
			featActivityMonth: 0.31,
			featResolvedShare: 0.4,
			featIdleHours:     -0.12,
			featIdleDays:      -0.045,
			featHour:          0.6,
			featWeekday:       0.2,
			featAsker:         0.17,
			featNear:          0.205,
			featNearYear:      0.14,
			featNearest:       0.53,
			featWords:         0.33,
			featWordsSum:      0.037,
			featTags:          0.56,
			featPrior:         1,
		},
		Plain: Vector{
			featActivity3:     0.14,
			featActivityWeek:  0.36,
			featActivityMonth: 0.19,
			featResolvedShare: 0.38,
			featIdleHours:     -0.12,
			featIdleDays:      -0.055,
			featHour:          0.62,
			featWeekday:       0.21,
			featAsker:         0.19,
			featNear:          0.27,
			featNearYear:      0.17,
			featNearest:       0.96,
			featWords:         1.3,
			featWordsSum:      0.07,
			featPrior:         1,
		},
	}
}
