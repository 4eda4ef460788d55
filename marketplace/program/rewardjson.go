package program

// rewardJSON is how a reward policy is stored.
type rewardJSON struct {
	BaseMinor       int64            `json:"base_minor"`
	ByTopic         map[string]int64 `json:"by_topic,omitempty"`
	ByLanguage      map[string]int   `json:"by_language,omitempty"`
	IncludedMinutes int              `json:"included_minutes"`
	PerMinuteMinor  int64            `json:"per_minute_minor,omitempty"`
	Busy            busyJSON         `json:"busy,omitzero"`
	Floor           floorJSON        `json:"floor,omitzero"`
	FeeBP           int              `json:"fee_bp"`
	HandoffShareBP  int              `json:"handoff_share_bp"`
	ReviewMinor     int64            `json:"review_minor"`
}

type busyJSON struct {
	QueueBP int        `json:"queue_bp,omitempty"`
	Hours   []hourJSON `json:"hours,omitempty"`
	Zone    string     `json:"zone,omitempty"`
	LeastBP int        `json:"least_bp,omitempty"`
	MostBP  int        `json:"most_bp,omitempty"`
}

// IsZero has what moves nothing left out.
func (b busyJSON) IsZero() bool {
	return b.QueueBP == 0 && len(b.Hours) == 0 && b.Zone == "" && b.LeastBP == 0 && b.MostBP == 0
}

type hourJSON struct {
	Days []int `json:"days"`
	From int   `json:"from"`
	To   int   `json:"to"`
	BP   int   `json:"bp"`
}

type floorJSON struct {
	HourlyMinor int64            `json:"hourly_minor,omitempty"`
	ByCountry   map[string]int64 `json:"by_country,omitempty"`
}

// IsZero has no floor left out.
func (f floorJSON) IsZero() bool { return f.HourlyMinor == 0 && len(f.ByCountry) == 0 }

func (r RewardPolicy) stored() rewardJSON {
	s := rewardJSON{
		BaseMinor: r.BaseMinor, ByTopic: r.ByTopic, ByLanguage: r.ByLanguage, IncludedMinutes: r.IncludedMinutes, PerMinuteMinor: r.PerMinuteMinor,
		Busy:  busyJSON{QueueBP: r.Busy.QueueBP, Zone: r.Busy.Zone, LeastBP: r.Busy.LeastBP, MostBP: r.Busy.MostBP},
		Floor: floorJSON(r.Floor), FeeBP: r.FeeBP, HandoffShareBP: r.HandoffShareBP, ReviewMinor: r.ReviewMinor,
	}
	for _, h := range r.Busy.Hours {
		s.Busy.Hours = append(s.Busy.Hours, hourJSON(h))
	}
	return s
}

func (s rewardJSON) policy() RewardPolicy {
	r := RewardPolicy{
		BaseMinor: s.BaseMinor, ByTopic: s.ByTopic, ByLanguage: s.ByLanguage, IncludedMinutes: s.IncludedMinutes, PerMinuteMinor: s.PerMinuteMinor,
		Busy:  BusyPolicy{QueueBP: s.Busy.QueueBP, Zone: s.Busy.Zone, LeastBP: s.Busy.LeastBP, MostBP: s.Busy.MostBP},
		Floor: FloorPolicy(s.Floor), FeeBP: s.FeeBP, HandoffShareBP: s.HandoffShareBP, ReviewMinor: s.ReviewMinor,
	}
	for _, h := range s.Busy.Hours {
		r.Busy.Hours = append(r.Busy.Hours, HourPolicy(h))
	}
	return r
}
