package redact

import (
	"strings"
)

// letteredID returns the end and value of the national id with letters that
// begins with the run s[i:end], or 0. Each has a checksum or a strict shape.
func letteredID(s string, i, end int) (int, string) {
	if end-i > 16 || end-i > 2 && !hasDigit(s[i:end]) {
		return 0, ""
	}
	n, code := idRun(s, i, end)
	switch {
	case len(code) == 9 && (isDNI(code) || isNINO(code)), len(code) == 16 && isCodiceFiscale(code),
		len(code) == 8 && strings.Count(s[i:n], "-") > 0 && isDNI("0"+code):
		return n, code
	}
	return 0, ""
}

// idRun joins up to six groups of letters and digits from i on, as ids are
// written ("QQ 12 34 56 C", "12345678-Z"), as long as the whole can be one.
func idRun(s string, i, end int) (int, string) {
	if run := end - i; run == 16 || run == 9 || run > 9 {
		return end, compact(s[i:end])
	}
	if hasDigit(s[i:end]) && !isLetter(s[i]) && end < len(s) && s[end] == '-' && end+2 <= len(s) && isLetter(s[end+1]) {
		if end+2 == len(s) || !isAlnum(s[end+2]) {
			return end + 2, compact(s[i : end+2])
		}
	}
	if end-i > 2 || !isLetter(s[i]) {
		return end, compact(s[i:end])
	}
	j, chars := end, end-i
	if j+1 >= len(s) || !isDigit(s[j+1]) {
		return end, ""
	}
	for j+1 < len(s) && chars < 9 && (s[j] == ' ' || s[j] == '-') && isAlnum(s[j+1]) {
		for j++; j < len(s) && isAlnum(s[j]); j++ {
			chars++
		}
	}
	return j, compact(s[i:j])
}

func hasDigit(s string) bool {
	for i := range len(s) {
		if isDigit(s[i]) {
			return true
		}
	}
	return false
}

// isDNI tells a Spanish DNI (8 digits) or NIE (X, Y or Z and 7 digits), whose
// last letter is the number modulo 23.
func isDNI(c string) bool {
	n := 0
	switch c[0] {
	case 'X', 'Y', 'Z':
		n = int(c[0] - 'X')
	default:
		if !isDigit(c[0]) {
			return false
		}
		n = int(c[0] - '0')
	}
	for _, d := range []byte(c[1:8]) {
		if !isDigit(d) {
			return false
		}
		n = n*10 + int(d-'0')
	}
	return c[8] == "TRWAGMYFPDXBNJZSQVHLCKE"[n%23]
}

// isNINO tells a UK national insurance number: two letters of a limited set,
// six digits, A to D. It has no checksum.
func isNINO(c string) bool {
	if strings.IndexByte("ABCEGHJKLMNOPRSTWXYZ", c[0]) < 0 || strings.IndexByte("ABCEGHJKLMNPRSTWXYZ", c[1]) < 0 {
		return false
	}
	switch c[:2] {
	case "BG", "GB", "NK", "KN", "TN", "NT", "ZZ":
		return false
	}
	return allDigits(c[2:8]) && c[8] >= 'A' && c[8] <= 'D'
}

func allDigits(s string) bool {
	for i := range len(s) {
		if !isDigit(s[i]) {
			return false
		}
	}
	return s != ""
}

// isCodiceFiscale tells an Italian tax code by its shape and check letter.
func isCodiceFiscale(c string) bool {
	const shape = "AAAAAA99A99A999A"
	odd := [26]int{1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23}
	sum := 0
	for i := range 15 {
		if (shape[i] == 'A') != isLetter(c[i]) {
			return false
		}
		v := int(c[i] - '0')
		if isLetter(c[i]) {
			v = int(c[i] - 'A')
		}
		if i%2 == 0 {
			v = odd[v]
		}
		sum += v
	}
	return int(c[15]) == 'A'+sum%26
}

// digitID is a national id of digits only.
type digitID struct {
	name   string
	digits int
	valid  func(d string) bool
	cues   []string // one must stand before; none: the checksum is enough
}

// digitIDs are the national ids known, by their checksums. One check digit lets
// one number in ten pass, so all but the 13- and 15-digit ones need a cue.
var digitIDs = []digitID{
	{"US SSN", 9, validSSN, []string{"ssn", "social security", "social sec"}},
	{"US ITIN", 9, func(d string) bool { return d[0] == '9' }, []string{"itin", "taxpayer"}},
	{"French NIR", 15, validNIR, nil},
	{"German Steuer-ID", 11, validSteuerID, []string{"steuer", "idnr", "tax id", "identifikationsnummer", "tin"}},
	{"Turkish TCKN", 11, validTCKN, []string{"tckn", "tc", "kimlik", "t.c", "national id", "identity", "id n"}},
	{"Polish PESEL", 11, validPESEL, []string{"pesel", "national id", "identity", "id n"}},
	{"Belgian RN", 11, validRijksregister, []string{"rijksregister", "national", "niss", "insz", "registre"}},
	{"Dutch BSN", 9, validBSN, []string{"bsn", "burgerservice", "sofi"}},
	{"Brazilian CPF", 11, validCPF, []string{"cpf", "national id", "identity", "id n"}},
	{"Portuguese NIF", 9, validNIF, []string{"nif", "contribuinte"}},
	{"Swedish personnummer", 10, luhn, []string{"personnummer", "personnr", "pnr", "personal number"}},
	{"Canadian SIN", 9, luhn, []string{"sin ", "sin:", "social insurance"}},
	{"Indian Aadhaar", 12, validAadhaar, []string{"aadhaar", "aadhar", "uidai"}},
	{"Passport or other", 9, allDigits, []string{"passport n", "passport:", "pass-nr", "passnummer", "id number", "national id"}},
}

// idAmong returns whether digits, with cue before them, are a national id.
func idAmong(digits, cue string) bool {
	for _, id := range digitIDs {
		if len(digits) == id.digits && (id.cues == nil || containsAny(cue, id.cues)) && id.valid(digits) {
			return true
		}
	}
	return false
}

func containsAny(s string, words []string) bool {
	for _, w := range words {
		if strings.Contains(s, w) {
			return true
		}
	}
	return false
}

// weighted is the sum of digits times weights.
func weighted(d string, weights ...int) int {
	sum := 0
	for i, w := range weights {
		sum += int(d[i]-'0') * w
	}
	return sum
}

// luhn is the check of payment cards and many ids (ISO/IEC 7812-1).
func luhn(d string) bool {
	sum := 0
	for i := range len(d) {
		v := int(d[len(d)-1-i] - '0')
		if i%2 == 1 {
			if v *= 2; v > 9 {
				v -= 9
			}
		}
		sum += v
	}
	return sum%10 == 0
}

// validSSN knows the areas, groups and serials never given.
func validSSN(d string) bool {
	return d[:3] != "000" && d[:3] != "666" && d[0] != '9' && d[3:5] != "00" && d[5:] != "0000"
}

func validNIR(d string) bool {
	n := 0
	for i := range 13 {
		n = (n*10 + int(d[i]-'0')) % 97
	}
	return (d[0] == '1' || d[0] == '2') && 97-n == int(d[13]-'0')*10+int(d[14]-'0')
}

// validSteuerID: ISO 7064 mod 11,10.
func validSteuerID(d string) bool {
	product := 10
	for i := range 10 {
		sum := (int(d[i]-'0') + product) % 10
		if sum == 0 {
			sum = 10
		}
		product = sum * 2 % 11
	}
	return d[0] != '0' && (11-product)%10 == int(d[10]-'0')
}

func validTCKN(d string) bool {
	odd, even := weighted(d, 1, 0, 1, 0, 1, 0, 1, 0, 1), weighted(d, 0, 1, 0, 1, 0, 1, 0, 1)
	tenth := ((odd*7-even)%10 + 10) % 10
	return d[0] != '0' && tenth == int(d[9]-'0') && (odd+even+tenth)%10 == int(d[10]-'0')
}

func validPESEL(d string) bool {
	return weighted(d, 1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1)%10 == 0 && d != "00000000000"
}

func validRijksregister(d string) bool {
	check := int(d[9]-'0')*10 + int(d[10]-'0')
	n := 0
	for i := range 9 {
		n = n*10 + int(d[i]-'0')
	}
	return 97-n%97 == check || 97-(2_000_000_000+n)%97 == check
}

func validBSN(d string) bool {
	return weighted(d, 9, 8, 7, 6, 5, 4, 3, 2, -1)%11 == 0 && d != "000000000"
}

func validCPF(d string) bool {
	first := weighted(d, 10, 9, 8, 7, 6, 5, 4, 3, 2) * 10 % 11 % 10
	second := weighted(d, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2) * 10 % 11 % 10
	return first == int(d[9]-'0') && second == int(d[10]-'0')
}

func validNIF(d string) bool {
	return (11-weighted(d, 9, 8, 7, 6, 5, 4, 3, 2)%11)%11%10 == int(d[8]-'0')
}

// validAadhaar: the Verhoeff check.
func validAadhaar(d string) bool {
	multiply := [10]string{"0123456789", "1234067895", "2340178956", "3401289567", "4012395678",
		"5987604321", "6598710432", "7659821043", "8765932104", "9876543210"}
	permute := [8]string{"0123456789", "1576283094", "5803796142", "8916043527", "9453126870", "4286573901", "2793806415", "7046913258"}
	c := byte('0')
	for i := range len(d) {
		c = multiply[c-'0'][permute[i%8][d[len(d)-1-i]-'0']-'0']
	}
	return c == '0' && d[0] > '1'
}
