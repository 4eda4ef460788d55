package stripe_test

import (
	"context"
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"knowhow/payouts"
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

// What a call asks of Stripe goes by the kind of movement and the way of paying:
// each that there is is among the calls, or is refused before Stripe is asked.
func TestNoKindIsLeftOut(t *testing.T) {
	tried := firstArguments(t, "client_test.go")
	c, arrived := mocked(t)
	for _, kind := range constants(t, "../move.go", "MoveKind") {
		if !tried["move"][kind.name] || !tried["find"][kind.name] {
			t.Errorf("%s is not tried against Stripe's description", kind.name)
		}
		if tried["status"][kind.name] {
			continue
		}
		if _, err := c.MoveStatus(t.Context(), payouts.MoveKind(kind.value), "acct_1", "x_1"); err == nil {
			t.Errorf("reading a %s is not tried", kind.name)
		}
	}
	for _, method := range constants(t, "../collector.go", "PayMethod") {
		if tried["checkout"][method.name] {
			continue
		}
		_, err := c.OpenCheckout(t.Context(), payouts.CheckoutRequest{IdempotencyKey: "k", Payer: "cus_1", Method: payouts.PayMethod(method.value), Amount: eur(5000)})
		if err == nil {
			t.Errorf("paying by %s is not tried", method.name)
		}
	}
	if asked := arrived(); len(asked) != 0 {
		t.Errorf("Stripe was asked for what is not tried: %+v", asked)
	}
}

type constant struct{ name, value string }

// constants are those of a file that have a type of its own.
func constants(t *testing.T, path, of string) (list []constant) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if s, ok := n.(*ast.ValueSpec); ok && len(s.Values) == 1 {
			if kind, ok := s.Type.(*ast.Ident); ok && kind.Name == of {
				value, err := strconv.Unquote(s.Values[0].(*ast.BasicLit).Value)
				if err != nil {
					t.Fatal(err)
				}
				list = append(list, constant{s.Names[0].Name, value})
			}
		}
		return true
	})
	if len(list) < 3 {
		t.Fatalf("%s has only %d of the type %s", path, len(list), of)
	}
	return list
}

// firstArguments are, by function, the names of payouts that a file calls it with
// first.
func firstArguments(t *testing.T, path string) map[string]map[string]bool {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]map[string]bool{}
	ast.Inspect(file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || len(call.Args) == 0 {
			return true
		}
		fn, ok1 := call.Fun.(*ast.Ident)
		arg, ok2 := call.Args[0].(*ast.SelectorExpr)
		if ok1 && ok2 {
			if found[fn.Name] == nil {
				found[fn.Name] = map[string]bool{}
			}
			found[fn.Name][arg.Sel.Name] = true
		}
		return true
	})
	return found
}
