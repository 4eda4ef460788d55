package docs

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// Example is an example request of an operation: what is required, and what
// the schemas have an example of. Whatever only the caller knows is a variable,
// such as $QUESTION.
type Example struct {
	Method, Path string // with the query
	Body         string // JSON; empty: none
	File         string // the media type of a body that is a file; empty: none is
}

// ExampleOf makes the example of op from its schemas.
func ExampleOf(schemas huma.Registry, op *huma.Operation) Example {
	e := example{schemas}
	x := Example{Method: op.Method, Path: e.path(op) + e.query(op)}
	if media := jsonOf(op.RequestBody); media != nil {
		x.Body = e.body(media.Schema)
	} else if op.RequestBody != nil {
		x.File = slices.Max(slices.Collect(maps.Keys(op.RequestBody.Content)))
		if op.RequestBody.Content[usual] != nil {
			x.File = usual
		}
	}
	return x
}

// usual is what a file is in examples, where it may be that.
const usual = "image/png"

// Fill puts value's values in the place of the variables in text.
func Fill(text string, value func(name string) string) string {
	return variables.ReplaceAllStringFunc(text, func(name string) string { return value(name[1:]) })
}

var variables = regexp.MustCompile(`\$[A-Z][A-Z0-9_]*`)

// curl is the command that sends the example: shell that the reader can copy,
// once the variables are set.
func curl(base string, op *huma.Operation, x Example) string {
	var b strings.Builder
	b.WriteString("curl ")
	if ok := op.Responses["200"]; ok != nil && ok.Content["text/event-stream"] != nil {
		b.WriteString("-N ")
	}
	if x.Method != http.MethodGet && (x.Method != http.MethodPost || x.Body == "" && x.File == "") {
		b.WriteString("-X " + x.Method + " ")
	}
	b.WriteString(`"` + base + x.Path + `"`)
	for _, needs := range op.Security {
		if _, cookie := needs["session"]; cookie {
			b.WriteString(" \\\n  -b \"$COOKIE\"")
		} else {
			b.WriteString(" \\\n  -H \"Authorization: Bearer $TOKEN\"")
		}
	}
	for _, p := range op.Parameters {
		if p.In == "header" && p.Name == "Idempotency-Key" {
			b.WriteString(" \\\n  -H \"Idempotency-Key: $IDEMPOTENCY_KEY\"")
		}
	}
	if x.File != "" {
		_, kind, _ := strings.Cut(x.File, "/")
		b.WriteString(" \\\n  -H \"Content-Type: " + x.File + "\" \\\n  --data-binary @file." + kind)
	}
	if x.Body != "" {
		b.WriteString(" \\\n  -H \"Content-Type: application/json\" \\\n  -d @- <<JSON\n" + quoted(x.Body) + "\nJSON")
	}
	return b.String()
}

// quoted escapes what the shell would expand in a here-document, but for the
// variables.
func quoted(text string) string {
	text = strings.NewReplacer(`\`, `\\`, "`", "\\`", "$", `\$`).Replace(text)
	return escaped.ReplaceAllString(text, `"$$$1"`)
}

var escaped = regexp.MustCompile(`"\\\$([A-Z][A-Z0-9_]*)"`)

// example makes examples from schemas.
type example struct{ schemas huma.Registry }

func jsonOf(body *huma.RequestBody) *huma.MediaType {
	if body == nil {
		return nil
	}
	return body.Content["application/json"]
}

// path is the operation's path with its variables; what has an example of its
// own is no variable.
func (e example) path(op *huma.Operation) string {
	path := op.Path
	for _, p := range op.Parameters {
		if p.In != "path" {
			continue
		}
		value := variableOf(p.Name)
		if p.Schema != nil && len(p.Schema.Examples)+len(p.Schema.Enum) > 0 {
			value = fmt.Sprint(e.value(p.Name, p.Schema, 0))
		}
		path = strings.ReplaceAll(path, "{"+p.Name+"}", value)
	}
	return path
}

// query is the operation's query: what it requires or has an example of.
func (e example) query(op *huma.Operation) string {
	var parts []string
	for _, p := range op.Parameters {
		if p.In != "query" || p.Schema == nil || !p.Required && len(p.Schema.Examples) == 0 {
			continue
		}
		value := fmt.Sprint(e.value(p.Name, p.Schema, 0))
		if !variables.MatchString(value) {
			value = url.QueryEscape(value)
		}
		parts = append(parts, p.Name+"="+value)
	}
	if len(parts) == 0 {
		return ""
	}
	return "?" + strings.Join(parts, "&")
}

// body is an example of a schema in JSON.
func (e example) body(s *huma.Schema) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(e.value("", s, 0)); err != nil {
		return "{}" // values come from JSON and can be written as JSON
	}
	return strings.TrimSpace(b.String())
}

func variableOf(name string) string {
	return "$" + strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
}

// mostDeep bounds examples of schemas that hold themselves.
const mostDeep = 8

// value is an example of s, which is called name where it is a field.
func (e example) value(name string, s *huma.Schema, deep int) any {
	if s.Ref != "" {
		s = e.schemas.SchemaFromRef(s.Ref)
	}
	switch {
	case s == nil || deep > mostDeep:
		return nil
	case len(s.Examples) > 0:
		return s.Examples[0]
	case s.Default != nil:
		return s.Default
	case s.Const != nil:
		return s.Const
	case len(s.Enum) > 0:
		return s.Enum[0]
	}
	switch s.Type {
	case huma.TypeObject:
		return e.object(s, deep)
	case huma.TypeArray:
		n := 1
		if s.MinItems != nil {
			n = max(n, *s.MinItems)
		}
		return slices.Repeat([]any{e.value(strings.TrimSuffix(name, "s"), s.Items, deep+1)}, n)
	case huma.TypeInteger, huma.TypeNumber:
		if s.Minimum != nil {
			return *s.Minimum
		}
		return 1
	case huma.TypeBoolean:
		return true
	}
	return text(name, s)
}

// object is an example of an object: its required fields, and those that have
// an example.
func (e example) object(s *huma.Schema, deep int) any {
	fields := map[string]any{}
	for name, field := range s.Properties {
		if slices.Contains(s.Required, name) || e.hasExample(field) {
			fields[name] = e.value(name, field, deep+1)
		}
	}
	return fields
}

// hasExample reports whether s has an example of its own.
func (e example) hasExample(s *huma.Schema) bool {
	if s.Ref != "" {
		s = e.schemas.SchemaFromRef(s.Ref)
	}
	return s != nil && len(s.Examples) > 0
}

// text is an example of a string.
func text(name string, s *huma.Schema) string {
	switch s.Format {
	case "uuid":
		return variableOf(name)
	case "date-time":
		return "2030-01-31T12:00:00Z"
	case "date":
		return "2030-01-31"
	case "email", "idn-email":
		return "someone@example.com"
	case "uri", "url":
		return "https://www.example.com/"
	}
	text := strings.ReplaceAll(name, "_", " ")
	for s.MinLength != nil && len(text) < *s.MinLength {
		text += " " + name
	}
	return text
}
