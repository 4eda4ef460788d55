package demo

import (
	"embed"
	"encoding/json"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"time"

	"knowhow/marketplace/access"
)

//go:embed content
var content embed.FS

// Where people of the demo can be written to.
const domain = "@brindlewave.example"

// cast is everybody and everything they will say.
type cast struct {
	experts []performer
	entries []entry // of the past, by topic
	today   []entry // the twelve, in their order
	terms   string
}

// performer is an expert of the demo.
type performer struct {
	Handle     string   `json:"handle"`
	Name       string   `json:"name"`
	Country    string   `json:"country"`
	Languages  []string `json:"languages"`
	Certified  []string `json:"certified"`
	Joins      int      `json:"joins"`    // the day they apply
	Newcomer   bool     `json:"newcomer"` // still on probation at the end
	Retakes    bool     `json:"retakes"`  // fails the first quiz
	Reviews    bool     `json:"reviews"`  // checks others' work, for pay
	About      string   `json:"about"`
	Motivation string   `json:"motivation"`
}

// staff are the brand's own people, and who runs the platform.
var staff = []Persona{
	{Name: "Odile Perrault", Email: "odile" + domain, Role: operator, About: "Runs the platform."},
	{Name: "Marit Holmqvist", Email: "marit" + domain, Role: string(access.Owner), About: "Answers for Brindlewave's support, and decides appeals."},
	{Name: "Dario Fontanel", Email: "dario" + domain, Role: string(access.Manager), About: "Runs Brindlewave Help: experts, quality and cost."},
	{Name: "Hanne Lindqvist", Email: "hanne" + domain, Role: string(access.Agent), About: "Answers what experts may not: bills and accounts."},
	{Name: "Rui Salvatierra", Email: "rui" + domain, Role: string(access.Reviewer), About: "Reviews answers where no peer can."},
	{Name: "Teo Marchesan", Email: "teo" + domain, Role: string(access.Finance), About: "Funds the budget and reads the money."},
}

// The roles that are no access.Role.
const (
	operator   = "operator"
	expertRole = "expert"
)

// entry is one thing people ask about, in one or several wordings, and what is
// answered. For the past its topic is the file's name.
type entry struct {
	ID       string    `json:"id"`
	Topic    string    `json:"topic"`
	By       string    `json:"by"` // the expert who knows; empty: the brand's own team
	Language string    `json:"lang"`
	Tags     []string  `json:"tags"`
	From     int       `json:"from"` // not asked before this day
	Asks     []wording `json:"asks"`
	Answers  []string  `json:"answers"` // one for each wording, or one for all
	First    []turn    `json:"first"`   // what came before the answer, at the first wording
	Team     string    `json:"team"`    // at the first wording the customer wants the brand's team, who say this

	// Of the twelve only.
	Customer string `json:"customer"`
	Ago      int    `json:"ago"`      // asked so many minutes before the end
	JudgeAgo int    `json:"judgeAgo"` // judged so many minutes before the end; 0: drawn
	Open     bool   `json:"open"`     // nobody reacts to what is routed last, until its week is over
}

// wording is how somebody asks.
type wording struct {
	Title string `json:"t"`
	Body  string `json:"b"`
}

// turn is one expert's turn on a question. It ends in a hand-back, in an answer
// that is reopened, or in the answer.
type turn struct {
	By     string `json:"by"`
	Text   string `json:"text"`
	Back   string `json:"back"`   // the reason of handing back; Text is the note
	Reopen string `json:"reopen"` // what the customer says who reopens
	Weak   *weak  `json:"weak"`   // the answer is wrong, and refused
}

// weak is what people say of a wrong answer.
type weak struct {
	Note      string `json:"note"`      // the reviewer
	Evidence  string `json:"evidence"`  // the manager who refuses
	Statement string `json:"statement"` // the expert who appeals
	Upheld    bool   `json:"upheld"`
	Decision  string `json:"decision"` // the owner who decides
}

// loadCast reads the embedded content.
func loadCast() (*cast, error) {
	c := &cast{}
	terms, err := content.ReadFile("content/terms.txt")
	if err != nil {
		return nil, fmt.Errorf("read the terms: %w", err)
	}
	c.terms = string(terms)
	if c.experts, err = lines[performer]("experts"); err != nil {
		return nil, err
	}
	if c.today, err = lines[entry]("today"); err != nil {
		return nil, err
	}
	for _, t := range topics {
		list, err := lines[entry](t.Slug)
		if err != nil {
			return nil, err
		}
		for i := range list {
			list[i].Topic = t.Slug
		}
		c.entries = append(c.entries, list...)
	}
	return c, nil
}

// lines reads a file of JSON objects, one a line.
func lines[T any](name string) ([]T, error) {
	file, err := content.Open(path.Join("content", name+".jsonl"))
	if err != nil {
		return nil, fmt.Errorf("read the demo's content: %w", err)
	}
	defer file.Close()
	var list []T
	in := json.NewDecoder(file)
	in.DisallowUnknownFields()
	for {
		var line T
		switch err := in.Decode(&line); {
		case err == io.EOF:
			return list, nil
		case err != nil:
			return nil, fmt.Errorf("read %s.jsonl, line %d: %w", name, len(list)+1, err)
		}
		list = append(list, line)
	}
}

// item is one question as it will be asked.
type item struct {
	entry
	Reference string
	Title     string
	Body      string
	Context   string
	Asker     person
	At        time.Time
	Turns     []turn // by attempt; the last one is the answer
}

// items are all questions of a story that begins at start, in order of time.
func (c *cast) items(start time.Time) []*item {
	var list []*item
	for _, e := range c.entries {
		for i := range e.Asks {
			list = append(list, e.item(fmt.Sprintf("%s/%d", e.ID, i+1), i, start))
		}
	}
	for _, e := range c.today {
		it := e.item(e.ID, 0, start)
		it.At = start.Add(past - time.Duration(e.Ago)*time.Minute)
		list = append(list, it)
	}
	slices.SortFunc(list, func(a, b *item) int {
		if n := a.At.Compare(b.At); n != 0 {
			return n
		}
		return strings.Compare(a.Reference, b.Reference)
	})
	return list
}

func (e entry) item(reference string, i int, start time.Time) *item {
	it := &item{entry: e, Reference: reference, Context: contextOf(e, reference), At: askedAt(e, reference, start)}
	it.Asker = askerOf(e, reference)
	it.Title, it.Body = it.Asker.signed(e.Asks[i].Title), it.Asker.signed(e.Asks[i].Body)
	if i > 0 {
		it.First, it.Team = nil, ""
	}
	it.Turns = slices.Clone(it.First)
	if len(e.Answers) > 0 {
		text := framed(e.Answers[min(i, len(e.Answers)-1)], e.Language, reference)
		it.Turns = append(it.Turns, turn{By: e.By, Text: text})
	}
	return it
}

// turn is what happens in an attempt, counted from 1.
func (it *item) turn(attempt int) turn {
	if len(it.Turns) == 0 {
		return turn{}
	}
	return it.Turns[min(attempt, len(it.Turns))-1]
}

// waits reports that the attempt stays as it is for the visitor.
func (it *item) waits(attempt int) bool { return it.Open && attempt > len(it.First) }
