package web_test

import (
	"encoding/csv"
	"net/http"
	"strings"
	"testing"

	"knowhow/marketplace/program"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
	"knowhow/web/webtest"
)

// Figures come as JSON or as a table, as the query says or else the header; what
// a spreadsheet would compute is text in the table.
func TestFiguresAsATable(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		s := webtest.New(t, db)
		_, err := s.Programs.AddTopic(t.Context(), s.Owner, s.Program.ID, program.NewTopic{Slug: "sums", Name: `=HYPERLINK("https://evil.example","go")`, Mode: program.Crowd})
		if err != nil {
			t.Fatal(err)
		}
		path, token := "/api/v1/programs/"+s.Program.ID.String()+"/figures", s.Token(s.Manager)
		for _, c := range []struct{ query, accept, want string }{
			{"", "", "application/json"}, {"", "*/*", "application/json"}, {"", "text/csv", "text/csv"}, {"", "application/json, text/csv;q=0.5", "application/json"},
			{"?format=csv", "", "text/csv"}, {"?format=json", "text/csv", "application/json"}, {"", "image/png", "application/json"},
		} {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+path+c.query, nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Authorization", "Bearer "+token)
			if c.accept != "" {
				r.Header.Set("Accept", c.accept)
			}
			if got := s.Send(r); got.Status != http.StatusOK || !strings.HasPrefix(got.Header.Get("Content-Type"), c.want) {
				t.Errorf("%q with Accept %q: %d %s", c.query, c.accept, got.Status, got.Header.Get("Content-Type"))
			}
		}
		table := s.Get(path+"?format=csv&bucket=week", token)
		rows, err := csv.NewReader(strings.NewReader(table.Body)).ReadAll()
		if err != nil || len(rows) < 7 || rows[0][0] != "span" || rows[1][0] != "period" || rows[2][0] != "previous" || rows[3][0] != "week" || strings.Count(table.Body, "\r\n") != len(rows) {
			t.Errorf("the table is %q, %v", table.Body, err)
		}
		if got := table.Header.Get("Content-Disposition"); got != `attachment; filename="figures.csv"` {
			t.Errorf("it is called %s", got)
		}
		topics, err := csv.NewReader(strings.NewReader(s.Get(path+"/topics?format=csv", token).Body)).ReadAll()
		if err != nil || topics[len(topics)-1][1] != `'=HYPERLINK("https://evil.example","go")` {
			t.Errorf("topics %q, %v", topics, err)
		}
		for _, query := range []string{"?format=xml", "?bucket=month", "?tz=Nowhere", "?from=2026-03-02T00:00:00Z&to=2026-03-01T00:00:00Z"} {
			if got := s.Get(path+query, token); got.Status != http.StatusUnprocessableEntity {
				t.Errorf("%s: %d %s", query, got.Status, got.Body)
			}
		}
	})
}
