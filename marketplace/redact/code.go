package redact

import (
	"net/netip"
	"strings"
	"unicode/utf8"
)

// codes finds what is written in letters and digits: IBANs, IPv6 addresses and
// national ids. It reads runs of ASCII letters and digits from their beginning.
func (f *finder) codes() {
	s := f.view.s
	for i := 0; i < len(s); {
		if !isAlnum(s[i]) && !(s[i] == ':' && i+1 < len(s) && s[i+1] == ':') {
			i++
			continue
		}
		end := i
		for end < len(s) && isAlnum(s[end]) {
			end++
		}
		if n := f.codeAt(i, end); n > end {
			end = n
		}
		i = max(end, i+1)
	}
}

func isAlnum(c byte) bool { return isDigit(c) || isLetter(c) }

// codeAt tries the codes that can begin with the run s[i:end], and returns the
// end of the one found, or 0.
func (f *finder) codeAt(i, end int) int {
	s := f.view.s
	if i > 0 && s[i-1] >= utf8.RuneSelf && letterBefore(s, i) {
		return 0
	}
	if end < len(s) && s[end] == ':' {
		return f.ipv6(i)
	}
	if end-i >= 2 && isLetter(s[i]) && isLetter(s[i+1]) && (end-i == 2 || isDigit(s[i+2])) && s[min(end, len(s)-1)] < utf8.RuneSelf {
		if n := ibanAt(s, i); n > 0 && f.claim(IBAN, i, n, compact(s[i:n])) {
			return n
		}
	}
	if n, value := letteredID(s, i, end); n > 0 && f.claim(ID, i, n, value) {
		return n
	}
	return 0
}

// letterBefore tells whether a letter of a cased script ends at i.
func letterBefore(s string, i int) bool {
	r, _ := utf8.DecodeLastRuneInString(s[:i])
	_, ok := folded[r]
	return ok
}

// ipv6 claims an IPv6 address that begins at i, and returns its end, or 0.
func (f *finder) ipv6(i int) int {
	s := f.view.s
	end, colons := i, 0
	for end < len(s) && end-i < 46 && (isDigit(s[end]) || s[end] == ':' || s[end] == '.' || s[end]|0x20 >= 'a' && s[end]|0x20 <= 'f') {
		if s[end] == ':' {
			colons++
		}
		end++
	}
	if colons < 2 || end < len(s) && isAlnum(s[end]) {
		return 0
	}
	for ; end-i >= 4; end-- {
		if s[end-1] == '.' || s[end-1] == ':' && !strings.HasSuffix(s[i:end], "::") {
			continue
		}
		a, err := netip.ParseAddr(s[i:end])
		if err != nil || !strings.ContainsAny(s[i:end], "0123456789") || colons == 2 && end-i < 7 && s[i] != ':' {
			return 0
		}
		if f.claim(IP, i, end, a.String()) {
			return end
		}
		return 0
	}
	return 0
}

// ibanLength is the length of an IBAN by country.
var ibanLength = map[string]int{
	"AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BR": 29, "BY": 28,
	"CH": 21, "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "DO": 28, "EE": 20, "EG": 29, "ES": 24, "FI": 18,
	"FO": 18, "FR": 27, "GB": 22, "GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28, "HR": 21, "HU": 28, "IE": 22,
	"IL": 23, "IQ": 23, "IS": 26, "IT": 27, "JO": 30, "KW": 30, "KZ": 20, "LB": 28, "LC": 32, "LI": 21, "LT": 20,
	"LU": 20, "LV": 21, "LY": 25, "MC": 27, "MD": 24, "ME": 22, "MK": 19, "MR": 27, "MT": 31, "MU": 30, "NL": 18,
	"NO": 15, "OM": 23, "PK": 24, "PL": 28, "PS": 29, "PT": 25, "QA": 29, "RO": 24, "RS": 22, "SA": 24, "SC": 31,
	"SD": 18, "SE": 24, "SI": 19, "SK": 24, "SM": 27, "ST": 25, "SV": 28, "TL": 23, "TN": 24, "TR": 26, "UA": 29,
	"VA": 22, "VG": 24, "XK": 20,
}

// ibanAt returns the end of the IBAN that begins at i, or 0: of a known
// country, of its length, its characters perhaps in groups, and its checksum
// right (ISO 7064, mod 97).
func ibanAt(s string, i int) int {
	country := [2]byte{upperByte(s[i]), upperByte(s[i+1])}
	length := ibanLength[string(country[:])]
	if length == 0 {
		return 0
	}
	var chars [34]byte
	n, j := 0, i
	for ; j < len(s) && n < length; j++ {
		if s[j] == ' ' || s[j] == '-' || s[j] == '.' {
			if n < 4 && n != 2 || j+1 < len(s) && !isAlnum(s[j+1]) {
				return 0
			}
			continue
		}
		if !isAlnum(s[j]) || n >= 2 && n < 4 && !isDigit(s[j]) {
			return 0
		}
		chars[n] = upperByte(s[j])
		n++
	}
	if n < length || j < len(s) && isAlnum(s[j]) || mod97(chars[4:n], chars[:4]) != 1 {
		return 0
	}
	return j
}

func upperByte(c byte) byte {
	if isLetter(c) {
		return c &^ 0x20
	}
	return c
}

// mod97 is the remainder by 97 of the number that parts spell, A being 10.
func mod97(parts ...[]byte) int {
	m := 0
	for _, part := range parts {
		for _, c := range part {
			if isDigit(c) {
				m = (m*10 + int(c-'0')) % 97
			} else {
				m = (m*100 + int(c-'A') + 10) % 97
			}
		}
	}
	return m
}

// compact is a code without spaces and punctuation, in upper case.
func compact(s string) string {
	b := make([]byte, 0, len(s))
	for i := range len(s) {
		if isAlnum(s[i]) {
			b = append(b, upperByte(s[i]))
		}
	}
	return string(b)
}
