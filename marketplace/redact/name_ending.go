package redact

import "strings"

// What the ending of a word on no list is worth: a strong one ends hardly
// anything but names, a weak one many other words too.
const (
	strongEnding = 1.5
	weakEnding   = 1.0
)

// strongEndings end surnames, patronymics and given names in many languages.
const strongEndings = `
	sson sdottir dottir sen strom qvist quist
	ova eva ev ov ski skaya skiy skyi enko chuk vich ovic evic ovna evna yev yov czyk czak wicz icz szky
	escu eanu poulos poulou akis idis iadis idze adze shvili oglu
	mann bauer meier maier meyer hofer huber berger
	lainen maki niemi saari auskas aitis iute aite vicius kiene inskis
	moto mura shita zaki guchi
	singh kumar wala swamy murthy nathan zadeh uddin ullah preet jeet endra
	aslav islav oslav slava aslaw oslaw islaw bert usz osz falvi ffy
	ucci acci aldi elli`

// weakEndings do too, but the word must be longer, and must not look ordinary.
const weakEndings = `
	berg gren lund stad vik sky ska vic ich ak ek ik la ian yan gil ez inho inha eira eiro
	etti otti ini oni ello etto ardi stein inger wald bach hausen fried nen
	eau eaux ault oux ier oit stra sma huis veld inga naka kawa yama saki hara pour allah
	mir mira ette elle ine ija iya ana ina ita nyi gyi thy ssy vary ar ur
	bek khan gul porn chai wong phong mariam dijk broek hoven mae bergs`

// namePrefixes begin surnames and given names, and little else.
var namePrefixes = []string{"mc", "o'", "fitz", "abdul", "abdel", "abdur", "oluwa", "chukwu", "gebre", "tekle", "al-", "el-", "etxe"}

// endings maps a name ending to what it is worth.
var endings = func() map[string]float64 {
	m := map[string]float64{}
	for e := range strings.FieldsSeq(weakEndings) {
		m[e] = weakEnding
	}
	for e := range strings.FieldsSeq(strongEndings) {
		m[e] = strongEnding
	}
	return m
}()

// longestEnding is the longest of endings.
const longestEnding = 7

// nameEnding is what the ending of a word is worth, or 0.
func nameEnding(key string) float64 {
	if len(key) < 5 {
		return 0
	}
	for _, p := range namePrefixes {
		if strings.HasPrefix(key, p) && len(key) >= len(p)+3 {
			return strongEnding
		}
	}
	worth := 0.0
	for n := 2; n <= longestEnding && n+2 <= len(key); n++ {
		if w := endings[key[len(key)-n:]]; w > worth && (w == strongEnding || n >= 3 && len(key) >= 6) {
			worth = w
		}
	}
	return worth
}

// accentEnding tells endings of surnames that folding hides: -ić, -ič, -ová, -ský.
func accentEnding(word string) bool {
	for _, e := range []string{"ić", "ič", "vá", "ká", "ný", "ký", "rý", "ňa", "ős", "ös", "oğlu", "ñez", "šek", "ček", "ņš", "ienė", "ytė", "aitė"} {
		if strings.HasSuffix(word, e) && len(word) > len(e)+2 {
			return true
		}
	}
	return false
}

// wordEndings end ordinary words, not names.
var wordEndings = []string{
	"ing", "tion", "sion", "ness", "ment", "ments", "tions", "able", "ible", "ous", "ful", "less", "ism", "ity", "ities",
	"ance", "ence", "ship", "hood", "ward", "wise", "ally", "ated", "ized", "ised", "ology", "graphy", "ics", "ical",
	"ly", "ary", "ory", "ish", "ian", "ese", "est", "ers", "ies", "ung", "heit", "keit", "schaft", "tat", "cion", "ciones", "zione", "mente", "dad", "port", "land", "ings", "ways",
	"stan", "burg", "burgh", "ville", "town", "shire", "ford", "ton", "bury", "ham", "grad", "polis", "wick",
	"ware", "tics", "ists", "tor", "tors", "lich", "isch", "ungen", "ement", "ique", "eaux",
}

func wordEnding(key string) bool {
	for _, e := range wordEndings {
		if len(key) >= len(e)+3 && strings.HasSuffix(key, e) {
			return true
		}
	}
	return false
}
