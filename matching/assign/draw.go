package assign

import (
	"math"
	"math/rand/v2"
)

// Chance gives draws that depend on nothing but the seed and the lots of those
// they are about: neither on the order in which they are made nor on how many.
func Chance(seed uint64, lots ...uint64) *rand.Rand {
	state := seed
	for _, lot := range lots {
		state = mixed(state ^ mixed(lot))
	}
	return rand.New(rand.NewPCG(state, mixed(state)))
}

// mixed is the finaliser of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014).
func mixed(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// Draw is a draw from what is believed of somebody, Beta(alpha, beta): who is
// little known is sometimes thought better than they are on average, tried, and
// so known (Thompson, Biometrika 25, 1933). Both must be above zero. Of X and Y
// with the gamma distributions of alpha and beta it is X / (X + Y).
func Draw(rnd *rand.Rand, alpha, beta float64) float64 {
	x := gamma(rnd, alpha)
	return x / (x + gamma(rnd, beta))
}

// gamma is by Marsaglia and Tsang (ACM TOMS 26, 2000).
func gamma(rnd *rand.Rand, shape float64) float64 {
	if shape < 1 {
		return gamma(rnd, shape+1) * math.Pow(1-rnd.Float64(), 1/shape)
	}
	d := shape - 1.0/3
	c := 1 / math.Sqrt(9*d)
	for {
		x := rnd.NormFloat64()
		v := 1 + c*x
		if v <= 0 {
			continue
		}
		v = v * v * v
		if math.Log(1-rnd.Float64()) < x*x/2+d-d*v+d*math.Log(v) {
			return d * v
		}
	}
}
