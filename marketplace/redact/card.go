package redact

import "strings"

// cardCues are words that stand before card numbers.
var cardCues = []string{
	"card", "credit", "debit", "visa", "master", "maestro", "amex", "american express", "cc ", "cc#", "cc:", "karte",
	"carte", "tarjeta", "carta", "cartao", "kart", "kaart", "kort", "pan ", "diners", "discover", "jcb", "карт", "بطاقة", "卡",
}

// cardGrades are how sure a number is a card number.
const (
	noCard = iota
	cardWithCue
	surelyCard
)

// card claims a payment card number at group g and returns its groups, or 0.
// The longest reading that checks wins.
func (f *finder) card(c chunk, g int) int {
	s := f.view.s
	counts := [maxWindow + 1]int{}
	most, total := 0, 0
	for n := 1; n <= maxWindow && g+n <= len(c.groups); n++ {
		if n > 1 && (c.size(g+n-1) < 2 || !cardGap(c.gap(s, g+n-1))) {
			break
		}
		if total += c.size(g + n - 1); total > 19 {
			break
		}
		counts[n], most = total, n
	}
	for n := most; n > 0 && counts[n] >= 12; n-- {
		digits := c.digits(s, g, n)
		grade := gradeCard(digits)
		start, end := c.groups[g][0], c.groups[g+n-1][1]
		if grade == noCard || grade == cardWithCue && !containsAny(f.cue(start), cardCues) {
			continue
		}
		if f.claim(Card, start, end, digits) {
			return n
		}
	}
	return 0
}

func cardGap(gap string) bool {
	return gap == " " || gap == "-" || gap == "." || gap == "  " || gap == " - "
}

// gradeCard judges a number of 12 to 19 digits by Luhn, issuer prefix and length.
// A number of a common issuer whose check digit is wrong is a card mistyped: with
// a cue it is hidden all the same.
func gradeCard(d string) int {
	known := knownIssuer(d)
	switch {
	case strings.Trim(d, d[:1]) == "":
		return noCard
	case luhn(d) && known && len(d) >= 13:
		return surelyCard
	case luhn(d), known && len(d) >= 15:
		return cardWithCue
	}
	return noCard
}

// knownIssuer tells the prefixes and lengths of the large card schemes.
func knownIssuer(d string) bool {
	two, four := d[:2], d[:4]
	switch n := len(d); {
	case d[0] == '4':
		return n == 13 || n == 16 || n == 19
	case two >= "51" && two <= "55", four >= "2221" && four <= "2720":
		return n == 16
	case two == "34", two == "37":
		return n == 15
	case two == "36", two == "38", two == "39", four[:3] >= "300" && four[:3] <= "305":
		return n == 14 || n == 16
	case four == "2131", four == "1800":
		return n == 15
	case two == "35", two == "60", two == "62", two == "64", two == "65", four >= "2200" && four <= "2204":
		return n >= 16
	case two == "50", two >= "56" && two <= "58", two == "63", two == "67", two == "68":
		return n >= 12
	}
	return false
}
