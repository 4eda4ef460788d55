package signin_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/signin"
	"knowhow/migrations/dbtest"
)

const fresh = "analytical engine"

func TestResettingAPassword(t *testing.T) {
	each(t, func(t *testing.T, d *door) {
		first, seen := d.signUp(ada), map[string]bool{}
		d.must(d.RequestReset(ctx, home, " ADA@example.org"))
		token := d.link(ada.Email, "reset", seen)
		d.must(d.RequestReset(ctx, home, ada.Email))
		other := d.link(ada.Email, "reset", seen)
		for range 10 {
			d.want("wrong", d.try(signin.Client{}, ada.Email, "wrong engine", ""), signin.ErrCredentials)
		}
		d.want("too short, and the link stays good", d.Reset(ctx, home, token, "short"), marketplace.ErrInvalid)
		d.must(d.Reset(ctx, home, token, fresh))
		_, err := d.Refresh(ctx, first.Token)
		d.want("a session from before", err, signin.ErrSession)
		if got := d.ended(first.Session.PersonID); got[first.Session.ID] != "password" {
			t.Errorf("ended %v", got)
		}
		d.want("the link again", d.Reset(ctx, home, token, fresh), signin.ErrLinkUsed)
		d.want("the other link", d.Reset(ctx, home, other, fresh), signin.ErrLinkUsed)
		d.must(d.try(signin.Client{}, ada.Email, fresh, "")) // the failed tries are forgiven
		d.want("the old password", d.try(signin.Client{}, ada.Email, ada.Password, ""), signin.ErrCredentials)
		if mails := strings.Join(d.mailsTo(ada.Email), "\n"); !strings.Contains(mails, "Your password was changed") {
			t.Errorf("nobody told the person: %s", mails)
		}
	})
}

func TestAResetExpires(t *testing.T) {
	each(t, func(t *testing.T, d *door) {
		d.signUp(ada)
		d.must(d.RequestReset(ctx, home, ada.Email))
		token := d.link(ada.Email, "reset", nil)
		d.Clock.Advance(time.Hour)
		d.want("after an hour", d.Reset(ctx, home, token, fresh), signin.ErrLinkExpired)
		d.signIn(ada)
	})
}

// A person somebody else made gets their first password by the same link.
func TestAFirstPassword(t *testing.T) {
	each(t, func(t *testing.T, d *door) {
		d.must(d.RequestReset(ctx, home, "olga@example.com"))
		d.must(d.Reset(ctx, home, d.link("olga@example.com", "reset", nil), fresh))
		started, err := d.SignIn(ctx, home, signin.Credentials{Email: "olga@example.com", Password: fresh})
		if err != nil || started.Caller() != d.Operator {
			t.Errorf("%+v, %v", started.Session, err)
		}
	})
}

func TestAResetIsDoneOnce(t *testing.T) {
	each(t, func(t *testing.T, d *door) {
		d.signUp(ada)
		d.must(d.RequestReset(ctx, home, ada.Email))
		token := d.link(ada.Email, "reset", nil)
		if won := d.race(16, signin.ErrLinkUsed, func(int) error { return d.Reset(ctx, home, token, fresh) }); won != 1 {
			t.Errorf("%d of 16 set the password, want 1", won)
		}
	})
}

func TestChangingThePassword(t *testing.T) {
	each(t, func(t *testing.T, d *door) {
		here := d.signUp(ada)
		there, me := d.signIn(ada), here.Caller()
		d.must(d.RequestReset(ctx, home, ada.Email))
		token := d.link(ada.Email, "reset", nil)
		for name, c := range map[string]struct {
			caller   access.Caller
			old, new string
			want     error
		}{
			"no new one":     {me, ada.Password, "", marketplace.ErrInvalid},
			"a common one":   {me, ada.Password, "qwertyuiop", marketplace.ErrInvalid},
			"by the system":  {system, ada.Password, fresh, marketplace.ErrForbidden},
			"by nobody":      {access.Caller{}, ada.Password, fresh, marketplace.ErrForbidden},
			"of somebody no": {access.PersonCaller(marketplace.NewID[access.Person]()), ada.Password, fresh, marketplace.ErrNotFound},
		} {
			d.unchanged(func() {
				d.want(name, d.ChangePassword(ctx, c.caller, here.Session.ID, c.old, c.new), c.want)
			})
		}
		d.want("wrong old one", d.ChangePassword(ctx, me, here.Session.ID, "wrong engine", fresh), signin.ErrCredentials)
		d.want("huge old one", d.ChangePassword(ctx, me, here.Session.ID, strings.Repeat("x", 1<<20), fresh), signin.ErrCredentials)
		d.must(d.ChangePassword(ctx, me, here.Session.ID, ada.Password, fresh))
		d.refresh(here.Token)
		_, err := d.Refresh(ctx, there.Token)
		d.want("the other session", err, signin.ErrSession)
		d.want("a link from before", d.Reset(ctx, home, token, fresh), signin.ErrLinkUsed)
		for range 9 {
			d.want("wrong old one", d.ChangePassword(ctx, me, here.Session.ID, "wrong engine", fresh), signin.ErrCredentials)
		}
		d.want("the eleventh", d.ChangePassword(ctx, me, here.Session.ID, fresh, ada.Password), signin.ErrTooManyAttempts)
	})
}

// Of two who change it at once, one does: the other's old password is wrong by
// then.
func TestChangingThePasswordAtOnce(t *testing.T) {
	each(t, func(t *testing.T, d *door) {
		me := d.signUp(ada).Caller()
		won := d.race(4, signin.ErrCredentials, func(i int) error {
			return d.ChangePassword(ctx, me, signin.SessionID{}, ada.Password, fresh+strings.Repeat("x", i))
		})
		if won != 1 {
			t.Errorf("%d of 4 changed it, want 1", won)
		}
	})
}

// What cannot be written is not half written: the password, the sessions, the
// link and the mail stand or fall together.
func TestResetHalfway(t *testing.T) {
	each(t, func(t *testing.T, d *door) {
		first := d.signUp(ada)
		d.must(d.RequestReset(ctx, signin.Client{}, ada.Email))
		token := d.link(ada.Email, "reset", nil)
		n := dbtest.Halfway(t, d.DB, func() error { return d.Reset(ctx, signin.Client{}, token, fresh) })
		if n < 8 {
			t.Errorf("Reset: only %d statements seen", n)
		}
		again := d.signIn(signin.Account{Email: ada.Email, Password: fresh})
		mend := d.refuse("mails")
		if err := d.ChangePassword(ctx, first.Caller(), signin.SessionID{}, fresh, "difference engine two"); err == nil || errors.Is(err, signin.ErrCredentials) {
			t.Errorf("a mail was written: %v", err)
		}
		mend()
		d.refresh(again.Token)
		d.must(d.try(home, ada.Email, fresh, ""))
	})
}

func TestFirstOperator(t *testing.T) {
	each(t, func(t *testing.T, d *door) {
		p, err := d.CreateFirst(ctx, system, ada)
		if err != nil || !p.Operator {
			t.Fatalf("%+v, %v", p, err)
		}
		started := d.signIn(ada)
		d.unchanged(func() {
			other := ada
			other.Password = fresh
			again, err := d.CreateFirst(ctx, system, other)
			if err != nil || again.ID != p.ID {
				t.Errorf("again: %+v, %v", again, err)
			}
		})
		d.refresh(started.Token)
		person := d.signUp(signin.Account{Email: "bob@example.org", Name: "Bob", Password: fresh})
		risen, err := d.CreateFirst(ctx, system, signin.Account{Email: "bob@example.org", Name: "Robert"})
		if err != nil || risen.ID != person.Session.PersonID || risen.Name != "Bob" || !risen.Operator {
			t.Errorf("a person who was: %+v, %v", risen, err)
		}
		d.must(d.try(home, "bob@example.org", fresh, ""))
		if _, err := d.Programs.CreateBrand(ctx, access.PersonCaller(risen.ID), "New", risen.ID); err != nil {
			t.Errorf("who is an operator makes a brand: %v", err)
		}
		for name, do := range map[string]func() error{
			"by an operator": func() error { _, err := d.CreateFirst(ctx, d.Operator, ada); return err },
			"by nobody":      func() error { _, err := d.CreateFirst(ctx, access.Caller{}, ada); return err },
			"a password":     func() error { return d.SetPasswordFor(ctx, d.Operator, p.ID, fresh) },
			"a link":         func() error { _, err := d.ResetLink(ctx, d.Operator, p.ID); return err },
		} {
			d.unchanged(func() { d.want(name, do(), marketplace.ErrForbidden) })
		}
	})
}

func TestPasswordsSetInTheirPlace(t *testing.T) {
	each(t, func(t *testing.T, d *door) {
		first := d.signUp(ada)
		d.must(d.SetPasswordFor(ctx, system, first.Session.PersonID, fresh))
		_, err := d.Refresh(ctx, first.Token)
		d.want("a session from before", err, signin.ErrSession)
		d.must(d.try(home, ada.Email, fresh, ""))
		d.must(d.SetPasswordFor(ctx, system, d.Manager.Person, "brindle box demo"))
		link, err := d.ResetLink(ctx, system, first.Session.PersonID)
		d.must(err)
		found := linkIn.FindStringSubmatch(link)
		if len(found) != 3 || found[1] != "reset" {
			t.Fatalf("a link %q", link)
		}
		d.must(d.Reset(ctx, home, found[2], ada.Password))
		d.signIn(ada)
		nobody := marketplace.NewID[access.Person]()
		d.unchanged(func() {
			d.want("a bad one", d.SetPasswordFor(ctx, system, first.Session.PersonID, "short"), marketplace.ErrInvalid)
			d.want("nobody's", d.SetPasswordFor(ctx, system, nobody, fresh), marketplace.ErrNotFound)
			_, err := d.ResetLink(ctx, system, nobody)
			d.want("nobody's link", err, marketplace.ErrNotFound)
		})
		for name, do := range map[string]func() error{
			"SetPasswordFor": func() error { return d.SetPasswordFor(ctx, system, first.Session.PersonID, fresh) },
			"CreateFirst": func() error {
				_, err := d.CreateFirst(ctx, system, signin.Account{Email: "op@example.org", Name: "Op", Password: fresh})
				return err
			},
		} {
			if n := dbtest.Halfway(t, d.DB, do); n < 4 {
				t.Errorf("%s: only %d statements seen", name, n)
			}
		}
	})
}
