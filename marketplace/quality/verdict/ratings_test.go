package verdict

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// rateds is a market of experts who each know some kinds of questions, and of
// customers of whom one in ten is strict.
func rateds(rnd *rand.Rand, n int) []Rating {
	const customers, experts, kinds = 300, 20, 8
	list := make([]Rating, n)
	for i := range list {
		r := Rating{Customer: rnd.IntN(customers), Kind: rnd.IntN(kinds)}
		r.Expert = (r.Kind*3 + rnd.IntN(6)) % experts
		content := .85 - .02*float64(r.Expert)
		if r.Customer%10 == 0 {
			content = .4
		}
		r.High = rnd.Float64() < content
		r.Low = !r.High && rnd.Float64() < .6
		list[i] = r
	}
	return list
}

func TestCircles(t *testing.T) {
	for seed := range uint64(10) {
		rnd := rand.New(rand.NewPCG(seed, 2))
		honest := rateds(rnd, 1500)
		if found := Circles(honest); len(found) != 0 {
			t.Errorf("seed %d: among honest people %+v", seed, found)
		}
		up := slices.Clone(honest)
		for customer := 300; customer < 304; customer++ {
			for range 5 {
				up = append(up, Rating{Customer: customer, Expert: 3, Kind: 1, High: true})
			}
		}
		found := Circles(up)
		if len(found) != 1 || found[0].Expert != 3 || found[0].Low || !slices.Equal(slices.Sorted(slices.Values(found[0].Customers)), []int{300, 301, 302, 303}) ||
			len(found[0].Ratings) != 20 || found[0].Ratings[0] != 1500 {
			t.Errorf("seed %d: up, found %+v", seed, found)
		}
		down := slices.Clone(honest)
		for customer := 300; customer < 304; customer++ {
			for range 6 {
				down = append(down, Rating{Customer: customer, Expert: 3, Kind: 1, Low: true}, Rating{Customer: customer, Expert: rnd.IntN(3), Kind: 1, High: true})
			}
		}
		found = Circles(down)
		if len(found) != 1 || found[0].Expert != 3 || !found[0].Low || len(found[0].Customers) != 4 || len(found[0].Ratings) != 24 {
			t.Errorf("seed %d: down, found %+v", seed, found)
		}
	}
	if found := Circles(nil); found != nil {
		t.Errorf("of nothing %+v", found)
	}
}

// Where nobody else knows a kind of question, who comes back to the one who does is
// no circle; nor is who is strict with everybody, nor two ratings each of a few.
func TestCirclesOfNobody(t *testing.T) {
	base := rateds(rand.New(rand.NewPCG(1, 2)), 1500)
	for name, more := range map[string]func(customer int) []Rating{
		"a niche": func(c int) []Rating { return repeated(5, Rating{Customer: c, Expert: 19, Kind: 8, High: true}) },
		"strict":  func(c int) []Rating { return strict(c) },
		"a few":   func(c int) []Rating { return repeated(1, Rating{Customer: c, Expert: 3, Kind: 1, High: true}) },
		"content": func(c int) []Rating { return repeated(3, Rating{Customer: c, Expert: 3, Kind: 1}) },
		"just one": func(c int) []Rating {
			return repeated(map[int]int{300: 9}[c], Rating{Customer: c, Expert: 3, Kind: 1, High: true})
		},
	} {
		list := slices.Clone(base)
		for customer := 300; customer < 304; customer++ {
			list = append(list, more(customer)...)
		}
		if found := Circles(list); len(found) != 0 {
			t.Errorf("%s: found %+v", name, found)
		}
	}
}

func repeated(n int, r Rating) []Rating { return slices.Repeat([]Rating{r}, n) }

func strict(customer int) (list []Rating) {
	for expert := range 10 {
		list = append(list, repeated(3, Rating{Customer: customer, Expert: expert, Kind: expert % 8, Low: true})...)
	}
	return list
}
