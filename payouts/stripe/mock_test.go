package stripe_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"sync"
	"testing"

	"github.com/stripe/stripe-mock/embedded"
	"github.com/stripe/stripe-mock/server"
	"github.com/stripe/stripe-mock/spec"

	"knowhow/payouts/stripe"
)

var base = &url.URL{Scheme: "https", Host: "help.example.com"}

// stub is stripe-mock: it holds every request against Stripe's description of the
// API's version that stripe-go pins, and answers with examples.
var stub = sync.OnceValues(func() (*server.StubServer, error) {
	fixtures, described, err := loadMock()
	if err != nil {
		return nil, err
	}
	var made *server.StubServer
	silent(func() { made, err = server.NewStubServer(fixtures, described, true, false) })
	return made, err
})

func loadMock() (*spec.Fixtures, *spec.Spec, error) {
	fixtures, err := server.LoadFixtures(embedded.OpenAPIFixtures, "")
	if err != nil {
		return nil, nil, err
	}
	described, err := server.LoadSpec(embedded.OpenAPISpec, "")
	return fixtures, described, err
}

// silent keeps what stripe-mock prints of every request to itself. The tests
// wait for its answers and print nothing meanwhile.
func silent(do func()) {
	printing.Lock()
	defer printing.Unlock()
	out := os.Stdout
	defer func() { os.Stdout = out }()
	if null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0); err == nil {
		defer func() { _ = null.Close() }()
		os.Stdout = null
	}
	do()
}

var printing sync.Mutex

// call is a request that arrived at the mock, and what it was answered.
type call struct {
	method, path, key, account, version string
	status                              int
}

// mocked is a client whose Stripe is stripe-mock, and what arrives there.
func mocked(t *testing.T) (*stripe.Client, func() []call) {
	t.Helper()
	handler := mockHandler(t)
	var mu sync.Mutex
	var calls []call
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen := &watched{ResponseWriter: w, status: http.StatusOK}
		handler(seen, r)
		mu.Lock()
		defer mu.Unlock()
		calls = append(calls, call{
			r.Method, r.URL.Path, r.Header.Get("Idempotency-Key"), r.Header.Get("Stripe-Account"), r.Header.Get("Stripe-Version"), seen.status,
		})
	}))
	t.Cleanup(api.Close)
	return client(t, stripe.Options{URL: api.URL}), func() []call {
		mu.Lock()
		defer mu.Unlock()
		return append([]call(nil), calls...)
	}
}

type watched struct {
	http.ResponseWriter
	status int
}

func (w *watched) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

func client(t *testing.T, o stripe.Options) *stripe.Client {
	t.Helper()
	o.Key, o.Base = "sk_test_123", base
	c, err := stripe.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func mockHandler(t *testing.T) http.HandlerFunc {
	t.Helper()
	mock, err := stub()
	if err != nil {
		t.Fatal(err)
	}
	return func(w http.ResponseWriter, r *http.Request) { silent(func() { mock.HandleRequest(w, r) }) }
}

func mockURL(t *testing.T) string {
	t.Helper()
	api := httptest.NewServer(mockHandler(t))
	t.Cleanup(api.Close)
	return api.URL
}
