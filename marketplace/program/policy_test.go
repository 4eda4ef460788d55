package program

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"knowhow/marketplace"
	"knowhow/payouts"
)

func TestDefaultPoliciesAreValid(t *testing.T) {
	if err := DefaultPolicies().Validate(); err != nil {
		t.Fatal(err)
	}
	if err := (Policies{}).Validate(); !errors.Is(err, marketplace.ErrInvalid) {
		t.Fatalf("zero policies: %v, want invalid", err)
	}
}

func TestValidateNamesTheField(t *testing.T) {
	for _, c := range []struct {
		field string
		edit  func(p *Policies)
	}{
		{"policies.reward.base_minor", func(p *Policies) { p.Reward.BaseMinor = -1 }},
		{"policies.reward.base_minor", func(p *Policies) { p.Reward.BaseMinor = MaxRewardMinor + 1 }},
		{"policies.reward.review_minor", func(p *Policies) { p.Reward.ReviewMinor = -1 }},
		{"policies.reward.fee_bp", func(p *Policies) { p.Reward.FeeBP = 10_001 }},
		{"policies.reward.handoff_share_bp", func(p *Policies) { p.Reward.HandoffShareBP = 5_001 }},
		{"policies.reward.by_topic", func(p *Policies) { p.Reward.ByTopic = map[string]int64{"Not A Slug": 1} }},
		{"policies.reward.by_topic.visa", func(p *Policies) { p.Reward.ByTopic = map[string]int64{"visa": 0} }},
		{"policies.sla.first_response", func(p *Policies) { p.SLA.FirstResponse = 0 }},
		{"policies.sla.first_response", func(p *Policies) { p.SLA.FirstResponse = time.Minute + time.Millisecond }},
		{"policies.sla.resolution", func(p *Policies) { p.SLA.Resolution = p.SLA.FirstResponse - time.Second }},
		{"policies.sla.nudge_after", func(p *Policies) { p.SLA.NudgeAfter = -time.Hour }},
		{"policies.sla.auto_resolve_after", func(p *Policies) { p.SLA.AutoResolveAfter = p.SLA.NudgeAfter }},
		{"policies.routing.wave_sizes", func(p *Policies) { p.Routing.WaveSizes = nil }},
		{"policies.routing.wave_sizes", func(p *Policies) { p.Routing.WaveSizes = []int{1, 0} }},
		{"policies.routing.offer_ttl", func(p *Policies) { p.Routing.OfferTTL = time.Second }},
		{"policies.routing.max_experts", func(p *Policies) { p.Routing.MaxExperts = 0 }},
		{"policies.routing.deliver_within", func(p *Policies) { p.Routing.DeliverWithin = 0 }},
		{"policies.review.sample_bp", func(p *Policies) { p.Review.SampleBP = -1 }},
		{"policies.review.release_after", func(p *Policies) { p.Review.ReleaseAfter = 31 * day }},
		{"policies.review.release_after", func(p *Policies) { p.Review.ReleaseAfter = time.Minute }},
		{"policies.review.appeal_window", func(p *Policies) { p.Review.AppealWindow = day }},
		{"policies.review.decide_appeal_within", func(p *Policies) { p.Review.DecideAppealWithin = 0 }},
		{"policies.escalation.target", func(p *Policies) { p.Escalation.Target = "" }},
		{"policies.escalation.target", func(p *Policies) { p.Escalation.Target = "a\xff" }},
		{"policies.abuse.per_customer", func(p *Policies) { p.Abuse.PerCustomer = -1 }},
		{"policies.abuse.per_source", func(p *Policies) { p.Abuse.PerSource = 10_001 }},
		{"policies.abuse.budget_share_bp", func(p *Policies) { p.Abuse.BudgetShareBP = 10_001 }},
	} {
		p := DefaultPolicies()
		c.edit(&p)
		var invalid *marketplace.InvalidError
		if err := p.Validate(); !errors.As(err, &invalid) || invalid.Field != c.field {
			t.Errorf("Validate = %v, want an error about %s", err, c.field)
		}
	}
}

func TestPoliciesRoundTripAndFillIn(t *testing.T) {
	want := DefaultPolicies()
	want.Reward.ByTopic = map[string]int64{"visa": 700}
	want.Routing.OfferTTL = 20 * time.Minute
	text, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), `"offer_ttl":1200`) {
		t.Errorf("durations are not in seconds: %s", text)
	}
	var got Policies
	if err := json.Unmarshal(text, &got); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("round trip = %+v, %v", got, err)
	}
	if err := json.Unmarshal([]byte(`{"reward":{"base_minor":5}}`), &got); err != nil {
		t.Fatal(err)
	}
	want = DefaultPolicies()
	want.Reward.BaseMinor = 5
	if !reflect.DeepEqual(got, want) {
		t.Errorf("older policies = %+v, want the defaults beside what they have", got)
	}
}

func TestWaveSize(t *testing.T) {
	r := DefaultPolicies().Routing
	for n, want := range []int{1, 3, 5, 5, 5} {
		if got := r.WaveSize(n); got != want {
			t.Errorf("WaveSize(%d) = %d, want %d", n, got, want)
		}
	}
}

func TestQuote(t *testing.T) {
	p := Program{ID: marketplace.NewID[Program](), Currency: "EUR", Policies: DefaultPolicies()}
	p.Policies.Reward.BaseMinor, p.Policies.Reward.FeeBP = 333, 1500
	p.Policies.Reward.ByTopic = map[string]int64{"visa": 1000}
	visa, other := &Topic{ProgramID: p.ID, Slug: "visa"}, &Topic{ProgramID: p.ID, Slug: "trains"}
	for name, c := range map[string]struct {
		topic       *Topic
		reward, fee int64
		code, of    string
	}{
		"no topic":          {nil, 333, 50, ItemBase, ""},
		"an ordinary topic": {other, 333, 50, ItemBase, ""},
		"a dear topic":      {visa, 1000, 150, ItemTopic, "visa"},
	} {
		q, err := p.Quote(c.topic, 6*time.Minute)
		want := Quote{
			Reward: payouts.Money{Minor: c.reward, Currency: "EUR"}, Fee: payouts.Money{Minor: c.fee, Currency: "EUR"},
			Effort: 6 * time.Minute, Items: []QuoteItem{{Code: c.code, Minor: c.reward, Topic: c.of}, {Code: ItemFee, Minor: c.fee, BP: 1500}},
		}
		if err != nil || !reflect.DeepEqual(q, want) {
			t.Errorf("%s: %+v, %v; want %+v", name, q, err, want)
		}
		if total, err := q.Total(); err != nil || total.Minor != c.reward+c.fee {
			t.Errorf("%s: total %v, %v", name, total, err)
		}
	}
	if share, err := p.HandoffShare(payouts.Money{Minor: 333, Currency: "EUR"}); err != nil || share.Minor != 66 {
		t.Errorf("HandoffShare = %v, %v; want 66 cents, rounded down", share, err)
	}
}

// The least that lets anybody be asked is what is held for six minutes' work,
// wherever the expert is.
func TestLeastPriceIsWhatIsHeld(t *testing.T) {
	p := Program{ID: marketplace.NewID[Program](), Currency: "EUR", Policies: DefaultPolicies()}
	if got := p.leastPrice(); got != 0 {
		t.Errorf("nobody has said: %d", got)
	}
	r := &p.Policies.Reward
	r.BaseMinor, r.IncludedMinutes, r.PerMinuteMinor, r.FeeBP = 100, 2, 10, 1000
	if got := p.leastPrice(); got != 154 {
		t.Errorf("by the minute: %d", got)
	}
	r.Floor.ByCountry = map[string]int64{"CH": 6000}
	if got := p.leastPrice(); got != 660 {
		t.Errorf("with a country's floor: %d", got)
	}
}

func TestQuoteRefuses(t *testing.T) {
	p := Program{ID: marketplace.NewID[Program](), Currency: "EUR", Policies: DefaultPolicies()}
	if _, err := p.Quote(nil, 0); !errors.Is(err, marketplace.ErrInvalid) {
		t.Errorf("a reward of nothing: %v", err)
	}
	p.Policies.Reward.BaseMinor = 100
	if _, err := p.Quote(nil, -1); !errors.Is(err, marketplace.ErrInvalid) {
		t.Errorf("a negative effort: %v", err)
	}
	if _, err := p.Quote(&Topic{ProgramID: marketplace.NewID[Program]()}, 0); !errors.Is(err, marketplace.ErrInvalid) {
		t.Errorf("another program's topic: %v", err)
	}
}

func TestCheckSlug(t *testing.T) {
	for _, good := range []string{"a", "air-travel", "a-1-b", strings.Repeat("x", 64)} {
		if err := CheckSlug("slug", good); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
	for _, bad := range []string{"", "-a", "a-", "a--b", "A", "ä", "a b", "a\xff", "a\x00", strings.Repeat("x", 65)} {
		if err := CheckSlug("slug", bad); !errors.Is(err, marketplace.ErrInvalid) {
			t.Errorf("%q: %v, want invalid", bad, err)
		}
	}
}

func TestLanguages(t *testing.T) {
	got, err := Languages("languages", []string{"EN-us", "de", "en-US"})
	if err != nil || !reflect.DeepEqual(got, []string{"de", "en-US"}) {
		t.Errorf("Languages = %v, %v", got, err)
	}
	for _, bad := range []string{"", "x", "english", "en\xff", "und", "en-x-dana", "x-dana", "en-u-ca-gregory", strings.Repeat("en-", 30)} {
		if _, err := Languages("languages", []string{bad}); !errors.Is(err, marketplace.ErrInvalid) {
			t.Errorf("%q: %v, want invalid", bad, err)
		}
	}
}

func TestBaseLanguage(t *testing.T) {
	for tag, want := range map[string]string{"": "", "en": "en", "pt-BR": "pt", "zh-Hant-TW": "zh", "EN-us": "en", "no": "no", "nb": "no", "nn-NO": "no", "nbl": "nbl"} {
		if got := BaseLanguage(tag); got != want {
			t.Errorf("%q is %q, want %q", tag, got, want)
		}
	}
}
