package signin_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/event"
	"knowhow/marketplace/signin"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

// code is what an authenticator shows when the market's clock is ahead by so
// much.
func (d *door) code(e signin.Enrolment, ahead time.Duration) string {
	d.t.Helper()
	code, err := totp.GenerateCode(e.Secret, d.Clock.Now().Add(ahead))
	d.must(err)
	return code
}

// apart moves the clock on, where it has to, to a moment at which no code of about
// now is another of them, or is no: of six digits two are the same by chance now
// and then.
func (d *door) apart(no string, list ...signin.Enrolment) {
	d.t.Helper()
	for {
		met, same := map[string]bool{no: true}, false
		for _, e := range list {
			for step := -2; step <= 2; step++ {
				code := d.code(e, time.Duration(step)*30*time.Second)
				same, met[code] = same || met[code], true
			}
		}
		if !same {
			return
		}
		d.Clock.Advance(30 * time.Second)
	}
}

// enrol gives a person an authenticator.
func (d *door) enrol(caller access.Caller) (signin.Enrolment, []string) {
	d.t.Helper()
	e, err := d.BeginTOTP(ctx, caller, ada.Password)
	d.must(err)
	codes, err := d.ConfirmTOTP(ctx, caller, d.code(e, 0))
	d.must(err)
	d.Clock.Advance(30 * time.Second)
	return e, codes
}

func TestCodesAreAskedFor(t *testing.T) {
	each(t, func(t *testing.T, d *door) {
		me := d.signUp(ada).Caller()
		e, err := d.BeginTOTP(ctx, me, ada.Password)
		if err != nil || !strings.HasPrefix(e.URI, "otpauth://totp/Knowhow:ada@example.org?") || !strings.Contains(e.URI, e.Secret) {
			t.Fatalf("%+v, %v", e, err)
		}
		d.signIn(ada) // it does not count before it is confirmed
		_, err = d.BeginTOTP(ctx, me, "wrong engine")
		d.want("begun by who does not know the password", err, signin.ErrCredentials)
		again, err := d.BeginTOTP(ctx, me, ada.Password)
		d.must(err)
		d.apart("", e, again)
		_, err = d.ConfirmTOTP(ctx, me, d.code(e, 0))
		d.want("the code of the one before", err, signin.ErrCredentials)
		codes, err := d.ConfirmTOTP(ctx, me, d.code(again, 0))
		if err != nil || len(codes) != 8 || len(slices.Compact(slices.Sorted(slices.Values(codes)))) != 8 {
			t.Fatalf("%v, %v", codes, err)
		}
		d.unchanged(func() {
			_, err := d.BeginTOTP(ctx, me, ada.Password)
			d.want("begin once more", err, signin.ErrAuthenticatorOn)
		})
		_, err = d.ConfirmTOTP(ctx, me, d.code(again, 30*time.Second))
		d.want("confirm once more", err, signin.ErrAuthenticatorOn)

		d.want("without a code", d.try(home, ada.Email, ada.Password, ""), signin.ErrCodeNeeded)
		d.want("wrong password, no code", d.try(home, ada.Email, "wrong engine", ""), signin.ErrCredentials)
		d.want("the code it was confirmed with", d.try(home, ada.Email, ada.Password, d.code(again, 0)), signin.ErrCredentials)
		d.want("a code of two steps ahead", d.try(home, ada.Email, ada.Password, d.code(again, time.Minute)), signin.ErrCredentials)
		d.want("letters", d.try(home, ada.Email, ada.Password, "abcdef"), signin.ErrCredentials)
		d.want("a long code", d.try(home, ada.Email, ada.Password, strings.Repeat("1", 1<<16)), signin.ErrCredentials)
		next := d.code(again, 30*time.Second)
		d.must(d.try(home, ada.Email, ada.Password, next[:3]+" "+next[3:]))
		d.want("the same code again", d.try(home, ada.Email, ada.Password, next), signin.ErrCredentials)
		if got := d.kinds(me.Person); !slices.Equal(got, []event.Kind{access.PersonCreated, signin.AuthenticatorOn}) {
			t.Errorf("events %v", got)
		}
	})
}

// A code is good once, however many use it at the same time.
func TestWhoHasAnAuthenticator(t *testing.T) {
	each(t, func(t *testing.T, d *door) {
		me := d.signUp(ada).Caller()
		_, err := d.BeginTOTP(ctx, me, ada.Password)
		d.must(err)
		if has, err := d.HasAuthenticator(ctx, me); has || err != nil {
			t.Errorf("before it is confirmed: %v, %v", has, err)
		}
		d.enrol(me)
		if has, err := d.HasAuthenticator(ctx, me); !has || err != nil {
			t.Errorf("after: %v, %v", has, err)
		}
		_, err = d.HasAuthenticator(ctx, system)
		d.want("who is no person", err, marketplace.ErrForbidden)
	})
}

func TestACodeIsUsedOnce(t *testing.T) {
	each(t, func(t *testing.T, d *door) {
		e, codes := d.enrol(d.signUp(ada).Caller())
		for _, code := range []string{d.code(e, 0), codes[0]} {
			if won := d.race(8, signin.ErrCredentials, func(int) error { return d.try(signin.Client{}, ada.Email, ada.Password, code) }); won != 1 {
				t.Errorf("%d of 8 came in by one code, want 1", won)
			}
			d.Clock.Advance(16 * time.Minute)
		}
	})
}

func TestRecoveryCodes(t *testing.T) {
	each(t, func(t *testing.T, d *door) {
		_, codes := d.enrol(d.signUp(ada).Caller())
		dump := dbtest.Dump(t, d.DB)
		for i, code := range codes {
			if strings.Contains(dump, code) || strings.Contains(dump, strings.ReplaceAll(code, "-", "")) {
				t.Error("a recovery code is kept in clear")
			}
			if i%2 == 0 {
				code = strings.ToUpper(strings.ReplaceAll(code, "-", " "))
			}
			d.must(d.try(home, ada.Email, ada.Password, code))
			d.want("again", d.try(home, ada.Email, ada.Password, code), signin.ErrCredentials)
		}
	})
}

// Who knows the password does not get more guesses at the code by asking for it
// in between.
func TestGuessingCodes(t *testing.T) {
	each(t, func(t *testing.T, d *door) {
		e, _ := d.enrol(d.signUp(ada).Caller())
		for range 10 {
			d.want("no code", d.try(signin.Client{}, ada.Email, ada.Password, ""), signin.ErrCodeNeeded)
			d.want("a guess", d.try(signin.Client{}, ada.Email, ada.Password, "not it"), signin.ErrCredentials)
		}
		d.want("the right code", d.try(signin.Client{}, ada.Email, ada.Password, d.code(e, 0)), signin.ErrTooManyAttempts)
	})
}

func TestTurningTheAuthenticatorOff(t *testing.T) {
	each(t, func(t *testing.T, d *door) {
		me := d.signUp(ada).Caller()
		d.want("what is not on", d.DisableTOTP(ctx, me, ada.Password, "123456"), signin.ErrNoAuthenticator)
		_, err := d.ConfirmTOTP(ctx, me, "123456")
		d.want("what was not begun", err, signin.ErrNoAuthenticator)
		e, codes := d.enrol(me)
		d.apart("000000", e)
		d.want("wrong password", d.DisableTOTP(ctx, me, "wrong engine", d.code(e, 0)), signin.ErrCredentials)
		d.want("wrong code", d.DisableTOTP(ctx, me, ada.Password, "000000"), signin.ErrCredentials)
		d.must(d.DisableTOTP(ctx, me, ada.Password, codes[3]))
		d.signIn(ada)
		again, _ := d.enrol(me)
		d.must(d.DisableTOTP(ctx, me, ada.Password, d.code(again, 0)))
		for _, nobody := range []access.Caller{{}, system} {
			_, err := d.BeginTOTP(ctx, nobody, ada.Password)
			d.want("begun by nobody", err, marketplace.ErrForbidden)
			_, err = d.ConfirmTOTP(ctx, nobody, "123456")
			d.want("confirmed by nobody", err, marketplace.ErrForbidden)
			d.want("turned off by nobody", d.DisableTOTP(ctx, nobody, ada.Password, "123456"), marketplace.ErrForbidden)
		}
		if n := len(d.mailsTo(ada.Email)); n != 1+4 {
			t.Errorf("%d mails tell of it", n)
		}
	})
}

// An operator without an authenticator may only set one up, where it is asked
// for.
func TestOperatorsNeedAnAuthenticator(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		d := newDoorWith(t, db, func(r *signin.Rooms) { r.OperatorsNeedTOTP = true })
		_, err := d.CreateFirst(ctx, system, ada)
		d.must(err)
		limited := d.signIn(ada)
		if !limited.Session.NeedsTOTP {
			t.Fatal("an operator without an authenticator has the run of the house")
		}
		if n, err := d.Session(ctx, limited.Session.ID); err != nil || !n.NeedsTOTP {
			t.Errorf("the session: %+v, %v", n, err)
		}
		e, err := d.BeginTOTP(ctx, limited.Caller(), ada.Password)
		d.must(err)
		if !d.refresh(limited.Token).Session.NeedsTOTP {
			t.Error("it was not confirmed yet")
		}
		_, err = d.ConfirmTOTP(ctx, limited.Caller(), d.code(e, 0))
		d.must(err)
		if d.refresh(limited.Token).Session.NeedsTOTP {
			t.Error("it was confirmed")
		}
		if d.signUp(signin.Account{Email: "bob@example.org", Name: "Bob", Password: fresh}).Session.NeedsTOTP {
			t.Error("Bob is no operator")
		}
	})
}

func TestAuthenticatorHalfway(t *testing.T) {
	each(t, func(t *testing.T, d *door) {
		me := d.signUp(ada).Caller()
		mend := d.refuse("authenticators")
		if _, err := d.BeginTOTP(ctx, me, ada.Password); err == nil {
			t.Error("an authenticator was written")
		}
		mend()
		e, err := d.BeginTOTP(ctx, me, ada.Password)
		d.must(err)
		mend = d.refuse("events")
		if _, err := d.ConfirmTOTP(ctx, me, d.code(e, 0)); err == nil {
			t.Error("an event was written")
		}
		mend()
		if n := d.count("recovery_codes", "1 = 1") + d.count("authenticators", "confirmed_at IS NOT NULL OR last_step > 0"); n != 0 {
			t.Errorf("%d things are kept", n)
		}
		d.enrol(me)
		mend = d.refuse("events")
		if err := d.DisableTOTP(ctx, me, ada.Password, d.code(e, 0)); err == nil {
			t.Error("an event was written")
		}
		mend()
		if d.count("recovery_codes", "used_at IS NULL") != 8 || d.count("authenticators", "confirmed_at IS NOT NULL") != 1 {
			t.Error("it was half turned off")
		}
	})
}
