package pages

import (
	"cmp"
	"crypto/rand"
	"html/template"
	"net/url"
	"regexp"
	"strings"

	"knowhow/payouts/money"
)

// askRoutes are the hosted page to ask on.
func (p *Pages) askRoutes() {
	p.get("/ask/{program}", (*visit).askPage)
	p.post("/ask/{program}", (*visit).ask)
}

// program is what anybody may know of a program.
type program struct {
	ID             string      `json:"id"`
	Brand          string      `json:"brand"`
	BrandName      string      `json:"brand_name"`
	Name           string      `json:"name"`
	State          string      `json:"state"`
	Languages      []string    `json:"languages"`
	Topics         []topic     `json:"topics"`
	RewardFrom     money.Money `json:"reward_from"`
	FirstResponseS int64       `json:"first_response_s"`
	ResolutionS    int64       `json:"resolution_s"`
	Branding       struct {
		Accent   string            `json:"accent"`
		TextOn   string            `json:"text_on"`
		Greeting map[string]string `json:"greeting"`
	} `json:"branding"`
}

var colour = regexp.MustCompile(`^#[0-9a-fA-F]{6}$`)

// Colours is the style of what bears the brand's name; empty: ours.
func (p program) Colours() template.CSS {
	if !colour.MatchString(p.Branding.Accent) || !colour.MatchString(p.Branding.TextOn) {
		return ""
	}
	return template.CSS(".tag.branded{background:" + p.Branding.Accent + ";color:" + p.Branding.TextOn + "}")
}

// Greets is the brand's greeting in a language; empty: it has none in that.
func (p program) Greets(lang string) string { return p.Branding.Greeting[lang] }

type topic struct {
	Slug string `json:"slug"`
	Name string `json:"name"`
	Mode string `json:"mode"`
}

func (v *visit) program() (*program, error) {
	p := &program{}
	return p, v.api.read("/programs/"+segment(v.r.PathValue("program"))+"/public", p)
}

// asking is what the page to ask on shows.
type asking struct {
	*program
	Forecast *forecast
	Product  string
	Place    string // the page the customer comes from
	Topic    string
	Key      string // makes the form safe to send twice
	Preview  *preview
}

// Context is where the customer comes from, as experts read it.
func (a asking) Context() string {
	var lines []string
	if a.Product != "" {
		lines = append(lines, "product: "+a.Product)
	}
	if a.Place != "" {
		lines = append(lines, "page: "+a.Place)
	}
	return strings.Join(lines, "\n")
}

// preview is what experts will see.
type preview struct{ Title, Body string }

// forecast is how long others waited.
type forecast struct {
	MedianS *int64 `json:"median_s"`
	P90S    *int64 `json:"p90_s"`
	Sample  int    `json:"sample"`
}

func (v *visit) asking() (asking, error) {
	p, err := v.program()
	if err != nil {
		return asking{}, err
	}
	a := asking{
		program: p, Product: line(v.r.FormValue("product"), 200), Place: line(v.r.FormValue("page"), 500), Topic: v.r.FormValue("topic"),
		Key: cmp.Or(v.r.PostFormValue("key"), rand.Text()),
	}
	var f forecast
	if v.api.read("/programs/"+p.ID+"/forecast", &f) == nil && f.MedianS != nil && f.P90S != nil { // else there is none
		a.Forecast = &f
	}
	return a, nil
}

// line is text in one line of at most so many characters.
func line(text string, most int) string {
	text = strings.Join(strings.Fields(text), " ")
	if runes := []rune(text); len(runes) > most {
		text = string(runes[:most])
	}
	return text
}

func (v *visit) askPage() error {
	a, err := v.asking()
	if err != nil {
		return err
	}
	return v.show(v.askShown(a))
}

func (v *visit) askShown(a asking) page {
	return page{name: "ask", title: "ask.title", args: []any{"brand", a.BrandName}, data: a}
}

// ask shows what experts will see, or asks and goes to the question.
func (v *visit) ask() error {
	a, err := v.asking()
	if err != nil {
		return err
	}
	shown := v.askShown(a)
	if shown.form = v.lacking("title"); shown.form != nil {
		shown.status = 422
		return v.show(shown)
	}
	c, err := v.customerOf(a.program)
	if err != nil {
		return v.again(err, shown)
	}
	if v.r.PostFormValue("step") == "preview" {
		if a.Preview, err = v.previewed(c); err != nil {
			return v.again(err, shown, "title", "body")
		}
		return v.show(v.askShown(a))
	}
	var asked struct {
		ID string `json:"id"`
	}
	body := v.fields("title", "body", "topic", "language")
	body["program"], body["context"] = a.ID, a.Context()
	for name, value := range body {
		if value == "" {
			delete(body, name)
		}
	}
	if err := c.do("POST", "/questions", body, a.Key, &asked); err != nil {
		return v.again(err, shown, "title", "body", "language")
	}
	return v.goTo("/my/questions/" + url.PathEscape(asked.ID) + "?asked=1")
}

// previewed is what experts will see of what was typed.
func (v *visit) previewed(c client) (*preview, error) {
	p := &preview{}
	for name, into := range map[string]*string{"title": &p.Title, "body": &p.Body} {
		var seen struct {
			Text string `json:"text"`
		}
		if err := c.send("/previews", map[string]string{"text": v.r.PostFormValue(name)}, &seen); err != nil {
			return nil, err
		}
		*into = seen.Text
	}
	return p, nil
}
