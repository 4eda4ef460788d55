package docs

import (
	_ "embed"
	"fmt"
	"html/template"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"

	"knowhow/web/problem"
)

//go:embed docs.html
var source string

var layout = sync.OnceValue(func() *template.Template { return template.Must(template.New("docs").Parse(source)) })

// view is what the page shows.
type view struct {
	Version, Base string
	About         []string // paragraphs
	Groups        []group
	Problems      []problem.Kind
	Problem       []field
}

// group is the operations of one tag.
type group struct {
	Name, Anchor, About string
	Operations          []operation
}

// operation is one route, in words.
type operation struct {
	ID, Method, Path, Summary, About string
	Callers                          []string
	Parameters, Body, Answer         []field
	Status, StatusText               string
	Refusals                         []string // statuses
	Curl                             string
}

// methods are in the order in which a path's operations are shown.
var methods = []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}

func newView(spec *huma.OpenAPI, base string) view {
	v := view{
		Version: spec.Info.Version, Base: base, About: strings.Split(spec.Info.Description, "\n\n"), Problems: problem.Kinds(),
	}
	schemas := spec.Components.Schemas
	if s := schemas.Map()["Problem"]; s != nil {
		v.Problem = describe(schemas, s)
	}
	for _, op := range Operations(spec) {
		name := "Other"
		if len(op.Tags) > 0 {
			name = op.Tags[0]
		}
		i := slices.IndexFunc(v.Groups, func(g group) bool { return g.Name == name })
		if i < 0 {
			i = len(v.Groups)
			v.Groups = append(v.Groups, group{Name: name, Anchor: anchor(name), About: aboutTag(spec, name)})
		}
		v.Groups[i].Operations = append(v.Groups[i].Operations, newOperation(op, schemas, base))
	}
	return v
}

func anchor(name string) string {
	return "tag-" + strings.ReplaceAll(strings.ToLower(name), " ", "-")
}

func aboutTag(spec *huma.OpenAPI, name string) string {
	for _, t := range spec.Tags {
		if t.Name == name {
			return t.Description
		}
	}
	return ""
}

// Operations lists every operation of spec, by tag as the tags are listed, then
// by path and method.
func Operations(spec *huma.OpenAPI) []*huma.Operation {
	var list []*huma.Operation
	for _, path := range slices.Sorted(maps.Keys(spec.Paths)) {
		item := spec.Paths[path]
		for _, method := range methods {
			of := map[string]*huma.Operation{
				http.MethodGet: item.Get, http.MethodPost: item.Post, http.MethodPut: item.Put,
				http.MethodPatch: item.Patch, http.MethodDelete: item.Delete,
			}
			if op := of[method]; op != nil {
				list = append(list, op)
			}
		}
	}
	rank := func(op *huma.Operation) int {
		return slices.IndexFunc(spec.Tags, func(t *huma.Tag) bool { return slices.Contains(op.Tags, t.Name) })
	}
	slices.SortStableFunc(list, func(a, b *huma.Operation) int { return rank(a) - rank(b) })
	return list
}

func newOperation(op *huma.Operation, schemas huma.Registry, base string) operation {
	o := operation{
		ID: op.OperationID, Method: op.Method, Path: op.Path, Summary: op.Summary, About: op.Description,
		Curl: curl(base, op, ExampleOf(schemas, op)),
	}
	o.Callers, _ = op.Extensions["x-callers"].([]string)
	for _, p := range op.Parameters {
		f := describeOne(schemas, p.Name, p.Schema, p.Required)
		f.Place, f.About = p.In, p.Description
		o.Parameters = append(o.Parameters, f)
	}
	if media := jsonOf(op.RequestBody); media != nil {
		o.Body = describe(schemas, media.Schema)
	}
	for _, status := range slices.Sorted(maps.Keys(op.Responses)) {
		code, err := strconv.Atoi(status)
		switch {
		case err != nil:
		case code >= 400:
			o.Refusals = append(o.Refusals, status)
		default:
			o.Status, o.StatusText = status, http.StatusText(code)
			for _, media := range op.Responses[status].Content {
				o.Answer = describe(schemas, media.Schema)
			}
		}
	}
	return o
}

// field is one value of a request or an answer.
type field struct {
	Name, Place, Type, About string
	Required                 bool
}

// describe lists the fields of s, those of its parts by their path.
func describe(schemas huma.Registry, s *huma.Schema) []field {
	var list []field
	walk(schemas, s, "", nil, func(f field) { list = append(list, f) })
	return list
}

func walk(schemas huma.Registry, s *huma.Schema, path string, above []*huma.Schema, tell func(field)) {
	s = resolved(schemas, s)
	if s == nil || slices.Contains(above, s) {
		return
	}
	above = append(above, s)
	if s.Type == huma.TypeArray && path == "" {
		walk(schemas, s.Items, "[]", above, tell)
		return
	}
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		part := s.Properties[name]
		f := describeOne(schemas, name, part, slices.Contains(s.Required, name))
		if path != "" {
			f.Name = path + "." + name
		}
		tell(f)
		inner, below := resolved(schemas, part), f.Name
		for inner != nil && inner.Type == huma.TypeArray {
			inner, below = resolved(schemas, inner.Items), below+"[]"
		}
		walk(schemas, inner, below, above, tell)
	}
}

func resolved(schemas huma.Registry, s *huma.Schema) *huma.Schema {
	if s != nil && s.Ref != "" {
		return schemas.SchemaFromRef(s.Ref)
	}
	return s
}

func describeOne(schemas huma.Registry, name string, s *huma.Schema, required bool) field {
	f := field{Name: name, Required: required, Type: typeOf(schemas, s)}
	if s != nil {
		f.About = s.Description
	}
	if in := resolved(schemas, s); in != nil && f.About == "" {
		f.About = in.Description
	}
	return f
}

// typeOf is a schema's type and bounds in a few words.
func typeOf(schemas huma.Registry, s *huma.Schema) string {
	s = resolved(schemas, s)
	if s == nil {
		return "any"
	}
	words := []string{s.Type}
	switch {
	case s.Type == huma.TypeArray:
		words[0] = "list of " + typeOf(schemas, s.Items)
	case s.Format != "":
		words[0] = s.Format
	}
	if len(s.Enum) > 0 {
		values := make([]string, len(s.Enum))
		for i, v := range s.Enum {
			values[i] = fmt.Sprint(v)
		}
		words = append(words, "one of "+strings.Join(values, ", "))
	}
	words = append(words, bounds(s)...)
	if s.Nullable {
		words = append(words, "or null")
	}
	return strings.Join(words, ", ")
}

func bounds(s *huma.Schema) (words []string) {
	number := func(v *float64) string { return strconv.FormatFloat(*v, 'f', -1, 64) }
	for _, b := range []struct {
		what string
		v    *float64
	}{{"at least ", s.Minimum}, {"at most ", s.Maximum}, {"more than ", s.ExclusiveMinimum}, {"less than ", s.ExclusiveMaximum}} {
		if b.v != nil {
			words = append(words, b.what+number(b.v))
		}
	}
	words = append(words, lengths(s.MinLength, s.MaxLength, "character")...)
	words = append(words, lengths(s.MinItems, s.MaxItems, "item")...)
	if s.Default != nil {
		words = append(words, fmt.Sprintf("by default %v", s.Default))
	}
	if s.Pattern != "" {
		words = append(words, "matching "+s.Pattern)
	}
	return words
}

// lengths says how many units there may be.
func lengths(least, most *int, unit string) []string {
	switch {
	case least != nil && most != nil && *least == *most:
		return []string{fmt.Sprintf("%d %ss", *most, unit)}
	case least != nil && most != nil:
		return []string{fmt.Sprintf("%d to %d %ss", *least, *most, unit)}
	case most != nil:
		return []string{fmt.Sprintf("at most %d %ss", *most, unit)}
	case least != nil && *least == 1:
		return []string{"at least 1 " + unit}
	case least != nil:
		return []string{fmt.Sprintf("at least %d %ss", *least, unit)}
	}
	return nil
}
