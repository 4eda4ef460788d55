package evaluate

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// community makes a file's questions up: each of six users answers the questions
// of a subject of their own, and one answers all.
func community(n int) []map[string]any {
	r, start := rand.New(rand.NewPCG(1, 2)), time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	subjects := []string{"visa", "train", "hotel", "flight", "money", "safety"}
	var posts []map[string]any
	for i := range n {
		subject := r.IntN(len(subjects))
		asked := start.Add(time.Duration(i) * 5 * time.Hour)
		answer := func(by string, after int, score int) map[string]any {
			return map[string]any{"by": by, "at": asked.Add(time.Duration(after) * time.Minute).Format("2006-01-02T15:04:05"), "score": score}
		}
		posts = append(posts, map[string]any{
			"id": fmt.Sprint("q-", i), "created": asked.Format("2006-01-02T15:04:05"), "asker": fmt.Sprint("u", 50+r.IntN(9)),
			"title": fmt.Sprintf("Which %s for place%d", subjects[subject], r.IntN(30)),
			"best":  fmt.Sprint("u", subject), "best_src": "accepted",
			"answers": []any{answer(fmt.Sprint("u", subject), 30, 3), answer("u9", 10, r.IntN(2))},
		})
	}
	return posts
}

func communityFile(t *testing.T, posts []map[string]any) string {
	t.Helper()
	var lines bytes.Buffer
	for _, p := range posts {
		line, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		lines.Write(append(line, '\n'))
	}
	return fileWith(t, "community.jsonl", lines.Bytes())
}

func fileWith(t *testing.T, name string, text []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func evaluateExperts(t *testing.T, c Experts) ExpertsReport {
	t.Helper()
	var out bytes.Buffer
	c.Format.Name = "json"
	if err := c.Run(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	var r ExpertsReport
	if err := json.Unmarshal(out.Bytes(), &r); err != nil {
		t.Fatal(err)
	}
	return r
}

func TestExpertsAreFound(t *testing.T) {
	path := communityFile(t, community(300))
	r := evaluateExperts(t, Experts{Data: path, Tags: fileWith(t, "tags.csv", []byte("tag,count\nvisa,1\ntrains,2\nhotel,3\n"))})
	if r.From != "q-240" || r.N != 60 || r.Coverage != 1 || !strings.HasPrefix(r.Weights, "travel-") {
		t.Errorf("report %+v", r)
	}
	if r.MRR < 0.85 || r.MRR <= r.ActivityOnly.MRR || r.Capped.MRR > r.MRR {
		t.Errorf("mrr %v, activity only %v, capped %v", r.MRR, r.ActivityOnly.MRR, r.Capped.MRR)
	}
	names := []string{byAnswers, byActivity, byProfile, byNeighbours, byNeighbours9, byTags, byFour, byLogit}
	for _, name := range names {
		if s, ok := r.Baselines[name]; !ok || s.MRR <= 0 || s.MRR > 1 {
			t.Errorf("%s: %+v", name, s)
		}
	}
	if len(r.Baselines) != len(names) || r.Baselines[byLogit] == r.Baselines[byFour] {
		t.Errorf("baselines %v", r.Baselines)
	}
}

// Without a choice to fit it to, the conditional logit is not measured, rather than
// another row in its name.
func TestNoFitNoRow(t *testing.T) {
	list := community(300)
	for _, p := range list[:200] {
		p["best"], p["best_src"] = "", ""
	}
	r := evaluateExperts(t, Experts{Data: communityFile(t, list), From: "q-200", To: "q-240"})
	_, fitted := r.Baselines[byLogit]
	if _, ok := r.Baselines[byFour]; !ok || fitted || r.N == 0 {
		t.Errorf("%d questions, baselines %v", r.N, r.Baselines)
	}
}

// What is answered, or known to have resolved a question, only after the window
// changes nothing in it: neither ours nor the baselines.
func TestPlantedFutureBringsNoProfit(t *testing.T) {
	window := Experts{From: "q-200", To: "q-240"}
	plain := community(300)
	unresolved := func(p map[string]any) {
		p["best_src"], p["answers"] = "", p["answers"].([]any)[:1]
	}
	for i := 180; i < 200; i++ { // with who is in the pool
		unresolved(plain[i])
	}
	window.Data = communityFile(t, plain)
	want := evaluateExperts(t, window)
	planted := community(300)
	after := planted[239]["created"].(string) // the window's last question
	for i := 180; i < 200; i++ {              // resolved too late to be learned from
		unresolved(planted[i])
		planted[i]["best"], planted[i]["best_src"] = "u9", "accepted"
		planted[i]["answers"] = append(planted[i]["answers"].([]any), map[string]any{"by": "u9", "at": after, "score": 9})
	}
	for i, p := range planted {
		best := p["best"]
		if i >= 200 && i < 240 {
			// The resolver answers every old question, and resolves a copy of this one, too late.
			for _, old := range planted[:200] {
				old["answers"] = append(old["answers"].([]any), map[string]any{"by": best, "at": after, "score": 9})
			}
			copied := map[string]any{"id": fmt.Sprint("copy-", i), "created": planted[241]["created"], "title": p["title"], "asker": p["asker"], "best": best,
				"best_src": "accepted", "answers": []any{map[string]any{"by": best, "at": p["created"], "score": 9}}}
			planted = append(planted, copied)
		}
	}
	// A file in another order is the same file.
	slices.Reverse(planted)
	window.Data = communityFile(t, planted)
	got := evaluateExperts(t, window)
	if !reflect.DeepEqual(got, want) {
		t.Errorf("with the future planted %+v\nwithout %+v", got, want)
	}
	// The same answers in time do bring something: the test can fail.
	early := community(300)
	for _, p := range early[200:240] {
		for _, old := range early[:200] {
			old["answers"] = append(old["answers"].([]any), map[string]any{"by": p["best"], "at": old["created"], "score": 9})
		}
	}
	window.Data = communityFile(t, early)
	if changed := evaluateExperts(t, window); reflect.DeepEqual(changed, want) {
		t.Error("answers given in time change nothing")
	}
}

// Files of other communities have other ids, and lack what they lack.
func TestOtherCommunities(t *testing.T) {
	posts := community(300)
	for i, p := range posts {
		delete(p, "title")
		p["asker"], p["body"], p["category"] = nil, "Text\xff of question 信用卡", "other"
		p["id"] = strings.Repeat("x", i%3) + fmt.Sprint(i)
		p["created"] = p["created"].(string) + "Z"
		answers := p["answers"].([]any)
		for _, a := range answers {
			a.(map[string]any)["by"] = len(a.(map[string]any)["by"].(string)) * i % 7 // numbers
		}
		p["best"] = answers[0].(map[string]any)["by"]
		p["answers"] = append(answers, map[string]any{"by": nil, "at": p["created"], "score": 1})
	}
	r := evaluateExperts(t, Experts{Data: communityFile(t, posts)})
	if r.N < 30 || math.IsNaN(r.MRR) || r.Baselines[byTags].MRR <= 0 {
		t.Errorf("report %+v", r)
	}
}

// What says the same is read the same: numbers for names, seconds for times, a
// mark before the first line, ends of lines, an answer by nobody; and a window
// may begin or end at a question that nobody answered.
func TestFilesMayBeWrittenOtherwise(t *testing.T) {
	window := Experts{From: "200", To: "280"}
	file := func(mark, end string, change func(p map[string]any)) string {
		var text bytes.Buffer
		text.WriteString(mark)
		for i, p := range community(300) {
			p["id"] = fmt.Sprint(i)
			if change(p); i == 199 || i == 279 { // bounds of their own, before those that follow
				delete(p, "answers")
			}
			line, err := json.Marshal(p)
			if err != nil {
				t.Fatal(err)
			}
			text.Write(append(line, end...))
		}
		return fileWith(t, "community.jsonl", text.Bytes())
	}
	window.Data = file("", "\n", func(map[string]any) {})
	want := evaluateExperts(t, window)
	window.Data = file("\ufeff", "\r\n\r\n", func(p map[string]any) {
		number, err := strconv.Atoi(p["id"].(string))
		if err != nil {
			t.Fatal(err)
		}
		at, err := time.Parse("2006-01-02T15:04:05", p["created"].(string))
		if err != nil {
			t.Fatal(err)
		}
		p["id"], p["created"], p["body"], p["tags"], p["category"] = number, at.Unix(), nil, nil, nil
		p["answers"] = append(p["answers"].([]any), map[string]any{"by": nil, "at": nil, "score": nil})
	})
	window.From, window.To = "199", "279"
	got := evaluateExperts(t, window)
	if got.From != "200" || got.N != 79 {
		t.Errorf("from %s, %d questions", got.From, got.N)
	}
	window.From, window.To = "200", "280"
	if got = evaluateExperts(t, window); !reflect.DeepEqual(got, want) {
		t.Errorf("written otherwise %+v\nwant %+v", got, want)
	}
}

// A category says what a tag would.
func TestCategoriesCount(t *testing.T) {
	measured := func(field string, as func(subject string) any) ExpertsReport {
		posts := community(300)
		for _, p := range posts {
			if field != "" {
				p[field] = as(strings.Fields(p["title"].(string))[1])
			}
			p["title"] = "Help"
		}
		return evaluateExperts(t, Experts{Data: communityFile(t, posts)})
	}
	none := measured("", nil)
	category := measured("category", func(s string) any { return s })
	tag := measured("tags", func(s string) any { return []string{s} })
	if category.MRR < none.MRR+.2 || category.Standing != tag.Standing {
		t.Errorf("with categories %+v\nwith tags %+v\nwith neither %+v", category.Standing, tag.Standing, none.Standing)
	}
}

func TestMomentsAreRead(t *testing.T) {
	want := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, text := range []string{"1577836800", "1577836800.0", "1.5778368e9", `"2020-01-01"`, `"2020-01-01T00:00:00"`, `"2020-01-01 01:00:00+01:00"`} {
		var m moment
		if err := json.Unmarshal([]byte(text), &m); err != nil || !m.Equal(want) {
			t.Errorf("%s: %v, %v", text, m, err)
		}
	}
	var m moment
	if err := json.Unmarshal([]byte("null"), &m); err != nil || !m.IsZero() {
		t.Errorf("null: %v, %v", m, err)
	}
}

func TestExpertsRefusesFiles(t *testing.T) {
	good := communityFile(t, community(20))
	for name, c := range map[string]struct {
		text, from, to string
		tags           string
		want           error
		says           string
	}{
		"no JSON":        {text: "hello", want: ErrCommunity, says: "line 1"},
		"no id":          {text: `{"created":"2020-01-01T00:00:00"}`, want: ErrCommunity, says: "id is missing"},
		"no time":        {text: `{"id":"1"}`, want: ErrCommunity, says: "created is missing"},
		"a bad time":     {text: `{"id":"1","created":"noon"}`, want: ErrCommunity, says: "noon"},
		"milliseconds":   {text: `{"id":"1","created":1577836800000}`, want: ErrCommunity, says: "time 1577836800000 is not in seconds since 1970, before the year 2200"},
		"a far year":     {text: `{"id":"1","created":"9999-12-31"}`, want: ErrCommunity, says: "not before the year 2200"},
		"null in quotes": {text: `{"id":"1","created":"null"}`, want: ErrCommunity, says: `time "null"`},
		"no number":      {text: `{"id":"1","created":true}`, want: ErrCommunity, says: "time true"},
		"twice":          {text: "{\"id\":\"1\",\"created\":\"2020-01-01T00:00:00\"}\n\n{\"id\":\"1\",\"created\":\"2020-01-01T00:00:00\"}", want: ErrCommunity, says: "line 3"},
		"answer's time":  {text: `{"id":"1","created":"2020-01-01T00:00:00","answers":[{"by":"u1"}]}`, want: ErrCommunity, says: "u1"},
		"no answers":     {text: `{"id":"1","created":"2020-01-01T00:00:00"}`, want: ErrCommunity, says: "no question"},
		"cut gzip":       {text: "\x1f\x8b\x08", want: ErrCommunity},
		"unknown from":   {from: "q-99", want: ErrWindow, says: "--from"},
		"unknown to":     {to: "q-99", want: ErrWindow, says: "--to"},
		"to before from": {from: "q-9", to: "q-8", want: ErrWindow, says: "--to"},
		"nobody known": {
			text: `{"id":"1","created":"2020-01-01T00:00:00","best":"u1","answers":[{"by":"u1","at":"2020-01-01T01:00:00"}]}`,
			want: ErrWindow, says: "best_src",
		},
		"nothing left": {
			text: `{"id":"1","created":"2020-01-01T00:00:00","answers":[{"by":"u1","at":"2020-01-01T01:00:00"}]}` + "\n" + `{"id":"q-9","created":"2020-01-02T00:00:00"}`,
			from: "q-9", want: ErrWindow, says: "nobody answered it",
		},
		"nobody":  {from: "q-0", to: "q-1", want: ErrWindow, says: "1 questions"},
		"no tags": {tags: "tag,count\n", says: "no tag"},
	} {
		cmd := Experts{Data: good, From: c.from, To: c.to}
		if c.text != "" {
			cmd.Data = fileWith(t, "bad.jsonl", []byte(c.text))
		}
		if c.tags != "" {
			cmd.Tags = fileWith(t, "tags.csv", []byte(c.tags))
		}
		var out bytes.Buffer
		err := cmd.Run(t.Context(), &out)
		if err == nil || c.want != nil && !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.says) || out.Len() > 0 {
			t.Errorf("%s: %v, want %v that says %q", name, err, c.want, c.says)
		}
	}
}

func TestExpertsStops(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	stop()
	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	text, err := os.ReadFile(communityFile(t, community(20)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	path := fileWith(t, "community.jsonl.gz", zipped.Bytes())
	if posts, err := readPosts(t.Context(), path); err != nil || len(posts) != 20 {
		t.Errorf("%d questions, %v", len(posts), err)
	}
	if err := (&Experts{Data: path}).Run(ctx, &bytes.Buffer{}); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
}

func TestTagsAreFoundInTitles(t *testing.T) {
	tags, err := readTags(fileWith(t, "tags.csv", []byte("tag,count\nnew-york-city,9\nnew-york,8\nvisas,7\ntrain,6\nbr,5\nпаспорт,4\nوصول البطاقة,3\n5\" box,2\n")))
	if err != nil {
		t.Fatal(err)
	}
	for title, want := range map[string][]string{
		"Visa for New York City?":    {"new-york-city", "visas"},
		"Trains in new york, trains": {"new-york", "train"},
		"York":                       nil,
		"Brčko":                      nil,
		"Новый паспорт":              {"паспорт"},
		"متى وصول البطاقة؟":          {"وصول البطاقة"},
		"My 5 box":                   {"5\" box"},
	} {
		if got := tags.in(title); !slices.Equal(got, want) {
			t.Errorf("%q names %q, want %q", title, got, want)
		}
	}
}
