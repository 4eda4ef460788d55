package pages_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"knowhow/marketplace/markettest"
	"knowhow/migrations/dbtest"
	"knowhow/web"
	"knowhow/web/api"
	"knowhow/web/problem"
	"knowhow/web/webtest"
)

// demoScene is a demo with the market's own people.
func demoScene(m *markettest.Market, o *web.Options) {
	o.DemoScene = &api.DemoScene{
		Brand: m.Brand, Program: m.Program.ID, Password: webtest.Password,
		People: []api.DemoPerson{
			{Name: "Olga Operator", Email: "olga@example.com", Role: "operator", Languages: []string{}},
			{Name: "Mara Manager", Email: "mara@example.com", Role: "manager", Languages: []string{}},
			{Name: "Ayşe", Email: "ayse@example.com", Role: "expert", Handle: "ayse", Languages: []string{"tr"}},
		},
		Walk: api.DemoWalk{Name: "Alex", Title: `4K "turns" blurry`, Body: "<b>Alex</b> Merriweather", Topic: "box", Language: "en"},
	}
}

// open pages are there for anybody.
func openPages(m *markettest.Market) map[string]int {
	p := m.Program.ID.String()
	return map[string]int{
		"/": 200, "/sign-in": 200, "/sign-up": 200, "/sign-up/sent": 200, "/verify": 200, "/password/forgotten": 200, "/password/forgotten/sent": 200,
		"/reset": 200, "/reset/done": 200, "/invitation": 200, "/resume": 200, "/sign-out": 200, "/my/questions": 200, "/unsubscribe": 200, "/unsubscribe/done": 200, "/unsubscribe/undone": 200, "/record": 200,
		"/ask/" + p: 200, "/ask/" + p + "?product=Box&page=/help": 200, "/ask/" + p + "/qr": 200, "/join/" + p: 200, "/demo/shop": 200,
		"/nothing": 404, "/ask/nothing": 404, "/join/" + m.Brand.String(): 404, "/my/questions/" + p: 404, "/my/questions/" + p + "/receipt": 404, "/receipts/nothing": 404,
	}
}

var nonceOf = regexp.MustCompile(`'nonce-([A-Z0-9]+)'`)

func TestEveryPageInEveryLanguage(t *testing.T) {
	b := open(webtest.New(t, dbtest.Open(t, "sqlite"), demoScene))
	nonces := map[string]bool{}
	for path, status := range openPages(b.Market) {
		for lang, dir := range map[string]string{"en": "ltr", "de": "ltr", "ar": "rtl"} {
			b.lang = lang
			p := b.look(path, status)
			policy := p.header.Get("Content-Security-Policy")
			nonce := nonceOf.FindStringSubmatch(policy)
			switch {
			case strings.Contains(policy, "unsafe") || !strings.HasPrefix(policy, "default-src 'none'; script-src 'self';"):
				t.Errorf("%s: policy %q", path, policy)
			case nonce == nil || nonces[nonce[1]] || !strings.Contains(p.text, `<style nonce="`+nonce[1]+`"`):
				t.Errorf("%s: nonce %q", path, nonce)
			default:
				nonces[nonce[1]] = true
			}
			if p.header.Get("Cache-Control") != "no-store" || p.header.Get("X-Content-Type-Options") != "nosniff" || p.header.Get("Content-Language") != lang {
				t.Errorf("%s: %v", path, p.header)
			}
			if !strings.Contains(p.text, `<html lang="`+lang+`" dir="`+dir+`"`) || strings.Count(p.text, "<h1") != 1 || strings.Count(p.text, "<main") != 1 {
				t.Errorf("%s in %s: no whole page", path, lang)
			}
			for _, sign := range []string{"ZgotmplZ", "<no value>", "%!", ` style="`, "onclick", "http://www", "https://www"} {
				if strings.Contains(strings.ReplaceAll(p.text, "http://www.w3.org", ""), sign) {
					t.Errorf("%s in %s has %s", path, lang, sign)
				}
			}
			if regexp.MustCompile(`[ >]\{[a-z]+\}`).MatchString(p.words()) {
				t.Errorf("%s in %s: a placeholder is left:\n%s", path, lang, p.words())
			}
		}
	}
}

func TestFilesOfPagesAreKept(t *testing.T) {
	b := open(webtest.New(t, dbtest.Open(t, "sqlite")))
	found := regexp.MustCompile(`/pages/[a-z]+\.[0-9a-f]+\.[a-z0-9]+`).FindAllString(b.look("/", 200).text, -1)
	if len(found) != 3 {
		t.Fatalf("the page loads %v", found)
	}
	for _, path := range found {
		if got := b.look(path, 200); !strings.Contains(got.header.Get("Cache-Control"), "immutable") || got.text == "" {
			t.Errorf("%s: %v", path, got.header)
		}
	}
}

func TestTheLanguageOneChose(t *testing.T) {
	b := open(webtest.New(t, dbtest.Open(t, "sqlite")))
	b.lang = "fr, de;q=0.5"
	b.look("/sign-in", 200).says(t, "Anmelden", "Passwort vergessen?")
	b.look("/sign-in?lang=ar&next=/work", 200).says(t, "تسجيل الدخول")
	b.look("/sign-in", 200).says(t, "نسيت كلمة المرور؟")
	if p := b.look("/sign-in?lang=xx&next=/work", 200); !strings.Contains(p.text, `href="/sign-in?lang=en&amp;next=%2Fwork"`) {
		t.Errorf("no way to another language: %s", p.text)
	}
}

// A browser's navigation gets a page, the API and programs a problem.
func TestProblemsArePages(t *testing.T) {
	s := webtest.New(t, dbtest.Open(t, "sqlite"), func(_ *markettest.Market, o *web.Options) { o.Limits.Address = 4 })
	b := open(s)
	p := b.look("/nothing", 404)
	p.says(t, "Nothing here", "404", p.header.Get("X-Request-Id"))
	for path, accept := range map[string]string{"/api/v1/nothing": "text/html", "/nothing": "application/json"} {
		if got := b.do("GET", path, nil, "Accept", accept); got.status != 404 || got.header.Get("Content-Type") != problem.MediaType {
			t.Errorf("%s for %s: %d %v", path, accept, got.status, got.header)
		}
	}
	b.look("/my/questions", 200)
	many := b.look("/my/questions", http.StatusTooManyRequests)
	many.says(t, "A little slower, please", "Try again in 1 minute")
	if many.header.Get("Retry-After") == "" {
		t.Errorf("%v", many.header)
	}
}

func TestFormsOfOtherSitesAreRefused(t *testing.T) {
	b := open(webtest.New(t, dbtest.Open(t, "sqlite"), demoScene))
	before := b.Commits.Load()
	for _, r := range b.Web.Pages() {
		if r.Method != http.MethodPost {
			continue
		}
		path := strings.NewReplacer("{program}", b.Program.ID.String(), "{question}", b.Program.ID.String(), "{verb}", "resolve", "{door}", "expert").Replace(r.Path)
		for _, headers := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Sec-Fetch-Site", "", "Origin", "https://evil.example"}} {
			got := b.do("POST", path, nil, headers...)
			if got.status != http.StatusForbidden || got.header.Get("Set-Cookie") != "" {
				t.Errorf("%s with %v: %d", path, headers, got.status)
			}
		}
	}
	if after := b.Commits.Load(); after != before {
		t.Errorf("%d transactions wrote", after-before)
	}
}

func TestOnlyTheDemoHasDoors(t *testing.T) {
	b := open(webtest.New(t, dbtest.Open(t, "sqlite")))
	if p := b.look("/", 200); strings.Contains(p.text, "/demo/") {
		t.Error("the front page has doors")
	}
	b.look("/demo/shop", 404)
	b.send("/demo/doors/expert", 404)
	if got := b.Get("/api/v1/demo", ""); got.Status != 404 {
		t.Errorf("the API tells of a demo: %d", got.Status)
	}
}

func TestTheDemosDoors(t *testing.T) {
	each(t, func(t *testing.T, b *browser) {
		setPassword(b, "olga@example.com")
		b.look("/", 200).says(t, "Four doors, one question", "Be Ayşe", "Be Olga Operator")
		b.send("/demo/doors/nobody", 404)
		if p := b.do("POST", "/demo/doors/operator", nil); p.path != "/console/operator" {
			t.Errorf("the operator's door leads to %s", p.path)
		}
		if b.cookie("knowhow_refresh") == "" {
			t.Error("nobody is signed in")
		}
		shop := b.look("/demo/shop", 200)
		for _, part := range []string{`data-title="4K &#34;turns&#34; blurry"`, `data-body="&lt;b&gt;Alex&lt;/b&gt; Merriweather"`, `data-program="` + b.Program.ID.String()} {
			if !strings.Contains(shop.text, part) {
				t.Errorf("the shop lacks %s", part)
			}
		}
	}, demoScene)
}
