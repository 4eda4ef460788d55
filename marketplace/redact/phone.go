package redact

import "strings"

// phoneCues are words that stand before phone numbers.
var phoneCues = []string{
	"phone", "call", "tel", "mobile", "cell", "fax", "whatsapp", "whats app", "sms", "text", "contact", "reach", "ring me",
	"desk", "office", "work:", "home:", "number is", "my number", "answering at", "messages to", "message to", "dial",
	"signal", "viber", "handy", "rufen", "anruf", "rückruf", "numéro", "appel", "llam", "móvil", "movil", "celular",
	"chiam", "cellulare", "cep", "ara", "bel ", "bellen", "ligar", "ligue", "telemóvel", "ring ", "zadzwo", "☎", "📞",
	"тел", "звон", "هاتف", "جوال", "اتصل", "رقمي", "电话", "手机", "電話", "전화",
}

// noPhoneCues are words before numbers that name a thing, not a line.
var noPhoneCues = []string{
	"order", "ticket", "invoice", "booking", "reference", "ref ", "ref.", "ref:", "confirmation", "tracking", "serial", "case ",
	"account n", "#", "licen", "zip", "postal", "flight", "isbn", "version", "policy", "$", "€", "£", "price", "model", "card",
	"pnr", "bestell", "rechnung", "pedido", "commande", "transaction", "article", "product", "sku", "imei", "passport", "build ",
	"customer n", "customer id", "customer:", "member n", "membership", "subscriber n", "contract", "client n", "user id", "device id", "meter",
	"kundennummer", "kunden-nr", "kundennr", "vertragsnummer", "auftragsnummer", "n° client", "numéro de client", "numero de cliente",
	"número de cliente", "klantnummer", "codice cliente", "müşteri n", "numer klienta", "coordinates", "latitude",
}

// phoneRegions lists the regions whose numbers are known without +, the home
// region first.
func phoneRegions(home string) []string {
	regions := []string{"US", "GB", "DE", "FR", "ES", "IT", "TR", "AU", "IN", "BR", "NL", "PL", "SE", "JP"}
	if home == "" {
		return regions
	}
	list := []string{home}
	for _, r := range regions {
		if r != home {
			list = append(list, r)
		}
	}
	return list
}

// phoneDigits are the fewest and most digits of a phone number (E.164 has 15;
// 001 or 00 may stand before).
const leastPhone, mostPhone = 6, 17

// phone claims a phone number at group g and returns its groups, or 0. The
// longest reading wins.
func (f *finder) phone(c chunk, g int) int {
	s := f.view.s
	total, most := 0, 0
	for n := 1; n <= maxWindow && g+n <= len(c.groups); n++ {
		if n > 1 && !phoneGap(c.gap(s, g+n-1)) {
			break
		}
		if total += c.size(g + n - 1); total > mostPhone {
			break
		}
		most = n
	}
	start := c.groups[g][0]
	if g == 0 {
		start = c.start
	} else if c.gap(s, g)[len(c.gap(s, g))-1] == '(' {
		start--
	}
	var cues phoneCue
	if total >= leastPhone {
		cues = f.phoneCue(start)
	}
	for n := most; n > 0; n-- {
		end := c.groups[g+n-1][1]
		digits := c.digits(s, g, n)
		if len(digits) < leastPhone || end < len(s) && (isLetter(s[end]) && !extension(s[end:]) || s[end] == '%') {
			continue
		}
		if f.isPhone(c, g, n, start, digits, cues) && f.claim(Phone, start, extendExtension(s, end), f.phoneValue(s[start:end], digits)) {
			return n
		}
	}
	return 0
}

func phoneGap(gap string) bool {
	return gap != " / " && gap != ". " && gap != "  " && strings.IndexByte(gap, '+') < 0
}

// extension tells whether an extension begins s: "x123", "ext. 123".
func extension(s string) bool { return extendExtension(s, 0) > 0 }

// extendExtension returns the end of the extension at end, or end.
func extendExtension(s string, end int) int {
	rest := s[end:min(len(s), end+16)]
	low := strings.TrimLeft(lowerASCII(rest), " ,")
	for _, word := range []string{"extension", "ext.", "ext", "x"} {
		if after, ok := strings.CutPrefix(low, word); ok {
			trimmed := strings.TrimLeft(after, " :")
			n := 0
			for n < len(trimmed) && n < 6 && isDigit(trimmed[n]) {
				n++
			}
			if n > 0 && (n == len(trimmed) || !isAlnum(trimmed[n])) {
				return end + len(rest) - len(trimmed) + n
			}
		}
	}
	return end
}

// isPhone judges a reading of n groups from g on.
func (f *finder) isPhone(c chunk, g, n, start int, digits string, cues phoneCue) bool {
	s := f.view.s
	first := s[start]
	if first == '+' || strings.HasPrefix(s[start:], "(+") || strings.HasPrefix(digits, "00") && len(digits) >= 11 {
		return len(digits) >= 7
	}
	if len(digits) > 13 {
		return false
	}
	yes, no := cues.yes, cues.no
	end := c.groups[g+n-1][1]
	if after := lowerASCII(s[end:min(len(s), end+10)]); containsAny(after, []string{"office", "fax", "mobile", "cell", "desk", "home"}) {
		yes = maxCue
	}
	switch {
	case yes > no:
		return len(digits) >= 7 || n > 1
	case no >= 0:
		return false
	case money(s, start, end) || yearRange(digits) || c.coordinate(s, g, n) || c.choices(s, g, n):
		return false
	}
	return f.looksLikePhone(c, g, n, first, digits)
}

// coordinate tells one of two decimal numbers with a comma between.
func (c chunk) coordinate(s string, g, n int) bool {
	start, end := c.groups[g][0], c.groups[g+n-1][1]
	return n == 2 && c.gap(s, g+1) == "." && c.size(g) <= 3 && c.size(g+1) >= 4 &&
		(end < len(s) && s[end] == ',' || strings.HasSuffix(strings.TrimRight(s[:start], " -"), ","))
}

// choices tells three numbers of one length with strokes between: "747/757/767".
func (c chunk) choices(s string, g, n int) bool {
	return n >= 3 && c.gap(s, g+1) == "/" && c.gap(s, g+2) == "/" && c.size(g) == c.size(g+1) && c.size(g+1) == c.size(g+2)
}

// phoneCue is where the last words for and against a phone stand before a number,
// or -1.
type phoneCue struct{ yes, no int }

func (f *finder) phoneCue(start int) phoneCue {
	cue := f.cue(start)
	if strings.Trim(cue, " 0123456789-.,()/") == "" {
		return phoneCue{-1, -1}
	}
	return phoneCue{lastOf(cue, phoneCues), lastOf(cue, noPhoneCues)}
}

// lastOf returns where the last of words stands in s, or -1.
func lastOf(s string, words []string) int {
	last := -1
	for _, w := range words {
		last = max(last, lastWord(s, w))
	}
	return last
}

// lastWord returns where w last stands in s at the beginning of a word, or -1.
func lastWord(s, w string) int {
	for end := len(s); ; {
		i := strings.LastIndex(s[:end], w)
		if i <= 0 || !isLetter(s[i-1]) || !isLetter(w[0]) {
			return i
		}
		end = i + len(w) - 1
	}
}

// money tells whether a currency stands right before or after.
func money(s string, start, end int) bool {
	after := strings.TrimLeft(lowerASCII(s[end:min(len(s), end+10)]), " ")
	before := strings.TrimRight(s[max(0, start-4):start], " ")
	for _, sign := range []string{"€", "$", "£", "¥", "₺", "₹", "eur", "usd", "gbp", "dollar", "pound", "mio", "million", "km", "kg", "people"} {
		if strings.HasPrefix(after, sign) || strings.HasSuffix(lowerASCII(before), sign) {
			return true
		}
	}
	return false
}

// yearRange tells two years side by side.
func yearRange(d string) bool { return len(d) == 8 && year(d[:4]) && year(d[4:]) }

// looksLikePhone judges by shape alone, no word saying what it is.
func (f *finder) looksLikePhone(c chunk, g, n int, first byte, digits string) bool {
	s := f.view.s
	size := len(digits)
	if n == 1 {
		switch {
		case size == 10 || size == 11:
			return northAmerican(digits) || (digits[0] == '0' || f.region != "" && f.region != "US") && f.validSomewhere(digits)
		case size == 12:
			return f.validSomewhere("+" + digits)
		}
		return false
	}
	if first == '(' {
		return size >= 7
	}
	for i := g; i < g+n; i++ {
		if c.size(i) > 6 || i > g && strings.IndexByte(c.gap(s, i), '/') >= 0 && size < 9 {
			return false
		}
	}
	switch {
	case n == 2 && size == 7:
		return c.size(g) == 3 && c.gap(s, g+1) == "-"
	case n == 2 && size < 9, size < 7, thousands(s, c, g, n) && size != 9:
		return false
	case n == 2:
		return (digits[0] == '0' || northAmerican(digits)) && !f.capitalAfter(c.groups[g+n-1][1])
	case size < 9:
		return uniform(s, c, g, n)
	}
	return northAmerican(digits) || digits[0] == '0' || uniform(s, c, g, n) || f.validSomewhere(digits)
}

// capitalAfter tells whether a capital stands right after byte i and a space: then
// the number is more likely of a house than of a phone.
func (f *finder) capitalAfter(i int) bool {
	s := f.view.s
	return i+1 < len(s) && s[i] == ' ' && s[i+1] >= 'A' && s[i+1] <= 'Z'
}

// northAmerican tells a number of the North American plan, with or without 1.
func northAmerican(d string) bool {
	if len(d) == 11 && d[0] == '1' {
		d = d[1:]
	}
	return len(d) == 10 && d[0] >= '2' && d[3] >= '2'
}

// thousands tells 1-3 digits and then groups of three: perhaps a large number.
func thousands(s string, c chunk, g, n int) bool {
	if c.size(g) > 3 || s[c.groups[g][0]] == '0' {
		return false
	}
	for i := g + 1; i < g+n; i++ {
		if c.size(i) != 3 || c.gap(s, i) == "-" {
			return false
		}
	}
	return true
}

// uniform tells whether the same separator stands between all groups, and each
// has two to four digits.
func uniform(s string, c chunk, g, n int) bool {
	for i := g; i < g+n; i++ {
		if c.size(i) < 2 || c.size(i) > 4 || i > g && c.gap(s, i) != c.gap(s, g+1) {
			return false
		}
	}
	return len(c.gap(s, g+1)) == 1
}

// maxPlans bounds how often one reading of a text asks the numbering plans,
// which is slow.
const maxPlans = 200

// validSomewhere asks the numbering plans of the known regions.
func (f *finder) validSomewhere(number string) bool {
	for _, region := range f.regions {
		if f.plans++; f.plans > maxPlans {
			return false
		}
		p, ok := dial(number, region)
		if ok && p.validIn(region) {
			return true
		}
		if number[0] == '+' {
			return ok && p.valid()
		}
	}
	return false
}

// phoneValue is the E.164 form where the number has one, else its digits.
func (f *finder) phoneValue(raw, digits string) string {
	if rest, ok := strings.CutPrefix(digits, "00"); ok {
		raw, digits = "+"+rest, rest
	}
	if raw[0] == '+' && !strings.Contains(raw, "(0") {
		return "+" + digits
	}
	if f.plans++; f.plans > maxPlans {
		return digits
	}
	if p, ok := dial(raw, f.regions[0]); ok && p.possible() {
		return p.e164()
	}
	return digits
}
