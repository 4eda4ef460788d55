package serve

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"knowhow/migrations/dbtest"
)

// visitor is somebody at the demo's API.
type visitor struct {
	t    *testing.T
	base string
}

// as sends a request with a token and reads the answer, whatever it says.
func (v visitor) as(token, method, path string, body any, into any) int {
	v.t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		v.t.Fatal(err)
	}
	if body == nil {
		text = nil
	}
	r, err := http.NewRequestWithContext(v.t.Context(), method, v.base+"/api/v1"+path, bytes.NewReader(text))
	if err != nil {
		v.t.Fatal(err)
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0 // the process was killed under it
	}
	defer answer.Body.Close()
	text, err = io.ReadAll(answer.Body)
	if err != nil {
		return 0
	}
	if into != nil && answer.StatusCode < 300 {
		if err := json.Unmarshal(text, into); err != nil {
			v.t.Fatalf("%s: %v\n%s", path, err, text)
		}
	}
	if answer.StatusCode >= 300 {
		v.t.Logf("%s %s: %d %s", method, path, answer.StatusCode, text)
	}
	return answer.StatusCode
}

// must is as that has to go well.
func (v visitor) must(token, method, path string, body any, into any) {
	v.t.Helper()
	if status := v.as(token, method, path, body, into); status < 200 || status > 299 {
		v.t.Fatalf("%s %s: %d", method, path, status)
	}
}

// signIn is the token of one of the demo's people.
func (v visitor) signIn(who string) string {
	v.t.Helper()
	var in struct {
		AccessToken string `json:"access_token"`
	}
	v.must("", "POST", "/sign_in", map[string]string{"email": who + "@brindlewave.example", "password": demoPassword}, &in)
	return in.AccessToken
}

// shown is what the demo tells of itself.
type shown struct {
	Program   string   `json:"program"`
	Brand     string   `json:"brand"`
	Questions []string `json:"questions"`
	Walk      struct {
		Title, Body, Context, Topic, Language string
		Tags                                  []string
	} `json:"walk"`
	Stage struct {
		Now     time.Time `json:"now"`
		Ahead   int64     `json:"ahead_s"`
		Process int       `json:"process"`
		Days    *struct {
			Done     bool         `json:"done"`
			Failed   string       `json:"failed"`
			Reviewed int          `json:"reviewed"`
			Released shownCount   `json:"released"`
			Paid     shownCount   `json:"paid"`
			Books    shownBooksOf `json:"books"`
		} `json:"days"`
		Plug *struct {
			KilledAt    *time.Time `json:"killed_at"`
			RestartedAt *time.Time `json:"restarted_at"`
			DoneAt      *time.Time `json:"done_at"`
			Killed      int        `json:"killed"`
			Restarted   int        `json:"restarted"`
			Failed      string     `json:"failed"`
			Payouts     []struct {
				Cut           bool
				Before, After string
				Transfers     int
			} `json:"payouts"`
			Books shownBooksOf `json:"books"`
		} `json:"plug"`
	} `json:"stage"`
}

type shownCount struct{ Count int }

type shownBooksOf struct {
	LedgerSum int64 `json:"ledger_sum"`
	Balanced  bool  `json:"balanced"`
}

// openDemo serves a demo and tells where: on PostgreSQL a new one, on SQLite one
// that was lived before.
func openDemo(t *testing.T, dialect string) (*process, visitor) {
	t.Helper()
	args := []string{"--mail-dir=", "--mail-from=", "--demo", "--sign-in-limit=1000", "--address-limit=1000"}
	if dialect == "postgres" {
		args = append(args, "--database-url="+dbtest.URL(t, dialect), "--key-file="+keyFile(t), "--mail-dir="+t.TempDir())
	} else {
		args = append(args, "--database-url=sqlite:"+copyOfDemo(t))
	}
	p, out := launch(t, nil, args...)
	lines := bufio.NewScanner(out)
	for lines.Scan() && p.base == "" {
		p.base, _ = strings.CutPrefix(lines.Text(), "Serving ")
	}
	if p.base == "" {
		t.Fatalf("it did not serve\n%s", p.log)
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	return p, visitor{t, p.base}
}

// The demo's three minutes, by the API and in their order: ask, be Ayşe, be
// content, look as the manager, let a week pass, pull the plug, read the receipt.
func TestThreeMinutes(t *testing.T) {
	t.Parallel()
	for _, dialect := range dbtest.Dialects {
		t.Run(dialect, func(t *testing.T) {
			t.Parallel()
			p, v := openDemo(t, dialect)
			var demo shown
			v.must("", "GET", "/demo", nil, &demo)
			question, customer := v.askAndBeAnswered(demo)
			manager := v.signIn("dario")
			v.lookAsManager(manager, demo, question)
			v.weekPasses(manager)
			v.plugIsPulled(manager, demo)
			var receipt struct {
				View string `json:"view"`
			}
			if v.must(customer, "GET", "/questions/"+question+"/receipt", nil, &receipt); receipt.View != "customer" {
				t.Errorf("the receipt is %+v", receipt)
			}
			p.terminate()
			p.ends()
		})
	}
}

func (v visitor) askAndBeAnswered(demo shown) (question, customer string) {
	v.t.Helper()
	var forecast struct {
		Median *float64 `json:"median_s"`
	}
	if v.must("", "GET", "/programs/"+demo.Program+"/forecast", nil, &forecast); forecast.Median == nil {
		v.t.Error("there is no forecast at once")
	}
	var session struct {
		AccessToken string `json:"access_token"`
	}
	v.must("", "POST", "/customer_sessions", map[string]string{"program": demo.Program, "locale": "en"}, &session)
	customer = session.AccessToken
	var asked struct{ ID, Body string }
	v.must(customer, "POST", "/questions", map[string]any{
		"program": demo.Program, "title": demo.Walk.Title, "body": demo.Walk.Body, "context": demo.Walk.Context,
		"topic": demo.Walk.Topic, "tags": demo.Walk.Tags, "language": demo.Walk.Language,
	}, &asked)
	ayse := v.signIn("ayse")
	offer := ""
	for deadline := time.Now().Add(5 * time.Minute); offer == "" && time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		var offers struct {
			Data []struct{ ID, Question, Body string } `json:"data"`
		}
		v.must(ayse, "GET", "/offers", nil, &offers)
		for _, o := range offers.Data {
			if o.Question == asked.ID {
				offer = o.ID
				if !strings.Contains(o.Body, "[name 1]") || strings.Contains(o.Body, "Merriweather") {
					v.t.Errorf("Ayşe reads %s", o.Body)
				}
			}
		}
	}
	var turn struct{ ID string }
	v.must(ayse, "POST", "/offers/"+offer+"/accept", nil, &turn)
	v.must(ayse, "POST", "/assignments/"+turn.ID+"/answer", map[string]string{"text": "Give the Box some air."}, nil)
	v.must(customer, "POST", "/questions/"+asked.ID+"/resolve", nil, nil)
	return asked.ID, customer
}

func (v visitor) lookAsManager(manager string, demo shown, question string) {
	v.t.Helper()
	at := "/brands/" + demo.Brand + "/questions/"
	var receipt struct {
		View string `json:"view"`
	}
	if v.must(manager, "GET", at+question+"/receipt", nil, &receipt); receipt.View != "brand" {
		v.t.Errorf("the brand's receipt is %+v", receipt)
	}
	v.must(manager, "POST", at+question+"/decisions/replay", nil, nil)
}

func (v visitor) weekPasses(manager string) {
	v.t.Helper()
	var before, after shown
	v.must("", "GET", "/demo", nil, &before)
	if status := v.as(v.signIn("ayse"), "POST", "/demo/advance", map[string]int{"days": 7}, nil); status != 403 {
		v.t.Errorf("an expert lets days pass: %d", status)
	}
	if status := v.as(manager, "POST", "/demo/advance", map[string]int{"days": 31}, nil); status != 422 {
		v.t.Errorf("31 days pass: %d", status)
	}
	v.must(manager, "POST", "/demo/advance", map[string]int{"days": 7}, nil)
	v.until(&after, func() bool { return after.Stage.Days != nil && after.Stage.Days.Done })
	d := after.Stage.Days
	if d.Failed != "" || d.Reviewed == 0 || d.Released.Count == 0 || d.Paid.Count == 0 || d.Books != (shownBooksOf{0, true}) {
		v.t.Errorf("the week: %+v", d)
	}
	if passed := after.Stage.Now.Sub(before.Stage.Now); passed < 7*24*time.Hour || after.Stage.Ahead < 7*24*3600-600 {
		v.t.Errorf("%s passed", passed)
	}
	v.must(manager, "GET", "/me", nil, nil) // nobody is signed out
	for i, id := range after.Questions {
		if i != 11 && id == before.Questions[i] {
			v.t.Errorf("question %d was not asked anew", i+1)
		}
	}
}

func (v visitor) plugIsPulled(manager string, demo shown) {
	v.t.Helper()
	var before, after shown
	v.must("", "GET", "/demo", nil, &before)
	if status := v.as(manager, "POST", "/demo/pull_plug", nil, nil); status != 202 {
		v.t.Fatalf("pulling the plug: %d", status)
	}
	v.until(&after, func() bool {
		return after.Stage.Plug != nil && (after.Stage.Plug.DoneAt != nil || after.Stage.Plug.Failed != "")
	})
	plug, cut := after.Stage.Plug, 0
	for _, p := range plug.Payouts {
		if p.Cut {
			cut++
			if p.Before != "sending" {
				v.t.Errorf("the payout in whose middle it died was %s", p.Before)
			}
		}
		if p.After != "sent" || p.Transfers != 1 {
			v.t.Errorf("a payout: %+v", p)
		}
	}
	if plug.Failed != "" || cut != 1 || plug.Books != (shownBooksOf{0, true}) || plug.KilledAt == nil || plug.RestartedAt == nil {
		v.t.Errorf("the plug: %+v", plug)
	}
	if plug.Killed != before.Stage.Process || plug.Restarted != after.Stage.Process || plug.Killed == plug.Restarted {
		v.t.Errorf("process %d was killed and %d took over; %d served before and %d after", plug.Killed, plug.Restarted, before.Stage.Process, after.Stage.Process)
	}
	v.must(manager, "GET", "/me", nil, nil) // the tokens are good at the next process
}

// until looks at the demo until it is so.
func (v visitor) until(see *shown, so func() bool) {
	v.t.Helper()
	for deadline := time.Now().Add(5 * time.Minute); time.Now().Before(deadline); time.Sleep(400 * time.Millisecond) {
		*see = shown{}
		if v.as("", "GET", "/demo", nil, see) == 200 && so() {
			return
		}
	}
	v.t.Fatalf("it never came: %+v", see.Stage)
}
