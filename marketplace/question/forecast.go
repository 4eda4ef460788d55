package question

import (
	"context"
	"fmt"
	"sync"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/program"
	"knowhow/matching/wait"
)

const (
	forecastFrom    = 28 * 24 * time.Hour // how far back waits are looked at
	forecastLeast   = 20                  // questions, of which a forecast is made
	forecastMost    = 5000                // the latest of a program's that are looked at
	forecastFresh   = time.Minute         // for so long a forecast is good for reading
	forecastPromise = 3 * time.Minute     // and for so long for asking, which looks nothing up
	forecastWanted  = time.Hour           // for so long after it was wanted it is kept fresh
)

// Waits are how long a program's customers wait for a first response, by the
// questions of the last four weeks.
type Waits struct {
	Median *time.Duration // as many wait longer as shorter; nil: not known
	P90    *time.Duration // nine in ten wait no longer; nil: not known
	Sample int            // questions that were looked at, answered or not
	Since  time.Time      // the first of them was asked then or later
}

// Forecast is when a question will be answered that has waited until now.
type Forecast struct {
	MedianAt *time.Time // as likely before as after; nil: not known
	P90At    *time.Time // before it in nine of ten cases; nil: not known
	Sample   int
}

// group is the questions on a topic and in a language; a zero is any.
type group struct {
	topic    program.TopicID
	language string
}

// waits are a program's curves, as they were at a moment.
type waits struct {
	at, since time.Time
	curves    map[group]wait.Curve // those of enough questions, and of all
	takeup    *takeup              // nil: too few offers were made
	handling  handling             // how long answers took
	queue     queue                // who waits for experts

	situations *situations // nil: not known
}

// of is the curve of the questions that are most like one of a group.
func (w waits) of(like group) wait.Curve {
	for _, g := range like.wider() {
		if c, ok := w.curves[g]; ok {
			return c
		}
	}
	return wait.Curve{}
}

// expect is the median and the ninth decile of the wait of a question of a group
// that has waited for so long, of those asked as things stood when it was, or
// where that is not known of all; nil where they are not known. Id is that of one
// who waits already, zero for others.
func (w waits) expect(like group, id ID, already time.Duration, now time.Time) (median, p90 *time.Duration, sample int) {
	if f := w.situations.forecast(like, id, already, now); f.Median > 0 || f.P90 > 0 {
		if f.Median > 0 {
			median = &f.Median
		}
		if f.P90 > 0 {
			p90 = &f.P90
		}
		return median, p90, f.Sample
	}
	c := w.of(like)
	median, p90 = forecast(c, already)
	return median, p90, c.Sample
}

// forecasts are the waits of the programs that this process is asked about.
type forecasts struct {
	mu sync.Mutex
	of map[program.ID]*forecastOf
}

// forecastOf is one program's.
type forecastOf struct {
	brand   marketplace.BrandID
	program program.ID

	mu     sync.Mutex // of the three below, held for a moment
	known  waits
	wanted time.Time

	looking sync.Mutex // held by who looks the waits up, for others to wait
}

func newForecasts() *forecasts { return &forecasts{of: map[program.ID]*forecastOf{}} }

// want is a program's forecast, which is kept fresh for a while from now on.
func (f *forecasts) want(brand marketplace.BrandID, id program.ID, now time.Time) *forecastOf {
	f.mu.Lock()
	defer f.mu.Unlock()
	one := f.of[id]
	if one == nil {
		one = &forecastOf{brand: brand, program: id}
		f.of[id] = one
	}
	one.mu.Lock()
	one.wanted = now
	one.mu.Unlock()
	return one
}

// still are the forecasts that are wanted, without those that were long ago.
func (f *forecasts) still(now time.Time) []*forecastOf {
	f.mu.Lock()
	defer f.mu.Unlock()
	var list []*forecastOf
	for id, one := range f.of {
		one.mu.Lock()
		over := now.Sub(one.wanted) > forecastWanted
		one.mu.Unlock()
		if over {
			delete(f.of, id)
			continue
		}
		list = append(list, one)
	}
	return list
}

func (f *forecastOf) get() waits {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.known
}

// by is get, or nothing where that is too old to go by.
func (f *forecastOf) by(now time.Time) waits {
	known := f.get()
	if now.Sub(known.at) >= forecastPromise {
		return waits{}
	}
	return known
}

// Forecast is how long a program's customers wait for a first response, those
// on a topic (a slug) and in a language (BCP 47) where enough of them asked;
// either may be empty. Anybody may know. A program that is not open, and a topic
// it does not have, is a *marketplace.NotFoundError.
func (s *Service) Forecast(ctx context.Context, id program.ID, topic, language string) (Waits, error) {
	if language != "" {
		canonical, err := program.Languages("language", []string{language})
		if err != nil {
			return Waits{}, err
		}
		language = canonical[0]
	}
	var p program.Program
	var on program.Topic
	err := s.store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) (err error) {
		if p, err = s.programs.LoadTx(ctx, tx, id); err != nil {
			return err
		}
		if p.State != program.Live && p.State != program.Paused {
			return marketplace.NotFound("program", id)
		}
		if topic != "" {
			on, err = s.programs.TopicBySlugTx(ctx, tx, id, topic)
		}
		return err
	})
	if err != nil {
		return Waits{}, err
	}
	known, err := s.waits(ctx, p.BrandID, id)
	if err != nil {
		return Waits{}, err
	}
	w := Waits{Since: known.since}
	w.Median, w.P90, w.Sample = known.expect(group{on.ID, language}, ID{}, 0, s.clock.Now())
	return w, nil
}

// forecast is the median and the ninth decile of the wait of who has waited for
// so long; nil where they are not known.
func forecast(c wait.Curve, already time.Duration) (median, p90 *time.Duration) {
	if c.Sample < forecastLeast {
		return nil, nil
	}
	if d, ok := c.Quantile(.5, already); ok {
		median = &d
	}
	if d, ok := c.Quantile(.9, already); ok {
		p90 = &d
	}
	return median, p90
}

// ahead is the forecast of a question that waits for its first response; nil for
// another, and where nothing is known.
func (s *Service) ahead(ctx context.Context, q Question) (*Forecast, error) {
	if q.FirstRespondedAt != nil || q.State == Resolved || q.State == Withdrawn {
		return nil, nil
	}
	known, err := s.waits(ctx, q.BrandID, q.ProgramID)
	if err != nil {
		return nil, err
	}
	return known.ahead(q, s.clock.Now()), nil
}

// Ahead is the forecast of a question just asked, from what this process knows
// by heart: it looks nothing up. Nil where nothing is known.
func (s *Service) Ahead(q Question) *Forecast {
	now := s.clock.Now()
	return s.forecasts.want(q.BrandID, q.ProgramID, now).by(now).ahead(q, now)
}

func (w waits) ahead(q Question, now time.Time) *Forecast {
	median, p90, sample := w.expect(group{q.TopicID, q.Language}, q.ID, now.Sub(q.AskedAt), now)
	if median == nil && p90 == nil {
		return nil
	}
	return &Forecast{MedianAt: later(q.AskedAt, median), P90At: later(q.AskedAt, p90), Sample: sample}
}

func later(from time.Time, wait *time.Duration) *time.Time {
	if wait == nil {
		return nil
	}
	at := from.Add(*wait)
	return &at
}

// promise puts on record what is forecast of a question as it is asked, from
// what this process knows by heart.
func (s *Service) promise(q *Question) {
	now := s.clock.Now()
	known := s.forecasts.want(q.BrandID, q.ProgramID, now).by(now)
	median, p90, _ := known.expect(group{q.TopicID, q.Language}, q.ID, 0, now)
	q.ForecastMedianS, q.ForecastP90S = wholeSeconds(median), wholeSeconds(p90)
}

// wholeSeconds rounds up.
func wholeSeconds(d *time.Duration) *int {
	if d == nil {
		return nil
	}
	n := int((*d + time.Second - 1) / time.Second)
	return &n
}

// waits are a program's, looked up anew where they are not fresh.
func (s *Service) waits(ctx context.Context, brand marketplace.BrandID, id program.ID) (waits, error) {
	one := s.forecasts.want(brand, id, s.clock.Now())
	if known := one.get(); s.clock.Now().Sub(known.at) < forecastFresh {
		return known, nil
	}
	one.looking.Lock()
	defer one.looking.Unlock()
	if known := one.get(); s.clock.Now().Sub(known.at) < forecastFresh {
		return known, nil // another looked meanwhile
	}
	return s.lookUp(ctx, one)
}

// lookUp looks a program's waits up, which nobody else does meanwhile.
func (s *Service) lookUp(ctx context.Context, one *forecastOf) (waits, error) {
	now := s.clock.Now()
	since := now.Add(-forecastFrom)
	if before := one.get().since; before.After(since) {
		since = before // there are more than we look at
	}
	var rows []waitRow
	known := waits{at: now}
	err := s.store.Read(ctx, one.brand, func(tx *gorm.DB) (err error) {
		if known.takeup, err = takeupTx(ctx, tx, one.brand, one.program, now); err != nil {
			return err
		}
		if known.handling, err = handlingTx(ctx, tx, one.brand, one.program, now); err != nil {
			return err
		}
		return tx.WithContext(ctx).Table("questions").Select("id, topic_id, language, state, asked_at, first_responded_at, ended_at").
			Where("brand_id = ? AND program_id = ? AND asked_at >= ? AND asked_at <= ?", one.brand, one.program, since, now).
			Order("asked_at DESC").Limit(forecastMost).Find(&rows).Error
	})
	if err != nil {
		return waits{}, fmt.Errorf("look up the waits of program %s: %w", one.program, err)
	}
	if len(rows) == forecastMost {
		since = rows[len(rows)-1].AskedAt
	}
	known.since, known.curves, known.situations = since, curvesOf(rows, now), newSituations(rows, now)
	known.queue = queueOf(rows)
	one.mu.Lock()
	defer one.mu.Unlock()
	one.known = known
	return known, nil
}

// waitRow is what is read of a question of its wait.
type waitRow struct {
	ID               ID
	TopicID          program.TopicID
	Language         string
	State            State
	AskedAt          time.Time
	FirstRespondedAt *time.Time
	EndedAt          *time.Time
}

// waited is how long the question waited. One that went to the brand's team
// still waits; one taken back does not, and nobody knows how long it would have.
func (r waitRow) waited(now time.Time) wait.Wait {
	switch {
	case r.FirstRespondedAt != nil:
		return wait.Wait{For: r.FirstRespondedAt.Sub(r.AskedAt), Over: true}
	case r.EndedAt != nil && r.State != Escalated:
		return wait.Wait{For: r.EndedAt.Sub(r.AskedAt)}
	}
	return wait.Wait{For: now.Sub(r.AskedAt)}
}

func curvesOf(rows []waitRow, now time.Time) map[group]wait.Curve {
	lists := map[group][]wait.Wait{}
	for _, r := range rows {
		w := r.waited(now)
		for _, g := range r.groups() {
			lists[g] = append(lists[g], w)
		}
	}
	curves := map[group]wait.Curve{}
	for g, list := range lists {
		if len(list) >= forecastLeast || g == (group{}) {
			curves[g] = wait.NewCurve(list)
		}
	}
	return curves
}

// RefreshForecasts looks up anew, once, the forecasts that were wanted lately,
// so that who asks finds them fresh. Call it every minute.
func (s *Service) RefreshForecasts(ctx context.Context) error {
	for _, one := range s.forecasts.still(s.clock.Now()) {
		one.looking.Lock()
		_, err := s.lookUp(ctx, one)
		one.looking.Unlock()
		if err != nil {
			return err
		}
	}
	return nil
}
