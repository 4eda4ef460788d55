package pages

import (
	"crypto/rand"
	"strconv"
	"strings"
	"unicode/utf8"
)

// What templates list, in its order.
var (
	scores     = []int{1, 2, 3, 4, 5}
	likely     = []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10}
	complaints = []string{"wrong", "incomplete", "unclear", "unfriendly", "waiting_time", "product_defect", "policy"}
	doorOrder  = []string{"expert", "manager", "operator"}
	shopTopics = []string{"shop.t1", "shop.t2", "shop.t3", "shop.t4"}
)

// Scores are how satisfied one can be.
func (v *visit) Scores() []int { return scores }

// Likely is how likely one recommends something.
func (v *visit) Likely() []int { return likely }

// Complaints are the reasons one may give.
func (v *visit) Complaints() []string { return complaints }

// Doors are the demo's that sign somebody in.
func (v *visit) Doors() []string { return doorOrder }

// ShopTopics are what the demo's shop helps with.
func (v *visit) ShopTopics() []string { return shopTopics }

// Key makes a form safe to send twice.
func (v *visit) Key() string { return rand.Text() }

// JoinSteps are the keys of what is asked of who wants to work in a program.
func (v *visit) JoinSteps(j *joining) []string {
	steps := []string{"join.step.apply"}
	if j.Asked.Terms {
		steps = append(steps, "join.step.terms")
	}
	if j.Asked.Quiz {
		steps = append(steps, "join.step.quiz")
	}
	if j.Asked.Probation {
		steps = append(steps, "join.step.probation")
	}
	return steps
}

// Weekday is the name of a day, from 0 for Monday.
func (w *words) Weekday(n int) string { return strings.Split(w.T("time.weekdays"), " ")[n] }

// Number writes a small number as the language does, with one decimal at most.
func (w *words) Number(n float64) string {
	text := strings.TrimSuffix(strconv.FormatFloat(n, 'f', 1, 64), ".0")
	return strings.Replace(text, ".", w.T("number.point"), 1)
}

// BarAt is where the bar of an hour begins: from the right in languages that
// are read from there.
func (w *words) BarAt(hour int) int {
	if w.Dir == "rtl" {
		hour = 23 - hour
	}
	return hour*10 + 1
}

// barTop is the height of the chart of hours.
const barTop = 64

// Tall is how high the bar is drawn, Top where it begins.
func (b bar) Tall() string { return decimal(max(1, b.Height*(barTop-4)/100)) }
func (b bar) Top() string  { return decimal(barTop - max(1, b.Height*(barTop-4)/100)) }

func decimal(n float64) string { return strconv.FormatFloat(n, 'f', 1, 64) }

// Checker names who checked: a receipt counts them from 1.
func (w *words) Checker(by string) string {
	if n, ok := strings.CutPrefix(by, "checker "); ok {
		return w.T("receipt.checker", "n", n)
	}
	return by
}

// Initial is the first letter of the expert's pseudonym.
func (t turn) Initial() string {
	r, _ := utf8.DecodeRuneInString(t.Expert)
	return strings.ToUpper(string(r))
}

// FromRight is where the share begins when the bar is read from the right.
func (s share) FromRight() float64 { return 100 - s.From - s.Wide }

// Rest is what the wait left of the bar.
func (w wait) Rest() float64 { return 100 - w.Bar() }

// NobodyYet says why no expert had a turn: "yet" while that may change.
func (r receipt) NobodyYet() string {
	if r.State == "asked" || r.State == "offered" {
		return "yet"
	}
	return ""
}
