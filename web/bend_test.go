package web_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
)

// generator makes values that a schema allows.
type generator struct {
	rnd     *rand.Rand
	schemas huma.Registry
}

// words are texts that have made software fail before.
var words = []string{
	"a", "box", "en", "EUR", "Ünïcödé", "👩‍🔧 tools", "שלום \u202e אבג", "' OR 1=1 --", "<script>alert(1)</script>", "{{.}}", "%s%n", "../../etc/passwd",
	"\u0001\u001b[2J", "line\nline", "\t", "0", "null", "-1", "​", "İ", "ﷺ", "\u2028", "$HOME", "a@b.example", "+49 30 901820",
}

func (g generator) value(s *huma.Schema, deep int) any {
	if s.Ref != "" {
		s = g.schemas.SchemaFromRef(s.Ref)
	}
	if len(s.Enum) > 0 {
		return s.Enum[g.rnd.IntN(len(s.Enum))]
	}
	switch s.Type {
	case huma.TypeObject:
		fields := map[string]any{}
		for name, field := range s.Properties {
			if slices.Contains(s.Required, name) || g.rnd.IntN(2) == 0 {
				fields[name] = g.value(field, deep+1)
			}
		}
		if more, ok := s.AdditionalProperties.(*huma.Schema); ok && g.rnd.IntN(2) == 0 {
			fields[g.word()] = g.value(more, deep+1)
		}
		return fields
	case huma.TypeArray:
		items := make([]any, bounded(g.rnd, s.MinItems, s.MaxItems, 4))
		for i := range items {
			items[i] = g.value(s.Items, deep+1)
		}
		return items
	case huma.TypeInteger:
		return g.integer(s)
	case huma.TypeNumber:
		return g.rnd.NormFloat64()
	case huma.TypeBoolean:
		return g.rnd.IntN(2) == 0
	}
	return g.text(s)
}

func (g generator) word() string { return words[g.rnd.IntN(len(words))] }

// bounded is a number between a schema's bounds, and mostly small.
func bounded(rnd *rand.Rand, least, most *int, usual int) int {
	low, high := 0, usual
	if least != nil {
		low = *least
	}
	if high = max(low, high); most != nil {
		high = min(high, *most)
		if rnd.IntN(20) == 0 {
			high = *most
		}
	}
	return low + rnd.IntN(high-low+1)
}

func (g generator) integer(s *huma.Schema) int64 {
	low, high := int64(-3), int64(100)
	if s.Minimum != nil {
		low, high = int64(*s.Minimum), int64(*s.Minimum)+100
	}
	if s.Maximum != nil {
		high = int64(*s.Maximum)
	}
	switch g.rnd.IntN(8) {
	case 0:
		return low
	case 1:
		if s.Maximum == nil {
			return 1<<63 - 1
		}
		return high
	}
	return low + g.rnd.Int64N(high-low+1)
}

func (g generator) text(s *huma.Schema) string {
	switch {
	case s.Format == "uuid":
		return uuid.NewString()
	case s.Format == "date-time":
		return []string{"2026-03-02T09:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999999Z", "2026-02-28T23:59:60+14:00"}[g.rnd.IntN(4)]
	case len(s.Examples) > 0 && g.rnd.IntN(2) == 0:
		if text, ok := s.Examples[0].(string); ok {
			return text
		}
	}
	var text strings.Builder
	text.WriteString(g.word())
	for n := bounded(g.rnd, s.MinLength, s.MaxLength, 40); text.Len() < n; {
		text.WriteString(g.word())
	}
	return text.String()
}

// bend makes one thing wrong with c, or a few.
func (f *fuzzer) bend(op *huma.Operation, c *call) {
	for again := true; again; again = f.rnd.IntN(4) == 0 {
		switch n := f.rnd.IntN(10); {
		case n < 5 && len(c.body) > 0:
			f.bendBody(c)
		case n < 7:
			f.bendParameters(op, c)
		case n < 8:
			f.bendHeaders(c)
		default:
			bad := f.badly[f.rnd.IntN(len(f.badly))]
			c.header["Authorization"] = bad.header
		}
	}
}

func (f *fuzzer) bendBody(c *call) {
	var tree any
	if err := json.Unmarshal(c.body, &tree); err != nil || f.rnd.IntN(3) == 0 {
		c.body = f.bendBytes(c.body)
		return
	}
	tree = f.bendTree(tree, 0)
	c.body, _ = json.Marshal(tree) // it came from JSON
	// What Go's encoder would not write is put in afterwards.
	c.body = bytes.ReplaceAll(c.body, []byte(`"@number@"`), []byte(odd(f.rnd, "1e309", "-0", "1.5", "9223372036854775808", "-9223372036854775809", "1e-400", "0x10", "NaN")))
	c.body = bytes.ReplaceAll(c.body, []byte("@bytes@"), []byte(odd(f.rnd, oddTexts...)))
}

func odd(rnd *rand.Rand, list ...string) string { return list[rnd.IntN(len(list))] }

// bendTree changes one place of a JSON value.
func (f *fuzzer) bendTree(node any, deep int) any {
	in := f.rnd.IntN(3) > 0
	switch n := node.(type) {
	case map[string]any:
		keys := slices.Sorted(func(yield func(string) bool) {
			for key := range n {
				if !yield(key) {
					return
				}
			}
		})
		if len(keys) == 0 || f.rnd.IntN(6) == 0 {
			n[odd(f.rnd, "unknown", "ID", "__proto__", "", "$schema")] = f.wrong()
			return n
		}
		key := keys[f.rnd.IntN(len(keys))]
		if f.rnd.IntN(5) == 0 {
			delete(n, key)
		} else {
			n[key] = f.bendTree(n[key], deep+1)
		}
		return n
	case []any:
		if len(n) > 0 && in {
			i := f.rnd.IntN(len(n))
			n[i] = f.bendTree(n[i], deep+1)
			return n
		}
		if f.rnd.IntN(4) == 0 {
			return slices.Repeat([]any{f.wrong()}, 2000)
		}
	case string:
		if in {
			return odd(f.rnd, n+"@bytes@", "@bytes@", strings.Repeat("x", 70_000), "", " ", n+"\u0000", strings.ToUpper(n), uuid.Nil.String(), n+n)
		}
	}
	return f.wrong()
}

// wrong is a value of some type.
func (f *fuzzer) wrong() any {
	switch f.rnd.IntN(9) {
	case 0:
		return nil
	case 1:
		return true
	case 2:
		return "@number@"
	case 3:
		return -1
	case 4:
		return []any{}
	case 5:
		return map[string]any{"a": map[string]any{}}
	case 6:
		return f.gen.word()
	case 7:
		return int64(1<<63 - 1)
	}
	return []any{[]any{[]any{1}}}
}

// bendBytes makes something of a body that is no JSON, or none that is wanted.
func (f *fuzzer) bendBytes(body []byte) []byte {
	switch f.rnd.IntN(12) {
	case 0:
		return body[:f.rnd.IntN(len(body)+1)]
	case 1:
		return append(body, body...)
	case 2:
		return bytes.Repeat([]byte("["), 20_000)
	case 3:
		return bytes.Repeat([]byte(`{"a":`), 20_000)
	case 4:
		return []byte(odd(f.rnd, "null", "[]", "{}", `""`, "0", "true", " ", "{", "}", "\xef\xbb\xbf{}", "<xml/>", "a=b&c=d"))
	case 5:
		return bytes.Replace(body, []byte("{"), []byte(`{"title":"a","title":"b","text":1,"text":"c",`), 1)
	case 6:
		return append([]byte(`{"text":"`), append(bytes.Repeat([]byte("x"), 300<<10), `"}`...)...)
	case 7:
		if f.rnd.IntN(10) == 0 {
			return bytes.Repeat([]byte(" "), 9<<20)
		}
		return append(bytes.Clone(body), ",}"...)
	case 8:
		return nil
	}
	bent := bytes.Clone(body)
	for range 1 + f.rnd.IntN(3) {
		if len(bent) > 0 {
			bent[f.rnd.IntN(len(bent))] = byte(f.rnd.IntN(256))
		}
	}
	return bent
}

var badIDs = []string{
	"0", "not-an-id", "00000000-0000-0000-0000-000000000000", "%00", "..%2f..", "%F0%9F%92%A9", "01A2004B-E08B-7930-A131-9D6DEF8858C9",
	"urn:uuid:01a2004b-e08b-7930-a131-9d6def8858c9", "{01a2004b-e08b-7930-a131-9d6def8858c9}", "%20", "'", "%ff", "null",
}

// oddValues are for parameters: NULs, bytes that are no text, numbers and times
// out of range, cursors that look right.
var oddValues = []string{
	"", "-1", "0", "101", "1e3", "99999999999999999999", "x", "\x00", "a\x00b", "\xff", strings.Repeat("A", 32), "f_______________AAAAAAAAAAAAAAAA",
	"true", "2026-13-45T99:99:99Z", "9999-12-31T23:59:59.9999999Z", "0000-00-00T00:00:00Z", "0001-01-01T00:00:00Z", "' OR ''='", "a,b,,c", "\u202e",
}

// oddTexts are put between the quotes of JSON: bytes that are no text, halves
// of surrogates, NULs.
var oddTexts = []string{"\xff\xfe", `\ud800`, `\u0000`, `a\u0000b`, "\x00", `\udc00x`, "\xed\xa0\x80", "\xc0\x80", "", " ", "\u202e", `\ufffe`}

func (f *fuzzer) bendParameters(op *huma.Operation, c *call) {
	parts := strings.Split(c.path, "/")
	if f.rnd.IntN(2) == 0 && strings.Contains(op.Path, "{") {
		for i, part := range strings.Split(op.Path, "/") {
			if strings.HasPrefix(part, "{") && f.rnd.IntN(2) == 0 {
				parts[i] = odd(f.rnd, append(badIDs, uuid.NewString(), strings.Repeat("x", 5000))...)
			}
		}
		c.path = strings.Join(parts, "/")
		return
	}
	name := odd(f.rnd, "limit", "cursor", "unknown", "state", "")
	for _, p := range op.Parameters {
		if p.In == "query" && f.rnd.IntN(2) == 0 {
			name = p.Name
		}
	}
	c.query[name] = append(c.query[name], odd(f.rnd, append(oddValues, uuid.NewString())...))
	if f.rnd.IntN(4) == 0 {
		c.query.Add(name, odd(f.rnd, append(oddValues, uuid.NewString())...))
	}
	if f.rnd.IntN(20) == 0 {
		c.query.Set(name, url.QueryEscape(strings.Repeat("y", 20_000)))
	}
}

func (f *fuzzer) bendHeaders(c *call) {
	switch f.rnd.IntN(9) {
	case 0:
		c.header.Set("X-Padding", strings.Repeat("x", 64<<10))
	case 1:
		for i := range 300 {
			c.header.Set(fmt.Sprintf("X-%d", i), strings.Repeat("x", 100))
		}
	case 2, 3:
		c.header.Set("Content-Type", odd(f.rnd, "text/plain", "application/xml", "multipart/form-data; boundary=x", "application/cbor",
			"application/json; charset=latin1", "application/problem+json", ";;;", "", "application/x-www-form-urlencoded", "application/json; ="))
	case 4, 5:
		c.header.Set("Accept", odd(f.rnd, "text/html", "application/cbor", "*/*;q=0", "nonsense", "", "application/json;q=0, text/*", "application/problem+json"))
	case 6:
		c.header.Set("Idempotency-Key", odd(f.rnd, " ", "a b", strings.Repeat("k", 300), "ü", "\"", "a\tb"))
	case 7:
		c.header.Set("X-Request-Id", odd(f.rnd, "mine", "a b", strings.Repeat("r", 100), "\"", "<b>"))
	case 8:
		c.header.Set("Content-Encoding", odd(f.rnd, "gzip", "br", "identity"))
	}
}
