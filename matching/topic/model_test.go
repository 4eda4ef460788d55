package topic

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"runtime"
	"strings"
	"testing"
)

func TestReadsInAnyLanguage(t *testing.T) {
	m := newSupport(t)
	for _, test := range []struct{ text, want string }{
		{"my parcel did not come", "delivery"}, {"reset the PASSWORD please", "password"}, {"wrong invoice!", "invoice"},
		{"Mein Paket kommt nicht", "delivery"}, {"Passwort vergessen", "password"}, {"Rechnung fehlt", "invoice"},
		{"الطرد لم يصل", "delivery"}, {"كلمة المرور", "password"}, {"فاتورة", "invoice"},
		{"包裹没到", "delivery"}, {"密码忘记了", "password"}, {"发票", "invoice"},
	} {
		r := m.Read(test.text)
		if r.Topics[0].Topic != test.want {
			t.Errorf("%q is read as %v", test.text, r.Topics)
		}
	}
}

func TestDescriptionsAreEnoughToBegin(t *testing.T) {
	m := &Model{}
	if r := m.Read("anything"); !r.None() || r.Topics != nil {
		t.Errorf("an empty model reads %v", r)
	}
	must(t, m.Describe("Returns", "sending goods back, refunds for what was sent back"))
	must(t, m.Describe("Opening hours", "when the shops are open, holidays, Sundays"))
	must(t, m.Fit(nil))
	if got := m.Read("are you open on Sundays?").Topics[0].Topic; got != "Opening hours" {
		t.Errorf("read as %s", got)
	}
	if got := m.Read("how do I send this back").Topics[0].Topic; got != "Returns" {
		t.Errorf("read as %s", got)
	}
}

func TestProbabilitiesAreCalibrated(t *testing.T) {
	for _, each := range []int{20, 260} {
		m, d := newDrawn(t, 7, 8, each, 2)
		var bins [10]struct{ sure, right float64 }
		const n = 4000
		right := 0.0
		for i := range n {
			first := m.Read(d.text(i % 8)).Topics[0]
			bin := &bins[min(9, int(first.Probability*10))]
			bin.sure += first.Probability
			if first.Topic == named(i%8) {
				bin.right++
				right++
			}
		}
		off := 0.0
		for _, bin := range bins {
			off += math.Abs(bin.sure-bin.right) / n
		}
		t.Logf("%d texts a topic: accuracy %.3f, calibration error %.3f", each, right/n, off)
		if off > 0.08 || right/n < 0.5 || right/n > 0.97 {
			t.Errorf("%d texts a topic: accuracy %.3f, calibration error %.3f", each, right/n, off)
		}
	}
}

func TestStrangeIsWhatNoTopicHas(t *testing.T) {
	for _, each := range []int{60, many/6 + 1} {
		testStrange(t, each)
	}
}

func testStrange(t *testing.T, each int) {
	t.Helper()
	m, d := newDrawn(t, 3, 6, each, 5)
	strange, told := 0, 0
	const n = 600
	for i := range n {
		if m.Read(d.text(i % 6)).None() {
			strange++
		}
		if m.Read(d.text(20)).None() { // letters and words of no topic
			told++
		}
	}
	if strange > n/8 || told < n*9/10 {
		t.Errorf("%d texts a topic: of %d each, %d of ours and %d others are strange", each, n, strange, told)
	}
	if r := m.Read("?!"); !r.None() {
		t.Errorf("nothing is read as familiar: %v", r.Strange)
	}
}

func TestLeansAtOnce(t *testing.T) {
	m := newSupport(t)
	const text = "parcel password invoice"
	before := probability(m.Read(text), "invoice")
	must(t, m.Learn("new", text, "invoice"))
	if after := probability(m.Read(text), "invoice"); after <= before {
		t.Errorf("from %.3f to %.3f", before, after)
	}
	if m.Stale() {
		t.Error("learning makes nothing stale")
	}
	must(t, m.Learn("new", text, "delivery")) // put right
	if !m.Stale() || !m.Due() || m.Texts() != 34 {
		t.Errorf("stale %v, due %v, %d texts", m.Stale(), m.Due(), m.Texts())
	}
	must(t, m.Fit(nil))
	if got := m.Read(text).Topics[0].Topic; got != "delivery" || m.Due() {
		t.Errorf("read as %s, due %v", got, m.Due())
	}
}

// Of many texts the linear model is another: it too leans at once, and is in a
// snapshot as it is.
func TestManyTextsLeanToo(t *testing.T) {
	m, d := newDrawn(t, 11, 5, many/5, 2)
	if !m.fitted.linear.margins {
		t.Fatal("no margins")
	}
	text := d.text(1)
	before := probability(m.Read(text), named(2))
	must(t, m.Learn("new", text, named(2)))
	if after := probability(m.Read(text), named(2)); after <= before {
		t.Errorf("from %.3f to %.3f", before, after)
	}
	back, err := Restore(m.Snapshot())
	must(t, err)
	if a, b := m.Read(text), back.Read(text); fmt.Sprint(a) != fmt.Sprint(b) {
		t.Errorf("read as %v, restored %v", a, b)
	}
}

func probability(r Reading, topic string) float64 {
	for _, g := range r.Topics {
		if g.Topic == topic {
			return g.Probability
		}
	}
	return 0
}

func TestTopicsComeAndGo(t *testing.T) {
	m := newSupport(t)
	must(t, m.Rename("invoice", "billing", "bills and invoices"))
	if r := m.Read("wrong invoice"); r.Topics[0].Topic != "billing" || !m.Stale() {
		t.Errorf("read as %v", r.Topics)
	}
	must(t, m.Remove("billing"))
	r := m.Read("wrong invoice")
	if len(r.Topics) != 2 || math.Abs(r.Topics[0].Probability+r.Topics[1].Probability-1) > 1e-9 {
		t.Errorf("read as %v", r.Topics)
	}
	must(t, m.Fit(nil))
	if got := m.Topics(); len(got) != 2 || m.Texts() != 22 {
		t.Errorf("left: %v, %d texts", got, m.Texts())
	}
	for _, err := range []error{
		m.Rename("billing", "x", ""), m.Rename("delivery", "password", ""), m.Rename("delivery", " ", ""), m.Remove("billing"),
		m.Describe("", ""), m.Describe("\xff", ""), m.Describe(strings.Repeat("x", MaxName+1), ""),
		m.Describe("x", strings.Repeat("x", MaxDescription+1)), m.Learn("a", "text", "billing"), (&Model{}).Fit(nil),
	} {
		if !errors.Is(err, ErrTopic) {
			t.Errorf("got %v", err)
		}
	}
	if err := m.Learn("", "text", "delivery"); !errors.Is(err, ErrID) {
		t.Errorf("got %v", err)
	}
}

func TestSameBits(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	one, _ := newDrawn(t, 5, 4, 30, 4)
	runtime.GOMAXPROCS(4)
	four, _ := newDrawn(t, 5, 4, 30, 4)
	if !bytes.Equal(one.Snapshot(), four.Snapshot()) {
		t.Error("the number of threads changes the fit")
	}
}

func TestForgottenAsIfNeverSeen(t *testing.T) {
	const secret = "sesquipedalian wombats of Ouagadougou"
	for _, after := range []bool{false, true} {
		kept, never := newSupport(t), newSupport(t)
		if after { // learned by leaning
			must(t, kept.Learn("secret", secret, "invoice"))
		} else { // learned by the fit
			must(t, kept.Learn("secret", secret, "invoice"))
			must(t, kept.Fit(nil))
		}
		with := kept.Snapshot()
		if !kept.Forget("secret") || kept.Forget("secret") || !kept.Stale() {
			t.Fatal("not forgotten once")
		}
		never.fitted = nil
		if got := kept.Snapshot(); !bytes.Equal(got, never.Snapshot()) || bytes.Equal(got, with) {
			t.Error("a snapshot still bears what was forgotten")
		}
		must(t, kept.Fit(nil))
		must(t, never.Fit(nil))
		if !bytes.Equal(kept.Snapshot(), never.Snapshot()) {
			t.Error("the fit is not that of a model that never saw the text")
		}
		if a, b := kept.Read(secret), never.Read(secret); fmt.Sprint(a) != fmt.Sprint(b) {
			t.Errorf("read as %v, as if never seen %v", a, b)
		}
	}
}

func TestDraftBesideTheModel(t *testing.T) {
	m := newSupport(t)
	d := m.Draft()
	must(t, m.Learn("late", "parcel parcel", "password"))
	must(t, d.Fit(nil))
	must(t, m.Adopt(d))
	if m.since != 1 {
		t.Errorf("%d learned since", m.since)
	}
	d = m.Draft()
	m.Forget("late")
	must(t, d.Fit(nil))
	if err := m.Adopt(d); !errors.Is(err, ErrOutdated) {
		t.Errorf("a draft brings back what was forgotten: %v", err)
	}
	asked := 0
	if err := m.Fit(func() bool { asked++; return asked > 3 }); !errors.Is(err, ErrHalted) {
		t.Errorf("got %v", err)
	}
	if err := m.Adopt(m.Draft()); !errors.Is(err, ErrHalted) {
		t.Errorf("an unfinished draft is adopted: %v", err)
	}
}

func TestMemoryIsStated(t *testing.T) {
	m := newSupport(t)
	texts, fit := m.Size()
	if perText := texts / m.Texts(); perText < 200 || perText > 3000 || fit < 10_000 || fit > 10_000_000 {
		t.Errorf("%d bytes of texts, %d fitted", texts, fit)
	}
}
