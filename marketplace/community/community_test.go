package community_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/admission"
	"knowhow/marketplace/community"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/markettest"
	"knowhow/marketplace/notify"
	"knowhow/marketplace/program"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

// room is a market with some experts.
type room struct {
	*markettest.Market
	t       *testing.T
	program program.ID
	experts []access.Caller
}

func each(t *testing.T, experts int, fn func(t *testing.T, r *room)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		m := markettest.New(t, db)
		r := &room{Market: m, t: t, program: m.Program.ID}
		for i := range experts {
			r.experts = append(r.experts, m.Expert(fmt.Sprintf("expert-%d", i)))
		}
		fn(t, r)
	})
}

func (r *room) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

func (r *room) say(by int, text string, parent *community.PostID) community.Post {
	r.t.Helper()
	p, err := r.Community.Say(r.t.Context(), r.experts[by], r.program, community.Help, text, parent)
	r.must(err)
	r.Clock.Advance(time.Second)
	return p
}

func (r *room) posts(by int, kind community.Kind) []community.PostView {
	r.t.Helper()
	list, err := r.Community.Posts(r.t.Context(), r.experts[by], r.program, kind, marketplace.Page{})
	r.must(err)
	return list.Items
}

// count is how many rows of a table meet a condition.
func (r *room) count(table, where string, args ...any) (n int64) {
	r.t.Helper()
	r.must(r.Store.Read(r.t.Context(), marketplace.AllBrands, func(tx *gorm.DB) error { return tx.Table(table).Where(where, args...).Count(&n).Error }))
	return n
}

// Experts read what experts wrote, without the personal data that was in it.
func TestTheRoom(t *testing.T) {
	each(t, 3, func(t *testing.T, r *room) {
		ctx := t.Context()
		first := r.say(0, "Dana Whitlow, dana@example.com, had the orange light too. What now?", nil)
		if strings.Contains(first.Text, "dana@example.com") || strings.Contains(first.Text, "Whitlow") || !strings.Contains(first.Text, "orange light") {
			t.Errorf("kept is %q", first.Text)
		}
		if n := r.count("room_posts", "text LIKE '%dana@example.com%'"); n != 0 {
			t.Error("the address is kept")
		}
		_, err := r.Community.Say(ctx, r.experts[1], r.program, community.Struggle, "I could not find the reset.", nil)
		r.must(err)
		r.say(1, "It updates; wait ten minutes.", &first.ID)
		list := r.posts(2, "")
		if len(list) != 2 || list[1].Handle != "expert-0" || list[1].Replies != 1 || list[1].Own || list[0].Post.Kind != community.Struggle {
			t.Fatalf("the room: %+v", list)
		}
		if own := r.posts(1, community.Struggle); len(own) != 1 || !own[0].Own {
			t.Errorf("where one struggled: %+v", own)
		}
		replies, err := r.Community.Replies(ctx, r.experts[0], r.program, first.ID, marketplace.Page{})
		if err != nil || len(replies.Items) != 1 || replies.Items[0].Handle != "expert-1" {
			t.Errorf("replies: %+v, %v", replies, err)
		}
		if err := r.Community.Remove(ctx, r.experts[1], r.program, first.ID); !errors.Is(err, marketplace.ErrNotFound) {
			t.Errorf("another's was removed: %v", err)
		}
		for range 2 {
			r.must(r.Community.Remove(ctx, r.experts[0], r.program, first.ID))
		}
		if v, err := r.Community.View(ctx, r.experts[1], r.program, first.ID); err != nil || v.Post.Text != "" || v.Post.RemovedAt == nil {
			t.Errorf("removed: %+v, %v", v, err)
		}
		for i := range community.MaxPostsPerDay + 1 {
			_, err = r.Community.Say(ctx, r.experts[2], r.program, community.Help, fmt.Sprint("thing ", i), nil)
		}
		if !errors.Is(err, community.ErrTooMuch) {
			t.Errorf("without end: %v", err)
		}
	})
}

// The room is not the brand's to read: not its members', whatever else they are,
// not its keys', not the operators', and not of who is not in it any more.
func TestTheRoomIsTheExpertsOwn(t *testing.T) {
	each(t, 4, func(t *testing.T, r *room) {
		ctx := t.Context()
		post := r.say(0, "They never answer in time.", nil)
		prop, err := r.Community.Propose(ctx, r.experts[0], r.program, "Pay nights", "They are long.")
		r.must(err)
		r.must(r.Access.AddMember(ctx, r.Owner, r.Brand, r.experts[1].Person, access.Viewer)) // an expert who joins the brand
		r.must(r.Admission.Leave(ctx, r.experts[2], r.program))
		applicant := access.PersonCaller(r.Person("Nina"))
		_, err = r.Experts.Register(ctx, applicant, expert.Profile{Handle: "nina", Languages: []string{"en"}})
		r.must(err)
		_, err = r.Admission.Apply(ctx, applicant, r.program, admission.Application{Motivation: "me"})
		r.must(err)
		outside := map[string]access.Caller{
			"owner": r.Owner, "manager": r.Manager, "reviewer": r.Reviewer, "agent": r.Agent, "operator": r.Operator,
			"member and expert": r.experts[1], "left": r.experts[2], "applicant": applicant, "stranger": access.PersonCaller(r.Person("Sven")),
			"customer": r.Customer("Dana"), "system": access.SystemCaller("x"), "nobody": {},
		}
		all := marketplace.Page{}
		for name, by := range outside {
			for what, do := range map[string]func() error{
				"posts":     func() error { _, err := r.Community.Posts(ctx, by, r.program, "", all); return err },
				"replies":   func() error { _, err := r.Community.Replies(ctx, by, r.program, post.ID, all); return err },
				"view":      func() error { _, err := r.Community.View(ctx, by, r.program, post.ID); return err },
				"say":       func() error { _, err := r.Community.Say(ctx, by, r.program, community.Help, "Hello", nil); return err },
				"remove":    func() error { return r.Community.Remove(ctx, by, r.program, post.ID) },
				"report":    func() error { return r.Community.Report(ctx, by, r.program, post.ID, community.Spam) },
				"proposals": func() error { _, err := r.Community.Proposals(ctx, by, r.program, all); return err },
				"propose":   func() error { _, err := r.Community.Propose(ctx, by, r.program, "More", "Money"); return err },
				"support":   func() error { return r.Community.Support(ctx, by, r.program, prop.ID, true) },
				"elections": func() error { _, _, err := r.Community.Elections(ctx, by, r.program); return err },
				"call":      func() error { _, err := r.Community.CallElection(ctx, by, r.program); return err },
			} {
				if err := do(); !errors.Is(err, marketplace.ErrNotFound) && !errors.Is(err, community.ErrNotAPerson) {
					t.Errorf("%s, %s: %v", name, what, err)
				}
			}
		}
		list, err := r.Community.ToAnswer(ctx, r.Owner, r.program, all)
		if err != nil || len(list.Items) != 0 {
			t.Errorf("the brand sees what only gathers support: %+v, %v", list, err)
		}
		if err := r.Community.AnswerProposal(ctx, r.Owner, r.program, prop.ID, community.Declined, "No."); !errors.Is(err, marketplace.ErrNotFound) {
			t.Errorf("answered before it is carried: %v", err)
		}
		if n := r.count("events", "kind LIKE 'community.%' AND CAST(data AS TEXT) LIKE ?", "%"+r.experts[0].Person.String()+"%"); n != 0 {
			t.Errorf("%d events say who said it", n)
		}
	})
}

// Operators read a post only where it is reported, for a reason that is on record.
func TestReports(t *testing.T) {
	each(t, 3, func(t *testing.T, r *room) {
		ctx, all := t.Context(), marketplace.Page{}
		post := r.say(0, "Buy my cables.", nil)
		for range 2 {
			r.must(r.Community.Report(ctx, r.experts[1], r.program, post.ID, community.Spam))
		}
		r.must(r.Community.Report(ctx, r.experts[2], r.program, post.ID, community.Abuse))
		list, err := r.Community.Reports(ctx, r.Operator, all)
		r.must(err)
		if len(list.Items) != 2 {
			t.Fatalf("%d reports", len(list.Items))
		}
		id, why := list.Items[0].ID, "Reported as advertising."
		r.must(r.Access.AddMember(ctx, r.Owner, r.Brand, r.Operator.Person, access.Viewer)) // an operator of the brand's
		_, opened := r.Community.Open(ctx, r.Operator, id, why)
		for _, err := range []error{opened, r.Community.Decide(ctx, r.Operator, id, false, why)} {
			if !errors.Is(err, marketplace.ErrForbidden) {
				t.Errorf("an operator who is a member of the brand: %v", err)
			}
		}
		r.must(r.Access.RemoveMember(ctx, r.Owner, r.Brand, r.Operator.Person, access.Viewer))
		for name, by := range map[string]access.Caller{"owner": r.Owner, "expert": r.experts[1], "system": access.SystemCaller("x")} {
			_, listed := r.Community.Reports(ctx, by, all)
			_, opened := r.Community.Open(ctx, by, id, why)
			for _, err := range []error{listed, opened, r.Community.Decide(ctx, by, id, true, why)} {
				if !errors.Is(err, marketplace.ErrForbidden) {
					t.Errorf("%s: %v", name, err)
				}
			}
		}
		if _, err := r.Community.Open(ctx, r.Operator, id, "because"); !errors.Is(err, marketplace.ErrInvalid) {
			t.Errorf("without a reason: %v", err)
		}
		p, err := r.Community.Open(ctx, r.Operator, id, why)
		if err != nil || p.Text != "Buy my cables." || p.PersonID != nil {
			t.Errorf("opened: %+v, %v", p, err)
		}
		audit, err := r.Insight.Audit(ctx, r.Operator, all)
		if err != nil || len(audit.Items) == 0 || audit.Items[0].Kind != community.ReportOpened {
			t.Errorf("the audit log: %+v, %v", audit, err)
		}
		r.must(r.Community.Decide(ctx, r.Operator, id, true, why))
		if err := r.Community.Decide(ctx, r.Operator, list.Items[1].ID, false, why); !errors.Is(err, community.ErrNotNow) {
			t.Errorf("decided twice: %v", err)
		}
		if seen := r.posts(1, ""); len(seen) != 1 || seen[0].Post.Text != "" || seen[0].Post.HiddenAt == nil {
			t.Errorf("hidden: %+v", seen)
		}
		if own := r.posts(0, ""); own[0].Post.Text == "" {
			t.Error("who wrote it does not see what was hidden")
		}
	})
}

// An operator who is an expert too does not decide on what they wrote.
func TestOwnReport(t *testing.T) {
	each(t, 1, func(t *testing.T, r *room) {
		ctx, why := t.Context(), "Reported as advertising."
		_, err := r.Experts.Register(ctx, r.Operator, expert.Profile{Handle: "operator", Languages: []string{"en"}})
		r.must(err)
		_, err = r.Admission.EnrolExperienced(ctx, r.Manager, r.program, r.Operator.Person, "known from the community")
		r.must(err)
		post, err := r.Community.Say(ctx, r.Operator, r.program, community.Help, "Buy my cables.", nil)
		r.must(err)
		r.must(r.Community.Report(ctx, r.experts[0], r.program, post.ID, community.Spam))
		list, err := r.Community.Reports(ctx, r.Operator, marketplace.Page{})
		r.must(err)
		if err := r.Community.Decide(ctx, r.Operator, list.Items[0].ID, false, why); !errors.Is(err, marketplace.ErrForbidden) {
			t.Errorf("decided: %v", err)
		}
	})
}

// Who leaves takes their words along, or only their name, as they chose.
func TestLeavingTheRoom(t *testing.T) {
	each(t, 6, func(t *testing.T, r *room) {
		ctx := t.Context()
		kept, gone := r.say(0, "Wait ten minutes.", nil), r.say(1, "I am gone soon.", nil)
		r.say(2, "Thanks!", &gone.ID)
		mine, err := r.Community.Propose(ctx, r.experts[1], r.program, "Mine", "Goes with me.")
		r.must(err)
		theirs, err := r.Community.Propose(ctx, r.experts[0], r.program, "Theirs", "Stays.")
		r.must(err)
		r.must(r.Community.Support(ctx, r.experts[1], r.program, theirs.ID, true))
		r.must(r.Community.SetErase(ctx, r.experts[1], r.program, true))
		if erase, err := r.Community.Erase(ctx, r.experts[1], r.program); err != nil || !erase {
			t.Errorf("chosen: %v, %v", erase, err)
		}
		for _, i := range []int{0, 1} {
			r.must(r.Admission.Leave(ctx, r.experts[i], r.program))
		}
		r.RunDue()
		anonymous, err := r.Community.View(ctx, r.experts[2], r.program, kept.ID)
		if err != nil || anonymous.Handle != "" || anonymous.Post.Text == "" {
			t.Errorf("without a name: %+v, %v", anonymous, err)
		}
		erased, err := r.Community.View(ctx, r.experts[2], r.program, gone.ID)
		if err != nil || erased.Post.Text != "" || erased.Replies != 1 {
			t.Errorf("erased: %+v, %v", erased, err)
		}
		if v, err := r.Community.ProposalOf(ctx, r.experts[2], r.program, theirs.ID); err != nil || v.Proposal.Support != 0 || v.Proposal.Text != "Stays." {
			t.Errorf("their proposal: %+v, %v", v, err)
		}
		if _, err := r.Community.ProposalOf(ctx, r.experts[2], r.program, mine.ID); !errors.Is(err, marketplace.ErrNotFound) {
			t.Errorf("the other is still there: %v", err)
		}
		for _, table := range []string{"room_posts", "room_proposals", "proposal_votes", "room_choices"} {
			if n := r.count(table, "person_id IN ?", []access.PersonID{r.experts[0].Person, r.experts[1].Person}); n != 0 {
				t.Errorf("%s names who has left", table)
			}
		}
	})
}

// A proposal that enough support is the brand's to answer, in time, or everybody
// reads that it has not.
func TestProposals(t *testing.T) {
	each(t, 4, func(t *testing.T, r *room) {
		ctx, all := t.Context(), marketplace.Page{}
		r.must(r.Notify.SetChoices(ctx, r.experts[3], notify.Choices{Room: true}))
		p, err := r.Community.Propose(ctx, r.experts[0], r.program, "Pay nights", "Write to boss@example.com.")
		r.must(err)
		if p.Threshold != 3 || p.Support != 1 || strings.Contains(p.Text, "boss@example.com") {
			t.Fatalf("proposed: %+v", p)
		}
		for range 2 { // counted once
			r.must(r.Community.Support(ctx, r.experts[1], r.program, p.ID, true))
		}
		r.must(r.Community.Support(ctx, r.experts[1], r.program, p.ID, false))
		r.must(r.Community.Support(ctx, r.experts[1], r.program, p.ID, true))
		r.must(r.Community.Support(ctx, r.experts[2], r.program, p.ID, true))
		if err := r.Community.Support(ctx, r.experts[3], r.program, p.ID, true); !errors.Is(err, community.ErrNotNow) {
			t.Errorf("supported once it was carried: %v", err)
		}
		list, err := r.Community.ToAnswer(ctx, r.Manager, r.program, all)
		if err != nil || len(list.Items) != 1 || list.Items[0].State != community.Carried || list.Items[0].PersonID != nil {
			t.Fatalf("to answer: %+v, %v", list, err)
		}
		voice := func() community.Voice {
			v, err := r.Community.Voice(ctx, r.program)
			r.must(err)
			return v
		}
		if v := voice(); v.Waiting != 1 || len(v.Overdue) != 0 {
			t.Errorf("in time: %+v", v)
		}
		r.RunDue()
		told := len(r.Mails()) // the owner and both managers
		r.After(15 * 24 * time.Hour)
		if v := voice(); v.Waiting != 0 || len(v.Overdue) != 1 || v.Overdue[0].Title != "Pay nights" {
			t.Errorf("too late: %+v", v)
		}
		if again := len(r.Mails()); told != 3 || again != 6 {
			t.Errorf("%d mails to the brand, then %d", told, again)
		}
		for name, by := range map[string]access.Caller{"reviewer": r.Reviewer, "operator": r.Operator, "system": access.SystemCaller("x")} {
			if err := r.Community.AnswerProposal(ctx, by, r.program, p.ID, community.Partly, "On Sundays."); !errors.Is(err, marketplace.ErrForbidden) {
				t.Errorf("%s: %v", name, err)
			}
		}
		r.must(r.Community.AnswerProposal(ctx, r.Manager, r.program, p.ID, community.Partly, "On Sundays."))
		if err := r.Community.AnswerProposal(ctx, r.Owner, r.program, p.ID, community.Declined, "No."); !errors.Is(err, community.ErrNotNow) {
			t.Errorf("answered twice: %v", err)
		}
		r.RunDue()
		if v := voice(); v.Answered != 1 || len(v.Overdue) != 0 {
			t.Errorf("answered: %+v", v)
		}
		if mails := r.Mails(); len(mails) != 7 || !strings.Contains(strings.Join(mails, ""), "has answered a proposal") {
			t.Errorf("%d mails, one to the expert who asked for it", len(mails)-6)
		}
		short, err := r.Community.Propose(ctx, r.experts[0], r.program, "Less", "Work.")
		r.must(err)
		back, err := r.Community.Propose(ctx, r.experts[0], r.program, "Back", "Taken.")
		r.must(err)
		for range 2 {
			r.must(r.Community.Withdraw(ctx, r.experts[0], r.program, back.ID))
		}
		r.After(15 * 24 * time.Hour)
		if v, err := r.Community.ProposalOf(ctx, r.experts[1], r.program, short.ID); err != nil || v.Proposal.State != community.Lapsed {
			t.Errorf("with too little support: %+v, %v", v, err)
		}
	})
}
