package insight_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/event"
	"knowhow/marketplace/insight"
	"knowhow/marketplace/job"
	"knowhow/marketplace/markettest"
	"knowhow/marketplace/program"
	"knowhow/migrations/dbtest"
)

// enqueue adds a job of a kind, to be run in a year, and gives its number.
func (r *room) enqueue(kind string) (seq int64) {
	r.T.Helper()
	r.ok("enqueue", r.Store.InTx(r.Ctx(), marketplace.AllBrands, func(tx *gorm.DB) error {
		if err := r.Queue.EnqueueTx(r.Ctx(), tx, job.New{Kind: kind, RunAt: r.Clock.Now().AddDate(1, 0, 0)}); err != nil {
			return err
		}
		return tx.Raw("SELECT MAX(seq) FROM jobs").Scan(&seq).Error
	}))
	return seq
}

func (r *room) jobs(caller access.Caller, f job.Filter) func(marketplace.Page) (marketplace.Listing[job.Job], error) {
	return func(page marketplace.Page) (marketplace.Listing[job.Job], error) {
		return r.Insight.Jobs(r.Ctx(), caller, f, page)
	}
}

func TestJobs(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *room) {
		ctx, nothing := r.Ctx(), func(context.Context, *gorm.DB, job.Job) error { return nil }
		r.Queue.Handle("cake", nothing)
		r.Queue.Handle("tea", nothing)
		var seqs []int64
		for i := range 5 {
			seqs = append(seqs, r.enqueue([]string{"cake", "tea"}[i%2]))
		}
		number := func(j job.Job) int64 { return j.Seq }
		markettest.Paged(t, r.jobs(r.Operator, job.Filter{}), number, seqs...)
		markettest.Paged(t, r.jobs(r.Operator, job.Filter{Kind: "cake", State: job.Ready}), number, seqs[0], seqs[2], seqs[4])
		if all := markettest.Walk(t, 100, r.jobs(r.Operator, job.Filter{})); all[0].Seq != seqs[4] {
			t.Errorf("the list begins with job %d", all[0].Seq)
		}
		if _, err := r.Insight.Jobs(ctx, r.Operator, job.Filter{State: "lost"}, marketplace.Page{}); verdict(err) != "invalid" {
			t.Errorf("an unknown state: %v", err)
		}

		statements := dbtest.Halfway(t, r.DB, func() error { return r.Insight.BuryJob(ctx, r.Operator, seqs[0]) })
		if statements < 2 {
			t.Errorf("%d statements to bury a job", statements)
		}
		if err := r.Insight.BuryJob(ctx, r.Operator, seqs[0]); verdict(err) != "none" {
			t.Errorf("bury again: %v", err)
		}
		if buried := markettest.Walk(t, 100, r.jobs(r.Operator, job.Filter{State: job.Buried})); len(buried) != 1 || buried[0].Seq != seqs[0] {
			t.Errorf("buried %+v", buried)
		}
		dbtest.Halfway(t, r.DB, func() error { return r.Insight.RetryJob(ctx, r.Operator, seqs[0]) })
		if err := r.Insight.RetryJob(ctx, r.Operator, seqs[0]); verdict(err) != "none" {
			t.Errorf("retry again: %v", err)
		}
		for who, c := range map[string]access.Caller{
			"the owner": r.Owner, "an expert": r.expert, "a customer": r.dana, "nobody": {}, "the system": access.SystemCaller("x"),
		} {
			_, list := r.Insight.Jobs(ctx, c, job.Filter{}, marketplace.Page{})
			for _, err := range []error{list, r.Insight.BuryJob(ctx, c, seqs[1]), r.Insight.RetryJob(ctx, c, seqs[1])} {
				if verdict(err) != "forbidden" {
					t.Errorf("%s: %v", who, err)
				}
			}
		}
	})
}

func (r *room) audit(caller access.Caller) func(marketplace.Page) (marketplace.Listing[insight.Act], error) {
	return func(page marketplace.Page) (marketplace.Listing[insight.Act], error) {
		return r.Insight.Audit(r.Ctx(), caller, page)
	}
}

// The audit tells what operators did, wherever, and nothing that others did.
func TestAudit(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *room) {
		ctx, n := r.Ctx(), r.Neighbour()
		before := len(markettest.Walk(t, 100, r.audit(r.Operator)))
		second, err := r.Access.CreateOperator(ctx, access.SystemCaller("test"), access.NewPerson{Name: "Otis"})
		r.ok("create an operator", err)
		otis := access.PersonCaller(second.ID)
		helper := r.Person("Hella Helper") // made by the first operator
		r.ok("add a member", r.Access.AddMember(ctx, otis, n.Brand, helper, access.Viewer))
		r.ok("set origins", r.Programs.SetOrigins(ctx, r.Owner, r.Program.ID, []string{"https://shop.example"})) // no operator's doing
		r.Queue.Handle("cake", func(context.Context, *gorm.DB, job.Job) error { return nil })
		seq := r.enqueue("cake")
		r.ok("bury", r.Insight.BuryJob(ctx, otis, seq))

		all := markettest.Walk(t, 100, r.audit(r.Operator))
		want := []struct {
			kind  event.Kind
			by    access.Caller
			brand marketplace.BrandID
		}{
			{insight.JobBuried, otis, marketplace.AllBrands}, {access.MemberAdded, otis, n.Brand}, {access.PersonCreated, r.Operator, marketplace.AllBrands},
		}
		if len(all) != before+len(want) {
			t.Fatalf("%d acts, before it were %d", len(all), before)
		}
		for i, w := range want {
			if got := all[i]; got.Kind != w.kind || got.By != w.by.String() || got.Brand != w.brand {
				t.Errorf("act %d is %+v, want %+v", i, got, w)
			}
		}
		if job, _ := all[0].Detail["job"].(float64); int64(job) != seq {
			t.Errorf("detail %v", all[0].Detail)
		}
		if last := all[len(all)-1]; before == 0 || !slices.ContainsFunc(all, func(a insight.Act) bool { return a.Kind == program.BrandCreated && a.Brand == r.Brand }) {
			t.Errorf("the brand's creation is missing; the first act is %+v", last)
		}
		for _, limit := range []int{1, 2, 7} {
			if got := markettest.Walk(t, limit, r.audit(otis)); fmt.Sprint(got) != fmt.Sprint(all) {
				t.Errorf("in pages of %d they are others", limit)
			}
		}
		for who, c := range map[string]access.Caller{
			"the owner": r.Owner, "a manager": r.Manager, "an expert": r.expert, "a customer": r.dana, "nobody": {}, "the system": access.SystemCaller("x"),
		} {
			if list, err := r.audit(c)(marketplace.Page{}); verdict(err) != "forbidden" || len(list.Items) > 0 {
				t.Errorf("%s: %d acts, %v", who, len(list.Items), err)
			}
		}
	})
}

// The index by who did it is the one that the query names.
func TestAuditHasItsIndex(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *room) {
		by := "(data::jsonb ->> 'by')"
		if r.DB.Dialect == "sqlite" {
			by = "json_extract(data, '$.by')"
		}
		query := "SELECT * FROM events WHERE " + by + " IN ('person:x') AND kind NOT LIKE 'question.%' AND kind NOT LIKE 'assignment.%' AND kind NOT LIKE 'review.%' AND kind NOT LIKE 'customer.%' ORDER BY seq DESC LIMIT 21"
		if plan := r.Plan(marketplace.AllBrands, query); !strings.Contains(plan, "events_by") {
			t.Errorf("the plan is %q", plan)
		}
	})
}
