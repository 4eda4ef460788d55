package redact

import "strings"

// paperCues name a passport, an identity card or a driving licence, in lower
// case, in many languages. The number follows, with little between.
var paperCues = []string{
	"passport", "passeport", "pasaporte", "passaporto", "passaporte", "paspoort", "reisepass", "pasaport", "paszport", "pașaport",
	"passnummer", "passnr", "pass-nr", "pass nr", "paspor", "passi ", "útlevél", "cestovní pas", "паспорт", "διαβατ",
	"id card", "identity card", "id number", "identification number", "identity number", "national id", "id document", "personalausweis", "ausweis",
	"carte d'identité", "carte d'identite", "carte nationale", "documento de identidad", "cédula", "cedula", "carta d'identità",
	"carta d'identita", "cartão de cidadão", "cartao de cidadao", "bilhete de identidade", "identiteitskaart", "dowód osobisty", "dowodu osobistego", "dowod osobisty",
	"dowodu", "občanský průkaz", "személyi", "henkilökort", "id-kort", "kimlik", "osobna iskaznica", "buletin", "green card", "residence permit",
	"driving licence", "driving license", "driver's licence", "driver's license", "drivers licence", "drivers license", "driver licence",
	"driver license", "licence number", "license number", "führerschein", "fuhrerschein", "permis de conduire", "carnet de conducir",
	"licencia de conducir", "patente", "carta de condução", "carteira de motorista", "cnh", "rijbewijs", "prawo jazdy", "prawa jazdy", "řidičský",
	"körkort", "førerkort", "kørekort", "ajokort", "ehliyet", "водительск", "jogosítvány", "permis auto",
}

// papersFrom holds the cues by their first two bytes.
var papersFrom = func() map[[2]byte][]string {
	m := map[[2]byte][]string{}
	for _, cue := range paperCues {
		start := [2]byte{cue[0], cue[1]}
		m[start] = append(m[start], cue)
	}
	return m
}()

// paperLinks may stand between such a cue and its number.
var paperLinks = set(`number no nr num n nro numero numéro número nummer numer numara numarası numarasi num. is are the was as ist es est è e é
	jest er är my of card id and its номер № # no. nr. n° nº : = - . , ( " ' it new old`)

// paperDigits are the fewest digits in the number of a paper, and the fewest and
// most characters.
const paperDigits, leastPaper, mostPaper = 3, 6, 18

// maxPaperLinks is how many words or signs may stand before the number, and
// maxPaperWord how long one of them, or the rest of a cue's word, may be.
const maxPaperLinks, maxPaperWord = 5, 24

// maxPaperReach is how far behind the cue a number of a passport's shape may stand.
const maxPaperReach = 48

// paperThings before a cue say that the number is no person's: "order ID number".
var paperThings = set(`order ticket booking case invoice device product customer client account user member transaction tracking
	meter serial software app game batch item request contract model`)

// papers finds the numbers of passports, identity cards and driving licences,
// which have no common shape, after a word that says what they are.
func (f *finder) papers() {
	low := f.view.low
	if low == "" {
		low = lowerSame(f.view.s)
	}
	for i := 0; i+1 < len(low); i++ {
		if i > 0 && isAlnum(low[i-1]) {
			continue
		}
		for _, cue := range papersFrom[[2]byte{low[i], low[i+1]}] {
			if strings.HasPrefix(low[i:], cue) && !paperThings[wordBefore(low, i)] && (f.paperAfter(low, i+len(cue)) || f.paperNear(low, i+len(cue))) {
				break
			}
		}
	}
}

// wordBefore is the word that ends, but for a space, right before byte i.
func wordBefore(low string, i int) string {
	end := i
	for end > 0 && i-end < 2 && low[end-1] == ' ' {
		end--
	}
	start := end
	for start > 0 && end-start < maxPaperWord && isLetter(low[start-1]) {
		start--
	}
	return low[start:end]
}

// paperAfter claims the number that stands after the cue that ends at byte i.
func (f *finder) paperAfter(low string, i int) bool {
	for n := 0; n < maxPaperWord && i < len(low) && (isLetter(low[i]) || low[i] >= 0x80); n++ { // the rest of the word
		i++
	}
	linked := false
	for range maxPaperLinks {
		for i < len(low) && low[i] == ' ' {
			i++
		}
		end := i
		for end < len(low) && end-i < maxPaperWord && (isAlnum(low[end]) || low[end] >= 0x80 || end > i && low[end] == '.') {
			end++
		}
		if end == i && i < len(low) {
			end = i + 1
		}
		link := low[i:end]
		if !paperLinks[link] {
			break
		}
		linked = linked || len(link) > 1 || link == ":" || link == "#" || link == "=" || link == "n"
		i = end
	}
	end := f.paperEnd(i, linked)
	return end > i && f.claim(ID, i, end, compact(f.view.s[i:end]))
}

// paperEnd returns the end of the number of a paper that begins at i, or i: one
// to four groups of letters and digits, the first with or followed by digits.
// Where no link says that a number follows, it must have a letter or be long.
func (f *finder) paperEnd(i int, linked bool) int {
	s := f.view.s
	end, chars, digits, best := i, 0, 0, i
	for group := 0; group < 4 && end < len(s); group++ {
		start := end
		if group > 0 {
			if s[end] != ' ' && s[end] != '-' {
				break
			}
			start++
		}
		n, d, small := start, 0, false
		for n < len(s) && n-start <= mostPaper && isAlnum(s[n]) {
			if isDigit(s[n]) {
				d++
			}
			small = small || s[n] >= 'a'
			n++
		}
		if n == start || n < len(s) && s[n] >= 0x80 || d == 0 && (group > 0 || small || n-start > 5) {
			break
		}
		end, chars, digits = n, chars+n-start, digits+d
		if chars >= leastPaper && chars <= mostPaper && digits >= paperDigits {
			best = end
		}
	}
	if best > i && (!linked && digits == chars && chars < 8 || f.isDate(i, best)) {
		return i
	}
	return best
}

// isDate tells whether the digits from start to end are a date.
func (f *finder) isDate(start, end int) bool {
	if !isDigit(f.view.s[start]) {
		return false
	}
	c, _ := f.chunkAt(start)
	return dateGroups(f.view.s, c, 0) == 3 && c.groups[2][1] == end
}

// paperNear claims the first word of a passport's shape, one to three capitals
// and six to nine digits, a little after the cue that ends at byte i.
func (f *finder) paperNear(low string, i int) bool {
	s := f.view.s[:min(len(low), i+maxPaperReach)]
	for _, word := range strings.FieldsFunc(s[i:], func(r rune) bool { return r != '-' && (r >= 0x80 || !isAlnum(byte(r))) }) {
		if containsAny(word, []string{"rder", "icket", "light", "ooking", "nvoice"}) {
			return false
		}
		letters := len(word) - len(strings.TrimLeft(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
		if digits := word[letters:]; letters >= 1 && letters <= 3 && len(digits) >= 6 && len(digits) <= 9 && allDigits(digits) {
			start := i + strings.Index(s[i:], word)
			return f.claim(ID, start, start+len(word), word)
		}
	}
	return false
}

// lowerSame is s in lower case where that is as long: letters whose small form
// has another length stay.
func lowerSame(s string) string {
	low := strings.ToLower(s)
	if len(low) != len(s) {
		return lowerASCII(s)
	}
	return low
}
