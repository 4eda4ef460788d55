package problem

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"knowhow/marketplace"
	"knowhow/marketplace/question"
)

// Every error that a domain package exports is in the table, or is one that no
// client can cause; and nothing stands there that is no more.
func TestEveryExportedErrorHasItsPlace(t *testing.T) {
	inTable := tableNames(t)
	var exported []string
	for _, root := range []string{"../../marketplace", "../../payouts", "../../matching", "../token", "../limit", "../stream"} {
		exported = append(exported, exportedErrors(t, root)...)
	}
	if len(exported) < 50 {
		t.Fatalf("only %d exported errors were found", len(exported))
	}
	for _, name := range exported {
		switch in, internal := slices.Contains(inTable, name), slices.Contains(ours, name); {
		case in && internal:
			t.Errorf("%s is both in the table and among ours", name)
		case !in && !internal:
			t.Errorf("%s is missing in web/problem/table.go", name)
		}
	}
	for _, name := range slices.Concat(inTable, ours) {
		if !slices.Contains(exported, name) && !strings.HasPrefix(name, "context.") {
			t.Errorf("%s stands in web/problem/table.go and does not exist", name)
		}
	}
}

// exportedErrors lists the package-level variables called Err… below root.
func exportedErrors(t *testing.T, root string) (names []string) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "testdata" || strings.HasSuffix(d.Name(), "test")):
			return fs.SkipDir
		case d.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, decl := range file.Decls {
			group, ok := decl.(*ast.GenDecl)
			if !ok || group.Tok != token.VAR {
				continue
			}
			for _, spec := range group.Specs {
				for _, name := range spec.(*ast.ValueSpec).Names {
					if strings.HasPrefix(name.Name, "Err") {
						names = append(names, file.Name.Name+"."+name.Name)
					}
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// tableNames lists the errors in the table by the names the code gives them.
func tableNames(t *testing.T) (names []string) {
	t.Helper()
	text, err := os.ReadFile("table.go")
	if err != nil {
		t.Fatal(err)
	}
	file, err := parser.ParseFile(token.NewFileSet(), "table.go", text, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		pair, ok := n.(*ast.KeyValueExpr)
		if !ok {
			return true
		}
		if key, ok := pair.Key.(*ast.Ident); ok && key.Name == "err" {
			if of, ok := pair.Value.(*ast.SelectorExpr); ok {
				names = append(names, fmt.Sprintf("%s.%s", of.X, of.Sel))
			}
		}
		return true
	})
	if len(names) != len(table) {
		t.Fatalf("%d of the table's %d errors were read", len(names), len(table))
	}
	return names
}

// The particular stands before the general: every row decides its own error.
func TestEveryRowDecidesItsOwnError(t *testing.T) {
	for _, r := range table {
		p := From(fmt.Errorf("while doing something: %w", r.err))
		if p.Code != r.kind.code || p.Status != r.kind.status {
			t.Errorf("%v becomes %s, its row says %s", r.err, p.Code, r.kind.code)
		}
	}
}

func TestKindsAreTold(t *testing.T) {
	for _, k := range Kinds() {
		if k.Code != strings.ToLower(k.Code) || strings.ContainsAny(k.Code, " -") || k.Title == "" || strings.HasSuffix(k.Title, ".") ||
			http.StatusText(k.Status) == "" {
			t.Errorf("the kind %+v", k)
		}
		if p := New(k.Code, ""); p.Status != k.Status || p.Type != "/docs#"+k.Code {
			t.Errorf("%s: %+v", k.Code, p)
		}
	}
	for _, r := range table {
		if !slices.ContainsFunc(Kinds(), func(k Kind) bool { return k == Kind{r.kind.code, r.kind.status, r.kind.title} }) {
			t.Errorf("the code %s has two meanings", r.kind.code)
		}
	}
	for _, code := range []string{"unauthenticated", "second_factor_missing", "too_many_requests", "token_invalid", "headers_too_large", "uri_too_long", "apps_missing"} {
		if New(code, "").Code != code {
			t.Errorf("the web's own code %s is no kind", code)
		}
	}
}

// What the house was doing, and errors that are in no table, are not told.
func TestNothingInternalIsTold(t *testing.T) {
	secret := "pq: password of table secrets"
	for _, err := range []error{
		errors.New(secret), fmt.Errorf("%s: %w", secret, question.ErrOfferGone),
		fmt.Errorf("%s: %w", secret, &marketplace.InvalidError{Field: "title", Reason: "must not be empty"}),
		fmt.Errorf("%s: %w", secret, marketplace.ErrNotFound),
		fmt.Errorf("ask: %w", &marketplace.UnavailableError{Err: errors.New(secret)}),
	} {
		w := httptest.NewRecorder()
		From(err).Write(w)
		if strings.Contains(w.Body.String(), secret) || w.Header().Get("Content-Type") != MediaType {
			t.Errorf("%v becomes %s", err, w.Body)
		}
	}
}

// A client that is told that the service cannot answer now is told when to ask again.
func TestUnavailableSaysWhenToAskAgain(t *testing.T) {
	w := httptest.NewRecorder()
	From(fmt.Errorf("ask: %w", &marketplace.UnavailableError{Err: errors.New("connection refused")})).Write(w)
	if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") != "5" || !strings.Contains(w.Body.String(), `"code":"unavailable"`) {
		t.Errorf("%d %v %s", w.Code, w.Header(), w.Body)
	}
}
