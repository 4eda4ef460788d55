package insight

import (
	"context"
	"slices"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace/access"
	"knowhow/marketplace/program"
	"knowhow/payouts"
)

const (
	// booksWeeks is how far back the open books look: whole weeks, so that they
	// change once a week and nobody's single answer can be seen in them.
	booksWeeks = 12
	// leastEarners is of how many experts the books tell what they earned.
	leastEarners = 10
)

// OpenBooks are what anybody may know of a program's money: what work pays by its
// policies, how what the brand spends is split, and what experts earned.
type OpenBooks struct {
	Program  program.ID
	Name     string
	Currency payouts.Currency
	Pay      []PayLine // topics that experts may do, by slug, then any other
	Reward   program.RewardPolicy
	Training payouts.Money // for a complete onboarding
	Books
}

// PayLine is what an answer pays while no more wait than are free, where it is not
// known yet how long such work takes, and what the brand pays us on top.
type PayLine struct {
	Topic, Name string // empty: of no topic that has its own
	Reward, Fee payouts.Money
}

// Books are what was earned in the last twelve whole weeks. What the sample is too
// small for is nil. They may be ten minutes old.
type Books struct {
	From, To time.Time
	Split    *Split
	// Weekly is what an expert earned in a week, in the mean of the twelve; Hourly
	// what an hour between acceptance and answer earned them.
	Weekly, Hourly *Spread
	// Topics are those that ten experts or more have answered on.
	Topics []TopicPay
}

// Split is where what a brand spent on work went, in basis points, and what share
// of what was earned was refused; of at least 50 rewards.
type Split struct {
	ExpertsBP, FeesBP, RefusedBP int
}

// Spread is how what experts earned is spread, in minor units of two digits that
// count: a quarter got at most Low, half at most Median, three quarters at most
// High. Each is the mean of three experts. Experts is rounded down to fives, of ten
// or more.
type Spread struct {
	Experts           int
	Low, Median, High int64
}

// TopicPay is how what single answers on a topic earned is spread.
type TopicPay struct {
	Topic string // slug
	Spread
}

// OpenBooks gives a program's open books; no permission is asked for. Error: as
// Public's.
func (s *Service) OpenBooks(ctx context.Context, id program.ID) (open OpenBooks, err error) {
	public, err := s.Programs.Public(ctx, id)
	if err != nil {
		return open, err
	}
	now := s.Clock.Now()
	err = s.Store.Read(ctx, public.Brand, func(tx *gorm.DB) error {
		p, err := s.Programs.LoadTx(ctx, tx, id)
		if err != nil {
			return err
		}
		topics, err := s.Programs.TopicsTx(ctx, tx, id)
		if err != nil {
			return err
		}
		open = OpenBooks{
			Program: id, Name: p.Name, Currency: p.Currency, Pay: payLines(p, topics), Reward: p.Policies.Reward,
			Training: payouts.Money{Minor: p.Policies.Admission.OnboardingMinor, Currency: p.Currency},
		}
		return nil
	})
	if err != nil {
		return open, err
	}
	open.Books, err = s.books.of(id, now, func() (b Books, err error) {
		err = s.Store.Read(ctx, public.Brand, func(tx *gorm.DB) error {
			b, err = booksTx(ctx, tx, id, open.Currency, now)
			return err
		})
		return b, err
	})
	return open, err
}

// payLines are what answers pay; what nobody has priced yet is left out.
func payLines(p program.Program, topics []program.Topic) []PayLine {
	list := []PayLine{}
	add := func(topic *program.Topic) {
		q, err := p.Quote(topic, program.AssumedEffort)
		if err != nil {
			return
		}
		line := PayLine{Reward: q.Reward, Fee: q.Fee}
		if topic != nil {
			line.Topic, line.Name = topic.Slug, topic.Name
		}
		list = append(list, line)
	}
	for _, t := range topics {
		if t.Mode != program.BrandOnly {
			add(&t)
		}
	}
	add(nil)
	return list
}

const earnedSQL = `SELECT r.expert_id, r.kind, r.state, r.amount_minor, r.fee_minor, COALESCE(t.slug, ''), a.accepted_at, a.delivered_at
FROM rewards r LEFT JOIN questions q ON q.id = r.question_id LEFT JOIN topics t ON t.id = q.topic_id LEFT JOIN assignments a ON a.id = r.id
WHERE r.program_id = ? AND r.currency = ? AND r.earned_at >= ? AND r.earned_at < ?`

// earner is what one expert earned.
type earner struct {
	minor, answered int64
	worked          time.Duration // from acceptance to answer, of what was answered
}

// earnings is what was earned, added up.
type earnings struct {
	experts, fees, refused int64
	rewards                int
	by                     map[access.PersonID]*earner
	topics                 map[string]map[access.PersonID][]int64
}

func booksTx(ctx context.Context, tx *gorm.DB, id program.ID, c payouts.Currency, now time.Time) (Books, error) {
	to := now.UTC().Truncate(24 * time.Hour)
	to = to.AddDate(0, 0, -(int(to.Weekday())+6)%7) // Monday
	b := Books{From: to.AddDate(0, 0, -7*booksWeeks), To: to}
	e := earnings{by: map[access.PersonID]*earner{}, topics: map[string]map[access.PersonID][]int64{}}
	err := eachRow(ctx, tx, "read what experts of program "+id.String()+" earned", earnedSQL, []any{id, c, b.From, b.To}, e.read)
	b.Split, b.Weekly, b.Hourly, b.Topics = e.split(), e.weekly(), e.hourly(), e.perTopic()
	return b, err
}

func (e *earnings) read(scan func(...any) error) error {
	var expert access.PersonID
	var kind payouts.RewardKind
	var state payouts.RewardState
	var minor, fee int64
	var topic string
	var accepted, delivered *time.Time
	if err := scan(&expert, &kind, &state, &minor, &fee, &topic, &accepted, &delivered); err != nil {
		return err
	}
	e.rewards++
	if state == payouts.RewardRefused {
		e.refused += minor + fee
		return nil
	}
	e.experts, e.fees = e.experts+minor, e.fees+fee
	of := e.by[expert]
	if of == nil {
		of = &earner{}
		e.by[expert] = of
	}
	of.minor += minor
	if kind != payouts.ForAssignment {
		return nil
	}
	if accepted != nil && delivered != nil && delivered.After(*accepted) {
		of.answered, of.worked = of.answered+minor, of.worked+delivered.Sub(*accepted)
	}
	if topic != "" {
		if e.topics[topic] == nil {
			e.topics[topic] = map[access.PersonID][]int64{}
		}
		e.topics[topic][expert] = append(e.topics[topic][expert], minor)
	}
	return nil
}

func (e *earnings) split() *Split {
	spent := e.experts + e.fees
	if e.rewards < leastSample || spent == 0 {
		return nil
	}
	fees := int(e.fees * 10_000 / spent)
	return &Split{ExpertsBP: 10_000 - fees, FeesBP: fees, RefusedBP: int(e.refused * 10_000 / (spent + e.refused))}
}

func (e *earnings) weekly() *Spread {
	var list []int64
	for _, of := range e.by {
		list = append(list, of.minor/booksWeeks)
	}
	return spread(list, len(list))
}

func (e *earnings) hourly() *Spread {
	var list []int64
	for _, of := range e.by {
		if seconds := int64(of.worked / time.Second); seconds > 0 {
			list = append(list, of.answered*3600/seconds)
		}
	}
	return spread(list, len(list))
}

// perTopic tells of each expert's mean on a topic, so that who answers most does
// not decide it.
func (e *earnings) perTopic() []TopicPay {
	list := []TopicPay{}
	for topic, by := range e.topics {
		var means []int64
		for _, minors := range by {
			var sum int64
			for _, minor := range minors {
				sum += minor
			}
			means = append(means, sum/int64(len(minors)))
		}
		if s := spread(means, len(by)); s != nil {
			list = append(list, TopicPay{topic, *s})
		}
	}
	slices.SortFunc(list, func(a, b TopicPay) int {
		if a.Topic < b.Topic {
			return -1
		}
		return 1
	})
	return list
}

// spread is nil of fewer than ten experts.
func spread(list []int64, experts int) *Spread {
	if experts < leastEarners {
		return nil
	}
	slices.Sort(list)
	at := func(quarter int) int64 {
		i := (len(list) - 1) * quarter / 4
		return twoDigits((list[i-1] + list[i] + list[i+1]) / 3)
	}
	return &Spread{Experts: experts - experts%leastExperts, Low: at(1), Median: at(2), High: at(3)}
}

// twoDigits rounds down to two digits that count.
func twoDigits(n int64) int64 {
	unit := int64(1)
	for n/unit >= 100 {
		unit *= 10
	}
	return n / unit * unit
}
