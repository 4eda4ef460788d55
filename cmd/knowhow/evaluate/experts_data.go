package evaluate

import (
	"bufio"
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// ErrCommunity is returned for a file that is not a community's questions.
var ErrCommunity = errors.New("not a file of questions")

// post is one question of a community's file, as it is written there. All but
// id, created and answers may be missing.
type post struct {
	ID       name     `json:"id"`
	Title    string   `json:"title"`
	Body     string   `json:"body"`
	Tags     []string `json:"tags"`
	Category string   `json:"category"`
	Asker    name     `json:"asker"`
	Created  moment   `json:"created"`
	Best     name     `json:"best"`
	Source   string   `json:"best_src"`
	Answers  []reply  `json:"answers"`
}

// subjects are the question's tags, and its category as one more: where a
// community has both, a tag may have the category's name and be another thing.
func (p *post) subjects() []string {
	if p.Category == "" {
		return p.Tags
	}
	return append(slices.Clone(p.Tags), "category "+p.Category)
}

// reply is one user's answer. One by nobody, as of those who left, is dropped.
type reply struct {
	By    name    `json:"by"`
	At    moment  `json:"at"`
	Score float64 `json:"score"`
}

// name is a user's or a question's, a string or a number; empty where it is null.
type name string

// UnmarshalJSON implements json.Unmarshaler.
func (n *name) UnmarshalJSON(text []byte) error {
	if bytes.Equal(text, []byte("null")) {
		return nil
	}
	var number json.Number
	if text[0] != '"' {
		err := json.Unmarshal(text, &number)
		*n = name(number)
		return err
	}
	return json.Unmarshal(text, (*string)(n))
}

// moment is a time as the files write it: ISO 8601, in UTC where no zone is
// given, or the seconds since 1970; zero where it is null.
type moment struct{ time.Time }

// noLater is when no question was asked yet: what is later is in milliseconds, or
// mistaken.
var noLater = time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC)

var momentForms = []string{"2006-01-02T15:04:05", time.RFC3339, "2006-01-02 15:04:05", "2006-01-02 15:04:05Z07:00", time.DateOnly}

// UnmarshalJSON implements json.Unmarshaler.
func (m *moment) UnmarshalJSON(text []byte) error {
	if bytes.Equal(text, []byte("null")) {
		return nil
	}
	if text[0] != '"' {
		seconds, err := strconv.ParseFloat(string(text), 64)
		if err != nil || math.Abs(seconds) >= float64(noLater.Unix()) {
			return fmt.Errorf("time %.40s is not in seconds since 1970, before the year %d", text, noLater.Year())
		}
		whole, rest := math.Modf(seconds)
		m.Time = time.Unix(int64(whole), int64(rest*1e9)).UTC()
		return nil
	}
	s := strings.Trim(string(text), `"`)
	for _, form := range momentForms {
		at, err := time.Parse(form, s)
		if err != nil {
			continue
		}
		if !at.Before(noLater) {
			return fmt.Errorf("time %.40q is not before the year %d", s, noLater.Year())
		}
		m.Time = at.UTC()
		return nil
	}
	return fmt.Errorf("time %.40q is not of the form 2006-01-02T15:04:05", s)
}

// resolver is who resolved the question, where that is reliably known.
func (p *post) resolver() name {
	switch p.Source {
	case "accepted", "thanks", "votes":
		return p.Best
	}
	return ""
}

// readPosts reads the questions of a file of JSON lines, plain or gzipped, in
// order of time, then of their ids. Some of them were answered.
func readPosts(ctx context.Context, path string) ([]post, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("--data: %w", err)
	}
	defer file.Close() // only read from
	var in io.Reader = bufio.NewReader(stopping{ctx, file})
	if head, err := in.(*bufio.Reader).Peek(2); err == nil && head[0] == 0x1f && head[1] == 0x8b {
		if in, err = gzip.NewReader(in); err != nil {
			return nil, fmt.Errorf("--data %s: %w: %w", path, ErrCommunity, err)
		}
	}
	posts, err := parsePosts(in)
	if err != nil {
		return nil, fmt.Errorf("--data %s: %w", path, err)
	}
	return posts, nil
}

// byteOrderMark is what some programs begin a file with.
var byteOrderMark = []byte("\ufeff")

func parsePosts(in io.Reader) ([]post, error) {
	var posts []post
	known := map[name]bool{}
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 16<<20)
	for n := 1; lines.Scan(); n++ {
		line := bytes.TrimSpace(bytes.TrimPrefix(lines.Bytes(), byteOrderMark))
		if len(line) == 0 {
			continue
		}
		var p post
		if err := json.Unmarshal(line, &p); err != nil {
			return nil, fmt.Errorf("%w: line %d: %w", ErrCommunity, n, err)
		}
		if err := p.check(known); err != nil {
			return nil, fmt.Errorf("%w: line %d: %w", ErrCommunity, n, err)
		}
		p.tidy()
		posts = append(posts, p)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCommunity, err)
	}
	if len(answered(posts)) == 0 {
		return nil, fmt.Errorf("%w: no question in it has an answer", ErrCommunity)
	}
	slices.SortFunc(posts, func(a, b post) int {
		return cmp.Or(a.Created.Compare(b.Created.Time), cmp.Compare(a.ID, b.ID))
	})
	return posts, nil
}

// answered are the posts that somebody answered.
func answered(posts []post) []post {
	return slices.DeleteFunc(slices.Clone(posts), func(p post) bool { return len(p.Answers) == 0 })
}

func (p *post) check(known map[name]bool) error {
	switch {
	case p.ID == "":
		return errors.New("id is missing")
	case known[p.ID]:
		return fmt.Errorf("id %.40q is there twice", p.ID)
	case p.Created.IsZero():
		return errors.New("created is missing")
	}
	for _, r := range p.Answers {
		if r.At.IsZero() && r.By != "" {
			return fmt.Errorf("at of the answer by %.40q is missing", r.By)
		}
	}
	known[p.ID] = true
	return nil
}

// tidy drops answers by nobody, and all but the first of one user.
func (p *post) tidy() {
	slices.SortStableFunc(p.Answers, func(a, b reply) int { return a.At.Compare(b.At.Time) })
	seen := map[name]bool{"": true}
	kept := p.Answers[:0]
	for _, r := range p.Answers {
		if !seen[r.By] {
			seen[r.By] = true
			kept = append(kept, r)
		}
	}
	p.Answers = kept
}

// tagNames are names of tags, each as its words.
type tagNames struct {
	names   map[string]string // by words, joined by blanks
	longest int               // in words
}

// readTags reads names of tags: the first column of a CSV file, a header named
// tag aside.
func readTags(path string) (*tagNames, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("--tags: %w", err)
	}
	defer file.Close() // only read from
	rows := csv.NewReader(file)
	rows.FieldsPerRecord, rows.LazyQuotes = -1, true
	t := &tagNames{names: map[string]string{}}
	for n := 0; ; n++ {
		row, err := rows.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("--tags %s: %w", path, err)
		}
		if words := namedWords(row[0]); len(words) > 0 && (n > 0 || !strings.EqualFold(row[0], "tag")) {
			t.names[strings.Join(words, " ")] = row[0]
			t.longest = max(t.longest, len(words))
		}
	}
	if len(t.names) == 0 {
		return nil, fmt.Errorf("--tags %s: there is no tag in it", path)
	}
	return t, nil
}

// in finds the tags that a title names, the longest first, each word for one
// tag only; an s at the end makes no difference.
func (t *tagNames) in(title string) []string {
	words := namedWords(title)
	used := make([]bool, len(words))
	var found []string
	for n := min(t.longest, len(words)); n > 0; n-- {
		for i := 0; i+n <= len(words); i++ {
			if slices.Contains(used[i:i+n], true) {
				continue
			}
			if tag, ok := t.named(strings.Join(words[i:i+n], " ")); ok {
				found = append(found, tag)
				for j := i; j < i+n; j++ {
					used[j] = true
				}
			}
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

func (t *tagNames) named(words string) (string, bool) {
	for _, form := range []string{words, words + "s", strings.TrimSuffix(words, "s")} {
		if tag, ok := t.names[form]; ok {
			return tag, true
		}
	}
	return "", false
}

// namedWords cuts a title or the name of a tag, in any script.
func namedWords(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return !unicode.In(r, unicode.Letter, unicode.Mark, unicode.Number)
	})
}

// allWords cuts text as the reference protocol does, stop words left in.
func allWords(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9')
	})
}
