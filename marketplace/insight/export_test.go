package insight

// What tests look at from outside.
var (
	SpreadOf  = spread
	TwoDigits = twoDigits
)
