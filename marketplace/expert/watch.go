package expert

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace/access"
	"knowhow/marketplace/program"
)

// Watch says why an expert's work in a program is drawn for review more often
// than others'. Nothing else follows from it.
type Watch string

const (
	NotWatched  Watch = ""
	WatchDoubt  Watch = "doubt"  // their standing is beyond doubt below the others'
	WatchSignal Watch = "signal" // a signal about them waits for a human
)

const (
	// leastDoubted is how many outcomes it takes to doubt somebody.
	leastDoubted = 5
	// mostDoubted is how many standings of a program are looked at, the latest.
	mostDoubted = 10_000
)

// WatchSQL is Enrolment.Watch as an expression for queries of the rooms above, of
// the program and the person; NotWatched without an enrolment.
func WatchSQL(program, person string) string {
	return "COALESCE((SELECT watch FROM enrolments WHERE program_id = " + program + " AND person_id = " + person + "), '')"
}

// DoubtedTx lists whose standing in a program is beyond doubt below that of the
// others there.
func DoubtedTx(ctx context.Context, tx *gorm.DB, id program.ID, now time.Time) ([]access.PersonID, error) {
	var rows []Standing
	err := tx.WithContext(ctx).Where("program_id = ?", id).Order("updated_at DESC, person_id, topic").Limit(mostDoubted).Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("list the standings in program %s: %w", id, err)
	}
	at := map[access.PersonID]int{}
	var people []access.PersonID
	var beliefs [][]Belief
	for _, r := range rows {
		i, known := at[r.PersonID]
		if !known {
			i = len(people)
			at[r.PersonID], people, beliefs = i, append(people, r.PersonID), append(beliefs, nil)
		}
		beliefs[i] = append(beliefs[i], r.Belief())
	}
	var list []access.PersonID
	for i, doubted := range doubted(beliefs, now) {
		if doubted {
			list = append(list, people[i])
		}
	}
	return list, nil
}

// doubted tells of each person, by what is kept of them topic by topic, whether
// the upper end of the interval of all their work is below the mean of the
// others' work, which is taken to begin with what is expected of anybody.
func doubted(people [][]Belief, now time.Time) []bool {
	all, sums := Prior(), make([]Belief, len(people))
	for i, beliefs := range people {
		sums[i] = Prior()
		for _, b := range beliefs {
			b = b.AsOf(now)
			sums[i].Alpha += b.Alpha - priorAlpha
			sums[i].Beta += b.Beta - priorBeta
			sums[i].Evidence += b.Evidence
		}
		all.Alpha += sums[i].Alpha - priorAlpha
		all.Beta += sums[i].Beta - priorBeta
	}
	list := make([]bool, len(people))
	for i, b := range sums {
		others := Belief{Alpha: all.Alpha - (b.Alpha - priorAlpha), Beta: all.Beta - (b.Beta - priorBeta)}
		_, high := b.Interval()
		list[i] = b.Evidence >= leastDoubted && high < others.Mean()
	}
	return list
}

// SetWatchTx makes these the watched of a program, and nobody else. It writes, and
// so locks, only the enrolments that change, in the order of people's ids. Who
// left by the time it does is not watched.
func SetWatchTx(ctx context.Context, tx *gorm.DB, id program.ID, watched map[access.PersonID]Watch) error {
	var rows []Enrolment
	err := tx.WithContext(ctx).Select("person_id", "state", "watch").Where("program_id = ?", id).Find(&rows).Error
	if err != nil {
		return fmt.Errorf("list the watched of program %s: %w", id, err)
	}
	slices.SortFunc(rows, func(a, b Enrolment) int { return bytes.Compare(a.PersonID[:], b.PersonID[:]) })
	for _, r := range rows {
		want := watched[r.PersonID]
		if r.State == Left || r.State == Rejected {
			want = NotWatched
		}
		if r.Watch == want {
			continue
		}
		find := tx.WithContext(ctx).Model(&Enrolment{}).Where("program_id = ? AND person_id = ?", id, r.PersonID)
		if want != NotWatched {
			find = find.Where("state NOT IN ?", []State{Left, Rejected})
		}
		if err := find.Update("watch", want).Error; err != nil {
			return fmt.Errorf("watch %s in program %s: %w", r.PersonID, id, err)
		}
	}
	return nil
}
