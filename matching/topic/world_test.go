package topic

import (
	"fmt"
	"strings"
	"testing"
)

// drawn is texts drawn from topics that have words of their own, and others
// that all have. A text has few words of its topic's, so that it cannot always
// be told.
type drawn struct {
	dice dice
	own  int // of ten words of a text, how many are its topic's
}

func (d *drawn) text(topic int) string {
	var words []string
	for range 8 {
		if d.dice.below(10) < d.own {
			words = append(words, fmt.Sprintf("%c%s", 'a'+rune(topic), syllables(d.dice.below(12))))
		} else {
			words = append(words, "z"+syllables(d.dice.below(60)))
		}
	}
	return strings.Join(words, " ")
}

func syllables(n int) string {
	parts := []string{"ba", "ke", "li", "mo", "nu", "ra", "se", "ti"}
	return parts[n%8] + parts[n/8] + parts[(n*5+3)%8]
}

func named(topic int) string { return fmt.Sprintf("topic %d", topic) }

// newDrawn is a fitted model of so many topics, with each so many texts.
func newDrawn(t testing.TB, seed uint64, topics, each, own int) (*Model, *drawn) {
	t.Helper()
	m, d := &Model{}, &drawn{dice{seed}, own}
	for topic := range topics {
		must(t, m.Describe(named(topic), ""))
	}
	for i := range topics * each {
		must(t, m.Learn(fmt.Sprint(i), d.text(i%topics), named(i%topics)))
	}
	must(t, m.Fit(nil))
	return m, d
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// support is a small program in several languages, written for this test.
var support = map[string][]string{
	"delivery": {
		"Where is my parcel?", "My order has not arrived yet", "The courier left the package at the wrong door",
		"When will you ship my order", "Tracking has not moved for a week", "Wo bleibt mein Paket?",
		"Mein Paket ist nicht angekommen", "أين طردي؟", "لم يصل الطرد بعد", "我的包裹在哪里", "包裹还没有到",
	},
	"password": {
		"I forgot my password", "How do I reset my password?", "The reset link for my password does not work",
		"I cannot log in to my account", "Login says wrong password", "Ich habe mein Passwort vergessen",
		"Wie setze ich mein Passwort zurück?", "نسيت كلمة المرور", "كيف أغير كلمة المرور", "我忘记了密码", "怎么重置密码",
	},
	"invoice": {
		"I need an invoice for my order", "The invoice shows the wrong amount", "Can you send the bill again?",
		"My bill has the wrong address", "There is VAT missing on the invoice", "Ich brauche eine Rechnung",
		"Die Rechnung ist falsch", "أحتاج إلى فاتورة", "الفاتورة خاطئة", "我需要发票", "发票金额不对",
	},
}

func newSupport(t testing.TB) *Model {
	t.Helper()
	m := &Model{}
	for _, name := range []string{"delivery", "password", "invoice"} {
		must(t, m.Describe(name, ""))
		for i, text := range support[name] {
			must(t, m.Learn(fmt.Sprint(name, i), text, name))
		}
	}
	must(t, m.Fit(nil))
	return m
}
