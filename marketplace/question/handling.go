package question

import (
	"context"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/program"
)

const (
	handlingLeast   = 20                 // answers, of which it is known how long such work takes
	handlingMost    = 5000               // the latest of a program's that are looked at
	handlingLongest = 7 * 24 * time.Hour // longer work counts as this
)

// handling is how long the answers of the last weeks took, from acceptance to
// the first answer, by topic; under none those of all the program's. It has the
// kinds of which there were enough.
type handling map[program.TopicID]typical

// typical is the median of some number of answers.
type typical struct {
	median time.Duration
	sample int
}

// handlingTx looks up how long the answers of the last weeks took.
func handlingTx(ctx context.Context, tx *gorm.DB, brand marketplace.BrandID, id program.ID, now time.Time) (handling, error) {
	took := map[program.TopicID][]time.Duration{}
	err := marketplace.EachTx(tx.WithContext(ctx), `SELECT q.topic_id, a.accepted_at, a.delivered_at
		FROM questions q JOIN assignments a ON a.question_id = q.id
		WHERE q.brand_id = ? AND q.program_id = ? AND q.asked_at >= ? AND q.asked_at <= ? AND a.delivered_at <= ?
		ORDER BY q.asked_at DESC, a.attempt DESC LIMIT ?`,
		[]any{brand, id, now.Add(-forecastFrom), now, now, handlingMost}, func(scan marketplace.Scan) error {
			var topic program.TopicID
			var accepted, delivered time.Time
			if err := scan(&topic, &accepted, &delivered); err != nil {
				return err
			}
			d := min(delivered.Sub(accepted), handlingLongest)
			took[program.TopicID{}] = append(took[program.TopicID{}], d)
			if !topic.IsZero() {
				took[topic] = append(took[topic], d)
			}
			return nil
		})
	if err != nil {
		return nil, fmt.Errorf("look up how long the answers of program %s took: %w", id, err)
	}
	h := handling{}
	for topic, list := range took {
		if len(list) >= handlingLeast {
			h[topic] = typical{middle(list), len(list)}
		}
	}
	return h, nil
}

// middle is the median of a list that is not empty: of an even number the lesser
// of the two.
func middle(list []time.Duration) time.Duration {
	slices.Sort(list)
	return list[(len(list)-1)/2].Truncate(time.Second)
}

// effort is how long work on a topic takes, and how many answers tell so: those
// on the topic, or where they are too few all of the program's; 0: none, and it
// is assumed.
func (w waits) effort(topic program.TopicID) (took time.Duration, sample int) {
	for _, of := range []program.TopicID{topic, {}} {
		if t, ok := w.handling[of]; ok {
			return t.median, t.sample
		}
	}
	return expectedEffort, 0
}

// queue is who waits for experts.
type queue struct {
	of  map[group]int
	ids map[ID]bool
}

func queueOf(rows []waitRow) queue {
	queue := queue{map[group]int{}, map[ID]bool{}}
	for _, r := range rows {
		if r.State != Asked && r.State != Offered {
			continue
		}
		queue.ids[r.ID] = true
		for _, g := range r.groups() {
			queue.of[g]++
		}
	}
	return queue
}

// waiting is how many questions on the topic and in the language of one wait
// with it, itself counted.
func (w waits) waiting(q *Question) int {
	n := w.queue.of[group{q.TopicID, q.Language}]
	if !w.queue.ids[q.ID] {
		n++
	}
	return n
}
