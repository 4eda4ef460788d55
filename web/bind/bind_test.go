package bind

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

// key reads itself from text.
type key [3]byte

func (k *key) UnmarshalText(text []byte) error {
	if len(text) != len(k) {
		return errors.New("three letters")
	}
	copy(k[:], text)
	return nil
}

type colour string

type paging struct {
	Page int8 `query:"page" minimum:"1" default:"4"`
}

type things struct {
	paging
	Key    key       `path:"key"`
	Open   bool      `query:"open"`
	Since  time.Time `query:"since"`
	Colour []colour  `query:"colour,explode" enum:"red,blue"`
	Accept string    `header:"Accept" hidden:"true"`
	Body   struct {
		Name string `json:"name" minLength:"2"`
		Size int    `json:"size,omitempty"`
	}
}

type shown struct {
	Location string `header:"Location"`
	Body     struct {
		Name string `json:"name"`
	}
}

// served is an API with one operation, which notes what it got.
func served[I, O any](t *testing.T, op huma.Operation, answer func(in *I) (*O, error)) http.Handler {
	t.Helper()
	config := huma.DefaultConfig("test", "1")
	config.OpenAPIPath, config.DocsPath, config.SchemasPath, config.CreateHooks = "", "", "", nil
	mux := http.NewServeMux()
	op.OperationID, op.DefaultStatus, op.MaxBodyBytes = "test", http.StatusOK, 64
	Register(humago.New(mux, config), op, reflect.TypeFor[I](), reflect.TypeFor[O](), func(_ context.Context, in any) (any, error) {
		out, err := answer(in.(*I))
		if out == nil {
			return nil, err
		}
		return out, err
	})
	return mux
}

func ask(h http.Handler, method, target, body, media string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	if media != "" {
		r.Header.Set("Content-Type", media)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestInputsAreRead(t *testing.T) {
	var got things
	h := served(t, huma.Operation{Method: http.MethodPost, Path: "/things/{key}"}, func(in *things) (*shown, error) {
		got = *in
		out := &shown{Location: "/there"}
		out.Body.Name = "<" + in.Body.Name + ">"
		return out, nil
	})
	w := ask(h, "POST", "/things/abc?open=true&since=2026-01-02T03:04:05Z&colour=red&colour=blue&page=7", `{"name":"ab"}`, "")
	if w.Code != http.StatusOK || w.Header().Get("Location") != "/there" || w.Header().Get("Content-Type") != jsonMedia || strings.TrimSpace(w.Body.String()) != `{"name":"<ab>"}` {
		t.Fatalf("answered %d %v %s", w.Code, w.Header(), w.Body)
	}
	if got.Key != (key{'a', 'b', 'c'}) || !got.Open || !got.Since.Equal(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)) ||
		!reflect.DeepEqual(got.Colour, []colour{"red", "blue"}) || got.Page != 7 || got.Body.Name != "ab" {
		t.Errorf("read %+v", got)
	}
	if ask(h, "POST", "/things/abc", `{"name":"ab"}`, ""); got.Page != 4 || got.Open || got.Colour != nil {
		t.Errorf("without parameters read %+v", got)
	}
}

func TestWhatIsWrongIsRefused(t *testing.T) {
	called := false
	h := served(t, huma.Operation{Method: http.MethodPost, Path: "/things/{key}"}, func(*things) (*shown, error) {
		called = true
		return nil, nil
	})
	for name, c := range map[string]struct {
		target, body, media string
		status              int
		tells               string
	}{
		"an unknown parameter": {"/things/abc?no=1", `{"name":"ab"}`, "", 422, "query.no"},
		"a query cut off":      {"/things/abc?page=%zz", `{"name":"ab"}`, "", 400, "query"},
		"a query with ;":       {"/things/abc?page=1;open=true", `{"name":"ab"}`, "", 400, "query"},
		"a bad key":            {"/things/abcd", `{"name":"ab"}`, "", 422, "path.key"},
		"a number too large":   {"/things/abc?page=1000", `{"name":"ab"}`, "", 422, "query.page"},
		"not a bool":           {"/things/abc?open=maybe", `{"name":"ab"}`, "", 422, "query.open"},
		"not a time":           {"/things/abc?since=now", `{"name":"ab"}`, "", 422, "query.since"},
		"not of the enum":      {"/things/abc?colour=red&colour=green", `{"name":"ab"}`, "", 422, "query.colour[1]"},
		"a member too short":   {"/things/abc", `{"name":"a"}`, "", 422, "body.name"},
		"an unknown member":    {"/things/abc", `{"name":"ab","more":1}`, "", 422, "body.more"},
		"a member twice":       {"/things/abc", `{"name":"ab","NAME":"a"}`, "", 422, "body.NAME"},
		"the same twice":       {"/things/abc", `{"name":"a","name":"ab"}`, "", 400, "twice"},
		"a wrong type":         {"/things/abc", `{"name":"ab","size":1.5}`, "", 422, "body.size"},
		"a number of letters":  {"/things/abc", `{"name":"ab","size":1e3}`, "", 422, `"body.size"`},
		"a number beyond":      {"/things/abc", `{"name":"ab","size":9223372036854775808}`, "", 422, `"body.size"`},
		"no JSON":              {"/things/abc", `{"name":`, "", 400, `"body"`},
		"no body":              {"/things/abc", ``, "", 400, "required"},
		"another media type":   {"/things/abc", `{"name":"ab"}`, "text/plain", 415, `"body"`},
		"a body too large":     {"/things/abc", `{"name":"` + strings.Repeat("a", 64-10) + `"}`, "", 413, "limit=64"},
		"two things at once":   {"/things/abcd", `{"name":"a"}`, "", 422, "body.name"},
	} {
		w := ask(h, "POST", c.target, c.body, c.media)
		if w.Code != c.status || !strings.Contains(w.Body.String(), c.tells) || called {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
	if w := ask(h, "POST", "/things/abc", `{"name":"`+strings.Repeat("a", 64-11)+`"}`, ""); w.Code != http.StatusOK || !called || w.Body.Len() > 0 {
		t.Errorf("a body as large as may be: %d %s", w.Code, w.Body)
	}
}

// timed notes until when a body may be read.
type timed struct {
	*httptest.ResponseRecorder
	until time.Time
	set   int
}

func (w *timed) SetReadDeadline(until time.Time) error {
	w.until = until
	w.set++
	return nil
}

type perhaps struct {
	Body *struct {
		Name string `json:"name" minLength:"2"`
	}
}

func TestABodyMayBeLeftOut(t *testing.T) {
	var got *perhaps
	h := served(t, huma.Operation{Method: http.MethodPost, Path: "/"}, func(in *perhaps) (*shown, error) {
		got = in
		return nil, nil
	})
	for body, want := range map[string]int{"": 200, `{"name":"ab"}`: 200, "null": 422, "{}": 422, `{"name":"a"}`: 422} {
		got = nil
		w := &timed{ResponseRecorder: httptest.NewRecorder()}
		h.ServeHTTP(w, httptest.NewRequest("POST", "/", strings.NewReader(body)))
		if w.Code != want || (got != nil) != (want == 200) || got != nil && (got.Body != nil) != (body != "") {
			t.Errorf("%q is answered %d %s, and became %+v", body, w.Code, w.Body, got)
		}
		if w.set != 2 || !w.until.IsZero() {
			t.Errorf("after %q what follows must be read until %s", body, w.until)
		}
	}
}

func TestABodyThatDoesNotArrive(t *testing.T) {
	h := served(t, huma.Operation{Method: http.MethodPost, Path: "/"}, func(*perhaps) (*shown, error) {
		t.Error("was called")
		return nil, nil
	})
	for err, want := range map[error]int{io.ErrUnexpectedEOF: 400, os.ErrDeadlineExceeded: 408} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest("POST", "/", io.MultiReader(strings.NewReader(`{"name"`), iotest.ErrReader(err))))
		if w.Code != want {
			t.Errorf("%v is answered %d %s", err, w.Code, w.Body)
		}
	}
}

func TestErrorsAreAnswered(t *testing.T) {
	for err, want := range map[error]int{errors.New("secret"): 500, huma.Error409Conflict("taken"): 409} {
		h := served(t, huma.Operation{Method: http.MethodGet, Path: "/"}, func(*struct{}) (*shown, error) { return nil, err })
		w := ask(h, "GET", "/", "", "")
		if w.Code != want || w.Header().Get("Content-Type") != "application/problem+json" {
			t.Errorf("%v is answered %d %v", err, w.Code, w.Header())
		}
	}
}

type file struct {
	Type    string `header:"Content-Type"`
	RawBody []byte
}

type sent struct {
	Type string `header:"Content-Type"`
	Body []byte
}

func TestFilesGoAsTheyAre(t *testing.T) {
	var kept []byte
	described := &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"image/png": {}}}
	h := served(t, huma.Operation{Method: http.MethodPost, Path: "/", RequestBody: described}, func(in *file) (*sent, error) {
		kept = in.RawBody
		return &sent{in.Type, bytes.ToUpper(in.RawBody)}, nil
	})
	w := ask(h, "POST", "/", "\x00abc", "image/png")
	if w.Code != http.StatusOK || w.Body.String() != "\x00ABC" || w.Header().Get("Content-Type") != "image/png" {
		t.Errorf("answered %d %q", w.Code, w.Body)
	}
	before := kept
	if ask(h, "POST", "/", "\x00xyz", "image/png"); string(before) != "\x00abc" {
		t.Errorf("the bytes of a request became %q", before)
	}
	if w := ask(h, "POST", "/", "", "image/png"); w.Code != http.StatusBadRequest {
		t.Errorf("an empty file is answered %d", w.Code)
	}
}

func TestTypesThatCannotBePanicAtStart(t *testing.T) {
	for name, register := range map[string]func(){
		"a float": func() {
			served(t, huma.Operation{Method: "GET", Path: "/"}, func(*struct {
				Size float64 `query:"size"`
			}) (*struct{}, error) {
				return nil, nil
			})
		},
		"a slice that is not exploded": func() {
			served(t, huma.Operation{Method: "GET", Path: "/"}, func(*struct {
				Size []string `query:"size"`
			}) (*struct{}, error) {
				return nil, nil
			})
		},
		"a field that is read from nowhere": func() {
			served(t, huma.Operation{Method: "GET", Path: "/"}, func(*struct{ Size string }) (*struct{}, error) { return nil, nil })
		},
		"a query that is required": func() {
			served(t, huma.Operation{Method: "GET", Path: "/"}, func(*struct {
				Size string `query:"size" required:"true"`
			}) (*struct{}, error) {
				return nil, nil
			})
		},
		"a header without a name": func() {
			served(t, huma.Operation{Method: "GET", Path: "/"}, func(*struct{}) (*struct{ Location string }, error) { return nil, nil })
		},
		"a file nobody describes": func() {
			served(t, huma.Operation{Method: "GET", Path: "/"}, func(*file) (*struct{}, error) { return nil, nil })
		},
		"an output that is no struct": func() {
			served(t, huma.Operation{Method: "GET", Path: "/"}, func(*struct{}) (*string, error) { return nil, nil })
		},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s is taken", name)
				}
			}()
			register()
		}()
	}
}
