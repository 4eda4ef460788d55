package pages_test

import (
	"encoding/json"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"knowhow/marketplace/access"
	"knowhow/marketplace/customer"
	"knowhow/web/webtest"
)

const attack = `<script>alert(1)</script>"><img src=x onerror=alert(2)>{{.}}`

// asked has the browser ask by the plain form, and gives the question's path.
func (b *browser) asked(title, body string) string {
	b.T.Helper()
	at := "/ask/" + b.Program.ID.String()
	key := b.look(at, 200).field(b.T, "key")
	p := b.send(at+"?product=Box", 200, "title", title, "body", body, "topic", "box", "language", "en", "key", key)
	path, _, _ := strings.Cut(p.path, "?")
	again := b.send(at+"?product=Box", 200, "title", title, "body", body, "topic", "box", "language", "en", "key", key)
	if other, _, _ := strings.Cut(again.path, "?"); other != path {
		b.T.Errorf("sent twice, it was asked twice: %s, %s", path, other)
	}
	return path
}

// A question's whole way without a script: asked, answered by an expert through
// the API, solved, judged, and its receipt.
func TestAskingWithoutScripts(t *testing.T) {
	each(t, func(t *testing.T, b *browser) {
		expert := b.Expert("ayse")
		at := "/ask/" + b.Program.ID.String()
		b.look(at+"?product=Box&page=/help", 200).says(t, "Ask Brindlewave", "product: Box page: /help")
		b.send(at, 422, "title", " ", "body", "kept "+attack).says(t, "Ask in a line of up to 300 characters.", "kept "+attack)
		p := b.send(at, 200, "title", "My box is dead", "body", "I am Dana Whitlow, dana@example.org "+attack, "step", "preview")
		p.says(t, "Experts will see this", "[email 1]")
		path := b.asked("My box is dead "+attack, "Dana Whitlow here. "+attack)
		p = b.look(path, 200)
		p.says(t, "My box is dead "+attack, "Dana Whitlow here. "+attack, "Finding somebody", "A first answer is promised by")
		harmless(t, p)
		b.look("/my/questions", 200).says(t, "My box is dead "+attack)
		b.RunDue()

		token := b.Token(expert)
		var offers struct{ Data []struct{ ID string } }
		read(t, b.Get("/api/v1/offers", token), 200, &offers)
		var turn struct{ ID string }
		read(t, b.Post("/api/v1/offers/"+offers.Data[0].ID+"/accept", token, ""), 201, &turn)
		body, err := json.Marshal(map[string]string{"text": "Hold the button. " + attack})
		if err != nil {
			t.Fatal(err)
		}
		read(t, b.Post("/api/v1/assignments/"+turn.ID+"/answer", token, string(body)), 204, nil)

		p = b.look(path, 200)
		p.says(t, "Answered", "Hold the button. "+attack, "Did this solve it?")
		harmless(t, p)
		b.send(path+"/messages", 422, "text", "").says(t, "Write something first.")
		b.send(path+"/messages", 200, "text", "Which one? "+attack).says(t, "Which one? "+attack)
		b.send(path+"/resolve", 200).says(t, "Solved", "What was the answer worth?")
		b.send(path+"/withdraw", 422).says(t, "Something changed meanwhile.") // it is over
		b.send(path+"/feedback", 422, "csat", "").says(t, "Choose from 1 to 5.")
		b.send(path+"/feedback", 422, "csat", "1").says(t, "Choose what was missing.")
		b.send(path+"/feedback", 200, "csat", "5", "solved", "yes", "comment", attack)
		b.RunDue()

		p = b.look(path+"/receipt", 200)
		p.says(t, "Answer receipt", "The promise was kept.", "ayse", "1 asked, of 1 who could be", "1 name", "For you it was free", "Earned:",
			"The customer says it is solved", "Reopen it until", "Sandbox: no real money")
		harmless(t, p)
		open(b.Server).look(path, 404) // another browser is nobody

		if p = b.send(path+"/share", 200); !strings.HasSuffix(p.path, "/receipt") {
			t.Errorf("it was shared without consent, at %s", p.path)
		}
		shared := b.send(path+"/share", 200, "consent", "yes").path
		p = open(b.Server).look(shared, 200)
		p.says(t, "Answer receipt", "Shared by the customer", "ayse", "The promise was kept.")
		if strings.Contains(p.text, "is dead") || strings.Contains(p.text, "Share this receipt") || strings.Contains(p.text, "Earned:") || strings.Contains(p.text, "€") {
			t.Errorf("the shared receipt tells too much: %s", p.words())
		}
		b.send(path+"/unshare", 200)
		open(b.Server).look(shared, 404)
		b.send(path+"/reopen", 422, "reason", "").says(t, "Say what is still wrong")
		b.send(path+"/reopen", 200, "reason", "It came back. "+attack).says(t, "Finding somebody")
	})
}

// A customer whose address the brand gave turns mails about their questions off
// and on again; others are not offered it.
func TestCustomersChooseTheirMails(t *testing.T) {
	each(t, func(t *testing.T, b *browser) {
		b.asked("My box is dead", "")
		if p := b.look("/my/questions", 200); strings.Contains(p.text, "/my/mails") {
			t.Error("who cannot be written to is asked whether they want to be")
		}
		c, err := b.Customers.Identify(b.Ctx(), b.Owner, b.Brand, customer.Contact{Channel: customer.Email, Handle: "dana@example.com"})
		if err != nil {
			t.Fatal(err)
		}
		dana := access.CustomerCaller(b.Brand, c.ID)
		link, err := b.Customers.NewResumeLink(b.Ctx(), dana)
		if err != nil {
			t.Fatal(err)
		}
		b.Ask(dana, "It hums")
		b.send("/resume", 200, "token", link.Token).says(t, "It hums", "You get an e-mail when there is news of your questions.")
		for _, c := range []struct {
			wanted, says string
			want         bool
		}{{"no", "You get no e-mails about your questions.", false}, {"yes", "You get an e-mail when there is news of your questions.", true}} {
			b.send("/my/mails", 200, "wanted", c.wanted).says(t, c.says)
			if got, err := b.Notify.CustomerWants(b.Ctx(), dana); err != nil || got != c.want {
				t.Errorf("%s: %v, %v", c.wanted, got, err)
			}
		}
	})
}

func TestAskingForTheTeamAndWithdrawing(t *testing.T) {
	each(t, func(t *testing.T, b *browser) {
		b.Expert("ayse")
		path := b.asked("My box is dead", "")
		b.send(path+"/escalate", 200).says(t, "With the brand's team")
		b.send(path+"/withdraw", 200).says(t, "Withdrawn")
		b.send(path+"/erase", 404)
		b.look(path+"/receipt", 200).says(t, "No expert had a turn")
	})
}

// read reads an answer of the API.
func read(t *testing.T, a webtest.Answer, status int, into any) {
	t.Helper()
	if a.Status != status {
		t.Fatalf("got %d, want %d: %s", a.Status, status, a.Body)
	}
	if into != nil {
		if err := json.Unmarshal([]byte(a.Body), into); err != nil {
			t.Fatal(err)
		}
	}
}

var elements = regexp.MustCompile(`(?i)<script>|<img src=x|\sonerror=`)

// harmless checks that what people wrote is text.
func harmless(t *testing.T, p seen) {
	t.Helper()
	outside := regexp.MustCompile(`"[^"]*"`).ReplaceAllString(p.text, `""`)
	if found := elements.FindString(outside); found != "" && !strings.HasPrefix(found, " onerror") {
		t.Errorf("%s: what was written became %s", p.path, found)
	}
}

// Somebody goes on in another browser, by link.
func TestGoingOnElsewhere(t *testing.T) {
	each(t, func(t *testing.T, b *browser) {
		b.Expert("ayse")
		path := b.asked("My box is dead", "")
		link := regexp.MustCompile(`value="(http[^"]+/resume#token=[^"]+)"`).FindStringSubmatch(b.send("/my/device", 200).text)
		if link == nil {
			t.Fatal("no link was made")
		}
		other := open(b.Server)
		other.send("/resume", 422, "token", "x")
		other.send("/resume", 200, "token", link[1]).says(t, "My box is dead")
		other.look(path, 200)
		open(b.Server).send("/resume", 422, "token", link[1])
		other.send("/my/forget", 200).says(t, "No questions here yet")
		other.look(path, 404)
		b.look(path, 200)
	})
}

// Who asked in the widget is known here too, and nobody else is put in their
// place.
func TestAdoptingTheWidgetsCustomer(t *testing.T) {
	each(t, func(t *testing.T, b *browser) {
		start := func() customer.Started {
			s, err := b.Customers.StartDevice(b.Ctx(), b.Brand, "en")
			if err != nil {
				t.Fatal(err)
			}
			return s
		}
		first := start()
		b.Ask(first.Caller(), "Asked in the widget")
		b.send("/my/questions/adopt", 204, "device", "nonsense")
		b.send("/my/questions/adopt", 200, "device", first.Token).says(t, "Asked in the widget")
		b.send("/my/questions/adopt", 200, "device", start().Token).says(t, "Asked in the widget")
	})
}

func TestTheQRCode(t *testing.T) {
	each(t, func(t *testing.T, b *browser) {
		at := "/ask/" + b.Program.ID.String() + "/qr"
		query := "?product=" + url.QueryEscape("Brindle Box <2>")
		b.look(at+query, 200).says(t, "Brindle Box <2>", b.URL+"/ask/"+b.Program.ID.String()+"?product=Brindle+Box+%3C2%3E")
		p := b.look(at+".svg"+query, 200)
		if p.header.Get("Content-Type") != "image/svg+xml" || !regexp.MustCompile(`^<svg [^>]*viewBox="0 0 (\d+) \d+"[^>]*><path fill="#fff" d="[^"]+"/><path d="(M\d+ \d+h\d+v1h-\d+z)+"/></svg>$`).MatchString(p.text) {
			t.Errorf("%v %s", p.header, p.text)
		}
	})
}
