package api

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/negotiation"
)

// FormParams say in which form a document is wanted.
type FormParams struct {
	Format string `query:"format" enum:"json,csv" doc:"The form of the answer; by default what the header Accept asks for, text/csv or else JSON."`
	Accept string `header:"Accept" hidden:"true"`
}

const jsonMedia, csvMedia = "application/json", "text/csv"

// csv reports whether a table is wanted.
func (p FormParams) csv() bool {
	if p.Format != "" {
		return p.Format == "csv"
	}
	return negotiation.SelectQValueFast(p.Accept, []string{jsonMedia, csvMedia}) == csvMedia
}

// document is an answer in one of two forms, written by hand.
type document struct {
	ContentType string `header:"Content-Type" hidden:"true"`
	Disposition string `header:"Content-Disposition" hidden:"true"`
	Body        []byte
}

// documentOf is shape as JSON, or rows as a table called name.
func documentOf(p FormParams, name string, shape any, rows func() [][]string) (*document, error) {
	if p.csv() {
		text, err := tableOf(rows())
		return &document{csvMedia + "; charset=utf-8; header=present", fmt.Sprintf("attachment; filename=%q", name+".csv"), text}, err
	}
	text, err := json.Marshal(shape)
	return &document{ContentType: jsonMedia, Body: text}, err
}

// tableOf writes rows as CSV (RFC 4180), the header first. What a spreadsheet
// would take for a formula is text there.
func tableOf(rows [][]string) ([]byte, error) {
	var b strings.Builder
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	for _, row := range rows {
		cells := make([]string, len(row))
		for i, cell := range row {
			cells[i] = plainCell(cell)
		}
		if err := w.Write(cells); err != nil {
			return nil, err
		}
	}
	w.Flush()
	return []byte(b.String()), w.Error()
}

// plainCell puts an apostrophe before what begins like a formula, as OWASP's
// page on CSV injection advises; a number is none, below zero too.
func plainCell(cell string) string {
	if _, err := strconv.ParseFloat(cell, 64); err == nil && strings.Trim(cell, "-.0123456789") == "" {
		return cell
	}
	if cell != "" && strings.ContainsRune("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20", []rune(cell)[0]) {
		return "'" + cell
	}
	return cell
}

// documented describes the answer of a document for OpenAPI.
func (a *API) documented(shape any) map[string]*huma.Response {
	of := reflect.TypeOf(shape)
	return map[string]*huma.Response{"200": {Description: http.StatusText(http.StatusOK), Content: map[string]*huma.MediaType{
		jsonMedia: {Schema: a.huma.OpenAPI().Components.Schemas.Schema(of, true, of.Name())},
		csvMedia:  {Schema: &huma.Schema{Type: "string", Description: "A table with a header (RFC 4180)."}},
	}}}
}
