package web

import (
	"net/http"

	"github.com/danielgtaylor/huma/v2"
)

// heads is an API whose reading routes answer HEAD too (RFC 9110, 9.3.2), as
// they answer GET: net/http keeps the body to itself. No description tells of
// it, since every client knows.
type heads struct{ huma.API }

// Adapter implements huma.API.
func (a heads) Adapter() huma.Adapter { return headAdapter{a.API.Adapter()} }

type headAdapter struct{ huma.Adapter }

// Handle implements huma.Adapter.
func (a headAdapter) Handle(op *huma.Operation, handler func(huma.Context)) {
	a.Adapter.Handle(op, handler)
	if op.Method == http.MethodGet {
		head := *op
		head.Method = http.MethodHead
		a.Adapter.Handle(&head, handler)
	}
}
