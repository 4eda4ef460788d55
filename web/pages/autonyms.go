package pages

import "strings"

// autonyms are what languages call themselves, which is how their speakers look
// for them in a list: the most spoken ones. Of any other its tag is shown. The
// tables of x/text would know more, at two megabytes of program.
var autonyms = map[string]string{
	"ar": "العربية", "bg": "Български", "bn": "বাংলা", "ca": "Català", "cs": "Čeština", "da": "Dansk", "de": "Deutsch", "el": "Ελληνικά",
	"en": "English", "es": "Español", "et": "Eesti", "eu": "Euskara", "fa": "فارسی", "fi": "Suomi", "fil": "Filipino", "fr": "Français",
	"ga": "Gaeilge", "gl": "Galego", "gu": "ગુજરાતી", "he": "עברית", "hi": "हिन्दी", "hr": "Hrvatski", "hu": "Magyar", "id": "Indonesia",
	"is": "Íslenska", "it": "Italiano", "ja": "日本語", "ka": "ქართული", "kk": "Қазақ тілі", "ko": "한국어", "lt": "Lietuvių", "lv": "Latviešu",
	"mk": "Македонски", "mr": "मराठी", "ms": "Melayu", "mt": "Malti", "nb": "Norsk bokmål", "nl": "Nederlands", "no": "Norsk", "pa": "ਪੰਜਾਬੀ",
	"pl": "Polski", "pt": "Português", "pt-BR": "Português (Brasil)", "ro": "Română", "ru": "Русский", "sk": "Slovenčina", "sl": "Slovenščina",
	"sq": "Shqip", "sr": "Српски", "sv": "Svenska", "sw": "Kiswahili", "ta": "தமிழ்", "te": "తెలుగు", "th": "ไทย", "tr": "Türkçe",
	"uk": "Українська", "ur": "اردو", "vi": "Tiếng Việt", "zh": "中文",
}

// autonym is a language's own name by its tag, or the tag.
func autonym(tag string) string {
	if name, ok := autonyms[tag]; ok {
		return name
	}
	base, _, _ := strings.Cut(tag, "-")
	if name, ok := autonyms[base]; ok {
		return name
	}
	return tag
}
