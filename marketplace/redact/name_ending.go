package redact

import "strings"

// hyphenated tells a double name, one part of which is a known one.
func hyphenated(key string) bool {
	first, rest, ok := strings.Cut(key, "-")
	return ok && len(first) > 2 && len(rest) > 2 && (lexicon[first]&given != 0 || lexicon[rest]&surname != 0 && lexicon[first]&surname != 0)
}

// nameEndings end surnames and patronymics in many languages, and few words
// else. Longer than the ending by at least three letters.
var nameEndings = []string{
	"sson", "sen", "dottir", "sdottir", "berg", "strom", "qvist", "quist", "gren", "lund", "stad", "vik",
	"ova", "eva", "ev", "ov", "ski", "sky", "ska", "skaya", "skiy", "skyi", "enko", "chuk", "vich", "vic", "ovic", "evic", "ich", "ovna", "evna", "yev", "yov",
	"czyk", "czak", "wicz", "icz", "ak", "ek", "ik", "escu", "eanu", "poulos", "akis", "idis", "iadis", "opoulou", "idze", "shvili", "yan", "ian",
	"oglu", "gil", "ez", "inho", "inha", "eira", "eiro", "aldi", "elli", "etti", "ucci", "acci", "ini", "oni", "otti", "ello", "etto", "ardi",
	"mann", "stein", "bauer", "meier", "maier", "meyer", "hofer", "huber", "berger", "inger", "wald", "bach", "hausen",
	"nen", "la", "lainen", "maki", "niemi", "saari", "eau", "eaux", "ault", "oux", "ier", "oit", "stra", "sma", "huis",
	"moto", "mura", "naka", "kawa", "yama", "saki", "shita", "zaki", "hara", "guchi",
	"singh", "kumar", "wala", "swamy", "murthy", "nathan", "zadeh", "pour", "allah", "uddin", "ullah",
	"aslav", "islav", "oslav", "slava", "mir", "mira", "bert", "fried", "ette", "elle", "ine", "ija", "iya", "ana", "ina", "ita", "usz", "osz", "aslaw",
	"nyi", "gyi", "falvi", "ffy", "thy", "ssy", "szky", "vary", "ar", "ur",
}

// shortEndings are endings so common in other words that the word must be long.
var shortEndings = map[string]bool{
	"ak": true, "ek": true, "ik": true, "la": true, "ine": true, "ana": true, "ina": true, "ar": true, "ur": true, "yan": true,
	"ian": true, "ini": true, "oni": true, "ita": true, "ich": true, "ska": true, "vik": true, "ier": true, "elle": true,
	"lund": true, "bach": true, "berg": true, "stad": true, "hausen": true, "wald": true, "ello": true, "sky": true,
	"stein": true, "hara": true, "yama": true, "kawa": true, "gil": true, "ev": true, "ov": true, "inger": true, "nen": true, "pour": true,
}

// nameEnding tells a word by its ending to be a name.
func nameEnding(key string) bool {
	if len(key) < 5 {
		return false
	}
	if strings.HasPrefix(key, "mc") && len(key) > 4 || strings.HasPrefix(key, "o'") {
		return true
	}
	for n := 2; n <= 7 && n+2 <= len(key); n++ {
		if weight, ok := endings[key[len(key)-n:]]; ok && (weight || n >= 3 && len(key) >= 6) {
			return true
		}
	}
	return false
}

// endings maps a name ending to whether it is enough in a short word.
var endings = func() map[string]bool {
	m := map[string]bool{}
	for _, e := range nameEndings {
		m[e] = !shortEndings[e]
	}
	return m
}()

// accentEnding tells endings of surnames that folding hides: -ić, -ič, -ová, -ský.
func accentEnding(word string) bool {
	for _, e := range []string{"ić", "ič", "vá", "ká", "ný", "ký", "rý", "ňa", "ős", "ös", "oğlu", "ñez"} {
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
}

func wordEnding(key string) bool {
	for _, e := range wordEndings {
		if len(key) >= len(e)+3 && strings.HasSuffix(key, e) {
			return true
		}
	}
	return false
}
