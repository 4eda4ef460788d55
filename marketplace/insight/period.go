package insight

import (
	"fmt"
	"slices"
	"time"
	_ "time/tzdata" // so that a time zone is known on a machine without them

	"knowhow/marketplace"
)

// Bucket is how finely a series of figures is cut.
type Bucket string

// The buckets. Days begin at midnight and weeks on Monday, in the period's zone.
const (
	Hour Bucket = "hour"
	Day  Bucket = "day"
	Week Bucket = "week"
)

// Buckets lists them.
var Buckets = []Bucket{Hour, Day, Week}

const (
	// MostBuckets is how many points a series has at most.
	MostBuckets = 750
	// longest is how long a period is at most.
	longest = 3 * 366 * 24 * time.Hour
	// usual is how long a period is where nobody says.
	usual = 28 * 24 * time.Hour
)

// Asked is the period that somebody asks figures of. What is zero is chosen for
// them: until now, four weeks, by day, in UTC.
type Asked struct {
	From, To time.Time // from then, and before then
	Bucket   Bucket
	Zone     string // an IANA name: "Europe/Lisbon"
}

// Period is a span of time, cut into buckets, and the equally long one before.
type Period struct {
	From, To time.Time // UTC
	Bucket   Bucket
	Zone     string
	starts   []time.Time // of the buckets, the first at From or before
}

var earliest, latest = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// period fills in what was left open and cuts the buckets. Errors:
// *marketplace.InvalidError naming from, to, bucket or tz.
func (a Asked) period(now time.Time) (Period, error) {
	if a.To.IsZero() {
		a.To = now
	}
	if a.From.IsZero() {
		a.From = a.To.Add(-usual)
	}
	if a.Bucket == "" {
		a.Bucket = Day
	}
	if a.Zone == "" {
		a.Zone = "UTC"
	}
	zone, err := time.LoadLocation(a.Zone)
	if err != nil || a.Zone == "Local" {
		return Period{}, &marketplace.InvalidError{Field: "tz", Reason: "is not the name of a time zone, such as Europe/Lisbon"}
	}
	switch {
	case !slices.Contains(Buckets, a.Bucket):
		return Period{}, &marketplace.InvalidError{Field: "bucket", Reason: "must be hour, day or week"}
	case a.From.Before(earliest), a.From.After(latest):
		return Period{}, &marketplace.InvalidError{Field: "from", Reason: "is out of reach"}
	case !a.From.Before(a.To), a.To.Sub(a.From) > longest:
		return Period{}, &marketplace.InvalidError{Field: "to", Reason: "must lie behind from, at most three years"}
	}
	p := Period{From: micros(a.From), To: micros(a.To), Bucket: a.Bucket, Zone: a.Zone}
	if p.starts = p.cut(zone); len(p.starts) > MostBuckets {
		return Period{}, &marketplace.InvalidError{Field: "bucket", Reason: fmt.Sprintf("makes more than %d points of this period", MostBuckets)}
	}
	return p, nil
}

func micros(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

// before is where the equally long period before begins.
func (p Period) before() time.Time { return p.From.Add(-p.To.Sub(p.From)) }

// cut gives the starts of the buckets, one too many at most. Days are counted
// on the calendar, so that clocks which are changed make no day too many.
func (p Period) cut(zone *time.Location) (starts []time.Time) {
	first := p.From.In(zone)
	nth := func(i int) time.Time {
		past := time.Duration(first.Minute())*time.Minute + time.Duration(first.Second())*time.Second + time.Duration(first.Nanosecond())
		return first.Add(time.Duration(i)*time.Hour - past)
	}
	if p.Bucket != Hour {
		step, back := 1, 0
		if p.Bucket == Week {
			step, back = 7, (int(first.Weekday())+6)%7
		}
		year, month, day := first.Date()
		nth = func(i int) time.Time { return time.Date(year, month, day-back+i*step, 0, 0, 0, 0, zone) }
	}
	for i := 0; len(starts) <= MostBuckets; i++ {
		start := nth(i).UTC()
		if !start.Before(p.To) {
			break
		}
		starts = append(starts, start)
	}
	return starts
}

// slots are where something that happened at a time counts: the whole period
// and its bucket, or the period before. What lies outside both counts nowhere.
func (p Period) slots(at time.Time) []int {
	switch {
	case at.Before(p.before()), !at.Before(p.To):
		return nil
	case at.Before(p.From):
		return []int{previousSlot}
	}
	i, found := slices.BinarySearchFunc(p.starts, at, time.Time.Compare)
	if !found {
		i--
	}
	return []int{wholeSlot, firstBucket + i}
}

// The slots of a series.
const (
	previousSlot = iota
	wholeSlot
	firstBucket
)

// tally is one T per slot of a period.
type tally[T any] struct {
	period Period
	slots  []T
}

func newTally[T any](p Period) tally[T] {
	return tally[T]{period: p, slots: make([]T, firstBucket+len(p.starts))}
}

// at adds to every slot in which something that happened at a time counts.
func (t tally[T]) at(at time.Time, add func(*T)) {
	for _, i := range t.period.slots(at) {
		add(&t.slots[i])
	}
}

// Series is a figure over a period, over the equally long one before, and
// bucket by bucket.
type Series[T any] struct {
	Value, Previous T
	Points          []Point[T]
}

// Point is a figure of one bucket, which begins At. Of the first and the last
// one only what lies in the period counts.
type Point[T any] struct {
	At    time.Time
	Value T
}

// series makes of what was counted what is shown.
func series[T, F any](t tally[T], figure func(T) F) Series[F] {
	s := Series[F]{Value: figure(t.slots[wholeSlot]), Previous: figure(t.slots[previousSlot]), Points: make([]Point[F], len(t.period.starts))}
	for i, at := range t.period.starts {
		s.Points[i] = Point[F]{At: at, Value: figure(t.slots[firstBucket+i])}
	}
	return s
}
