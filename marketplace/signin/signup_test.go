package signin_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/event"
	"knowhow/marketplace/signin"
	"knowhow/migrations/dbtest"
)

func TestSigningUp(t *testing.T) {
	each(t, func(t *testing.T, d *door) {
		d.must(d.SignUp(ctx, home, signin.Account{Email: " Ada@Example.org", Name: " Ada ", Password: ada.Password}))
		if _, err := d.Access.PersonByEmail(ctx, system, ada.Email); err == nil {
			t.Fatal("there is a person before the address was proven")
		}
		_, err := d.SignIn(ctx, home, signin.Credentials{Email: ada.Email, Password: ada.Password})
		d.want("sign in before the address is proven", err, signin.ErrCredentials)
		token := d.link(ada.Email, "verify", nil)
		started, err := d.Verify(ctx, home, token, ada.Password)
		d.must(err)
		p, err := d.Access.Person(ctx, started.Caller(), started.Session.PersonID)
		if err != nil || p.Name != "Ada" || p.Operator || started.Session.UserAgent != home.UserAgent || started.Session.NeedsTOTP {
			t.Errorf("%+v, %+v, %v", p, started.Session, err)
		}
		if _, err := d.Refresh(ctx, started.Token); err != nil {
			t.Errorf("the session: %v", err)
		}
		d.signIn(ada)
		if got := d.kinds(p.ID); !slices.Equal(got, []event.Kind{access.PersonCreated}) {
			t.Errorf("events %v", got)
		}
		_, err = d.Verify(ctx, home, token, ada.Password)
		d.want("the link again", err, signin.ErrLinkUsed)
		d.want("the link again", err, signin.ErrLink)
		if n := d.count("signups", "contact_sealed IS NOT NULL OR password_hash IS NOT NULL"); n != 0 {
			t.Errorf("%d sign-ups keep what they were told", n)
		}
	})
}

// Whose address it is, but who did not sign up, makes no account for whoever
// did by following the link.
func TestALinkAloneMakesNoAccount(t *testing.T) {
	each(t, func(t *testing.T, d *door) {
		d.must(d.SignUp(ctx, signin.Client{}, ada))
		token := d.link(ada.Email, "verify", nil)
		d.unchanged(func() {
			for _, wrong := range []string{"", "another engine", ada.Password + " ", strings.Repeat("a", 1<<20)} {
				_, err := d.Verify(ctx, signin.Client{}, token, wrong)
				d.want("another password", err, signin.ErrCredentials)
			}
		})
		_, err := d.Verify(ctx, signin.Client{}, token, ada.Password)
		d.must(err)
	})
}

// Whoever signs up with any address learns nothing of it.
func TestSigningUpTellsNothing(t *testing.T) {
	each(t, func(t *testing.T, d *door) {
		d.signUp(ada)
		known := d.SignUp(ctx, home, ada)
		unknown := d.SignUp(ctx, home, signin.Account{Email: "bob@example.org", Name: "Bob", Password: "another engine"})
		if known != nil || unknown != nil {
			t.Errorf("known: %v, unknown: %v", known, unknown)
		}
		mails := strings.Join(d.mailsTo(ada.Email), "\n")
		if !strings.Contains(mails, "There is an account with it already") || strings.Count(mails, "#token=") != 1 {
			t.Errorf("written: %s", mails)
		}
		if err := d.RequestReset(ctx, home, "nobody@example.org"); err != nil {
			t.Errorf("a reset for nobody: %v", err)
		}
		if got := d.mailsTo("nobody@example.org"); len(got) != 0 {
			t.Errorf("nobody was written: %q", got)
		}
	})
}

func TestALinkIsFollowedOnce(t *testing.T) {
	each(t, func(t *testing.T, d *door) {
		d.must(d.SignUp(ctx, home, ada))
		token := d.link(ada.Email, "verify", nil)
		if won := d.race(16, signin.ErrLinkUsed, func(int) error { _, err := d.Verify(ctx, home, token, ada.Password); return err }); won != 1 {
			t.Errorf("%d of 16 followed the link, want 1", won)
		}
		if n := d.count("sessions", "1 = 1"); n != 1 {
			t.Errorf("%d sessions", n)
		}
	})
}

func TestTwoSignUpsOfOneAddress(t *testing.T) {
	each(t, func(t *testing.T, d *door) {
		seen := map[string]bool{}
		d.must(d.SignUp(ctx, home, ada))
		first := d.link(ada.Email, "verify", seen)
		again := ada
		again.Password = "analytical engine"
		d.must(d.SignUp(ctx, home, again))
		second := d.link(ada.Email, "verify", seen)
		_, err := d.Verify(ctx, home, second, again.Password)
		d.must(err)
		_, err = d.Verify(ctx, home, first, ada.Password)
		d.want("the other link", err, signin.ErrLinkUsed)
		d.signIn(again)
		_, err = d.SignIn(ctx, home, signin.Credentials{Email: ada.Email, Password: ada.Password})
		d.want("the other password", err, signin.ErrCredentials)
	})
}

func TestLinksThatDoNotWork(t *testing.T) {
	each(t, func(t *testing.T, d *door) {
		d.must(d.SignUp(ctx, home, ada))
		token := d.link(ada.Email, "verify", nil)
		for _, bad := range []string{"", "x", token[:42], token + "A", strings.ToUpper(token), strings.Repeat("a", 1<<20)} {
			_, err := d.Verify(ctx, home, bad, ada.Password)
			d.want("a forged link", err, signin.ErrLink)
			d.want("a forged reset", d.Reset(ctx, home, bad, "another engine"), signin.ErrLink)
			_, err = d.Invited(ctx, bad)
			d.want("a forged invitation", err, signin.ErrLink)
		}
		d.want("a sign-up's link to reset", d.Reset(ctx, home, token, "another engine"), signin.ErrLink)
		d.Clock.Advance(24 * time.Hour)
		_, err := d.Verify(ctx, home, token, ada.Password)
		d.want("an old link", err, signin.ErrLinkExpired)
	})
}

func TestWhatIsNotTakenToSignUp(t *testing.T) {
	each(t, func(t *testing.T, d *door) {
		for name, a := range map[string]signin.Account{
			"no address":        {Name: "Ada", Password: ada.Password},
			"bad address":       {Email: "ada", Name: "Ada", Password: ada.Password},
			"no name":           {Email: ada.Email, Password: ada.Password},
			"name of two lines": {Email: ada.Email, Name: "A\nB", Password: ada.Password},
			"no password":       {Email: ada.Email, Name: "Ada"},
			"common password":   {Email: ada.Email, Name: "Ada", Password: "Password 123"},
			"address as such":   {Email: "long.enough@example.org", Name: "Ada", Password: "Long.Enough"},
		} {
			d.unchanged(func() { d.want(name, d.SignUp(ctx, home, a), marketplace.ErrInvalid) })
		}
	})
}

func TestMailsAreLimited(t *testing.T) {
	each(t, func(t *testing.T, d *door) {
		for range 5 {
			d.must(d.RequestReset(ctx, signin.Client{}, ada.Email))
		}
		d.unchanged(func() {
			err := d.SignUp(ctx, signin.Client{}, ada)
			d.want("the sixth in an hour", err, signin.ErrTooManyAttempts)
			var throttled *signin.ThrottledError
			if !asThrottled(err, &throttled) || throttled.RetryAfter != time.Hour {
				t.Errorf("%v", err)
			}
		})
		d.Clock.Advance(time.Hour)
		d.must(d.SignUp(ctx, signin.Client{}, ada))
		for i := range 30 {
			d.must(d.RequestReset(ctx, home, strings.Repeat("x", i+1)+"@example.org"))
		}
		d.want("from one place", d.RequestReset(ctx, home, "y@example.org"), signin.ErrTooManyAttempts)
	})
}

func TestSignUpHalfway(t *testing.T) {
	each(t, func(t *testing.T, d *door) {
		d.signUp(ada)
		bob := signin.Account{Email: "bob@example.org", Name: "Bob", Password: "another engine"}
		seen := map[string]bool{}
		for name, do := range map[string]func() error{
			"SignUp, known":   func() error { return d.SignUp(ctx, signin.Client{}, ada) },
			"SignUp, unknown": func() error { return d.SignUp(ctx, signin.Client{}, bob) },
			"RequestReset":    func() error { return d.RequestReset(ctx, signin.Client{}, ada.Email) },
		} {
			if n := dbtest.Halfway(t, d.DB, do); n < 5 {
				t.Errorf("%s: only %d statements seen", name, n)
			}
		}
		token := d.link(bob.Email, "verify", seen)
		n := dbtest.Halfway(t, d.DB, func() error { _, err := d.Verify(ctx, signin.Client{}, token, bob.Password); return err })
		if n < 6 {
			t.Errorf("Verify: only %d statements seen", n)
		}
	})
}

// Nothing that opens anything, and nobody's address, is kept in clear.
func TestNothingSecretIsKept(t *testing.T) {
	each(t, func(t *testing.T, d *door) {
		d.must(d.SignUp(ctx, home, ada))
		pending := dbtest.Dump(t, d.DB)
		token := d.link(ada.Email, "verify", nil)
		started, err := d.Verify(ctx, home, token, ada.Password)
		d.must(err)
		d.must(d.RequestReset(ctx, home, ada.Email))
		_, err = d.Invite(ctx, d.Owner, d.Brand, "eve@example.org", access.Viewer)
		d.must(err)
		e, err := d.BeginTOTP(ctx, started.Caller(), ada.Password)
		d.must(err)
		waiting := dbtest.Dump(t, d.DB)
		reset, invitation := d.link(ada.Email, "reset", nil), d.link("eve@example.org", "invitation", nil)
		for _, secret := range []string{ada.Email, "eve@example.org", ada.Password, token, started.Token, e.Secret, reset, invitation, "192.0.2.7"} {
			for place, text := range map[string]string{"pending": pending, "waiting": waiting, "after": dbtest.Dump(t, d.DB), "log": d.Logged()} {
				if strings.Contains(text, secret) {
					t.Errorf("%s: %q is kept in clear", place, secret)
				}
			}
		}
	})
}
