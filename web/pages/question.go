package pages

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"knowhow/web/problem"
)

// questionRoutes are a customer's own questions.
func (p *Pages) questionRoutes() {
	p.get("/my/questions", (*visit).questionsPage)
	p.post("/my/questions/adopt", (*visit).adopt)
	p.get("/my/questions/{question}", (*visit).questionPage)
	p.get("/my/questions/{question}/pictures/{picture}", (*visit).picture)
	p.post("/my/questions/{question}/{verb}", (*visit).act)
	p.post("/my/device", (*visit).newDevice)
	p.post("/my/forget", (*visit).forget)
}

// question is one of a customer's own, as their list shows it.
type question struct {
	ID                 string     `json:"id"`
	ProgramName        string     `json:"program_name"`
	Title              string     `json:"title"`
	Language           string     `json:"language"`
	State              string     `json:"state"`
	AskedAt            time.Time  `json:"asked_at"`
	FirstResponseDueAt time.Time  `json:"first_response_due_at"`
	FirstRespondedAt   *time.Time `json:"first_responded_at"`
}

// conversation is a question with its messages.
type conversation struct {
	ID       string   `json:"id"`
	State    string   `json:"state"`
	Reason   string   `json:"end_reason"`
	Title    string   `json:"title"`
	Context  string   `json:"context"`
	Messages []remark `json:"messages"`
	Forecast *struct {
		MedianAt *time.Time `json:"median_at"`
		P90At    *time.Time `json:"p90_at"`
		Sample   int        `json:"sample"`
	} `json:"forecast"`
	Receipt   receipt `json:"-"`
	Asked     bool    `json:"-"` // just now
	Recommend bool    `json:"-"` // they are asked whether they would
}

// remark is one message of a conversation.
type remark struct {
	Position int       `json:"position"`
	Author   string    `json:"author"`
	Text     string    `json:"text"`
	At       time.Time `json:"at"`
	Pictures []picture `json:"pictures"`
}

type picture struct {
	ID string `json:"id"`
}

// Stamp changes when there is something new.
func (c conversation) Stamp() string { return c.State + strconv.Itoa(len(c.Messages)) }

// May reports whether the customer may do this now.
func (c conversation) May(verb string) bool {
	if slices.Contains(ended, c.Reason) {
		return slices.Contains(allowed["ended"], verb)
	}
	return slices.Contains(allowed[c.State], verb)
}

// ended is why an expert may have ended the conversation.
var ended = []string{"abusive", "threat", "unlawful", "spam"}

// allowed is what a customer is offered to do, by the question's state. The
// API has the last word.
var allowed = map[string][]string{
	"asked":     {"messages", "escalate", "withdraw"},
	"offered":   {"messages", "escalate", "withdraw"},
	"assigned":  {"messages", "escalate", "withdraw"},
	"answered":  {"messages", "resolve", "reopen", "escalate", "withdraw"},
	"escalated": {"messages", "withdraw"},
	"resolved":  {"feedback", "reopen"},
	"ended":     {"feedback", "escalate"}, // resolved, by an expert who ended it
}

// Open reports that something is still awaited.
func (c conversation) Open() bool { return c.State != "resolved" && c.State != "withdrawn" }

func (v *visit) questionsPage() error {
	clients, err := v.customers()
	if err != nil {
		return err
	}
	var all []question
	for _, c := range clients {
		var list struct {
			Data []question `json:"data"`
		}
		if err := c.read("/questions?limit=50", &list); err != nil {
			return err
		}
		all = append(all, list.Data...)
	}
	slices.SortStableFunc(all, func(a, b question) int { return b.AskedAt.Compare(a.AskedAt) })
	mails, err := v.mails(clients)
	if err != nil {
		return err
	}
	return v.show(page{name: "questions", title: "questions.title", data: struct {
		Known     bool
		Questions []question
		Mails     *customerMails
	}{len(clients) > 0, all, mails}})
}

// found finds whose question it is, of whom the browser is.
func (v *visit) found() (client, conversation, error) {
	var q conversation
	clients, err := v.customers()
	if err != nil {
		return client{}, q, err
	}
	for _, c := range clients {
		err := c.read("/questions/"+segment(v.r.PathValue("question")), &q)
		if code(err) == "not_found" {
			continue
		}
		return c, q, err
	}
	return client{}, q, problem.New("not_found", "")
}

func (v *visit) questionPage() error {
	c, q, err := v.found()
	if err != nil {
		return err
	}
	return v.showQuestion(c, q, nil)
}

func (v *visit) showQuestion(c client, q conversation, f *form) error {
	if err := c.read("/questions/"+q.ID+"/receipt", &q.Receipt); err != nil {
		return err
	}
	q.Asked = v.r.URL.Query().Has("asked") && q.Open()
	if q.State == "resolved" {
		var nps struct{ Ask bool }
		if err := c.read("/questions/"+q.ID+"/nps", &nps); err != nil {
			return err
		}
		q.Recommend = nps.Ask
	}
	return v.show(page{name: "question", title: "question.title", args: []any{"title", q.Title}, data: q, form: f, status: f.status()})
}

// bodies make what a verb sends, of the form.
var bodies = map[string]func(v *visit) any{
	"messages": func(v *visit) any { return v.fields("text") },
	"reopen":   func(v *visit) any { return v.fields("reason") },
	"resolve":  func(*visit) any { return nil },
	"escalate": func(*visit) any { return nil },
	"withdraw": func(*visit) any { return nil },
	"feedback": func(v *visit) any { return v.feedback() },
	"nps":      func(v *visit) any { return v.recommendation() },
}

// needed are the fields that a verb cannot do without.
var needed = map[string][]string{"messages": {"text"}, "reopen": {"reason"}, "feedback": {"csat"}}

// wrongs are the fields that may be wrong with a verb.
var wrongs = map[string][]string{"messages": {"text"}, "reopen": {"reason"}, "feedback": {"csat", "why", "comment"}}

// feedback is what the customer says the answer was worth.
func (v *visit) feedback() any {
	csat, _ := strconv.Atoi(v.r.PostFormValue("csat")) // what is no number the API refuses
	body := map[string]any{"solved": v.r.PostFormValue("solved") != "no", "csat": csat, "comment": v.r.PostFormValue("comment")}
	if reason := v.r.PostFormValue("why"); reason != "" {
		body["reason"] = reason
	}
	return body
}

// recommendation is how likely the customer would recommend the program; nothing
// chosen: they would rather not say.
func (v *visit) recommendation() any {
	score, err := strconv.Atoi(v.r.PostFormValue("score"))
	if err != nil {
		return map[string]any{"score": nil}
	}
	return map[string]any{"score": score}
}

// act does what the customer wants done with their question.
func (v *visit) act() error {
	c, q, err := v.found()
	if err != nil {
		return err
	}
	verb := v.r.PathValue("verb")
	switch verb {
	case "share":
		return v.share(c, q)
	case "unshare":
		return v.unshare(c, q)
	}
	body := bodies[verb]
	if body == nil {
		return problem.New("not_found", "")
	}
	if f := v.lacking(needed[verb]...); f != nil {
		return v.showQuestion(c, q, f)
	}
	method := "POST"
	if verb == "feedback" || verb == "nps" {
		method = "PUT"
	}
	if err := c.do(method, "/questions/"+q.ID+"/"+verb, body(v), v.r.PostFormValue("key"), nil); err != nil {
		f, err := v.refused(err, wrongs[verb]...)
		if err != nil {
			return err
		}
		return v.showQuestion(c, q, f)
	}
	return v.goTo("/my/questions/" + url.PathEscape(q.ID) + "#" + landing[verb])
}

// landing is where on the page a verb leads.
var landing = map[string]string{"messages": "latest", "resolve": "feedback", "feedback": "feedback"}

// picture is one sent along: a page's own picture element has no token to show.
func (v *visit) picture() error {
	c, q, err := v.found()
	if err != nil {
		return err
	}
	id := v.r.PathValue("picture")
	if !slices.ContainsFunc(q.Messages, func(m remark) bool { return slices.Contains(m.Pictures, picture{ID: id}) }) {
		return problem.New("not_found", "")
	}
	got, err := c.roundTrip("GET", "/pictures/"+segment(id), nil, "")
	if err != nil {
		return err
	}
	if got.status != http.StatusOK {
		return refusal(got)
	}
	for _, name := range []string{"Content-Type", "Content-Disposition", "Content-Security-Policy", "Cache-Control"} {
		if value := got.header.Get(name); value != "" {
			v.w.Header().Set(name, value)
		}
	}
	_, _ = v.w.Write(got.body.Bytes()) // the client may be gone
	return nil
}
