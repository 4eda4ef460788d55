package api

import (
	"context"
	"time"

	"knowhow/marketplace/access"
	"knowhow/marketplace/insight"
	"knowhow/payouts"
)

// figureRoutes are how programs do.
func (a *API) figureRoutes() {
	const about = "Six figures over a period, the one before and bucket by bucket, each with its sample. Also as CSV. What each of them counts is in docs/figures.md."
	seen := member(access.SeeFigures)
	read(a, Route{ID: "getProgramFigures", Path: "/programs/{program}/figures", Tag: figuresTag, Who: seen,
		Summary: "Read how a program does", About: about, shape: Figures{}}, a.programFigures)
	read(a, Route{ID: "getTopicFigures", Path: "/programs/{program}/figures/topics", Tag: figuresTag, Who: seen,
		Summary: "Read how a program does, topic by topic", About: "What became of the questions asked in a period. Also as CSV.", shape: TopicReport{}}, a.topicFigures)
	read(a, Route{ID: "getBrandFigures", Path: "/brands/{brand}/figures", Tag: figuresTag, Who: seen,
		Summary: "Read how a brand's programs of one currency do", About: about, shape: Figures{}}, a.brandFigures)
}

const figuresTag = "Figures"

// FigureParams are of which period figures are asked.
type FigureParams struct {
	From time.Time `query:"from" doc:"From then on; by default four weeks before its end."`
	To   time.Time `query:"to" doc:"Before then; by default now."`
	TZ   string    `query:"tz" maxLength:"64" doc:"The time zone in which days and weeks begin; by default UTC."`
}

// BucketParam is how finely a series is cut.
type BucketParam struct {
	Bucket insight.Bucket `query:"bucket" enum:"hour,day,week" doc:"How finely the series are cut; by default by day. At most 750 points."`
}

func (p FigureParams) asked(bucket insight.Bucket) insight.Asked {
	return insight.Asked{From: p.From, To: p.To, Bucket: bucket, Zone: p.TZ}
}

type programFiguresIn struct {
	ProgramIn
	FigureParams
	BucketParam
	FormParams
}

func (a *API) programFigures(ctx context.Context, caller access.Caller, in *programFiguresIn) (*document, error) {
	f, err := a.House.Insight.ProgramFigures(ctx, caller, in.Program, in.asked(in.Bucket))
	if err != nil {
		return nil, err
	}
	return documentOf(in.FormParams, "figures", figuresOf(f), func() [][]string { return figureRows(f) })
}

type brandFiguresIn struct {
	BrandIn
	Currency string `query:"currency" minLength:"3" maxLength:"3" doc:"Of the programs in this currency; it must be said where there are several."`
	FigureParams
	BucketParam
	FormParams
}

func (a *API) brandFigures(ctx context.Context, caller access.Caller, in *brandFiguresIn) (*document, error) {
	f, err := a.House.Insight.BrandFigures(ctx, caller, in.Brand, currency(in.Currency), in.asked(in.Bucket))
	if err != nil {
		return nil, err
	}
	return documentOf(in.FormParams, "figures", figuresOf(f), func() [][]string { return figureRows(f) })
}

type topicFiguresIn struct {
	ProgramIn
	FigureParams
	FormParams
}

func (a *API) topicFigures(ctx context.Context, caller access.Caller, in *topicFiguresIn) (*document, error) {
	r, err := a.House.Insight.Topics(ctx, caller, in.Program, in.asked(""))
	if err != nil {
		return nil, err
	}
	return documentOf(in.FormParams, "topics", topicReportOf(r), func() [][]string { return topicRows(r) })
}

// Figures are how a program does, or a brand's programs of one currency.
type Figures struct {
	From              time.Time      `json:"from"`
	To                time.Time      `json:"to"`
	Bucket            insight.Bucket `json:"bucket" enum:"hour,day,week"`
	TZ                string         `json:"tz"`
	Currency          string         `json:"currency" doc:"Of the amounts; empty where a brand has no program."`
	FirstResponse     WaitFigure     `json:"first_response" doc:"From the asking to the first answer, of what was asked in the period."`
	ResolutionTime    WaitFigure     `json:"resolution_time" doc:"From the asking to the resolution that stands, of what was asked in the period."`
	ResolutionRate    ShareFigure    `json:"resolution_rate" doc:"Resolved by an expert's answer, of what ended in the period."`
	ReopenRate        ShareFigure    `json:"reopen_rate" doc:"Reopened at least once, of what was asked in the period and answered."`
	CSAT              CSATFigure     `json:"csat" doc:"What customers said in the period, from 1 to 5."`
	CostPerResolution CostFigure     `json:"cost_per_resolution" doc:"What was spent in the period, on each question that an expert's answer resolved in it."`
}

// WaitValue is how long customers waited.
type WaitValue struct {
	MedianS  *int64 `json:"median_s" doc:"Null where the sample does not tell."`
	P90S     *int64 `json:"p90_s" doc:"Nine in ten waited no longer; null where the sample does not tell."`
	N        int    `json:"n" doc:"Questions."`
	Censored int    `json:"censored" doc:"Of them, those whose end is not known."`
}

// ShareValue is a part of a sample.
type ShareValue struct {
	ShareBP  *int `json:"share_bp" doc:"In basis points; null of an empty sample."`
	N        int  `json:"n" doc:"Questions."`
	Censored int  `json:"censored" doc:"Of them, those that may still come to be counted."`
}

// CSATValue is what customers said.
type CSATValue struct {
	GoodBP *int     `json:"good_bp" doc:"The share of 4 and 5, in basis points; null where nobody said anything."`
	Mean   *float64 `json:"mean" doc:"From 1 to 5; null where nobody said anything."`
	N      int      `json:"n" doc:"Ratings."`
}

// CostValue is what a resolution cost.
type CostValue struct {
	CostMinor  *int64 `json:"cost_minor" doc:"Per resolution, in minor units; null without one."`
	SpentMinor int64  `json:"spent_minor" doc:"Rewards and fees together, in minor units."`
	N          int    `json:"n" doc:"Resolutions."`
}

// WaitFigure is a wait over the period, the one before, and bucket by bucket.
type WaitFigure struct {
	WaitValue
	Previous WaitValue   `json:"previous" doc:"Of the equally long period before."`
	Series   []WaitPoint `json:"series"`
}

// WaitPoint is one bucket of a wait.
type WaitPoint struct {
	At time.Time `json:"at"`
	WaitValue
}

// ShareFigure is a share over the period, the one before, and bucket by bucket.
type ShareFigure struct {
	ShareValue
	Previous ShareValue   `json:"previous" doc:"Of the equally long period before."`
	Series   []SharePoint `json:"series"`
}

// SharePoint is one bucket of a share.
type SharePoint struct {
	At time.Time `json:"at"`
	ShareValue
}

// CSATFigure is CSAT over the period, the one before, and bucket by bucket.
type CSATFigure struct {
	CSATValue
	Previous CSATValue   `json:"previous" doc:"Of the equally long period before."`
	Series   []CSATPoint `json:"series"`
}

// CSATPoint is one bucket of CSAT.
type CSATPoint struct {
	At time.Time `json:"at"`
	CSATValue
}

// CostFigure is a cost over the period, the one before, and bucket by bucket.
type CostFigure struct {
	CostValue
	Previous CostValue   `json:"previous" doc:"Of the equally long period before."`
	Series   []CostPoint `json:"series"`
}

// CostPoint is one bucket of a cost.
type CostPoint struct {
	At time.Time `json:"at"`
	CostValue
}

// TopicReport is how a program does, topic by topic.
type TopicReport struct {
	From     time.Time      `json:"from"`
	To       time.Time      `json:"to"`
	Currency string         `json:"currency"`
	Topics   []TopicFigures `json:"topics" doc:"First what is of no known topic, where there is any, then by slug."`
}

// TopicFigures is what became of the questions on a topic.
type TopicFigures struct {
	Topic         string    `json:"topic" doc:"Slug; empty where none is known."`
	Name          string    `json:"name"`
	Questions     int       `json:"questions"`
	Resolved      int       `json:"resolved" doc:"Whoever answered."`
	FirstResponse WaitValue `json:"first_response"`
	CSAT          CSATValue `json:"csat"`
	Spent         Money     `json:"spent" doc:"Rewards and fees."`
}

func waitOf(w insight.Wait) WaitValue {
	return WaitValue{MedianS: secondsOf(w.Median), P90S: secondsOf(w.P90), N: w.N, Censored: w.Censored}
}

func costOf(c insight.Cost) CostValue {
	return CostValue{CostMinor: c.PerResolution, SpentMinor: c.Spent, N: c.N}
}

func figuresOf(f insight.Figures) Figures {
	return Figures{
		From: f.Period.From, To: f.Period.To, Bucket: f.Period.Bucket, TZ: f.Period.Zone, Currency: string(f.Currency),
		FirstResponse: waitFigure(f.FirstResponse), ResolutionTime: waitFigure(f.ResolutionTime),
		ResolutionRate: shareFigure(f.ResolutionRate), ReopenRate: shareFigure(f.ReopenRate),
		CSAT: CSATFigure{CSATValue(f.CSAT.Value), CSATValue(f.CSAT.Previous), points(f.CSAT, func(at time.Time, v insight.Satisfaction) CSATPoint {
			return CSATPoint{at, CSATValue(v)}
		})},
		CostPerResolution: CostFigure{costOf(f.Cost.Value), costOf(f.Cost.Previous), points(f.Cost, func(at time.Time, v insight.Cost) CostPoint {
			return CostPoint{at, costOf(v)}
		})},
	}
}

func waitFigure(s insight.Series[insight.Wait]) WaitFigure {
	return WaitFigure{waitOf(s.Value), waitOf(s.Previous), points(s, func(at time.Time, v insight.Wait) WaitPoint { return WaitPoint{at, waitOf(v)} })}
}

func shareFigure(s insight.Series[insight.Share]) ShareFigure {
	return ShareFigure{shareOf(s.Value), shareOf(s.Previous), points(s, func(at time.Time, v insight.Share) SharePoint { return SharePoint{at, shareOf(v)} })}
}

func shareOf(s insight.Share) ShareValue {
	return ShareValue{ShareBP: s.BP, N: s.N, Censored: s.Censored}
}

func points[F, P any](s insight.Series[F], shape func(time.Time, F) P) []P {
	list := make([]P, len(s.Points))
	for i, p := range s.Points {
		list[i] = shape(p.At, p.Value)
	}
	return list
}

func topicReportOf(r insight.TopicReport) TopicReport {
	shape := TopicReport{From: r.Period.From, To: r.Period.To, Currency: string(r.Currency), Topics: make([]TopicFigures, len(r.Topics))}
	for i, t := range r.Topics {
		shape.Topics[i] = TopicFigures{
			Questions: t.Questions, Resolved: t.Resolved, FirstResponse: waitOf(t.FirstResponse), CSAT: CSATValue(t.CSAT),
			Spent: payouts.Money{Minor: t.Spent, Currency: r.Currency},
		}
		if t.Topic != nil {
			shape.Topics[i].Topic, shape.Topics[i].Name = t.Topic.Slug, t.Topic.Name
		}
	}
	return shape
}
