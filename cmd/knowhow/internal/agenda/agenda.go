// Package agenda is what people of an invented or replayed past are going to
// do, in the order of time: what replay and the demo live by, beside the
// market's own jobs and deadlines.
package agenda

import (
	"cmp"
	"container/heap"
	"context"
	"strings"
	"time"

	"knowhow/marketplace/job"
)

// Deed is something a person does at a time.
type Deed struct {
	At   time.Time
	Kind int    // deeds of one instant come in the order of their kinds,
	Name string // and then of their names: what it is about and who does it
	Do   func(ctx context.Context) error
}

// Agenda is what is to come, soonest first. Its order follows from the deeds
// alone, so it is the same when it is written anew after an interruption. The
// zero value is empty. Not safe for concurrent use.
type Agenda struct{ deeds deeds }

// Add puts a deed on the agenda.
func (a *Agenda) Add(at time.Time, kind int, name string, do func(ctx context.Context) error) {
	heap.Push(&a.deeds, Deed{At: at, Kind: kind, Name: name, Do: do})
}

// Empty reports that nothing is to come.
func (a *Agenda) Empty() bool { return len(a.deeds) == 0 }

// Due takes the next deed off the agenda if its time has come.
func (a *Agenda) Due(now time.Time) (d Deed, ok bool) {
	if len(a.deeds) == 0 || a.deeds[0].At.After(now) {
		return Deed{}, false
	}
	return heap.Pop(&a.deeds).(Deed), true
}

// Soonest is when something happens next, on the agenda or in the market whose
// queue this is; false where nothing is to come.
func (a *Agenda) Soonest(ctx context.Context, market *job.Queue) (time.Time, bool, error) {
	due, ok, err := market.NextDue(ctx)
	if err != nil {
		return time.Time{}, false, err
	}
	if len(a.deeds) > 0 && (!ok || a.deeds[0].At.Before(due)) {
		return a.deeds[0].At, true, nil
	}
	return due, ok, nil
}

// deeds is a heap of them.
type deeds []Deed

func (d deeds) Len() int      { return len(d) }
func (d deeds) Swap(i, j int) { d[i], d[j] = d[j], d[i] }
func (d deeds) Less(i, j int) bool {
	return cmp.Or(d[i].At.Compare(d[j].At), cmp.Compare(d[i].Kind, d[j].Kind), strings.Compare(d[i].Name, d[j].Name)) < 0
}

// Push and Pop are for container/heap.
func (d *deeds) Push(x any) { *d = append(*d, x.(Deed)) }
func (d *deeds) Pop() any {
	last := len(*d) - 1
	deed := (*d)[last]
	(*d)[last] = Deed{}
	*d = (*d)[:last]
	return deed
}
