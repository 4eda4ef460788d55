package insight

import (
	"context"
	"slices"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/admission"
	"knowhow/marketplace/program"
	"knowhow/payouts"
)

const (
	// weeks is how far back the public page looks.
	weeks = 8
	// leastSample is of how many the public page tells anything.
	leastSample = 50
	// leastExperts is of how many experts the public page tells, and what it
	// rounds down to.
	leastExperts = 5
)

// PublicPage is what anybody may know of a program, customers before they ask
// and experts before they apply.
type PublicPage struct {
	program.Public
	Branding program.Branding
	Pay      PayRange
	// Onboarding is what a complete one earns; zero: nothing.
	Onboarding payouts.Money
	Demand     Demand
}

// PayRange is what answers pay by the policies: the least, what most topics
// that experts may do pay, and the most.
type PayRange struct{ Least, Typical, Most payouts.Money }

// Demand is what the last eight weeks were like, and what a program asks of its
// experts. It may be ten minutes old. What the sample is too small for is nil.
type Demand struct {
	// Handling is the median of the time from acceptance to answer; of at least
	// 50 answers.
	Handling *time.Duration
	// Questions is how many were asked in an hour of the week, in the mean: Monday
	// to Sunday, by 24 hours, UTC; of at least 50 questions.
	Questions [][]float64
	// Experts is how many are active, rounded down to fives; of at least five.
	Experts *int
	// Quiz, Terms, Cards and Practice tell whether there are any to pass, to accept
	// and to read, Probation whether who is approved is on probation first, Full
	// whether who applies waits for a place.
	Quiz, Terms, Cards, Practice, Probation, Full bool
}

// Public is a program's public page; no permission is asked for. One that is
// not open, live or paused, is a *marketplace.NotFoundError.
func (s *Service) Public(ctx context.Context, id program.ID) (page PublicPage, err error) {
	if page.Public, err = s.Programs.Public(ctx, id); err != nil {
		return page, err
	}
	now := s.Clock.Now()
	err = s.Store.Read(ctx, page.Brand, func(tx *gorm.DB) error {
		p, err := s.Programs.LoadTx(ctx, tx, id)
		if err != nil {
			return err
		}
		page.Pay = payRange(p, page.Topics)
		page.Onboarding = payouts.Money{Minor: p.Policies.Admission.OnboardingMinor, Currency: p.Currency}
		page.Branding, err = program.BrandingTx(ctx, tx, id)
		return err
	})
	if err != nil {
		return page, err
	}
	page.Demand, err = s.pages.of(id, now, func() (Demand, error) { return s.demand(ctx, page.Brand, id, now) })
	return page, err
}

// payRange is what the topics that experts may do pay, and a question on none
// of them.
func payRange(p program.Program, topics []program.PublicTopic) PayRange {
	base := p.Policies.Reward.BaseMinor
	each, all := []int64{}, []int64{base}
	for _, t := range topics {
		if t.Mode == program.BrandOnly {
			continue
		}
		pays, own := p.Policies.Reward.ByTopic[t.Slug]
		if !own {
			pays = base
		}
		each, all = append(each, pays), append(all, pays)
	}
	typical := base
	if len(each) > 0 {
		slices.Sort(each)
		typical = each[(len(each)-1)/2]
	}
	money := func(minor int64) payouts.Money { return payouts.Money{Minor: minor, Currency: p.Currency} }
	return PayRange{Least: money(slices.Min(all)), Typical: money(typical), Most: money(slices.Max(all))}
}

const demandSQL = `SELECT q.asked_at FROM questions q WHERE q.program_id = ? AND q.state IN ? AND q.asked_at >= ? AND q.asked_at < ?`

const handlingSQL = `SELECT a.accepted_at, a.delivered_at FROM questions q JOIN assignments a ON a.question_id = q.id
WHERE q.program_id = ? AND q.state IN ? AND q.asked_at >= ? AND q.asked_at < ? AND a.delivered_at IS NOT NULL`

func (s *Service) demand(ctx context.Context, brand marketplace.BrandID, id program.ID, now time.Time) (d Demand, err error) {
	args := []any{id, allStates, now.Add(-weeks * 7 * 24 * time.Hour), now}
	err = s.Store.Read(ctx, brand, func(tx *gorm.DB) error {
		if d.Questions, err = demandTx(ctx, tx, args); err != nil {
			return err
		}
		if d.Handling, err = handlingTx(ctx, tx, args); err != nil {
			return err
		}
		cover, err := admission.CoverTx(ctx, tx, id)
		if err != nil {
			return err
		}
		d.Quiz, d.Terms, d.Cards, d.Practice, d.Probation = cover.Quiz, cover.Terms, cover.Cards, cover.Practice, cover.Probation
		if d.Full, err = s.Admission.FullTx(ctx, tx, id); err != nil {
			return err
		}
		if n := len(cover.Active); n >= leastExperts {
			n -= n % leastExperts
			d.Experts = &n
		}
		return nil
	})
	return d, err
}

func demandTx(ctx context.Context, tx *gorm.DB, args []any) ([][]float64, error) {
	var counts [7][24]int
	n := 0
	err := eachRow(ctx, tx, "read when questions were asked", demandSQL, args, func(scan func(...any) error) error {
		var at time.Time
		if err := scan(&at); err != nil {
			return err
		}
		at = at.UTC()
		counts[(int(at.Weekday())+6)%7][at.Hour()]++
		n++
		return nil
	})
	if err != nil || n < leastSample {
		return nil, err
	}
	means := make([][]float64, len(counts))
	for day, hours := range counts {
		means[day] = make([]float64, len(hours))
		for hour, count := range hours {
			means[day][hour] = float64(count*100/weeks) / 100 // two digits are told
		}
	}
	return means, nil
}

func handlingTx(ctx context.Context, tx *gorm.DB, args []any) (*time.Duration, error) {
	var took waits
	err := eachRow(ctx, tx, "read how long answers took", handlingSQL, args, func(scan func(...any) error) error {
		var accepted, delivered time.Time
		if err := scan(&accepted, &delivered); err != nil {
			return err
		}
		took.add(accepted, &delivered, delivered)
		return nil
	})
	if err != nil || len(took) < leastSample {
		return nil, err
	}
	return took.figure().Median, nil
}
