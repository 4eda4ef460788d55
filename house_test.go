package knowhow_test

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// rooms are the floors of marketplace, top to bottom; under all is the package
// marketplace itself. A room imports only rooms below it. The roof, assembly,
// puts the rooms together.
var rooms = []string{
	"assembly", "insight", "quality", "question", "knowledge", "earnings", "community", "admission", "training", "conduct", "invitation", "expert", "customer", "program", "signin", "notify", "access", "redact", "event", "job",
}

// wings say what of ours each part of the house may import, itself included.
// The root holds tests only.
var wings = map[string][]string{
	"cmd":         {"cmd", "web", "marketplace", "matching", "payouts", "migrations"},
	"web":         {"web", "marketplace", "matching", "payouts"},
	"marketplace": {"marketplace", "matching", "payouts"}, // and the floors
	"matching":    {"matching"},
	"payouts":     {"payouts"},
	"migrations":  {"migrations"},
}

// mayImport judges one import of ours; both paths are without the module name.
func mayImport(from, to string) bool {
	fromWing, fromRest, _ := strings.Cut(from, "/")
	toWing, toRest, _ := strings.Cut(to, "/")
	if !slices.Contains(wings[fromWing], toWing) {
		return false
	}
	if fromWing != "marketplace" || toWing != "marketplace" {
		return true
	}
	fromRoom, _, _ := strings.Cut(fromRest, "/")
	toRoom, _, _ := strings.Cut(toRest, "/")
	return fromRoom == toRoom || toRoom == "" || fromRoom != "" && slices.Index(rooms, fromRoom) < slices.Index(rooms, toRoom)
}

// source is one Go file of the module.
type source struct {
	path, dir string
	text      []byte
	syntax    *ast.File
	files     *token.FileSet
}

func (s source) isTest() bool { return strings.HasSuffix(s.path, "_test.go") || isScaffold(s.dir) }

// isScaffold reports a package that only tests import: its name ends in test.
func isScaffold(dir string) bool { return strings.HasSuffix(dir, "test") }

// eachSource parses every Go file below the module's root.
func eachSource(t *testing.T, visit func(s source)) {
	t.Helper()
	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "node_modules" || d.Name() == "testdata" || len(d.Name()) > 1 && d.Name()[0] == '.') {
			return fs.SkipDir
		}
		if d.IsDir() || path.Ext(name) != ".go" {
			return nil
		}
		s := source{path: filepath.ToSlash(name), files: token.NewFileSet()}
		s.dir = path.Dir(s.path)
		if s.text, err = os.ReadFile(name); err != nil {
			return err
		}
		s.syntax, err = parser.ParseFile(s.files, name, s.text, parser.ParseComments|parser.SkipObjectResolution)
		if err == nil {
			visit(s)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestImportsPointDown(t *testing.T) {
	eachSource(t, func(s source) {
		for _, spec := range s.syntax.Imports {
			to, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			to, ours := strings.CutPrefix(to, "knowhow/")
			switch forTests := isScaffold(to) || strings.HasPrefix(to, "migrations"); {
			case !ours, s.isTest() && (forTests || isScaffold(s.dir)):
			case isScaffold(to):
				t.Errorf("%s imports %s, which is for tests only", s.path, to)
			case !mayImport(s.dir, to):
				t.Errorf("%s imports %s: see the import table in house_test.go", s.path, to)
			}
		}
	})
}

// isPure reports the packages that take values and give values.
func isPure(dir string) bool {
	return dir == "matching" || strings.HasPrefix(dir, "matching/") || dir == "marketplace/quality/verdict"
}

// Pure is the standard library's arithmetic and text, no clock, no chance but by a
// seed, no network, no disk.
func TestPureIsPure(t *testing.T) {
	pure := []string{"bytes", "cmp", "compress/flate", "compress/gzip", "container/heap", "embed", "encoding/binary", "encoding/hex", "encoding/json",
		"errors", "fmt", "hash/crc32", "io", "iter", "maps", "math", "math/bits", "math/rand/v2",
		"slices", "sort", "strconv", "strings", "sync", "sync/atomic", "time", "unicode", "unicode/utf8"}
	clock := []string{"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker"}
	eachSource(t, func(s source) {
		if !isPure(s.dir) || s.isTest() {
			return
		}
		for _, spec := range s.syntax.Imports {
			if to, err := strconv.Unquote(spec.Path.Value); err != nil || !slices.Contains(pure, to) && !strings.HasPrefix(to, "knowhow/matching") {
				t.Errorf("%s imports %s", s.path, to)
			}
		}
		ast.Inspect(s.syntax, func(n ast.Node) bool {
			if call, ok := n.(*ast.SelectorExpr); ok && slices.Contains(clock, call.Sel.Name) {
				if of, ok := call.X.(*ast.Ident); ok && of.Name == "time" {
					t.Errorf("%s uses time.%s", s.path, call.Sel.Name)
				}
			}
			return true
		})
	})
}

func TestImportTable(t *testing.T) {
	for _, c := range []struct {
		from, to string
		want     bool
	}{
		{"cmd/knowhow", "web", true}, {"cmd/knowhow", "migrations", true}, {"web", "cmd/knowhow", false},
		{"web", "migrations/sqldb", false}, {"web", "marketplace/question", true}, {"marketplace/question", "web", false},
		{"marketplace/question", "payouts", true}, {"payouts", "marketplace", false}, {"matching", "payouts", false},
		{"marketplace/question", "marketplace/expert", true}, {"marketplace/expert", "marketplace/question", false},
		{"marketplace/access", "marketplace/redact", true}, {"marketplace/redact", "marketplace/access", false},
		{"marketplace/job", "marketplace", true}, {"marketplace", "marketplace/job", false},
		{"marketplace/redact/train", "marketplace/redact", true}, {"payouts/sandbox", "payouts", true},
		{"attic", "marketplace", false},
	} {
		if got := mayImport(c.from, c.to); got != c.want {
			t.Errorf("mayImport(%s, %s) = %v", c.from, c.to, got)
		}
	}
}

func TestEveryPackageHasItsPlace(t *testing.T) {
	shapeless := []string{"util", "utils", "common", "models", "types", "helpers"}
	eachSource(t, func(s source) {
		wing, rest, _ := strings.Cut(s.dir, "/")
		room, _, _ := strings.Cut(rest, "/")
		switch {
		case s.dir == "." && s.isTest():
		case wings[wing] == nil:
			t.Errorf("%s lies in no wing of the house", s.path)
		case wing == "marketplace" && room != "" && !isScaffold(s.dir) && !slices.Contains(rooms, room):
			t.Errorf("%s: marketplace has no room %q; give it a floor in house_test.go", s.path, room)
		}
		if slices.Contains(shapeless, strings.TrimSuffix(s.syntax.Name.Name, "_test")) {
			t.Errorf("%s: package %s says nothing about what it owns", s.path, s.syntax.Name.Name)
		}
	})
}

func TestExportedErrorsAreExplained(t *testing.T) {
	eachSource(t, func(s source) {
		wing, _, _ := strings.Cut(s.dir, "/")
		if s.isTest() || wing == "cmd" || wing == "web" {
			return
		}
		for _, decl := range s.syntax.Decls {
			group, ok := decl.(*ast.GenDecl)
			if !ok || group.Tok != token.VAR {
				continue
			}
			for _, spec := range group.Specs {
				value := spec.(*ast.ValueSpec)
				name, explained := value.Names[0].Name, value.Doc != nil || !group.Lparen.IsValid() && group.Doc != nil
				if strings.HasPrefix(name, "Err") && !explained {
					t.Errorf("%s: %s has no comment", s.path, name)
				}
			}
		}
	})
}

func TestNothingGrowsTooLong(t *testing.T) {
	eachSource(t, func(s source) {
		if n := bytes.Count(s.text, []byte("\n")); n > 400 {
			t.Errorf("%s has %d lines, at most 400: split it by meaning", s.path, n)
		}
		if s.isTest() {
			return
		}
		for _, decl := range s.syntax.Decls {
			f, ok := decl.(*ast.FuncDecl)
			if !ok {
				continue
			}
			if n := s.files.Position(f.End()).Line - s.files.Position(f.Pos()).Line + 1; n > 60 {
				t.Errorf("%s: %s has %d lines, at most 60", s.path, f.Name.Name, n)
			}
		}
	})
}
