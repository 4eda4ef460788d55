package redact

import (
	"net/netip"
	"strings"
)

// chunk is a stretch of digit groups with separators between them, as cards,
// phones and ids are written.
type chunk struct {
	start  int      // with a + or ( before the first group
	groups [][2]int // byte ranges of the digits
}

// maxGap is how many separators may stand between two groups.
const maxGap = 3

// maxWindow bounds how many groups one number may have.
const maxWindow = 9

// numbers finds what is written in digits: IPv4 addresses, cards, national ids
// and phone numbers.
func (f *finder) numbers() {
	s := f.view.s
	for i := 0; i < len(s); {
		if !isDigit(s[i]) {
			i++
			continue
		}
		if i > 0 && (isLetter(s[i-1]) || s[i-1] == '_') || f.taken[i] {
			for i < len(s) && isDigit(s[i]) {
				i++
			}
			continue
		}
		c, end := f.chunkAt(i)
		f.readChunk(c)
		i = end
	}
}

// chunkAt reads the chunk whose first digit is at i, and where it ends.
func (f *finder) chunkAt(i int) (chunk, int) {
	s := f.view.s
	c := chunk{start: i}
	for c.start > 0 && i-c.start < 2 && (s[c.start-1] == '+' || s[c.start-1] == '(') && !f.taken[c.start-1] {
		c.start--
	}
	for {
		end := i
		for end < len(s) && isDigit(s[end]) && !f.taken[end] {
			end++
		}
		c.groups = append(c.groups, [2]int{i, end})
		next := end
		for next < len(s) && next-end < maxGap && strings.IndexByte(" -./()+", s[next]) >= 0 && !f.taken[next] {
			next++
		}
		if next == end || next >= len(s) || !isDigit(s[next]) || f.taken[next] || strings.IndexByte(s[end:next], '+') >= 0 {
			return c, end
		}
		i = next
	}
}

// readChunk tries at each group in turn what can begin there.
func (f *finder) readChunk(c chunk) {
	for g := 0; g < len(c.groups); {
		n := f.ipv4(c, g)
		if n == 0 {
			n = dateGroups(f.view.s, c, g)
		}
		if n == 0 {
			n = f.card(c, g)
		}
		if n == 0 {
			n = f.nationalID(c, g)
		}
		if n == 0 {
			n = f.phone(c, g)
		}
		g += max(n, 1)
	}
}

// digits joins the digits of groups g to g+n.
func (c chunk) digits(s string, g, n int) string {
	if n == 1 {
		return s[c.groups[g][0]:c.groups[g][1]]
	}
	var b strings.Builder
	for _, r := range c.groups[g : g+n] {
		b.WriteString(s[r[0]:r[1]])
	}
	return b.String()
}

func (c chunk) size(g int) int { return c.groups[g][1] - c.groups[g][0] }

// gap is what stands before group g, from group g-1 on.
func (c chunk) gap(s string, g int) string { return s[c.groups[g-1][1]:c.groups[g][0]] }

// maxCue bounds how far before a number words about it are looked for.
const maxCue = 56

// cue returns, in lower case, what stands before byte i in the same paragraph.
func (f *finder) cue(i int) string {
	text := f.view.low
	start := max(0, i-maxCue)
	if text == "" {
		text = lowerASCII(f.view.s[start:i])
		start, i = 0, len(text)
	}
	before := text[start:i]
	if n := strings.LastIndex(before, "\n\n"); n >= 0 {
		before = before[n:]
	}
	return before
}

// ipv4 claims an IPv4 address at group g and returns its groups, or 0.
func (f *finder) ipv4(c chunk, g int) int {
	s := f.view.s
	if g+4 > len(c.groups) || g > 0 && c.gap(s, g) == "." {
		return 0
	}
	for i := g + 1; i < g+4; i++ {
		if c.gap(s, i) != "." {
			return 0
		}
	}
	if g+4 < len(c.groups) && c.gap(s, g+4) == "." {
		return 0
	}
	start, end := c.groups[g][0], c.groups[g+3][1]
	a, err := netip.ParseAddr(s[start:end])
	if err != nil || containsAny(f.cue(start), []string{"version ", " ver ", "firmware", "build "}) {
		return 0
	}
	if !f.claim(IP, start, end, a.String()) {
		return 0
	}
	return 4
}

// dateGroups returns how many groups at g are a date, or 0: dates are no
// personal data here, and must not be read as a phone number.
func dateGroups(s string, c chunk, g int) int {
	if g+3 > len(c.groups) {
		return 0
	}
	first, second := c.gap(s, g+1), c.gap(s, g+2)
	if first != second || len(first) != 1 || strings.IndexByte("-./ ", first[0]) < 0 {
		return 0
	}
	if g+3 < len(c.groups) && c.gap(s, g+3) == first && first != " " {
		return 0
	}
	a, b, y := c.digits(s, g, 1), c.digits(s, g+1, 1), c.digits(s, g+2, 1)
	if year(a) && dayOrMonth(b) && dayOrMonth(y) && first != " " {
		return 3
	}
	if dayOrMonth(a) && dayOrMonth(b) && (year(y) || len(y) == 2 && first != " ") {
		return 3
	}
	return 0
}

func year(s string) bool { return len(s) == 4 && (s[0] == '1' || s[:2] == "20") }

func dayOrMonth(s string) bool {
	return len(s) <= 2 && s <= "39" && (len(s) == 1 || s[0] <= '3')
}

// nationalID claims a national id at group g and returns its groups, or 0.
func (f *finder) nationalID(c chunk, g int) int {
	s := f.view.s
	cue := ""
	for n, total := 1, 0; n <= 7 && g+n <= len(c.groups); n++ {
		if total += c.size(g + n - 1); total > 15 {
			return 0
		}
		if total < 9 || g+n < len(c.groups) && c.gap(s, g+n) == "-" {
			continue
		}
		start, end := c.groups[g][0], c.groups[g+n-1][1]
		if cue == "" {
			cue = f.cue(start)
		}
		digits := c.digits(s, g, n)
		if (ssnShape(s[start:end]) && validSSN(digits) && !strings.Contains(cue, "licen") || idAmong(digits, cue)) && f.claim(ID, start, end, digits) {
			return n
		}
	}
	return 0
}

// ssnShape tells ddd-dd-dddd.
func ssnShape(s string) bool {
	return len(s) == 11 && s[3] == '-' && s[6] == '-' && allDigits(s[:3]) && allDigits(s[4:6]) && allDigits(s[7:])
}
