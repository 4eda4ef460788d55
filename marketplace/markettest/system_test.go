package markettest_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/conduct"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/markettest"
	"knowhow/marketplace/quality"
	"knowhow/marketplace/question"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
	"knowhow/payouts"
)

// trial is a market in which everything that may be decided about an expert is
// there to be decided: earned work, an appeal against a refusal, an expert at
// work, and an appeal against a suspension.
type trial struct {
	*markettest.Market
	good map[reflect.Type]reflect.Value // arguments with which a human gets through
}

func newTrial(t *testing.T, db *sqldb.DB) *trial {
	t.Helper()
	m := markettest.New(t, db)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	stopped := m.Expert("stopped")
	worker := m.Expert("worker")
	e, err := m.Experts.MyEnrolment(m.Ctx(), stopped, m.Program.ID)
	must(err)
	must(m.Conduct.Suspend(m.Ctx(), m.Manager, e.ID, conduct.SuspendFraud, "Two accounts."))
	measures, err := m.Conduct.MyMeasures(m.Ctx(), stopped, marketplace.Page{})
	must(err)
	measure := measures.Items[0].ID
	must(m.Conduct.AppealMeasure(m.Ctx(), stopped, measure, "They are my sister's."))
	asker := m.Customer("Carla Customer")
	earn := func() question.Assignment {
		q := m.Ask(asker, "Box")
		a := m.Accept(worker)
		m.Answer(worker, a)
		must(m.Questions.Resolve(m.Ctx(), asker, q.ID))
		m.RunDue()
		return a
	}
	contested, earned := earn(), earn()
	refusal, err := m.Quality.Refuse(m.Ctx(), m.Manager, m.Brand, contested.ID, quality.RefuseWrong, "The box is another.")
	must(err)
	must(m.Quality.Appeal(m.Ctx(), worker, refusal.ID, "It is this one."))
	e, err = m.Experts.MyEnrolment(m.Ctx(), worker, m.Program.ID)
	must(err)
	tr := &trial{Market: m, good: map[reflect.Type]reflect.Value{}}
	for _, v := range []any{
		m.Brand, m.Program.ID, e.ID, measure, refusal.ID, earned.ID, earned.QuestionID, worker.Person, asker.Customer,
		conduct.SuspendFraud, quality.RefuseWrong, m.Topics["box"].ID, "box", []string{"box"},
	} {
		tr.good[reflect.TypeOf(v)] = reflect.ValueOf(v)
	}
	return tr
}

// call calls a method as caller, with the good arguments it takes and yes for
// what is true or false.
func (tr *trial) call(method reflect.Value, caller access.Caller, yes bool) (err error) {
	defer func() {
		if r := recover(); r != nil { // it was given nil for what it calls or reads
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	var in []reflect.Value
	for i := range method.Type().NumIn() {
		of := method.Type().In(i)
		good, ok := tr.good[of]
		switch {
		case i == 0:
			good = reflect.ValueOf(tr.Ctx())
		case of == reflect.TypeFor[access.Caller]():
			good = reflect.ValueOf(caller)
		case of.Kind() == reflect.Bool:
			good = reflect.ValueOf(yes)
		case !ok:
			good = reflect.Zero(of)
		}
		in = append(in, good)
	}
	call := method.Call
	if method.Type().IsVariadic() {
		call = method.CallSlice
	}
	out := call(in)
	if last := out[len(out)-1]; last.Type() == reflect.TypeFor[error]() && !last.IsNil() {
		return last.Interface().(error)
	}
	return nil
}

// methods are the exported methods of every service that take who is asking.
func (tr *trial) methods() map[string]reflect.Value {
	list := map[string]reflect.Value{}
	house := reflect.ValueOf(tr.House).Elem()
	for i := range house.NumField() {
		field := house.Type().Field(i)
		if !field.IsExported() || !strings.HasSuffix(field.Type.String(), ".Service") {
			continue
		}
		for j := range field.Type.NumMethod() {
			method := house.Field(i).Method(j)
			for k := range method.Type().NumIn() {
				if method.Type().In(k) == reflect.TypeFor[access.Caller]() {
					list[field.Name+"."+field.Type.Method(j).Name] = method
				}
			}
		}
	}
	return list
}

// judged is everything that is decided about experts, a line each.
func (tr *trial) judged() (lines []string) {
	tr.T.Helper()
	err := tr.Store.Read(tr.Ctx(), marketplace.AllBrands, func(tx *gorm.DB) error {
		return tx.Raw(`SELECT 'enrolment ' || CAST(id AS text) || ' ' || state || ' ' || CAST(restricted AS text) AS line FROM enrolments
			UNION ALL SELECT 'measure ' || CAST(id AS text) || ' ' || state FROM measures
			UNION ALL SELECT 'refusal ' || CAST(id AS text) || ' ' || state FROM refusals
			UNION ALL SELECT 'turn ' || CAST(id AS text) || ' ' || state FROM assignments WHERE state IN ('contested', 'refused')
			ORDER BY line`).Scan(&lines).Error
	})
	if err != nil {
		tr.T.Fatal(err)
	}
	return lines
}

// The system reaches no decision against anybody by any method there is, whatever
// is asked; with the very same arguments a named human reaches each of them.
func TestTheSystemDecidesAgainstNobody(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		tr := newTrial(t, db)
		before := tr.judged()
		methods := tr.methods()
		if len(methods) < 150 {
			t.Fatalf("only %d methods were found", len(methods))
		}
		for name, method := range methods {
			for _, yes := range []bool{false, true} {
				err := tr.call(method, access.SystemCaller("anything"), yes)
				if after := tr.judged(); !slices.Equal(after, before) {
					t.Fatalf("the system, by %s (%v): was %q, is %q", name, err, before, after)
				}
			}
		}
		for _, name := range []string{"Conduct.DecideMeasure", "Conduct.Restrict", "Conduct.Suspend", "Quality.DecideAppeal", "Quality.Refuse"} {
			err := tr.call(methods[name], tr.Second, false)
			if after := tr.judged(); err != nil || slices.Equal(after, before) {
				t.Errorf("a human, by %s: %v, is still %q", name, err, after)
			}
			before = tr.judged()
		}
	})
}

// Left to the deadlines, every appeal that nobody decides is the expert's, and
// what they earned reaches them, suspended or not.
func TestDeadlinesDecideForTheExpert(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		tr := newTrial(t, db)
		if err := tr.call(tr.methods()["Conduct.Suspend"], tr.Second, false); err != nil { // who has earned
			t.Fatal(err)
		}
		worker := access.PersonCaller(tr.good[reflect.TypeFor[access.PersonID]()].Interface().(access.PersonID))
		tr.After(90 * 24 * time.Hour)
		tr.payday()
		for _, line := range tr.judged() {
			if strings.HasPrefix(line, "turn") || strings.Contains(line, "appealed") {
				t.Errorf("after 90 days: %s", line)
			}
		}
		e, err := tr.Experts.MyEnrolment(tr.Ctx(), worker, tr.Program.ID)
		if err != nil || e.State != expert.Suspended {
			t.Fatalf("the worker is %s, %v: this proves nothing", e.State, err)
		}
		mine, err := tr.Conduct.MyMeasures(tr.Ctx(), worker, marketplace.Page{})
		if err != nil || mine.Items[0].State != conduct.InForce || tr.Conduct.AppealMeasure(tr.Ctx(), worker, mine.Items[0].ID, "No.") != nil {
			t.Errorf("the suspension may no longer be appealed against: %+v, %v", mine.Items, err)
		}
		money, err := tr.Earnings.Earnings(tr.Ctx(), worker)
		if err != nil || len(money) != 1 || money[0].PaidOut != 500 || money[0].Pending+money[0].Available > 0 {
			t.Errorf("of two answers at 2.50 they have %+v, %v", money, err)
		}
		tr.Balanced()
	})
}

// payday sends what is owed.
func (tr *trial) payday() {
	tr.T.Helper()
	tr.Payouts.Minimums = map[payouts.Currency]int64{"EUR": 100}
	_, err := tr.Payouts.CreateRun(tr.Ctx(), "a run")
	if err == nil {
		_, err = tr.Payouts.Process(tr.Ctx(), 100)
	}
	if err != nil {
		tr.T.Fatal(err)
	}
}
