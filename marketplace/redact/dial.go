package redact

import (
	"strconv"
	"strings"
	"unicode"
)

// dialled is a phone number as the numbering plans read it.
type dialled struct {
	code     int    // of the country; 0: not known
	national string // what is dialled within it, without a prefix
}

// How many digits a national number has, and how long a text may be that is
// read as one, in bytes.
const leastNational, mostNational, longestDialled = 2, 17, 250

// dial reads a phone number as one does who is in a region, which is named like
// US; of any other region numbers with a + are read. It is libphonenumber's way
// of parsing, step by step, so that both give every number the same one form:
// blind indexes are made of it.
func dial(text, region string) (dialled, bool) {
	number, ok := dialPart(text)
	home := plans().region[region]
	if !ok || !viable(number) || home == nil && !strings.ContainsAny(number, plusSigns) {
		return dialled{}, false
	}
	number = withoutExtension(number)
	code, national, found := home.split(number)
	if found == unknownCode {
		if i := expression(plusRun).FindStringIndex(number); i != nil {
			if code, national, found = home.split(number[i[1]:]); found == noCode {
				return dialled{}, false
			}
		}
	}
	p := home
	switch found {
	case countryCode:
		p = plans().main(code)
	case noCode:
		national = digitsOf(number)
		if home != nil {
			code = home.code
		}
	default:
		return dialled{}, false
	}
	if len(national) < leastNational {
		return dialled{}, false
	}
	if p != nil {
		short := p.withoutPrefix(national)
		if fits := p.fits(short); fits == right || fits == tooLong {
			national = short
		}
	}
	if len(national) < leastNational || len(national) > mostNational {
		return dialled{}, false
	}
	return dialled{code, significant(national)}, true
}

// e164 is the number in its one international form.
func (d dialled) e164() string { return "+" + strconv.Itoa(d.code) + d.national }

// dialPart is what of the text is the number.
func dialPart(text string) (string, bool) {
	if text == "" || len(text) > longestDialled {
		return "", false
	}
	at := strings.Index(text, uriContext) // RFC 3966: tel:…;phone-context=…
	if at < 0 {
		return withoutSubaddress(possiblePart(text)), true
	}
	context, _, _ := strings.Cut(text[at+len(uriContext):], ";")
	if !expression(contextNumber).MatchString(context) && !expression(contextDomain).MatchString(context) {
		return "", false
	}
	if at == 0 {
		return withoutSubaddress(possiblePart(text)), true
	}
	if context[0] != '+' {
		context = ""
	}
	before := text[:at]
	if _, after, ok := strings.Cut(before, "tel:"); ok {
		before = after
	}
	return withoutSubaddress(context + before), true
}

// withoutSubaddress leaves out ";isub=12".
func withoutSubaddress(number string) string {
	if i := strings.Index(number, ";isub="); i > 0 {
		number = number[:i]
	}
	return number
}

// possiblePart begins with a digit or a plus, and ends where another number does
// ("… / x…").
func possiblePart(text string) string {
	i := strings.IndexFunc(text, func(r rune) bool { return unicode.Is(unicode.Nd, r) || strings.ContainsRune(plusSigns, r) })
	if i < 0 {
		return ""
	}
	text = text[i:]
	if end := expression(secondNumber).FindStringIndex(text); end != nil {
		text = text[:end[0]]
	}
	return text
}

func viable(number string) bool {
	return len(number) >= leastNational && expression(wholeNumber).MatchString(number)
}

// withoutExtension leaves out ";ext=12", "x12" and the like.
func withoutExtension(number string) string {
	at := expression(extensionAtEnd).FindStringSubmatchIndex(number)
	if at == nil || !viable(number[:at[0]]) {
		return number
	}
	for i := 2; i < len(at); i += 2 {
		if at[i] < at[i+1] {
			return number[:at[0]]
		}
	}
	return number
}

// digitsOf is the number's digits; where it has three letters, they are those
// on the keys of a phone.
func digitsOf(number string) string {
	if expression(threeLetters).MatchString(number) {
		return strings.Map(func(r rune) rune {
			switch r = unicode.ToUpper(r); {
			case r >= '0' && r <= '9':
				return r
			case r >= 'A' && r <= 'Z':
				return rune("22233344455566677778889999"[r-'A'])
			}
			return -1
		}, number)
	}
	return strings.Map(func(r rune) rune {
		if !unicode.IsDigit(r) {
			return -1
		}
		for _, zero := range []rune{'٠', '۰', '０'} {
			if r >= zero && r <= zero+9 {
				return '0' + r - zero
			}
		}
		return r
	}, number)
}

// significant is the number as it is kept: in digits we know, or else it is 0.
func significant(national string) string {
	if strings.ContainsFunc(national, func(r rune) bool { return r > '9' }) {
		zeros := len(national) - len(strings.TrimLeft(national, "0"))
		return strings.Repeat("0", zeros) + "0"
	}
	return national
}
