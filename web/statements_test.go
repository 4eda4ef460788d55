package web_test

import (
	"encoding/csv"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"knowhow/marketplace/access"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
	"knowhow/payouts"
	"knowhow/web/api"
	"knowhow/web/webtest"
)

// An expert's month comes as JSON, as a table whose columns add up, and as PDF;
// nobody else's money is in it.
func TestStatementsOverHTTP(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		s := webtest.New(t, db)
		sam, other := s.Expert("sam"), access.PersonCaller(s.Person("Olga"))
		customer := s.Customer("Dana Whitlow")
		for range 2 {
			s.Ask(customer, "The box keeps restarting")
			a := s.Accept(sam)
			s.Answer(sam, a)
			if err := s.Questions.Resolve(s.Ctx(), customer, a.QuestionID); err != nil {
				t.Fatal(err)
			}
			s.Clock.Advance(8 * 24 * time.Hour)
			s.RunDue()
		}
		month := payouts.MonthOf(s.Clock.Now())
		path, token := "/api/v1/me/statements", s.Token(sam)
		var months struct{ Data []api.StatementMonth }
		decode(t, s.Get(path, token), &months)
		if len(months.Data) == 0 || months.Data[0] != (api.StatementMonth{Month: month.String(), Currency: "EUR"}) {
			t.Fatalf("months %+v", months)
		}
		var earned int64
		for _, m := range months.Data {
			var st api.Statement
			decode(t, s.Get(path+"/"+m.Month+"/EUR", token), &st)
			sum := st.Opening.Total
			for _, l := range st.Lines {
				sum += l.Total
				if l.Kind == payouts.LineEarned {
					earned += l.Total
				}
				madeOf(t, l)
			}
			if sum != st.Closing.Total {
				t.Errorf("%s: %+v comes to %d", m.Month, st, sum)
			}
			rows, err := csv.NewReader(strings.NewReader(s.Get(path+"/"+m.Month+"/EUR?format=csv", token).Body)).ReadAll()
			if err != nil || len(rows) != len(st.Lines)+3 {
				t.Fatalf("the table %q, %v", rows, err)
			}
			for i, l := range st.Lines {
				if cell := rows[i+2][len(rows[0])-1]; (cell == "base=2.50") != (l.Kind == payouts.LineEarned) {
					t.Errorf("%s: the table says that %s is made of %q", m.Month, l.Kind, cell)
				}
			}
			for column := 2; column < 6; column++ {
				if got := cents(t, rows[1:len(rows)-1], column); got != cents(t, rows[len(rows)-1:], column) {
					t.Errorf("%s: column %s comes to %d of %v", m.Month, rows[0][column], got, rows)
				}
			}
		}
		if earned != 2*s.Program.Policies.Reward.BaseMinor {
			t.Errorf("earned %d", earned)
		}
		file := s.Get(path+"/"+month.String()+"/EUR?format=pdf", token)
		if file.Header.Get("Content-Type") != "application/pdf" || !strings.HasPrefix(file.Body, "%PDF-") ||
			file.Header.Get("Content-Disposition") != `attachment; filename="statement-`+month.String()+`-EUR.pdf"` {
			t.Errorf("the PDF is %v %.20q", file.Header, file.Body)
		}
		year := month.String()[:4]
		rows, err := csv.NewReader(strings.NewReader(s.Get(path+"/years/"+year+"?format=csv", token).Body)).ReadAll()
		if err != nil || rows[0][3] != "earned" || rows[len(rows)-1][0] != year || cents(t, rows[len(rows)-1:], 3) != earned {
			t.Errorf("the year %q, %v", rows, err)
		}
		for path, status := range map[string]int{
			"/2026-13/EUR": 422, "/" + month.String() + "/USD": 404, "/" + month.Next().String() + "/EUR": 404, "/2020-01/EUR": 404, "/years/2019": 422, "/years/" + strconv.Itoa(month.Year()+1): 422,
			"/" + month.String() + "/EUR?format=xml": 422,
		} {
			if got := s.Get("/api/v1/me/statements"+path, token); got.Status != status {
				t.Errorf("%s: %d %s", path, got.Status, got.Body)
			}
		}
		if got := s.Get(path+"/"+month.String()+"/EUR", s.Token(other)); got.Status != http.StatusNotFound {
			t.Errorf("to somebody else: %d %s", got.Status, got.Body)
		}
	})
}

// madeOf sees that what was earned, and nothing else, says what it is made of, and
// that this adds up to it.
func madeOf(t *testing.T, l api.StatementLine) {
	t.Helper()
	var sum int64
	for _, item := range l.Items {
		sum += item.Minor
	}
	if l.Kind == payouts.LineEarned && (sum != l.Total || len(l.Items) == 0) || l.Kind != payouts.LineEarned && len(l.Items) > 0 {
		t.Errorf("%s of %d is made of %+v", l.Kind, l.Total, l.Items)
	}
}

func decode(t *testing.T, got webtest.Answer, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(got.Body), into); err != nil || got.Status != http.StatusOK {
		t.Fatalf("%d %s: %v", got.Status, got.Body, err)
	}
}

// cents adds up a column of amounts.
func cents(t *testing.T, rows [][]string, column int) (sum int64) {
	t.Helper()
	for _, row := range rows {
		n, err := strconv.ParseInt(strings.Replace(row[column], ".", "", 1), 10, 64)
		if err != nil {
			t.Fatalf("%q: %v", row, err)
		}
		sum += n
	}
	return sum
}
