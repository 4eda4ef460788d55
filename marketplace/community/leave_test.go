package community_test

import (
	"errors"
	"testing"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/community"
	"knowhow/marketplace/conduct"
	"knowhow/marketplace/expert"
)

// suspend has the brand stop an expert.
func (r *room) suspend(by int) {
	r.t.Helper()
	var e expert.Enrolment
	r.must(r.Store.Read(r.t.Context(), r.Brand, func(tx *gorm.DB) error {
		return tx.Where("program_id = ? AND person_id = ?", r.program, r.experts[by].Person).Take(&e).Error
	}))
	r.must(r.Conduct.Suspend(r.t.Context(), r.Manager, e.ID, conduct.SuspendConduct, "Rude to customers."))
}

// Who is suspended, or has joined the brand, still does with their own words as
// they like; of others' they read and take back none.
func TestOnesOwnWords(t *testing.T) {
	each(t, 4, func(t *testing.T, r *room) {
		ctx := t.Context()
		other := r.say(2, "Another's.", nil)
		for i, out := range []func(){
			func() { r.suspend(0) },
			func() { r.must(r.Access.AddMember(ctx, r.Owner, r.Brand, r.experts[1].Person, access.Viewer)) },
		} {
			by, post := r.experts[i], r.say(i, "Mine.", nil)
			p, err := r.Community.Propose(ctx, by, r.program, "Mine", "Too.")
			r.must(err)
			out()
			if _, err := r.Community.View(ctx, by, r.program, post.ID); !errors.Is(err, marketplace.ErrNotFound) {
				t.Errorf("%d reads the room: %v", i, err)
			}
			if err := r.Community.Remove(ctx, by, r.program, other.ID); !errors.Is(err, marketplace.ErrNotFound) {
				t.Errorf("%d took back another's: %v", i, err)
			}
			r.must(r.Community.Remove(ctx, by, r.program, post.ID))
			r.must(r.Community.Withdraw(ctx, by, r.program, p.ID))
			r.must(r.Community.SetErase(ctx, by, r.program, true))
			if erase, err := r.Community.Erase(ctx, by, r.program); err != nil || !erase {
				t.Errorf("%d chose: %v, %v", i, erase, err)
			}
		}
		r.must(r.Admission.Leave(ctx, r.experts[3], r.program))
		for name, by := range map[string]access.Caller{"left": r.experts[3], "owner": r.Owner, "customer": r.Customer("Dana"), "nobody": {}} {
			if err := r.Community.SetErase(ctx, by, r.program, true); !errors.Is(err, marketplace.ErrNotFound) && !errors.Is(err, community.ErrNotAPerson) {
				t.Errorf("%s chose: %v", name, err)
			}
		}
	})
}

// With who leaves goes what they proposed and too few supported, and that they
// reported something once that is decided.
func TestLeavingLater(t *testing.T) {
	each(t, 4, func(t *testing.T, r *room) {
		ctx, why := t.Context(), "Reported as advertising."
		p, err := r.Community.Propose(ctx, r.experts[0], r.program, "Mine", "Goes with me.")
		r.must(err)
		r.After(15 * 24 * time.Hour)
		post := r.say(1, "Buy my cables.", nil)
		for _, by := range []int{0, 2} {
			r.must(r.Community.Report(ctx, r.experts[by], r.program, post.ID, community.Spam))
			r.Clock.Advance(time.Second)
		}
		r.must(r.Community.SetErase(ctx, r.experts[0], r.program, true))
		r.must(r.Admission.Leave(ctx, r.experts[0], r.program))
		r.RunDue()
		if n := r.count("room_proposals", "id = ? AND title = '' AND text = '' AND person_id IS NULL", p.ID); n != 1 {
			t.Error("a lapsed proposal stays")
		}
		list, err := r.Community.Reports(ctx, r.Operator, marketplace.Page{})
		r.must(err)
		if len(list.Items) != 2 {
			t.Fatalf("%d reports wait", len(list.Items))
		}
		r.must(r.Community.Decide(ctx, r.Operator, list.Items[1].ID, true, why))
		if n, left := r.count("room_reports", "TRUE"), r.count("room_reports", "person_id = ?", r.experts[0].Person); n != 1 || left != 0 {
			t.Errorf("%d reports are kept, %d of who has left", n, left)
		}
	})
}
