package program

import (
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"knowhow/marketplace"
)

// busy is a program whose rewards go by everything there is.
func busy() Program {
	p := Program{ID: marketplace.NewID[Program](), Currency: "EUR", Policies: DefaultPolicies()}
	p.Policies.Reward = RewardPolicy{
		BaseMinor: 200, ByTopic: map[string]int64{"visa": 500}, ByLanguage: map[string]int{"ar": 2500, "de": -1000},
		IncludedMinutes: 5, PerMinuteMinor: 20, FeeBP: 2000,
		Busy: BusyPolicy{
			QueueBP: 1000, LeastBP: -2000, MostBP: 5000, Zone: "Europe/Berlin",
			Hours: []HourPolicy{{Days: []int{6, 7}, From: 0, To: 24, BP: 3000}, {Days: []int{1, 2, 3, 4, 5}, From: 10, To: 16, BP: -1500}},
		},
		Floor: FloorPolicy{HourlyMinor: 1200, ByCountry: map[string]int64{"CH": 3000, "IN": 0}},
	}
	return p
}

func TestWhatAQuoteIsMadeOf(t *testing.T) {
	p := busy()
	visa := &Topic{ProgramID: p.ID, Slug: "visa"}
	sunday := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	monday := sunday.Add(day - 3*time.Hour) // ten in the morning in Berlin
	for name, c := range map[string]struct {
		kind    Kind
		country string
		want    []QuoteItem
	}{
		"nothing but the base": {Kind{Effort: 5 * time.Minute}, "IN", []QuoteItem{{Code: ItemBase, Minor: 200}}},
		"topic, language and effort": {
			Kind{Topic: visa, Language: "ar-EG", Effort: 7*time.Minute + 59*time.Second, Sample: 40}, "", []QuoteItem{
				{Code: ItemTopic, Minor: 500, Topic: "visa"}, {Code: ItemLanguage, Minor: 125, BP: 2500, Language: "ar"},
				{Code: ItemEffort, Minor: 40, Minutes: 7, Sample: 40},
			},
		},
		"a language that pays less": {Kind{Language: "de", Effort: time.Minute}, "", []QuoteItem{{Code: ItemBase, Minor: 200}, {Code: ItemLanguage, Minor: -20, BP: -1000, Language: "de"}}},
		"a queue of two for each":   {Kind{Effort: time.Minute, Waiting: 6, Hands: 3}, "", []QuoteItem{{Code: ItemBase, Minor: 200}, {Code: ItemQueue, Minor: 20, BP: 1000, Waiting: 6, Hands: 3}}},
		"no more than are free":     {Kind{Effort: time.Minute, Waiting: 3, Hands: 3}, "", []QuoteItem{{Code: ItemBase, Minor: 200}}},
		"a quiet hour":              {Kind{Effort: time.Minute, At: monday}, "", []QuoteItem{{Code: ItemBase, Minor: 200}, {Code: ItemHour, Minor: -30, BP: -1500}}},
		"a Sunday with a long queue": {
			Kind{Effort: time.Minute, At: sunday, Waiting: 50, Hands: 10}, "", []QuoteItem{
				{Code: ItemBase, Minor: 200}, {Code: ItemQueue, Minor: 80, BP: 4000, Waiting: 50, Hands: 10}, {Code: ItemHour, Minor: 60, BP: 3000},
				{Code: ItemBounds, Minor: -40, BP: 5000},
			},
		},
		"a floor":               {Kind{Effort: 15 * time.Minute, Sample: 21}, "DE", []QuoteItem{{Code: ItemBase, Minor: 200}, {Code: ItemEffort, Minor: 200, Minutes: 15, Sample: 21}}},
		"a country's own floor": {Kind{Effort: 5*time.Minute + time.Second}, "CH", []QuoteItem{{Code: ItemBase, Minor: 200}, {Code: ItemFloor, Minor: 51, Minutes: 6, Hourly: 3000, Own: true}}},
	} {
		b, err := p.Price(c.kind)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		q, err := b.Quote(c.country)
		if err != nil || !reflect.DeepEqual(q.RewardItems(), c.want) || q.Reward.Minor != sum(c.want) {
			t.Errorf("%s: %v of %+v, %v; want %+v", name, q.Reward, q.RewardItems(), err, c.want)
		}
	}
}

// Whatever the policy, the kind and the country: lines add up, bounds and floors
// hold, nobody is quoted more than is held, and what is on record quotes the same.
func TestQuotesKeepWhatThePolicySays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, k := drawnProgram(t), drawnKind(t)
		country := rapid.SampledFrom([]string{"", "CH", "DE", "IN"}).Draw(t, "country")
		b, err := p.Price(k)
		if err != nil {
			t.Fatal(err)
		}
		q, err := b.Quote(country)
		if err != nil {
			t.Fatal(err)
		}
		if got := sum(q.Items); got != q.Reward.Minor+q.Fee.Minor || q.Reward.Minor < 1 || q.Reward.Minor > MaxRewardMinor {
			t.Fatalf("%d of %v and %v: %+v", got, q.Reward, q.Fee, q.Items)
		}
		r := p.Policies.Reward
		hourly, own := r.Floor.ByCountry[country]
		if !own {
			hourly = r.Floor.HourlyMinor
		}
		if q.Reward.Minor*3600 < hourly*int64(b.EffortS) && q.Reward.Minor < MaxRewardMinor {
			t.Fatalf("%v for %d s earns less than %d an hour", q.Reward, b.EffortS, hourly)
		}
		still, fixed := b, sum(b.base())
		still.Floor, still.Floors = 0, nil
		moved, _ := still.Quote("")
		least, most := fixed+part(fixed, r.Busy.LeastBP), fixed+part(fixed, r.Busy.MostBP)
		if most <= MaxRewardMinor && (moved.Reward.Minor < least || moved.Reward.Minor > most) {
			t.Fatalf("%v is not from %d to %d", moved.Reward, least, most)
		}
		held, err := b.Dearest()
		ceiling, err2 := b.Ceiling()
		if err != nil || err2 != nil || held.Reward.Minor < q.Reward.Minor || held.Fee.Minor < q.Fee.Minor || ceiling.Reward.Minor < held.Reward.Minor {
			t.Fatalf("quoted %v + %v, held %v + %v, at most %v", q.Reward, q.Fee, held.Reward, held.Fee, ceiling.Reward)
		}
		var kept Basis
		text, _ := json.Marshal(b)
		if err := json.Unmarshal(text, &kept); err != nil {
			t.Fatal(err)
		}
		if again, err := kept.Quote(country); err != nil || !reflect.DeepEqual(again, q) {
			t.Fatalf("on record %+v, %v; quoted %+v", again, err, q)
		}
	})
}

func drawnProgram(t *rapid.T) Program {
	p := busy()
	r := &p.Policies.Reward
	amount := rapid.Int64Range(0, MaxRewardMinor)
	r.BaseMinor, r.PerMinuteMinor = max(1, amount.Draw(t, "base")>>rapid.IntRange(0, 26).Draw(t, "smaller")), amount.Draw(t, "per minute")>>20
	r.ByLanguage["ar"] = rapid.IntRange(leastAdded, mostAdded).Draw(t, "language")
	r.Busy.QueueBP, r.FeeBP = rapid.IntRange(0, mostAdded).Draw(t, "queue"), rapid.IntRange(0, whole).Draw(t, "fee")
	r.Busy.LeastBP, r.Busy.MostBP = rapid.IntRange(leastAdded, 0).Draw(t, "least"), rapid.IntRange(0, mostAdded).Draw(t, "most")
	r.Busy.Hours[0].BP = rapid.IntRange(leastAdded, mostAdded).Draw(t, "hour")
	r.Floor = FloorPolicy{HourlyMinor: amount.Draw(t, "floor") >> 12, ByCountry: map[string]int64{"CH": amount.Draw(t, "CH") >> 12, "IN": 0}}
	if err := p.Policies.Validate(); err != nil {
		t.Fatal(err)
	}
	return p
}

func drawnKind(t *rapid.T) Kind {
	return Kind{
		Language: rapid.SampledFrom([]string{"", "ar", "de", "en"}).Draw(t, "of"), Effort: time.Duration(rapid.Int64Range(0, int64(maxEffort)).Draw(t, "effort")),
		Waiting: rapid.IntRange(0, 5000).Draw(t, "waiting"), Hands: rapid.IntRange(0, 300).Draw(t, "hands"),
		At: time.Unix(rapid.Int64Range(0, 1<<32).Draw(t, "at"), 0),
	}
}

func TestRewardPoliciesAreChecked(t *testing.T) {
	for field, edit := range map[string]func(r *RewardPolicy){
		"policies.reward.by_language":         func(r *RewardPolicy) { r.ByLanguage = map[string]int{"de-AT": 100} },
		"policies.reward.by_language.de":      func(r *RewardPolicy) { r.ByLanguage = map[string]int{"de": -5001} },
		"policies.reward.included_minutes":    func(r *RewardPolicy) { r.IncludedMinutes = -1 },
		"policies.reward.per_minute_minor":    func(r *RewardPolicy) { r.PerMinuteMinor = -1 },
		"policies.reward.busy.queue_bp":       func(r *RewardPolicy) { r.Busy.QueueBP = -1 },
		"policies.reward.busy.least_bp":       func(r *RewardPolicy) { r.Busy.LeastBP = 1 },
		"policies.reward.busy.most_bp":        func(r *RewardPolicy) { r.Busy.MostBP = 20_001 },
		"policies.reward.busy.zone":           func(r *RewardPolicy) { r.Busy.Zone = "Mars/Olympus" },
		"policies.reward.busy.hours.days":     func(r *RewardPolicy) { r.Busy.Hours[0].Days = []int{0} },
		"policies.reward.busy.hours.from":     func(r *RewardPolicy) { r.Busy.Hours[0].From = 24 },
		"policies.reward.busy.hours.to":       func(r *RewardPolicy) { r.Busy.Hours[0].From, r.Busy.Hours[0].To = 10, 10 },
		"policies.reward.busy.hours.bp":       func(r *RewardPolicy) { r.Busy.Hours[0].BP = -5001 },
		"policies.reward.floor.hourly_minor":  func(r *RewardPolicy) { r.Floor.HourlyMinor = -1 },
		"policies.reward.floor.by_country":    func(r *RewardPolicy) { r.Floor.ByCountry = map[string]int64{"EU": 1} },
		"policies.reward.floor.by_country.CH": func(r *RewardPolicy) { r.Floor.ByCountry["CH"] = MaxRewardMinor + 1 },
		"policies.reward.busy.hours":          func(r *RewardPolicy) { r.Busy.Hours = make([]HourPolicy, maxHourParts+1) },
	} {
		p := busy().Policies
		edit(&p.Reward)
		var invalid *marketplace.InvalidError
		if err := p.Validate(); !errors.As(err, &invalid) || invalid.Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
}

func TestRewardPoliciesAreStoredWhole(t *testing.T) {
	want := busy().Policies
	want.Reward.IncludedMinutes = 0
	text, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	got, err := parsePolicies(text)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("stored %s\nread %+v, %v", text, got, err)
	}
	got.Reward.Floor.ByCountry["CH"], got.Reward.Busy.Hours[0].Days[0], got.Reward.ByLanguage["ar"] = 1, 1, 1
	if again, err := parsePolicies(text); err != nil || !reflect.DeepEqual(again, want) {
		t.Errorf("what was read is shared: %+v, %v", again, err)
	}
}

// What a quote is computed by has no floating point.
func TestQuotesAreWholeNumbers(t *testing.T) {
	for _, path := range []string{"quote.go", "basis.go", "reward.go", "rewardjson.go"} {
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.Ident:
				if strings.HasPrefix(n.Name, "float") {
					t.Errorf("%s: %s", set.Position(n.Pos()), n.Name)
				}
			case *ast.BasicLit:
				if n.Kind == token.FLOAT {
					t.Errorf("%s: %s", set.Position(n.Pos()), n.Value)
				}
			}
			return true
		})
	}
}
