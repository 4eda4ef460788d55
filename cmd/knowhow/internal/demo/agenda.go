package demo

import (
	"cmp"
	"container/heap"
	"context"
	"strings"
	"time"
)

// The kinds of things that people do, in the order in which they come at one
// instant. Asking is last: the story's very last deed is a question.
const (
	doStep = iota // of an expert's way into the program
	doFund
	doPayday
	doDecline
	doAccept
	doAnswer
	doAnswerForBrand
	doJudge
	doReview
	doRefuse
	doAppeal
	doDecideAppeal
	doAsk
)

// deed is something a person does at a time.
type deed struct {
	at   time.Time
	kind int
	name string // of what it is about and who does it: decides between equals
	do   func(ctx context.Context) error
}

// agenda is what is to come, soonest first. Its order follows from the deeds
// alone, so it is the same when it is written anew after an interruption.
type agenda []deed

func (a agenda) Len() int      { return len(a) }
func (a agenda) Swap(i, j int) { a[i], a[j] = a[j], a[i] }
func (a agenda) Less(i, j int) bool {
	return cmp.Or(a[i].at.Compare(a[j].at), cmp.Compare(a[i].kind, a[j].kind), strings.Compare(a[i].name, a[j].name)) < 0
}

// Push and Pop are for container/heap.
func (a *agenda) Push(x any) { *a = append(*a, x.(deed)) }
func (a *agenda) Pop() any {
	last := len(*a) - 1
	d := (*a)[last]
	(*a)[last] = deed{}
	*a = (*a)[:last]
	return d
}

func (a *agenda) add(at time.Time, kind int, name string, do func(ctx context.Context) error) {
	heap.Push(a, deed{at: at, kind: kind, name: name, do: do})
}

func (a *agenda) next() deed { return heap.Pop(a).(deed) }
