package redact

import (
	"strconv"
	"strings"
	"unicode"
)

// found is what of a country's code was found in a number.
type found int

const (
	noCode found = iota
	countryCode
	unknownCode // a number is international, and no country has its code
	tooLittle   // hardly anything follows
)

// split finds the code of a country at the beginning of a number, as one reads it
// who is at home in p, or nowhere: nil.
func (p *plan) split(number string) (code int, national string, what found) {
	if number == "" {
		return 0, "", noCode
	}
	rest, international := p.withoutInternational(number)
	switch {
	case international && len(rest) <= leastNational:
		return 0, "", tooLittle
	case international:
		return splitCode(rest)
	case p == nil:
		return 0, "", noCode
	}
	after, ok := strings.CutPrefix(rest, strconv.Itoa(p.code))
	if !ok {
		return 0, "", noCode
	}
	after = p.withoutPrefix(after)
	valid := whole(p.general.pattern)
	if !valid.MatchString(rest) && valid.MatchString(after) || p.fits(rest) == tooLong {
		return p.code, after, countryCode
	}
	return 0, "", noCode
}

// splitCode cuts off a code of one to three digits.
func splitCode(number string) (code int, national string, what found) {
	if number[0] != '0' {
		for i := 1; i <= min(3, len(number)); i++ {
			code, err := strconv.Atoi(number[:i])
			if err == nil && plans().main(code) != nil {
				return code, number[i:], countryCode
			}
		}
	}
	return 0, "", unknownCode
}

// withoutInternational is the number's digits without a plus or what is dialled
// instead at home, and whether that was there.
func (p *plan) withoutInternational(number string) (digits string, international bool) {
	if rest := strings.TrimLeft(number, plusSigns); rest != number {
		return digitsOf(rest), true
	}
	digits = digitsOf(number)
	if p == nil {
		return digits, false
	}
	at := expression(p.international).FindStringIndex(digits)
	if at == nil || at[0] != 0 {
		return digits, false
	}
	rest := digits[at[1]:]
	if i := strings.IndexFunc(rest, unicode.IsDigit); i >= 0 && rest[i] == '0' { // no code begins so
		return digits, false
	}
	return rest, true
}

// withoutPrefix leaves out what is dialled before a national number, unless the
// number is good with it and not without.
func (p *plan) withoutPrefix(number string) string {
	if number == "" || p.prefix == "" {
		return number
	}
	prefix := atStart(p.prefix)
	at := prefix.FindStringSubmatchIndex(number)
	if at == nil {
		return number
	}
	rest := number[at[1]:]
	if p.transform != "" && at[len(at)-2] >= 0 {
		rest = prefix.ReplaceAllString(number, p.transform)
	}
	if valid := whole(p.general.pattern); valid.MatchString(number) && !valid.MatchString(rest) {
		return number
	}
	return rest
}
