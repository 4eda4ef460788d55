package matching

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func joined(text string) string {
	var out []string
	tokens(text, func(w string) { out = append(out, w) })
	return strings.Join(out, " ")
}

func TestTokens(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"english", "The card-reader DIDN'T work, v2!", "card reader didn work v2"},
		{"accents", "Überweisung cafe\u0301 café señor", "uberweisung cafe cafe senor"},
		{"turkish", "İSTANBUL ISPARTA ısparta şarj", "istanbul isparta isparta sarj"},
		{"arabic, vowel signs and stretching", "الفَاتُورَة فــاتورة أين", "الفاتوره فاتوره اين"},
		{"persian kaf", "کارت كارت", "كارت كارت"},
		{"chinese pairs", "信用卡 card", "信用 用卡 card"},
		{"one chinese character", "卡", "卡"},
		{"japanese", "クレジット", "クレ レジ ジッ ット"},
		{"korean", "결제가", "결제 제가"},
		{"thai", "บัตร", "บั ัต ตร"},
		{"hindi marks stay", "हिन्दी", "हिन्दी"},
		{"full width", "ＡＢＣ１２", "abc12"},
		{"digits of other scripts", "١٢٣ १२", "123 12"},
		{"zero width inside a word", "pass\u200bword soft\u00adware", "password software"},
		{"placeholders", "call [phone 1] or [name 12] at [10:30] [x 1", "call 10 30"},
		{"invalid bytes", "ab\xffcd \xe2\x82", "ab cd"},
		{"too long", strings.Repeat("a", 41) + " " + strings.Repeat("b", 40), strings.Repeat("b", 40)},
		{"nothing", " ,;- ", ""},
	} {
		if got := joined(test.text); got != test.want {
			t.Errorf("%s: tokens(%q) = %q, want %q", test.name, test.text, got, test.want)
		}
	}
}

func TestBagCountsTitleTwiceAndCutsBody(t *testing.T) {
	bag := bagOfWords("refund", strings.Repeat("é", maxBodyRunes-8)+" refund x late")
	if want := []wordCount{{"refund", 3}}; !slices.Equal(bag, want) {
		t.Errorf("bag %v, want %v: 2 for the title and 1 for the body, nothing behind the cut", bag, want)
	}
}

func FuzzTokens(f *testing.F) {
	for _, seed := range []string{"", "Hello [name 1]", "信用卡\xff", "[", "[a 1", "٣\u0301", "\u0301", "ー"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		tokens(text, func(w string) {
			if w == "" || !utf8.ValidString(w) || utf8.RuneCountInString(w) > maxTokenRunes {
				t.Errorf("token %q of %q", w, text)
			}
			if stopWords[w] {
				t.Errorf("stop word %q of %q", w, text)
			}
		})
	})
}
