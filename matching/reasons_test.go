package matching

import (
	"encoding/json"
	"slices"
	"testing"
)

func reasonsWorld() world {
	return world{
		docs: []Document{
			{ID: id("1"), Title: "card refund late", Tags: []string{"money"}, Asked: day(-30)},
			{ID: id("2"), Title: "card refund missing", Asked: day(-20)},
			{ID: id("3"), Title: "bank fee", Tags: []string{"money"}, Asked: day(-10)},
			{ID: id("4"), Title: "card refund late", Tags: []string{"money"}, Asked: day(1)},
		},
		evidence: []Evidence{
			{Document: id("1"), Expert: id("a"), Answered: day(-29), Resolved: day(-28)},
			{Document: id("2"), Expert: id("a"), Answered: day(-19), Resolved: day(3)},
			{Document: id("3"), Expert: id("a"), Answered: day(-9), Resolved: day(-9)},
			{Document: id("4"), Expert: id("a"), Answered: day(2)},
			{Document: id("3"), Expert: id("b"), Answered: day(-1)},
		},
		query: Query{Title: "card refund late", Tags: []string{"money"}, At: noon},
	}
}

func TestReasons(t *testing.T) {
	w := reasonsWorld()
	got := w.index().Reasons(w.query, []ID{id("a"), id("b"), id("nobody")})
	want := []Reason{
		{Similar: Experience{2, 1, day(-19)}, Tagged: Experience{2, 2, day(-9)}, All: Experience{3, 2, day(-9)}},
		{Tagged: Experience{1, 0, day(-1)}, All: Experience{1, 0, day(-1)}},
		{},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

// A reason is shown to people in other programs, so its names are fixed, and
// who never answered has no last answer.
func TestReasonAsJSON(t *testing.T) {
	r := Reason{All: Experience{Answered: 2, Resolved: 1, Last: noon}}
	text, err := json.Marshal(r)
	want := `{"similar":{"answered":0,"resolved":0},"tagged":{"answered":0,"resolved":0},"all":{"answered":2,"resolved":1,"last":"2030-01-01T12:00:00Z"}}`
	if err != nil || string(text) != want {
		t.Errorf("%s, %v; want %s", text, err, want)
	}
	var back Reason
	if err := json.Unmarshal(text, &back); err != nil || back != r {
		t.Errorf("came back %+v, %v", back, err)
	}
}

func TestRankByActivity(t *testing.T) {
	w := reasonsWorld()
	w.candidates = []Candidate{{Expert: id("b")}, {Expert: id("new"), Since: day(-1)}, {Expert: id("a")}, {Expert: id("newer"), Since: day(0)}}
	want := []ID{id("a"), id("b"), id("new"), id("newer")}
	if got := w.index().RankByActivity(w.query, w.candidates); !slices.Equal(got, want) {
		t.Errorf("order %s, want %s", got, want)
	}
	w.query.Asker = id("a")
	if got := w.index().RankByActivity(w.query, w.candidates); !slices.Equal(got, want[1:]) {
		t.Errorf("order %s, want the asker left out", got)
	}
}
