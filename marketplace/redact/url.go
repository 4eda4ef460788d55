package redact

import "strings"

// maxURL bounds how far a URL is read.
const maxURL = 4096

// secretParams are query parameters whose values are tokens or personal.
var secretParams = []string{
	"token", "auth", "session", "sess", "sid", "key", "secret", "password", "passwd", "pwd", "code", "sig", "hash",
	"email", "mail", "user", "uid", "login", "name", "phone", "tel", "mobile", "address", "street", "dob", "birth",
	"ssn", "iban", "card", "account", "customer", "jwt", "access", "refresh", "signature", "otp", "pin",
}

// urls reads what follows :// of each URL: userInfo before e-mail addresses are
// looked for, query after. All else of a URL stays readable.
func (f *finder) urls(read func(f *finder, start, end int)) {
	s := f.view.s
	for from := 0; ; {
		i := strings.Index(s[from:], "://")
		if i < 0 {
			return
		}
		start := from + i + 3
		end := start
		for end < len(s) && end-start < maxURL && s[end] > ' ' && s[end] != '"' && s[end] != '<' && s[end] != '>' {
			end++
		}
		read(f, start, end)
		from = end
	}
}

// userInfo claims user:password of a URL whose part after :// is s[start:end].
func (f *finder) userInfo(start, end int) {
	s := f.view.s
	host := start
	for host < end && strings.IndexByte("/?#", s[host]) < 0 {
		host++
	}
	if at := strings.LastIndexByte(s[start:host], '@'); at > 0 {
		f.claim(Secret, start, start+at, s[start:start+at])
	}
}

// query claims the telling parameters of a URL.
func (f *finder) query(start, end int) {
	s := f.view.s
	i := start
	for i < end && s[i] != '?' && s[i] != '#' {
		i++
	}
	for i < end {
		i++
		next := i
		for next < end && strings.IndexByte("&;#?", s[next]) < 0 {
			next++
		}
		name, value, ok := strings.Cut(s[i:next], "=")
		if ok && value != "" && secretParam(name) {
			first := i + len(name) + 1
			f.claim(Secret, first, first+len(strings.TrimRight(value, ".,)!")), value)
		}
		i = next
	}
}

func secretParam(name string) bool {
	name = strings.ToLower(name)
	for _, p := range secretParams {
		if strings.Contains(name, p) {
			return true
		}
	}
	return false
}
