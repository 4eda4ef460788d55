package matching

// Vector holds one number per feature, in the order in which a Record's Factors
// name them.
type Vector [featureCount]float64

// Weights is a linear model over the features. Tagged applies to questions with
// a tag that some earlier question has, Plain to all others, where the text must
// carry what the tags would have. Weights must be finite.
type Weights struct {
	Version string
	Tagged  Vector
	Plain   Vector
}

// DefaultWeights are the weights to use. They are the coefficients of a
// conditional logit (a softmax over the pool, L2 5e-3 on standardised features,
// signs held so that success never counts against anyone), fitted on 647
// questions of travel.stackexchange.com (CC BY-SA 3.0) asked from November 2011
// to May 2012, each ranked from what lay before it: once with their tags (Tagged)
// and once without (Plain). They were rounded, and three are set by hand: a
// little weight on experience of any age, for programs slower than that site;
// one on having answered this asker before; and one on the prior, which that
// site has nothing of, so that a newcomer with a passed test has a way in.
func DefaultWeights() Weights {
	return Weights{
		Version: "travel-2012-1",
		Tagged: Vector{
			featActivityShort: 0.24,
			featBestShare:     0.135,
			featIdle:          -0.45,
			featAsker:         0.05,
			featNear:          0.05,
			featNearShort:     0.375,
			featTag:           0.05,
			featTagLong:       0.24,
			featTagShort:      0.54,
			featPrior:         1,
		},
		Plain: Vector{
			featActivityShort: 0.46,
			featBestShare:     0.16,
			featIdle:          -0.43,
			featAsker:         0.05,
			featNear:          0.05,
			featNearLong:      0.2,
			featNearShort:     0.545,
			featPrior:         1,
		},
	}
}
