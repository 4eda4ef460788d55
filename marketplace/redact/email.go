package redact

import (
	"strings"
	"unicode/utf8"
)

// emails finds e-mail addresses, plain (around an @) and written out ("john dot
// doe at gmail dot com", "john [at] example.org").
func (f *finder) emails() {
	s := f.view.s
	for i := 0; i < len(s); i++ {
		if s[i] == '@' {
			f.emailAround(i, i+1)
		}
	}
	f.spelledEmails()
}

// maxLocal and maxDomain bound the parts of an address, as RFC 5321 does, but
// for letters of several bytes.
const maxLocal, maxDomain = 128, 512

// emailAround claims the address whose @ stands from at to after.
func (f *finder) emailAround(at, after int) bool {
	s := f.view.s
	start := at
	if start > 1 && s[start-1] == '"' {
		if q := strings.LastIndexByte(s[max(0, at-maxLocal):start-1], '"'); q >= 0 {
			start = max(0, at-maxLocal) + q
		}
	}
	for start > 0 && at-start < maxLocal && localByte(s[start-1]) && !f.taken[start-1] {
		start--
	}
	for start < at && (s[start] == '.' || s[start] == '\'' || !utf8.RuneStart(s[start])) {
		start++
	}
	end := domainEnd(s, after)
	if start == at || end == after {
		return false
	}
	return f.claim(Email, start, end, strings.ToLower(s[start:at]+"@"+s[after:end]))
}

func localByte(c byte) bool {
	return isLetter(c) || isDigit(c) || c >= utf8.RuneSelf || strings.IndexByte(".!#$%&'*+-/=?^_`{|}~", c) >= 0
}

// domainEnd returns where the domain that begins at i ends, or i: it has a dot
// and ends in at least two letters.
func domainEnd(s string, i int) int {
	end, dot, j := i, false, i
	if j < len(s) && s[j] == '[' { // user@[10.0.0.1]
		if q := strings.IndexByte(s[j:min(len(s), j+48)], ']'); q > 0 {
			return j + q + 1
		}
	}
	label := j
	for ; j <= len(s) && j-i < maxDomain; j++ {
		if j < len(s) && (isLetter(s[j]) || isDigit(s[j]) || s[j] == '-' || s[j] == '_' || s[j] >= utf8.RuneSelf) {
			continue
		}
		if dot && j-label >= 2 && !isDigit(s[label]) {
			end = j
		}
		if j == len(s) || s[j] != '.' || j == label {
			break
		}
		dot, label = true, j+1
	}
	for end > i && (s[end-1] == '-' || s[end-1] == '_') {
		end--
	}
	return end
}

// freeMail are the first labels of domains that give addresses to anyone: after
// a bare " at " only they make a written-out address of "name at domain.com".
var freeMail = map[string]bool{
	"gmail": true, "googlemail": true, "yahoo": true, "ymail": true, "hotmail": true, "outlook": true, "live": true,
	"msn": true, "icloud": true, "me": true, "mac": true, "aol": true, "gmx": true, "web": true, "mail": true,
	"proton": true, "protonmail": true, "yandex": true, "qq": true, "163": true, "126": true, "t-online": true,
	"orange": true, "wanadoo": true, "libero": true, "hey": true, "fastmail": true, "zoho": true, "tutanota": true,
}

// atWords are the ways to write @ in a word; only the bare ones need more proof.
var atWords = []string{"(at)", "[at]", "{at}", "<at>", "(a)", "[a]", " at ", " arroba ", " chiocciola ", " arobase ", "(arroba)"}

// spelledEmails finds addresses with @ as a word.
func (f *finder) spelledEmails() {
	low := f.view.low
	if low == "" {
		low = lowerASCII(f.view.s)
	}
	for _, at := range atWords {
		for from := 0; ; {
			i := strings.Index(low[from:], at)
			if i < 0 {
				break
			}
			i += from
			f.spelledAround(low, i, i+len(at), at[0] == ' ')
			from = i + 1
		}
	}
}

// lowerASCII lowers A-Z only, so that offsets stay.
func lowerASCII(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			b[i] = c | 0x20
		}
	}
	return string(b)
}

// dotWords are the ways to write a dot in a word.
var dotWords = []string{" dot ", "(dot)", "[dot]", "{dot}", " punto ", " punkt ", "(punkt)", "(.)", "[.]", " . "}

// maxLabels bounds the parts joined by dots on either side.
const maxLabels = 6

// spelledAround claims the written-out address around s[at:after].
func (f *finder) spelledAround(low string, at, after int, bare bool) {
	start, spelledLocal := labelsBefore(low, trimRight(low, at))
	domain := trimLeft(low, after)
	end, labels, spelled := labelsAfter(low, domain)
	if start < 0 || labels < 2 {
		return
	}
	first, _, _ := strings.Cut(low[domain:end], ".")
	if bare && spelled && !topLevel[low[strings.LastIndexAny(low[:end], ". ")+1:end]] {
		return
	}
	if bare && !spelled && !(freeMail[first] && (spelledLocal || !commonLabel(low[start:at]))) {
		return
	}
	value := low[start:trimRight(low, at)] + "@" + low[domain:end]
	for _, d := range dotWords {
		value = strings.ReplaceAll(value, d, ".")
	}
	f.claim(Email, start, end, strings.ReplaceAll(value, " ", ""))
}

// topLevel are the domain endings believed where @ and dots are words.
var topLevel = func() map[string]bool {
	m := map[string]bool{}
	for word := range strings.FieldsSeq(`com net org edu gov info biz io co me tv app dev eu uk us ca de at ch fr es it
		pt nl be dk se no fi is pl cz sk hu ro bg gr tr ru ua il in cn jp kr au nz br mx ar cl za ie hr si rs email online`) {
		m[word] = true
	}
	return m
}()

// commonLabel tells whether what stands before " at " is an ordinary word.
func commonLabel(label string) bool { return lexicon()[label]&common != 0 }

func trimRight(s string, i int) int {
	for i > 0 && s[i-1] == ' ' {
		i--
	}
	return i
}

func trimLeft(s string, i int) int {
	for i < len(s) && s[i] == ' ' {
		i++
	}
	return i
}

func labelByte(c byte) bool {
	return isLetter(c) || isDigit(c) || c == '-' || c == '_' || c == '+' || c >= utf8.RuneSelf
}

// labelsBefore returns where the labels that end at end begin, or -1, and
// whether a dot between them was spelled.
func labelsBefore(low string, end int) (start int, spelled bool) {
	start = -1
	for range maxLabels {
		i := end
		for i > 0 && end-i < maxLocal && (labelByte(low[i-1]) || low[i-1] == '.') {
			i--
		}
		for i < end && (low[i] == '.' || !utf8.RuneStart(low[i])) {
			i++
		}
		if i == end {
			return start, spelled && start >= 0
		}
		start = i
		n := dotBefore(low, i)
		if n == 0 {
			return start, spelled
		}
		spelled = true
		end = trimRight(low, n)
	}
	return start, spelled
}

// dotBefore returns where the dot in words that ends before i begins, or 0.
func dotBefore(low string, i int) int {
	for _, d := range dotWords {
		for _, end := range [2]int{i, trimRight(low, i)} {
			if strings.HasSuffix(low[:end], d) {
				return end - len(d)
			}
		}
	}
	return 0
}

// labelsAfter returns where the domain labels from start on end, how many there
// are, and whether a dot between them was spelled.
func labelsAfter(low string, start int) (end, labels int, spelled bool) {
	i := start
	end = start
	for labels < maxLabels {
		j := i
		for j < len(low) && j-i < 64 && labelByte(low[j]) {
			j++
		}
		if j == i {
			return end, labels, spelled
		}
		labels++
		end = j
		n := 0
		if j+1 < len(low) && low[j] == '.' && labelByte(low[j+1]) {
			n = 1
		} else if n = dotAfter(low, j); n > 0 {
			spelled = true
		}
		if n == 0 {
			return end, labels, spelled
		}
		i = trimLeft(low, j+n)
	}
	return end, labels, spelled
}

// dotAfter returns the length of the dot in words that begins at i, or 0.
func dotAfter(low string, i int) int {
	for _, d := range dotWords {
		for _, start := range [2]int{i, trimLeft(low, i)} {
			if strings.HasPrefix(low[start:], d) {
				return start - i + len(d)
			}
		}
	}
	return 0
}
