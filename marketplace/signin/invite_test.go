package signin_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/event"
	"knowhow/marketplace/markettest"
	"knowhow/marketplace/signin"
	"knowhow/migrations/dbtest"
)

// invite invites and gives the mailed token.
func (d *door) invite(email string, role access.Role, seen map[string]bool) (signin.Invitation, string) {
	d.t.Helper()
	i, err := d.Invite(ctx, d.Owner, d.Brand, email, role)
	d.must(err)
	return i, d.link(strings.ToLower(email), "invitation", seen)
}

func (d *door) roles(person access.PersonID) (roles []access.Role) {
	d.t.Helper()
	list, err := d.Access.Memberships(ctx, access.PersonCaller(person), person)
	d.must(err)
	for _, m := range list {
		roles = append(roles, m.Role)
	}
	return roles
}

func (d *door) invitationEvents(id signin.InvitationID) (kinds []event.Kind) {
	d.t.Helper()
	d.must(d.Store.Read(ctx, d.Brand, func(tx *gorm.DB) error {
		list, err := d.Events.OfTx(ctx, tx, d.Brand, event.Subject(id))
		for _, e := range list {
			kinds = append(kinds, e.Kind)
		}
		return err
	}))
	return kinds
}

func TestInvitingSomebodyNew(t *testing.T) {
	each(t, func(t *testing.T, d *door) {
		i, token := d.invite("Eve@example.org", access.Reviewer, nil)
		v, err := d.Invited(ctx, token)
		if err != nil || v.BrandName != "Brindlewave" || v.Role != access.Reviewer || v.Email != "eve@example.org" || v.Known {
			t.Errorf("Invited = %+v, %v", v, err)
		}
		if mails := strings.Join(d.mailsTo("eve@example.org"), ""); !strings.Contains(mails, "You are invited to Brindlewave") {
			t.Errorf("written %s", mails)
		}
		open, err := d.Invitations(ctx, d.Owner, d.Brand, marketplace.Page{})
		if err != nil || len(open.Items) != 1 || open.Items[0].ID != i.ID || open.Items[0].Email != "eve@example.org" {
			t.Errorf("Invitations = %+v, %v", open, err)
		}
		for name, bad := range map[string][2]string{"no name": {"", fresh}, "bad password": {"Eve", "short"}} {
			_, err := d.AcceptInvitation(ctx, signin.Client{}, token, bad[0], bad[1])
			d.want(name, err, marketplace.ErrInvalid)
		}
		started, err := d.AcceptInvitation(ctx, home, token, "Eve", fresh)
		d.must(err)
		eve := started.Session.PersonID
		if got := d.roles(eve); !slices.Equal(got, []access.Role{access.Reviewer}) {
			t.Errorf("roles %v", got)
		}
		d.must(d.try(home, "eve@example.org", fresh, ""))
		_, err = d.AcceptInvitation(ctx, home, token, "Eve", fresh)
		d.want("again", err, signin.ErrLinkUsed)
		if got := d.invitationEvents(i.ID); !slices.Equal(got, []event.Kind{signin.InvitationSent, signin.InvitationAccepted}) {
			t.Errorf("events %v", got)
		}
		if open, err = d.Invitations(ctx, d.Owner, d.Brand, marketplace.Page{}); err != nil || len(open.Items) != 0 {
			t.Errorf("Invitations = %+v, %v", open, err)
		}
		d.want("withdrawn after", d.WithdrawInvitation(ctx, d.Owner, d.Brand, i.ID), signin.ErrLinkUsed)
		if n := d.count("invitations", "email_sealed IS NOT NULL"); n != 0 {
			t.Error("the address is kept")
		}
	})
}

// Open invitations are read page by page, and each by its id; others are not
// there.
func TestOpenInvitationsInPages(t *testing.T) {
	each(t, func(t *testing.T, d *door) {
		seen := map[string]bool{}
		var open []signin.InvitationID
		for _, name := range []string{"ann", "ben", "cleo", "dan"} {
			i, _ := d.invite(name+"@example.org", access.Viewer, seen)
			open = append(open, i.ID)
		}
		back, _ := d.invite("eve@example.org", access.Viewer, seen)
		d.must(d.WithdrawInvitation(ctx, d.Owner, d.Brand, back.ID))
		list := func(p marketplace.Page) (marketplace.Listing[signin.Invitation], error) {
			return d.Invitations(ctx, d.Owner, d.Brand, p)
		}
		markettest.Paged(t, list, func(i signin.Invitation) signin.InvitationID { return i.ID }, open...)
		if i, err := d.Invitation(ctx, d.Owner, d.Brand, open[2]); err != nil || i.ID != open[2] || i.Email != "cleo@example.org" {
			t.Errorf("%+v, %v", i, err)
		}
		_, err := d.Invitation(ctx, d.Owner, d.Brand, back.ID)
		d.want("taken back", err, marketplace.ErrNotFound)
		other := d.Neighbour()
		_, err = d.Invitation(ctx, other.Owner, other.Brand, open[0])
		d.want("another brand's", err, marketplace.ErrNotFound)
		_, err = d.Invitation(ctx, other.Owner, d.Brand, open[0])
		d.want("a neighbour", err, marketplace.ErrForbidden)
	})
}

func TestInvitingSomebodyKnown(t *testing.T) {
	each(t, func(t *testing.T, d *door) {
		me := d.signUp(ada).Caller()
		eve := d.signUp(signin.Account{Email: "eve@example.org", Name: "Eve", Password: fresh}).Caller()
		_, token := d.invite(ada.Email, access.Finance, nil)
		if v, err := d.Invited(ctx, token); err != nil || !v.Known {
			t.Errorf("Invited = %+v, %v", v, err)
		}
		_, err := d.AcceptInvitation(ctx, signin.Client{}, token, "Ada", fresh)
		d.want("as somebody new", err, signin.ErrSignInFirst)
		d.unchanged(func() {
			_, err := d.AcceptInvitationAs(ctx, eve, token)
			d.want("as another", err, signin.ErrNotInvited)
			d.want("as another", err, marketplace.ErrForbidden)
			_, err = d.AcceptInvitationAs(ctx, system, token)
			d.want("as the system", err, marketplace.ErrForbidden)
		})
		v, err := d.AcceptInvitationAs(ctx, me, token)
		if err != nil || v.Brand != d.Brand || !slices.Equal(d.roles(me.Person), []access.Role{access.Finance}) {
			t.Errorf("%+v, %v, roles %v", v, err, d.roles(me.Person))
		}
		_, err = d.AcceptInvitationAs(ctx, me, token)
		d.want("again", err, signin.ErrLinkUsed)
	})
}

func TestInvitationsThatAreGoneDoNotWork(t *testing.T) {
	each(t, func(t *testing.T, d *door) {
		seen := map[string]bool{}
		_, replaced := d.invite("eve@example.org", access.Viewer, seen)
		second, withdrawn := d.invite("eve@example.org", access.Agent, seen)
		accept := func(token string) error {
			_, err := d.AcceptInvitation(ctx, signin.Client{}, token, "Eve", fresh)
			return err
		}
		d.want("a replaced one", accept(replaced), signin.ErrLinkUsed)
		d.must(d.WithdrawInvitation(ctx, d.Owner, d.Brand, second.ID))
		d.unchanged(func() { d.must(d.WithdrawInvitation(ctx, d.Owner, d.Brand, second.ID)) })
		d.want("a withdrawn one", accept(withdrawn), signin.ErrLinkUsed)
		_, old := d.invite("eve@example.org", access.Viewer, seen)
		d.Clock.Advance(7 * 24 * time.Hour)
		d.want("an old one", accept(old), signin.ErrLinkExpired)
		if open, err := d.Invitations(ctx, d.Owner, d.Brand, marketplace.Page{}); err != nil || len(open.Items) != 0 {
			t.Errorf("an old one is open: %+v, %v", open, err)
		}
		// An invitation is worth what its sender may still do.
		boss := access.PersonCaller(d.Person("Boss"))
		d.must(d.Access.AddMember(ctx, d.Owner, d.Brand, boss.Person, access.Owner))
		_, err := d.Invite(ctx, boss, d.Brand, "eve@example.org", access.Owner)
		d.must(err)
		token := d.link("eve@example.org", "invitation", seen)
		d.must(d.Access.RemoveMember(ctx, d.Owner, d.Brand, boss.Person, access.Owner))
		d.want("of somebody removed", accept(token), signin.ErrLinkExpired)
		if n := d.count("sessions", "1 = 1"); n != 0 {
			t.Errorf("%d sessions", n)
		}
	})
}

func TestWhoMayInvite(t *testing.T) {
	each(t, func(t *testing.T, d *door) {
		other := d.Neighbour()
		i, _ := d.invite("eve@example.org", access.Viewer, nil)
		key, _, err := d.Access.CreateKey(ctx, d.Owner, d.Brand, access.NewKey{Name: "k", Scopes: access.Scopes})
		d.must(err)
		invite := func(c access.Caller, brand marketplace.BrandID, email string, role access.Role) func() error {
			return func() error { _, err := d.Invite(ctx, c, brand, email, role); return err }
		}
		for name, c := range map[string]struct {
			do   func() error
			want error
		}{
			"a manager":       {invite(d.Manager, d.Brand, "x@example.org", access.Viewer), marketplace.ErrForbidden},
			"a neighbour":     {invite(other.Owner, d.Brand, "x@example.org", access.Viewer), marketplace.ErrForbidden},
			"the system":      {invite(system, d.Brand, "x@example.org", access.Viewer), marketplace.ErrForbidden},
			"a key":           {invite(access.KeyCaller(d.Brand, key.ID), d.Brand, "x@example.org", access.Viewer), marketplace.ErrForbidden},
			"no role":         {invite(d.Owner, d.Brand, "x@example.org", "king"), marketplace.ErrInvalid},
			"no address":      {invite(d.Owner, d.Brand, "x", access.Viewer), marketplace.ErrInvalid},
			"no brand":        {invite(d.Owner, marketplace.BrandID{}, "x@example.org", access.Viewer), marketplace.ErrInvalid},
			"every brand":     {invite(d.Operator, marketplace.AllBrands, "x@example.org", access.Viewer), marketplace.ErrInvalid},
			"no such brand":   {invite(d.Operator, marketplace.BrandID(marketplace.NewID[door]()), "x@example.org", access.Viewer), marketplace.ErrNotFound},
			"a manager's":     {func() error { _, err := d.Invitations(ctx, d.Manager, d.Brand, marketplace.Page{}); return err }, marketplace.ErrForbidden},
			"a neighbour's":   {func() error { _, err := d.Invitations(ctx, other.Owner, d.Brand, marketplace.Page{}); return err }, marketplace.ErrForbidden},
			"taken back":      {func() error { return d.WithdrawInvitation(ctx, d.Manager, d.Brand, i.ID) }, marketplace.ErrForbidden},
			"taken elsewhere": {func() error { return d.WithdrawInvitation(ctx, other.Owner, other.Brand, i.ID) }, marketplace.ErrNotFound},
		} {
			d.unchanged(func() { d.want(name, c.do(), c.want) })
		}
		for range 4 {
			d.must(invite(d.Owner, d.Brand, "eve@example.org", access.Viewer)())
		}
		d.want("the sixth", invite(d.Owner, d.Brand, "eve@example.org", access.Viewer)(), signin.ErrTooManyAttempts)
	})
}

func TestAcceptingAtOnce(t *testing.T) {
	each(t, func(t *testing.T, d *door) {
		_, token := d.invite("eve@example.org", access.Viewer, nil)
		losing := errors.Join(signin.ErrLinkUsed, signin.ErrSignInFirst)
		won := d.race(16, losing, func(int) error {
			_, err := d.AcceptInvitation(ctx, signin.Client{}, token, "Eve", fresh)
			if errors.Is(err, signin.ErrSignInFirst) || errors.Is(err, signin.ErrLinkUsed) {
				return losing
			}
			return err
		})
		if won != 1 {
			t.Errorf("%d of 16 accepted, want 1", won)
		}
	})
}

func TestInvitationsHalfway(t *testing.T) {
	each(t, func(t *testing.T, d *door) {
		me, seen := d.signUp(ada).Caller(), map[string]bool{}
		i, toNew := d.invite("eve@example.org", access.Viewer, seen)
		_, toMe := d.invite(ada.Email, access.Agent, seen)
		extra, _ := d.invite("bob@example.org", access.Agent, seen)
		for _, step := range []struct {
			name string
			do   func() error
		}{
			{"Invite", func() error { _, err := d.Invite(ctx, d.Owner, d.Brand, "zoe@example.org", access.Viewer); return err }},
			{"AcceptInvitation", func() error { _, err := d.AcceptInvitation(ctx, signin.Client{}, toNew, "Eve", fresh); return err }},
			{"AcceptInvitationAs", func() error { _, err := d.AcceptInvitationAs(ctx, me, toMe); return err }},
			{"WithdrawInvitation", func() error { return d.WithdrawInvitation(ctx, d.Owner, d.Brand, extra.ID) }},
		} {
			if n := dbtest.Halfway(t, d.DB, step.do); n < 4 {
				t.Errorf("%s: only %d statements seen", step.name, n)
			}
		}
		if i.ID.IsZero() {
			t.Error("an invitation has no id")
		}
	})
}
