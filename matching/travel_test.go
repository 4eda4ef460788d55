package matching

import (
	"bufio"
	"cmp"
	"compress/gzip"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// travel is a question of the public data that the project is measured with.
type travel struct {
	ID      string
	Title   string
	Body    string
	Tags    []string
	Asker   string
	Created string
	Best    string
	BestSrc string `json:"best_src"`
	Answers []struct{ By, At string }
}

func (q travel) asked() time.Time { return moment(q.Created) }

func (q travel) document() Document {
	return Document{ID: id(q.ID), Title: q.Title, Body: q.Body, Tags: q.Tags, Asker: id(q.Asker), Asked: q.asked()}
}

// evidence gives the answers; the best one is known as such a week later.
func (q travel) evidence() []Evidence {
	var out []Evidence
	for _, a := range q.Answers {
		e := Evidence{Document: id(q.ID), Expert: id(a.By), Answered: moment(a.At)}
		if a.By == q.Best && q.BestSrc != "none" {
			e.Resolved = e.Answered.AddDate(0, 0, 7)
		}
		out = append(out, e)
	}
	return out
}

func moment(s string) time.Time {
	t, err := time.Parse("2006-01-02T15:04:05", s)
	if err != nil {
		panic(err)
	}
	return t
}

func readTravel(t testing.TB) []travel {
	t.Helper()
	path, _ := filepath.Abs(filepath.Join("..", "..", "shared", "data", "travel_se_body", "questions.jsonl.gz"))
	file, err := os.Open(path)
	if err != nil {
		t.Skipf("NOT MEASURED: the evaluation data is not at %s", path)
	}
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	var out []travel
	lines := bufio.NewScanner(unzipped)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var q travel
		if err := json.Unmarshal(lines.Bytes(), &q); err != nil {
			t.Fatal(err)
		}
		if len(q.Answers) > 0 {
			out = append(out, q)
		}
	}
	slices.SortStableFunc(out, func(a, b travel) int { return cmp.Compare(a.Created, b.Created) })
	return out
}

// pool is who answered how often before a moment that only moves forward.
type pool struct {
	coming []Evidence // in order of time
	counts map[ID]int
	since  map[ID]time.Time
}

func newPool(questions []travel) *pool {
	p := &pool{counts: make(map[ID]int), since: make(map[ID]time.Time)}
	for _, q := range questions {
		for _, e := range q.evidence() {
			if e.Answered.Before(q.asked()) {
				e.Answered = q.asked()
			}
			p.coming = append(p.coming, e)
		}
	}
	slices.SortStableFunc(p.coming, func(a, b Evidence) int { return a.Answered.Compare(b.Answered) })
	return p
}

// before gives everyone with five answers before at.
func (p *pool) before(at time.Time) []Candidate {
	for len(p.coming) > 0 && p.coming[0].Answered.Before(at) {
		e := p.coming[0]
		p.coming = p.coming[1:]
		if p.counts[e.Expert]++; p.counts[e.Expert] == 5 {
			p.since[e.Expert] = e.Answered
		}
	}
	var out []Candidate
	for expert, since := range p.since {
		out = append(out, Candidate{Expert: expert, Since: since})
	}
	return out
}

// score sums up where the resolver stood.
type score struct {
	covered, hit1, hit5 int
	mrr                 float64
}

func (s *score) add(order []ID, resolver ID) {
	place := slices.Index(order, resolver) + 1
	if place == 0 {
		return
	}
	s.covered++
	s.mrr += 1 / float64(place)
	if place == 1 {
		s.hit1++
	}
	if place <= 5 {
		s.hit5++
	}
}

func (s *score) log(t *testing.T, what string) (hit5, mrr float64) {
	n := float64(s.covered)
	hit5, mrr = float64(s.hit5)/n, s.mrr/n
	t.Logf("%-18s hit@1 %.3f  hit@5 %.3f  mrr %.3f  of %d covered", what, float64(s.hit1)/n, hit5, mrr, s.covered)
	return hit5, mrr
}

// TestTravel measures the ranking as docs/matching.md tells: rolling, each
// question of the window ranked from what lay before it, among everyone with
// five answers by then. The floors are a little under what was measured.
func TestTravel(t *testing.T) {
	questions := readTravel(t)
	for _, test := range []struct {
		name      string
		tags      bool
		hit5, mrr float64
	}{{"with tags", true, 0.545, 0.383}, {"text only", false, 0.560, 0.378}} {
		t.Run(test.name, func(t *testing.T) {
			ranked, active, asked := measureTravel(questions, test.tags)
			t.Logf("coverage %.3f of %d questions", float64(ranked.covered)/float64(asked), asked)
			base, _ := active.log(t, "activity, 30 days")
			hit5, mrr := ranked.log(t, DefaultWeights().Version)
			if hit5 < test.hit5 || mrr < test.mrr || hit5 <= base {
				t.Errorf("hit@5 %.3f and mrr %.3f, want %.3f and %.3f and more than activity's %.3f", hit5, mrr, test.hit5, test.mrr, base)
			}
		})
	}
}

func measureTravel(questions []travel, tags bool) (ranked, active score, asked int) {
	ix := NewIndex()
	for _, q := range questions {
		d := q.document()
		if !tags {
			d.Tags = nil
		}
		ix.AddDocument(d)
		for _, e := range q.evidence() {
			ix.AddEvidence(e)
		}
	}
	experts := newPool(questions)
	for _, q := range window(questions, "travel-6979", "travel-8558") {
		candidates := experts.before(q.asked())
		if q.BestSrc == "none" {
			continue
		}
		asked++
		d := q.document()
		query := Query{Title: d.Title, Body: d.Body, Asker: d.Asker, At: d.Asked}
		if tags {
			query.Tags = d.Tags
		}
		var order []ID
		for _, c := range ix.Rank(query, candidates, DefaultWeights()).Candidates {
			order = append(order, c.Expert)
		}
		ranked.add(order, id(q.Best))
		active.add(ix.RankByActivity(query, candidates), id(q.Best))
	}
	return ranked, active, asked
}

func window(questions []travel, from, to string) []travel {
	at := func(id string) int { return slices.IndexFunc(questions, func(q travel) bool { return q.ID == id }) }
	return questions[at(from):at(to)]
}
