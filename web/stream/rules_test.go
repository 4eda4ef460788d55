package stream_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"knowhow/marketplace/access"
	"knowhow/marketplace/event"
	"knowhow/marketplace/question"
	"knowhow/web/stream"
)

// silent are the kinds of events, by their first word, of which nobody hears but
// of a few: what they change is read anew where it is needed.
var silent = []string{
	"authenticator", "brand", "community", "customer", "earnings", "expert", "identity_key", "insight", "invitation", "job", "key", "matching",
	"member", "operator", "password", "person", "program", "session", "signal",
}

// kinds parses every declaration of a kind of event in the marketplace.
func kinds(t *testing.T) (list []event.Kind) {
	t.Helper()
	err := filepath.WalkDir("../../marketplace", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok {
				return true
			}
			if typ, ok := spec.Type.(*ast.SelectorExpr); ok && typ.Sel.Name == "Kind" && len(spec.Values) == 1 {
				if of, ok := typ.X.(*ast.Ident); ok && of.Name == "event" {
					text, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
					must(t, err)
					list = append(list, event.Kind(text))
				}
			}
			return true
		})
		return nil
	})
	must(t, err)
	return list
}

// Of every kind of event it is decided who hears of it, or that nobody does.
func TestEveryKindIsHeardOrSilent(t *testing.T) {
	rules, all := stream.Rules(), kinds(t)
	if len(all) < 50 {
		t.Fatalf("only %d kinds were found", len(all))
	}
	for _, kind := range all {
		_, heard := rules[kind]
		_, judged := question.Measures[kind]
		if heard == (slices.Contains(silent, kind.Room()) && !judged) {
			t.Errorf("%s is heard: %v, and is among the silent: %v", kind, heard, !heard)
		}
	}
	for kind, rule := range rules {
		if !slices.Contains(all, kind) {
			t.Errorf("there is a rule for %s, which never happens", kind)
		}
		if rule.Customer == "" && rule.Expert == "" && rule.Member == "" && rule.Brand == "" || (rule.Brand == "") != (rule.May == access.Permission("")) {
			t.Errorf("%s: nobody hears of it, or the brand does without a permission: %+v", kind, rule)
		}
	}
}

// The names of notices are a closed list, which the documentation holds.
func TestNamesAreDocumented(t *testing.T) {
	names := map[string]bool{"offer.created": true, "offer.gone": true}
	for _, whispered := range []string{"question.typing", "question.read"} { // which no event is behind
		names[whispered] = true
	}
	for _, rule := range stream.Rules() {
		for _, name := range []string{rule.Customer, rule.Expert, rule.Member, rule.Brand} {
			names[name] = true
		}
	}
	delete(names, "")
	text, err := os.ReadFile("../../docs/streams.md")
	must(t, err)
	documented := map[string]bool{}
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z_.]+)`").FindAllStringSubmatch(string(text), -1) {
		documented[m[1]] = true
	}
	if !maps.Equal(names, documented) {
		t.Errorf("the names are %q, documented are %q", slices.Sorted(maps.Keys(names)), slices.Sorted(maps.Keys(documented)))
	}
}
