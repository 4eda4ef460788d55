package question

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/program"
	"knowhow/matching"
)

// Parameters are by what a program's experts are chosen for a question, as
// anybody may read them.
type Parameters struct {
	Version  string     // of the weights
	Own      bool       // they were fitted to the program's own history
	Resolved int        // of how many of its resolved questions; 0 where they are the platform's
	Until    *time.Time // to when that history goes
	Groups   []ParameterGroup
	Rules    []string // what keeps an expert out, whatever the ranking
	Waves    []int    // at most so many are asked at once, wave by wave
	SampleBP int      // the share of work that is reviewed at least
}

// ParameterGroup is parameters that say the same sort of thing, the heaviest
// first.
type ParameterGroup struct {
	Name     string // one of ParameterGroups
	ShareBP  int    // of the absolute weights together, of questions with tags and without in the mean
	Features []Parameter
}

// Parameter is one thing that is counted, and the weight of its logarithm.
type Parameter struct {
	Name          string
	Tagged, Plain float64 // for questions with tags or a topic, and for those without
}

// The groups of parameters.
const (
	GroupSimilar  = "similar"  // answers to questions like this one
	GroupRecord   = "record"   // how many of the answers resolved
	GroupActivity = "activity" // how much was answered of late
	GroupTiming   = "timing"   // at which hours, and how long ago the last answer is
	GroupAsker    = "asker"    // answers to the same customer before
	GroupStanding = "standing" // what is believed of the work on the topic
)

// ParameterGroups lists every group.
var ParameterGroups = []string{GroupSimilar, GroupRecord, GroupActivity, GroupTiming, GroupAsker, GroupStanding}

// groupOf is the group of each feature, by its name.
var groupOf = map[string]string{
	"similar_90d": GroupSimilar, "similar_365d": GroupSimilar, "nearest": GroupSimilar, "words": GroupSimilar, "words_sum": GroupSimilar, "tags": GroupSimilar,
	"resolved": GroupRecord, "resolved_share": GroupRecord,
	"activity_1d": GroupActivity, "activity_3d": GroupActivity, "activity_7d": GroupActivity, "activity_30d": GroupActivity,
	"activity_90d": GroupActivity, "activity_365d": GroupActivity,
	"idle_hours": GroupTiming, "idle_days": GroupTiming, "this_hour": GroupTiming, "this_weekday": GroupTiming,
	"answered_asker": GroupAsker, "prior": GroupStanding,
}

// hardRules keep an expert out, by name.
var hardRules = []string{
	string(expert.ReasonSuspended), string(expert.ReasonPaused), string(expert.ReasonConflict), string(expert.ReasonUnavailable),
	string(expert.ReasonAtCapacity), string(expert.ReasonLanguage), string(expert.ReasonRestricted), string(expert.ReasonNotCertified),
	string(expert.ReasonUnread), string(expert.ReasonTopic), ruleOwn, ruleAsked,
}

// Parameters publishes by what a program's experts are chosen; no permission is
// asked for. One that is not open, live or paused, is a
// *marketplace.NotFoundError.
func (s *Service) Parameters(ctx context.Context, id program.ID) (p Parameters, err error) {
	brand, err := s.programs.BrandOf(ctx, id)
	if err != nil {
		return p, err
	}
	err = s.store.Read(ctx, brand, func(tx *gorm.DB) error {
		of, err := s.programs.LoadTx(ctx, tx, id)
		if err != nil {
			return err
		}
		if of.State != program.Live && of.State != program.Paused {
			return marketplace.NotFound("program", id)
		}
		var number int64
		if err := marketplace.ScanTx(tx.WithContext(ctx), "SELECT "+fittedSQL, []any{id}, &number); err != nil {
			return fmt.Errorf("look for the weights of program %s: %w", id, err)
		}
		w, err := s.weightsTx(ctx, tx, id, number)
		if err != nil {
			return err
		}
		p, err = published(w)
		p.Waves, p.SampleBP = of.Policies.Routing.WaveSizes, of.Policies.Review.SampleBP
		return err
	})
	return p, err
}

// published are weights as they are shown.
func published(w fitted) (Parameters, error) {
	p := Parameters{Version: w.Version, Own: w.number > 0, Rules: hardRules}
	if p.Own {
		p.Resolved, p.Until = w.Fitted.Resolved, &w.Fitted.Until
	}
	tagged, err := named(w.Tagged)
	if err != nil {
		return p, err
	}
	plain, err := named(w.Plain)
	if err != nil {
		return p, err
	}
	total, by := 0.0, map[string]float64{}
	features := map[string][]Parameter{}
	for _, name := range slices.Sorted(maps.Keys(tagged)) { // in one order, so that sums come out alike
		group, weight := groupOf[name], math.Abs(tagged[name])+math.Abs(plain[name])
		total += weight
		by[group] += weight
		features[group] = append(features[group], Parameter{name, tagged[name], plain[name]})
	}
	for _, group := range ParameterGroups {
		p.Groups = append(p.Groups, ParameterGroup{group, int(math.Round(by[group] / total * 10_000)), features[group]})
	}
	slices.SortStableFunc(p.Groups, func(a, b ParameterGroup) int { return b.ShareBP - a.ShareBP })
	return p, nil
}

// named are weights by their features' names, as records have them.
func named(v matching.Vector) (list map[string]float64, err error) {
	text, err := json.Marshal(v)
	if err == nil {
		err = json.Unmarshal(text, &list)
	}
	if err != nil {
		return nil, fmt.Errorf("name the weights: %w", err)
	}
	return list, nil
}
