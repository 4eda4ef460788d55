package question

import (
	"strings"
	"testing"

	"knowhow/marketplace/program"
)

const inGerman = "Das Bild wird nach zwanzig Minuten auf allen Sendern unscharf, seit gestern das Update kam. Was kann ich tun?"

func TestLanguageOfAQuestionThatNamesNone(t *testing.T) {
	for name, c := range map[string]struct {
		locale, text, want string
		serves             []string
	}{
		"not the customer's":               {"de-AT", inEnglish, "en", []string{"de", "en"}},
		"neither the customer's":           {"fr", inGerman, "de", []string{"en", "de"}},
		"the customer's, since unsure":     {"de-AT", "HDMI, router?", "de", []string{"en", "de"}},
		"the customer's, since not served": {"de-AT", inEnglish, "de", []string{"fr", "de"}},
		"the customer's region of it":      {"de-AT", inGerman, "de-AT", []string{"de-CH", "de-AT"}},
		"the one it is written in":         {"", inGerman, "de", []string{"en", "de"}},
		"with the program's region":        {"", inGerman, "de-CH", []string{"en", "de-CH"}},
		"English":                          {"", inEnglish, "en", []string{"de", "en"}},
		"Arabic":                           {"", "الصورة تصبح غير واضحة بعد عشرين دقيقة على جميع القنوات", "ar", []string{"en", "ar"}},
		"one the program has not":          {"", inGerman, "en", []string{"en", "fr"}},
		"nothing plain":                    {"", "HDMI?", "en", []string{"en", "de"}},
		"no words":                         {"", "?!", "en", []string{"en", "de"}},
		"Norwegian under one name":         {"", inNorwegian, "no", []string{"en", "no"}},
		"Norwegian under two":              {"", inNorwegian, "nb", []string{"en", "nb", "nn", "no"}},
		"a customer's Norwegian":           {"nn-NO", "?", "nb", []string{"en", "nb"}},
		"the customer's region":            {"pt-PT", "?", "pt-PT", []string{"pt-BR", "pt-PT"}},
		"the customer's script":            {"zh-Hant", "?", "zh-Hant", []string{"en", "zh-Hans", "zh-Hant"}},
		"the customer's, in other regions": {"de-AT", "?", "de-CH", []string{"de-CH", "de-LI"}},
		"a customer's other Norwegian":     {"nn-NO", inNorwegian, "nn", []string{"nb", "nn"}},
	} {
		p := program.Program{Languages: c.serves}
		if got := languageFor(c.locale, p, Ask{Title: c.text}); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

const inEnglish = "The picture turns blurry after twenty minutes on every channel since the update."

const inNorwegian = "Bildet blir uskarpt etter tjue minutter på alle kanaler, og jeg vet ikke hva jeg skal gjøre med det."

// A text of any length and bytes is told in bounded time, and without panic.
func FuzzWrittenIn(f *testing.F) {
	for _, text := range []string{"", inGerman, "\xff\xfe", strings.Repeat("ä", 400), strings.Repeat("𝒳", 300)} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if got := writtenIn(text); got != "" && len(got) != 2 {
			t.Errorf("%q is written in %q", text, got)
		}
	})
}

func BenchmarkWrittenIn(b *testing.B) {
	for name, text := range map[string]string{"title": inGerman, "long": strings.Repeat(inGerman, 100), "arabic": "الصورة تصبح غير واضحة بعد عشرين دقيقة على جميع القنوات"} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				writtenIn(text)
			}
		})
	}
}
