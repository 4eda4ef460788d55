package replay

import (
	"bufio"
	"bytes"
	"cmp"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"knowhow/marketplace"
	"knowhow/marketplace/question"
	"knowhow/marketplace/redact"
)

// post is one question of a community's file with its answers.
type post struct {
	ID      string   `json:"id"`
	Title   string   `json:"title"`
	Body    string   `json:"body"`
	Tags    []string `json:"tags"`
	Asker   string   `json:"asker"`
	Created stamp    `json:"created"`
	Best    string   `json:"best"` // the user whose answer resolved it
	Source  string   `json:"best_src"`
	Answers []reply  `json:"answers"`
}

// reply is one user's answer.
type reply struct {
	By    string `json:"by"`
	At    stamp  `json:"at"`
	Score int    `json:"score"`
	Text  string `json:"text"`
}

// stamp is a time as the files write it: ISO 8601, in UTC where no zone is given.
type stamp struct{ time.Time }

// UnmarshalJSON implements json.Unmarshaler.
func (s *stamp) UnmarshalJSON(text []byte) error {
	for _, form := range []string{`"2006-01-02T15:04:05"`, `"` + time.RFC3339 + `"`} {
		if at, err := time.Parse(form, string(text)); err == nil {
			s.Time = at.UTC()
			return nil
		}
	}
	return fmt.Errorf("time %.40s is not of the form 2006-01-02T15:04:05", text)
}

// labelled reports whether the file says reliably who resolved the question.
func (p post) labelled() bool {
	switch p.Source {
	case "accepted", "thanks", "votes":
		_, answered := p.answerOf(p.Best)
		return answered
	}
	return false
}

// answerOf is the user's answer, if they gave one.
func (p post) answerOf(user string) (reply, bool) {
	for _, r := range p.Answers {
		if r.By == user {
			return r, true
		}
	}
	return reply{}, false
}

// community is a file's questions, cut in two: what lies before the window is
// history, what lies in it is asked anew.
type community struct {
	digest          string // of the file and the window: the same for the same replay
	history, window []post
}

// load reads a file of JSON lines, gzipped or plain, in order of time, and cuts
// the window from the question from up to, not including, the question to; an
// empty to is the end of the file, an empty from its middle. What follows the
// window is left out.
func load(path, from, to string) (*community, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read --data: %w", err)
	}
	posts, err := parse(raw)
	if err != nil {
		return nil, fmt.Errorf("read --data %s: %w", path, err)
	}
	start, err := find(posts, "--from", from, len(posts)/2)
	if err != nil {
		return nil, err
	}
	end, err := find(posts, "--to", to, len(posts))
	if err != nil {
		return nil, err
	}
	if end <= start {
		return nil, &marketplace.InvalidError{Field: "--to", Reason: "does not come after --from"}
	}
	sum := sha256.Sum256(fmt.Appendf(raw, "\n%d %d", start, end))
	return &community{digest: hex.EncodeToString(sum[:6]), history: posts[:start], window: posts[start:end]}, nil
}

func parse(raw []byte) ([]post, error) {
	var in io.Reader = bytes.NewReader(raw)
	if bytes.HasPrefix(raw, []byte{0x1f, 0x8b}) {
		unzipped, err := gzip.NewReader(in)
		if err != nil {
			return nil, fmt.Errorf("unzip: %w", err)
		}
		in = unzipped
	}
	var posts []post
	known := map[string]bool{}
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 16<<20)
	n := 0
	for lines.Scan() {
		n++
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		p, err := readPost(lines.Bytes())
		if err == nil {
			err = p.check(known, posts)
		}
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		posts = append(posts, p)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("after line %d: %w", n, err)
	}
	if len(posts) == 0 {
		return nil, &marketplace.InvalidError{Field: "--data", Reason: "holds no questions"}
	}
	return posts, nil
}

// readPost reads one line, fitted to what the services take.
func readPost(line []byte) (post, error) {
	var p post
	err := json.Unmarshal(line, &p)
	if wrong := (*json.UnmarshalTypeError)(nil); errors.As(err, &wrong) {
		return post{}, &marketplace.InvalidError{Field: orElse(wrong.Field, "question"), Reason: "must not be of JSON's type " + wrong.Value}
	}
	return p.fitted(), err
}

// check refuses what cannot be replayed; before are the lines above.
func (p post) check(known map[string]bool, before []post) error {
	if err := cmp.Or(checkName("id", p.ID), checkName("asker", p.Asker), checkName("best", p.Best)); err != nil {
		return err
	}
	for _, r := range p.Answers {
		if err := checkName("by", r.By); err != nil {
			return err
		}
		if r.At.IsZero() {
			return &marketplace.InvalidError{Field: "at", Reason: fmt.Sprintf("of the answer by %.40q is missing", r.By)}
		}
	}
	switch {
	case p.ID == "" || known[p.ID]:
		return &marketplace.InvalidError{Field: "id", Reason: fmt.Sprintf("%.40q is empty or there twice", p.ID)}
	case p.Created.IsZero():
		return &marketplace.InvalidError{Field: "created", Reason: "is missing"}
	case len(before) > 0 && p.Created.Before(before[len(before)-1].Created.Time):
		return &marketplace.InvalidError{Field: "created", Reason: "is before the line above: the file must be in order of time"}
	}
	known[p.ID] = true
	return nil
}

func checkName(field, name string) error {
	if strings.ContainsFunc(name, unicode.IsControl) {
		return &marketplace.InvalidError{Field: field, Reason: fmt.Sprintf("%.40q holds a control character", name)}
	}
	return marketplace.CheckText(field, name, 0, longestName)
}

// What the services take of names and tags.
const (
	longestName = 200
	longestTag  = 60
	mostTags    = 20
)

// noText stands where the file has no text of an answer.
const noText = "(the answer's text is not in the file)"

// fitted cuts texts and tags to what the services take, and gives what has no
// text a word. Answers by nobody, as of those who left, are dropped: nobody can
// be asked for them.
func (p post) fitted() post {
	p.Title = clip(orElse(p.Title, "(no title)"), question.MaxTitle)
	p.Body = clip(p.Body, question.MaxBody)
	p.Asker, p.Best = strings.TrimSpace(p.Asker), strings.TrimSpace(p.Best)
	for i := range p.Tags {
		p.Tags[i] = clip(p.Tags[i], longestTag)
	}
	p.Tags = slices.DeleteFunc(p.Tags, func(tag string) bool { return tag == "" })
	p.Tags = p.Tags[:min(mostTags, len(p.Tags))]
	for i, r := range p.Answers {
		p.Answers[i].By = strings.TrimSpace(r.By)
		p.Answers[i].Text = clip(orElse(r.Text, noText), question.MaxMessage)
	}
	p.Answers = slices.DeleteFunc(p.Answers, func(r reply) bool { return r.By == "" })
	return p
}

func orElse(s, instead string) string {
	if strings.TrimSpace(s) == "" {
		return instead
	}
	return s
}

// clip cuts s to at most most bytes, at a character's border.
func clip(s string, most int) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "")
	if len(s) <= most {
		return s
	}
	for most > 0 && !utf8.RuneStart(s[most]) {
		most--
	}
	return s[:most]
}

// find gives the place of the question id, or otherwise where id is empty.
func find(posts []post, flag, id string, otherwise int) (int, error) {
	if id == "" {
		return otherwise, nil
	}
	for i, p := range posts {
		if p.ID == id {
			return i, nil
		}
	}
	return 0, &marketplace.InvalidError{Field: flag, Reason: fmt.Sprintf("no question %.40q in the file", id)}
}

// start is when the file begins.
func (c *community) start() time.Time {
	if len(c.history) > 0 {
		return c.history[0].Created.Time
	}
	return c.window[0].Created.Time
}

// keys are what the replay seals texts with: made from the file, since the file
// is public and nobody's secret, so that an interrupted replay finds them again.
func (c *community) keys() (*redact.Keyring, error) {
	key := func(id string) string {
		sum := sha256.Sum256([]byte("replay " + id + " " + c.digest))
		return id + ":" + base64.StdEncoding.EncodeToString(sum[:])
	}
	return redact.ParseKeyring(key("replay") + "," + key("index"))
}
