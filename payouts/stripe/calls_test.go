package stripe_test

import (
	"context"
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"strings"
	"testing"

	"knowhow/payouts/stripe"
)

// Every method that may ask Stripe for something is among the calls that are held
// against its description: who adds one adds it there. What a method asks for
// besides is seen there too, since each call may be one request only.
func TestNoCallIsLeftOut(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "client_test.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	tried := map[string]bool{}
	ast.Inspect(file, func(n ast.Node) bool {
		if f, ok := n.(*ast.FuncDecl); ok && strings.HasPrefix(f.Name.Name, "Test") {
			return false // it tries what it is about, which need not be listed
		}
		if s, ok := n.(*ast.SelectorExpr); ok {
			if of, ok := s.X.(*ast.Ident); ok && of.Name == "c" {
				tried[s.Sel.Name] = true
			}
		}
		return true
	})
	client, asks := reflect.TypeFor[*stripe.Client](), reflect.TypeFor[context.Context]()
	found := 0
	for m := range client.Methods() {
		if m.Type.NumIn() < 2 || m.Type.In(1) != asks {
			continue
		}
		if found++; !tried[m.Name] {
			t.Errorf("%s is not tried against Stripe's description", m.Name)
		}
	}
	if found < 10 {
		t.Errorf("only %d methods ask Stripe for anything", found)
	}
}
