package question_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"knowhow/marketplace"
	"knowhow/marketplace/question"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

// ways is the state map once more, as docs/lifecycle.md tells it.
var ways = map[question.Verb]string{
	question.VerbRoute:          "asked>offered offered>offered",
	question.VerbAccept:         "offered>assigned",
	question.VerbAnswer:         "assigned>answered",
	question.VerbHandBack:       "assigned>asked",
	question.VerbLapse:          "assigned>asked",
	question.VerbResolve:        "answered>resolved",
	question.VerbReopen:         "answered>asked resolved>asked",
	question.VerbEscalate:       "asked>escalated offered>escalated assigned>escalated answered>escalated",
	question.VerbWithdraw:       "asked>withdrawn offered>withdrawn assigned>withdrawn answered>withdrawn escalated>withdrawn",
	question.VerbAnswerForBrand: "escalated>answered",
	question.VerbEnd:            "assigned>resolved answered>resolved",
	question.VerbEscalateEnded:  "resolved>escalated",
	question.VerbRouteBack:      "escalated>asked",
}

func TestEveryStateTimesEveryVerb(t *testing.T) {
	if len(question.Verbs) != len(ways) || question.MappedVerbs() != len(ways) {
		t.Fatalf("%d verbs are listed, %d mapped, %d expected", len(question.Verbs), question.MappedVerbs(), len(ways))
	}
	for _, v := range question.Verbs {
		known := map[question.State]question.State{}
		for _, way := range strings.Fields(ways[v]) {
			from, to, _ := strings.Cut(way, ">")
			known[question.State(from)] = question.State(to)
		}
		for _, from := range question.States {
			got, err := question.After(from, v)
			var moved *question.TransitionError
			switch want, ok := known[from]; {
			case ok && (err != nil || got != want):
				t.Errorf("%s, %s = %s, %v; want %s", from, v, got, err, want)
			case !ok && (got != "" || !errors.As(err, &moved) || !errors.Is(err, marketplace.ErrConflict)):
				t.Errorf("%s, %s = %s, %v; want a *TransitionError", from, v, got, err)
			case !ok && (moved.From != string(from) || moved.Verb != string(v)):
				t.Errorf("%s, %s: the error says %+v", from, v, *moved)
			}
		}
	}
}

func TestEveryAssignmentStateTimesEveryOther(t *testing.T) {
	known := map[question.AssignmentState]string{
		question.Working: "delivered handed_back lapsed cancelled", question.Delivered: "earned",
		question.Earned: "released contested", question.Contested: "released refused", question.HandedBack: "earned",
	}
	all := []question.AssignmentState{
		question.Working, question.Delivered, question.Earned, question.Contested, question.Released,
		question.Refused, question.HandedBack, question.Lapsed, question.Cancelled,
	}
	for _, from := range all {
		for _, to := range all {
			_, err := question.Next(from, to)
			want := strings.Contains(" "+known[from]+" ", " "+string(to)+" ")
			if (err == nil) != want || err != nil && verdict(err) != "moved" {
				t.Errorf("%s > %s: %v", from, to, err)
			}
		}
	}
}

// The database itself refuses what no move leads to.
func TestTheTablesMirrorTheMap(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		s := r.stage(question.Assigned)
		id := map[string]string{"questions": s.q.String(), "offers": s.offer.String(), "assignments": s.turn.String()}
		for _, bad := range []string{
			"questions SET state = 'lost'", "questions SET state = ''",
			"questions SET state = 'resolved'", "questions SET state = 'escalated'", "questions SET state = 'withdrawn'",
			"questions SET ended_at = asked_at", "questions SET state = 'offered', wave = 0", "questions SET attempt = 0",
			"questions SET wave = -1", "questions SET messages = 0",
			"offers SET state = 'lost'", "offers SET state = 'open'", "offers SET settled_at = NULL",
			"offers SET reward_minor = 0", "offers SET fee_minor = -1", "offers SET wave = 0",
			"assignments SET state = 'lost'", "assignments SET state = 'delivered'", "assignments SET state = 'earned'",
			"assignments SET state = 'contested'", "assignments SET state = 'released'", "assignments SET state = 'refused'",
			"assignments SET settled_at = accepted_at", "assignments SET reward_minor = -1",
			"assignments SET state = 'released', release_at = accepted_at", "assignments SET attempt = 1",
		} {
			table, _, _ := strings.Cut(bad, " ")
			dbtest.Unchanged(t, db, func() {
				if err := r.rawUpdate("UPDATE "+bad+" WHERE id = ?", id[table]); err == nil {
					t.Errorf("%s was allowed", bad)
				}
			})
		}
		for _, state := range question.States {
			ended := "NULL"
			if state.Ended() {
				ended = "asked_at"
			}
			err := r.rawUpdate(fmt.Sprintf("UPDATE questions SET state = '%s', ended_at = %s WHERE id = ?", state, ended), s.q)
			if err != nil {
				t.Errorf("the table refuses state %s: %v", state, err)
			}
		}
	})
}

// The document says every state and every move.
func TestTheDocumentTellsTheMap(t *testing.T) {
	text, err := os.ReadFile("../../docs/lifecycle.md")
	if err != nil {
		t.Fatal(err)
	}
	doc := string(text)
	for verb, list := range ways {
		for _, way := range strings.Fields(list) {
			from, to, _ := strings.Cut(way, ">")
			if line := fmt.Sprintf("%s --> %s: %s\n", from, to, verb); !strings.Contains(doc, line) {
				t.Errorf("docs/lifecycle.md lacks the line %q", line)
			}
		}
	}
	lines := strings.Count(diagram(doc, "## Questions"), "-->") - strings.Count(diagram(doc, "## Questions"), "[*]")
	if lines != countWays() {
		t.Errorf("docs/lifecycle.md draws %d moves of questions, the map has %d", lines, countWays())
	}
	var names []string
	for _, s := range question.States {
		names = append(names, string(s))
	}
	names = append(names, strings.Fields("working delivered earned contested released refused handed_back lapsed cancelled open accepted declined expired withdrawn")...)
	for _, name := range names {
		if !strings.Contains(doc, "| `"+name+"` |") {
			t.Errorf("docs/lifecycle.md has no row for %s", name)
		}
	}
	for _, reason := range append([]string{
		question.ReasonBrandOnly, question.ReasonRollout, question.ReasonUnfunded, question.ReasonSilence, question.ReasonCustomer, question.ReasonMatter,
	}, question.EndReasons...) {
		if !strings.Contains(doc, "`"+reason+"`") {
			t.Errorf("docs/lifecycle.md does not explain the reason %s", reason)
		}
	}
}

// diagram is the first mermaid drawing below a heading.
func diagram(doc, heading string) string {
	_, below, _ := strings.Cut(doc, heading+"\n")
	_, below, _ = strings.Cut(below, "```mermaid\n")
	drawing, _, _ := strings.Cut(below, "```")
	return drawing
}

func countWays() (n int) {
	for _, list := range ways {
		n += len(strings.Fields(list))
	}
	return n
}
