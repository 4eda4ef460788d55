package pages

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/boombuler/barcode/qr"
)

// codeRoutes are a program's QR code, to be printed or shown.
func (p *Pages) codeRoutes() {
	p.get("/ask/{program}/qr.svg", (*visit).codeFile)
	p.get("/ask/{program}/qr", (*visit).codePrint)
}

// pattern is a QR code as a path of an SVG picture of Size by Size units, with
// the quiet zone that readers want around it.
type pattern struct {
	Size int
	Path string
}

const quiet = 4 // modules around a code (ISO/IEC 18004)

// encode makes the QR code of text.
func encode(text string) (pattern, error) {
	made, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		return pattern{}, fmt.Errorf("make a QR code: %w", err)
	}
	var path strings.Builder
	size := made.Bounds().Dx()
	for y := range size {
		for x := 0; x < size; x++ {
			if r, _, _, _ := made.At(x, y).RGBA(); r != 0 {
				continue
			}
			from := x
			for x < size {
				if r, _, _, _ := made.At(x, y).RGBA(); r != 0 {
					break
				}
				x++
			}
			fmt.Fprintf(&path, "M%d %dh%dv1h-%dz", from+quiet, y+quiet, x-from, x-from)
		}
	}
	return pattern{Size: size + 2*quiet, Path: path.String()}, nil
}

// codeFor is a program with the code that opens its page to ask on.
type codeFor struct {
	*program
	URL     string
	Product string
	File    string
	Code    pattern
}

// codeOf makes the code for the product and page that the address names.
func (v *visit) codeOf() (codeFor, error) {
	p, err := v.program()
	if err != nil {
		return codeFor{}, err
	}
	query := url.Values{}
	for name, most := range map[string]int{"product": 200, "page": 500, "topic": 64} {
		if text := line(v.r.URL.Query().Get(name), most); text != "" {
			query.Set(name, text)
		}
	}
	suffix := ""
	if len(query) > 0 {
		suffix = "?" + query.Encode()
	}
	c := codeFor{program: p, URL: v.Origin() + "/ask/" + p.ID + suffix, Product: query.Get("product"), File: "/ask/" + p.ID + "/qr.svg" + suffix}
	c.Code, err = encode(c.URL)
	return c, err
}

func (v *visit) codeFile() error {
	c, err := v.codeOf()
	if err != nil {
		return err
	}
	v.w.Header().Set("Content-Type", "image/svg+xml")
	v.w.Header().Set("Cache-Control", "public, max-age=300")
	v.w.WriteHeader(http.StatusOK)
	_, err = fmt.Fprintf(v.w, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h%dv%dH0z"/><path d="%s"/></svg>`,
		c.Code.Size, c.Code.Size, c.Code.Size, c.Code.Size, c.Code.Path)
	if err != nil {
		return nil // the client is gone
	}
	return nil
}

func (v *visit) codePrint() error {
	c, err := v.codeOf()
	if err != nil {
		return err
	}
	return v.show(page{name: "qr", title: "qr.title", args: []any{"brand", c.BrandName}, data: c})
}
