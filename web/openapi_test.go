package web_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"knowhow/migrations/dbtest"
	"knowhow/web/docs"
	"knowhow/web/problem"
	"knowhow/web/webtest"
)

var update = flag.Bool("update", false, "write the committed files that the tests compare with")

// committed compares got with a committed file, or writes it with -update.
func committed(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is not what the code says; write it anew: go test ./web -run %s -update", path, t.Name())
	}
}

func sqliteServer(t *testing.T) *webtest.Server { return webtest.New(t, dbtest.Open(t, "sqlite")) }

func TestOpenAPIIsCommitted(t *testing.T) {
	s := sqliteServer(t)
	got := s.Get("/openapi.json", "")
	if got.Status != http.StatusOK || !strings.HasPrefix(got.Header.Get("Content-Type"), "application/vnd.oai.openapi+json") {
		t.Fatalf("got %d, %s", got.Status, got.Header)
	}
	committed(t, "../docs/openapi.json", []byte(got.Body))
}

func TestEveryOperationIsDescribed(t *testing.T) {
	s := sqliteServer(t)
	spec := s.Web.OpenAPI()
	if !strings.HasPrefix(spec.OpenAPI, "3.1.") || spec.Info.Title == "" || spec.Info.Version != webtest.Version {
		t.Errorf("OpenAPI %s, %+v", spec.OpenAPI, spec.Info)
	}
	ids, list := map[string]bool{}, docs.Operations(spec)
	if len(list) < len(s.Web.Routes()) {
		t.Errorf("%d operations of %d routes are described", len(list), len(s.Web.Routes()))
	}
	for _, op := range list {
		name := op.Method + " " + op.Path
		if op.OperationID == "" || ids[op.OperationID] || op.Summary == "" || strings.HasSuffix(op.Summary, ".") {
			t.Errorf("%s: id %q, summary %q", name, op.OperationID, op.Summary)
		}
		ids[op.OperationID] = true
		if len(op.Tags) != 1 || !slices.ContainsFunc(spec.Tags, func(tag *huma.Tag) bool { return tag.Name == op.Tags[0] && tag.Description != "" }) {
			t.Errorf("%s: its tags %v are not described in web/api/tags.go", name, op.Tags)
		}
		if callers, _ := op.Extensions["x-callers"].([]string); len(callers) == 0 {
			t.Errorf("%s: nobody may call it", name)
		}
		checkParameters(t, op)
		checkResponses(t, op)
		for _, needs := range op.Security {
			for scheme := range needs {
				if spec.Components.SecuritySchemes[scheme] == nil {
					t.Errorf("%s: no security scheme %s", name, scheme)
				}
			}
		}
	}
}

var inPath = regexp.MustCompile(`\{(\w+)\}`)

func checkParameters(t *testing.T, op *huma.Operation) {
	t.Helper()
	name := op.Method + " " + op.Path
	for _, p := range op.Parameters {
		if p.Schema == nil || p.Description == "" || p.Required != (p.In == "path") && p.In == "path" {
			t.Errorf("%s: parameter %s: schema, description or required is missing", name, p.Name)
		}
	}
	for _, found := range inPath.FindAllStringSubmatch(op.Path, -1) {
		if !slices.ContainsFunc(op.Parameters, func(p *huma.Param) bool { return p.In == "path" && p.Name == found[1] }) {
			t.Errorf("%s: {%s} is no parameter", name, found[1])
		}
	}
}

func checkResponses(t *testing.T, op *huma.Operation) {
	t.Helper()
	name, good := op.Method+" "+op.Path, 0
	for status, r := range op.Responses {
		var media []string
		for kind, m := range r.Content {
			if media = append(media, kind); m.Schema == nil {
				t.Errorf("%s: %s has no schema", name, status)
			}
		}
		switch {
		case r.Description == "":
			t.Errorf("%s: %s has no description", name, status)
		case status >= "400":
			if !slices.Equal(media, []string{problem.MediaType}) {
				t.Errorf("%s: %s is %v", name, status, media)
			}
		default:
			good++
			if (len(media) == 0) != (status == "204") {
				t.Errorf("%s: %s is %v", name, status, media)
			}
		}
	}
	for _, status := range []string{"401", "429", "500"} {
		if op.Responses[status] == nil {
			t.Errorf("%s: %s is not documented", name, status)
		}
	}
	if good != 1 {
		t.Errorf("%s: %d answers without an error", name, good)
	}
}

// The description is valid by its own rules, as far as they can be checked
// without the network: references resolve, and schemas use the words of JSON
// Schema 2020-12.
func TestOpenAPIHoldsTogether(t *testing.T) {
	var spec map[string]any
	if err := json.Unmarshal([]byte(sqliteServer(t).Get("/openapi.json", "").Body), &spec); err != nil {
		t.Fatal(err)
	}
	types := []string{"object", "array", "string", "integer", "number", "boolean", "null"}
	used := map[string]bool{}
	var walk func(path string, node any)
	walk = func(path string, node any) {
		switch n := node.(type) {
		case []any:
			for i, item := range n {
				walk(fmt.Sprintf("%s/%d", path, i), item)
			}
		case map[string]any:
			if ref, ok := n["$ref"].(string); ok {
				used[ref] = true
				if !resolves(spec, ref) {
					t.Errorf("%s: %s leads nowhere", path, ref)
				}
			}
			for _, kind := range schemaTypes(path, n) {
				if !slices.Contains(types, kind) {
					t.Errorf("%s: type %q", path, kind)
				}
			}
			for _, key := range slices.Sorted(maps.Keys(n)) {
				walk(path+"/"+key, n[key])
			}
		}
	}
	walk("#", spec)
	schemas := spec["components"].(map[string]any)["schemas"].(map[string]any)
	for name := range schemas {
		if !used["#/components/schemas/"+name] {
			t.Errorf("the schema %s is used nowhere", name)
		}
	}
	for _, part := range []string{"openapi", "info", "paths", "components", "tags"} {
		if spec[part] == nil {
			t.Errorf("there is no %s", part)
		}
	}
}

// schemaTypes are the types a schema names; nothing where n is no schema, or a
// schema's property called type.
func schemaTypes(path string, n map[string]any) (types []string) {
	if strings.HasSuffix(path, "/properties") || strings.Contains(path, "/securitySchemes/") || strings.Contains(path, "/examples/") {
		return nil
	}
	switch kind := n["type"].(type) {
	case string:
		types = []string{kind}
	case []any:
		for _, k := range kind {
			types = append(types, fmt.Sprint(k))
		}
	}
	return types
}

func resolves(spec map[string]any, ref string) bool {
	var node any = spec
	for part := range strings.SplitSeq(strings.TrimPrefix(ref, "#/"), "/") {
		in, ok := node.(map[string]any)
		if node = in[part]; !ok || node == nil {
			return false
		}
	}
	return strings.HasPrefix(ref, "#/")
}

// What the schemas say is an example is one.
func TestExamplesAreValid(t *testing.T) {
	s := sqliteServer(t)
	spec := s.Web.OpenAPI()
	for _, op := range docs.Operations(spec) {
		x := docs.ExampleOf(spec.Components.Schemas, op)
		if x.Body == "" {
			continue
		}
		var body any
		filled := docs.Fill(x.Body, func(string) string { return "0198a0a0-0000-7000-8000-000000000001" })
		if err := json.Unmarshal([]byte(filled), &body); err != nil {
			t.Errorf("%s: %v", op.OperationID, err)
			continue
		}
		path, result := huma.NewPathBuffer(nil, 0), huma.ValidateResult{}
		huma.Validate(spec.Components.Schemas, op.RequestBody.Content["application/json"].Schema, path, huma.ModeWriteToServer, body, &result)
		for _, err := range result.Errors {
			t.Errorf("%s: the example %s: %v", op.OperationID, x.Body, err)
		}
	}
}

// TestPagesCanBeLookedFor: who comes without a path finds the front page, and
// who only asks whether a page is there gets no page.
func TestPagesCanBeLookedFor(t *testing.T) {
	s := sqliteServer(t)
	for path, status := range map[string]int{
		"/": http.StatusOK, "/docs": http.StatusOK, "/docs.css": http.StatusOK, "/docs.js": http.StatusOK, "/openapi.json": http.StatusOK,
	} {
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			got := httptest.NewRecorder()
			s.Web.ServeHTTP(got, httptest.NewRequestWithContext(t.Context(), method, path, nil))
			if got.Code != status {
				t.Errorf("%s %s: %d, %v; want %d", method, path, got.Code, got.Header(), status)
			}
		}
	}
}

// A number beside a currency says whether it is money, and then in what unit.
func TestAmountsSayTheirUnit(t *testing.T) {
	unit := regexp.MustCompile(`minor units|basis points`)
	other := regexp.MustCompile(`_(s|bp)$|^(n|hands|sample|included|waiting|day|hour|minutes|rewards|questions|payouts|lines)$`)
	seen := 0
	for name, schema := range sqliteServer(t).Web.OpenAPI().Components.Schemas.Map() {
		if schema.Properties["currency"] == nil {
			continue
		}
		for field, s := range schema.Properties {
			if s.Type != "integer" || other.MatchString(field) {
				continue
			}
			if seen++; !unit.MatchString(s.Description) {
				t.Errorf("%s.%s is said to be %q", name, field, s.Description)
			}
		}
	}
	if seen < 10 {
		t.Errorf("%d amounts were looked at", seen)
	}
}
