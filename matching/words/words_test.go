package words

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

func TestCut(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"I can't log-in", "i can t log in"},
		{"Überweisung ÇA", "uberweisung ca"},
		{"信用卡card", "信用卡* card"},
		{"call [phone 1] now", "call now"},
		{"ab\xffcd", "ab cd"},
		{"", ""},
	} {
		var runs []string
		Cut(test.text, func(run []rune, unspaced bool) {
			mark := ""
			if unspaced {
				mark = "*"
			}
			runs = append(runs, fmt.Sprint(string(run), mark))
		})
		if got := strings.Join(runs, " "); got != test.want {
			t.Errorf("%q is cut into %q, want %q", test.text, got, test.want)
		}
	}
}

func TestFold(t *testing.T) {
	for text, want := range map[string]string{
		"ÀÇŁİß": "acliß", "Mật khẩu ĐƯỜNG": "mat khau duong", "ＡＢ１": "ab1", "أمٱى": "اماي", "Ёж": "еж",
		"٠٩۰۹०९๐๙": "09090909", "𝟎𝟏𝟗𝟘𝟙𝟡𝟬𝟵𝟶𝟿": "0190190909",
	} {
		if got := strings.Map(Fold, text); got != want {
			t.Errorf("%q is folded to %q, want %q", text, got, want)
		}
	}
}

// What is typed as a letter and an accent is the same as what is typed as one.
func TestAccentsApartAreTheSame(t *testing.T) {
	for _, text := range []string{"Über", "garçon", "mật khẩu của tôi", "đường", "ñandú", "čeština"} {
		if got, want := cutWhole(norm.NFD.String(text)), cutWhole(norm.NFC.String(text)); got != want {
			t.Errorf("%q is cut into %q, want %q", text, got, want)
		}
	}
}

func cutWhole(text string) string {
	var runs []string
	Cut(text, func(run []rune, _ bool) { runs = append(runs, string(run)) })
	return strings.Join(runs, " ")
}

func FuzzCut(f *testing.F) {
	for _, seed := range []string{"", "Hello [name 1]", "信用卡\xff", "[", "٣\u0301", "ー"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		Cut(text, func(run []rune, _ bool) {
			for _, r := range run {
				if !utf8.ValidRune(r) || Fold(r) != r {
					t.Errorf("%q of %q is not folded", r, text)
				}
			}
			if len(run) == 0 {
				t.Errorf("an empty run of %q", text)
			}
		})
	})
}
