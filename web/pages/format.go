package pages

import (
	"html/template"
	"strconv"
	"strings"
	"time"

	"knowhow/payouts/money"
)

// Money writes an amount in its currency, as the language does.
func (w *words) Money(m money.Money) string {
	digits := m.Currency.Exponent()
	text := strconv.FormatInt(m.Minor, 10)
	sign := ""
	if strings.HasPrefix(text, "-") {
		sign, text = "−", text[1:]
	}
	if len(text) <= digits {
		text = strings.Repeat("0", digits+1-len(text)) + text
	}
	whole, part := text[:len(text)-digits], text[len(text)-digits:]
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + w.T("number.group") + whole[i:]
	}
	if digits > 0 {
		whole += w.T("number.point") + part
	}
	symbol, ok := symbols[string(m.Currency)]
	if !ok {
		symbol = string(m.Currency)
	}
	return sign + w.T("number.money", "amount", whole, "symbol", symbol)
}

// Share writes basis points as a percentage, as the language does.
func (w *words) Share(bp int) string {
	text := strconv.FormatFloat(float64(bp)/100, 'f', -1, 64)
	return w.T("number.share", "amount", strings.Replace(text, ".", w.T("number.point"), 1))
}

var symbols = map[string]string{"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥"}

// For writes a duration of so many seconds in its largest units.
func (w *words) For(seconds int64) string {
	d := time.Duration(seconds) * time.Second
	days, hours, minutes := int(d/(24*time.Hour)), int(d%(24*time.Hour)/time.Hour), int(d%time.Hour/time.Minute)
	join := func(a, b string) string { return w.T("time.and", "a", a, "b", b) }
	switch {
	case days > 0 && hours > 0:
		return join(w.N("time.days", days), w.N("time.hours", hours))
	case days > 0:
		return w.N("time.days", days)
	case hours > 0 && minutes > 0:
		return join(w.N("time.hours", hours), w.N("time.minutes", minutes))
	case hours > 0:
		return w.N("time.hours", hours)
	case minutes > 0:
		return w.N("time.minutes", minutes)
	}
	return w.N("time.seconds", int(d/time.Second))
}

// Between writes how long it was from one time to another.
func (w *words) Between(from, to time.Time) string { return w.For(int64(to.Sub(from) / time.Second)) }

// When is a time element, in UTC; the script says it in the reader's zone.
func (w *words) When(at time.Time) template.HTML {
	at = at.UTC()
	text := w.T("time.at", "day", at.Day(), "month", w.month(at), "year", at.Year(), "clock", at.Format("15:04"))
	return template.HTML(`<time datetime="` + at.Format(time.RFC3339) + `">` + template.HTMLEscapeString(text) + `</time>`)
}

// Day writes a day that comes as 2006-01-02, which is no time: it is the same in
// every zone. What is no day stays as it is.
func (w *words) Day(text string) string {
	at, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return text
	}
	return w.T("time.day", "day", at.Day(), "month", w.month(at), "year", at.Year())
}

func (w *words) month(at time.Time) string {
	return strings.Split(w.T("time.months"), " ")[at.Month()-1]
}
