package bind

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/danielgtaylor/huma/v2"
)

func TestMembersThatAreThereTwice(t *testing.T) {
	for text, want := range map[string]bool{
		`{}`: false, `[]`: false, `null`: false, `"a:b"`: false, `1`: false,
		`{"a":1,"b":{"a":2},"c":[{"a":3},{"a":4}]}`: false,
		`{"a:\":":"\\","b":"\"::"}`:                 false,
		`{"a":1,"a":1}`:                             true,
		`{"a":1,"\u0061":2}`:                        true,
		`[{"b":{"a":{"x":1},"a":{"y":2}}}]`:         true,
	} {
		var value any
		if err := json.Unmarshal([]byte(text), &value); err != nil {
			t.Fatal(err)
		}
		if got := repeats([]byte(text), value); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}

type nested struct {
	Body struct {
		Policy struct {
			Size int `json:"size,omitempty" maximum:"5"`
			Wait int `json:"wait,omitempty"`
		} `json:"policy"`
	}
}

// Objects of one name are merged by encoding/json: what is past the bound must
// not come in by the first of them.
func TestNothingPastItsBoundIsMergedIn(t *testing.T) {
	h := served(t, huma.Operation{Method: http.MethodPost, Path: "/"}, func(in *nested) (*shown, error) {
		t.Errorf("read %+v", in.Body)
		return nil, nil
	})
	if w := ask(h, "POST", "/", `{"policy":{"size":9},"policy":{"wait":1}}`, ""); w.Code != http.StatusBadRequest {
		t.Errorf("answered %d %s", w.Code, w.Body)
	}
}
