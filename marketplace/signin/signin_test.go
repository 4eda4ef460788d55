package signin_test

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/signin"
)

func asThrottled(err error, target **signin.ThrottledError) bool { return errors.As(err, target) }

func (d *door) try(client signin.Client, email, password, code string) error {
	_, err := d.SignIn(ctx, client, signin.Credentials{Email: email, Password: password, Code: code})
	return err
}

func TestWrongCredentials(t *testing.T) {
	each(t, func(t *testing.T, d *door) {
		d.signUp(ada)
		for name, c := range map[string]struct{ email, password string }{
			"wrong password":   {ada.Email, "difference engines"},
			"no password":      {ada.Email, ""},
			"huge password":    {ada.Email, strings.Repeat("x", 1<<20)},
			"unknown address":  {"bob@example.org", ada.Password},
			"without password": {"olga@example.com", ""},
		} {
			err := d.try(signin.Client{}, c.email, c.password, "")
			d.want(name, err, signin.ErrCredentials)
			d.want(name, err, access.ErrUnauthenticated)
			if err.Error() != signin.ErrCredentials.Error() {
				t.Errorf("%s tells more than others: %v", name, err)
			}
		}
		d.want("no address", d.try(home, "ada", ada.Password, ""), marketplace.ErrInvalid)
		if n := d.count("sessions", "1 = 1"); n != 1 {
			t.Errorf("%d sessions, want the first", n)
		}
		d.must(d.try(home, " ADA@example.org ", ada.Password, ""))
	})
}

// A password is the same however its letters are put together.
func TestPasswordsAreNormalised(t *testing.T) {
	each(t, func(t *testing.T, d *door) {
		a := ada
		a.Password = "Zürich Bahnhof"
		d.signUp(a)
		d.must(d.try(home, a.Email, "Zu\u0308rich Bahnhof", ""))
	})
}

func TestTooManyAttemptsAtAnAccount(t *testing.T) {
	each(t, func(t *testing.T, d *door) {
		d.signUp(ada)
		for i := range 10 {
			d.want("wrong", d.try(signin.Client{}, ada.Email, fmt.Sprintf("wrong engine %d", i), ""), signin.ErrCredentials)
			d.Clock.Advance(time.Minute)
		}
		d.unchanged(func() {
			var throttled *signin.ThrottledError
			if err := d.try(signin.Client{}, ada.Email, ada.Password, ""); !asThrottled(err, &throttled) || throttled.RetryAfter != 5*time.Minute {
				t.Errorf("the eleventh, right: %v", err)
			}
		})
		d.Clock.Advance(5 * time.Minute)
		d.must(d.try(signin.Client{}, ada.Email, ada.Password, ""))
		for range 9 {
			d.want("wrong", d.try(signin.Client{}, ada.Email, "wrong engine", ""), signin.ErrCredentials)
		}
		d.must(d.try(signin.Client{}, ada.Email, ada.Password, "")) // forgives the nine
		for range 10 {
			d.want("wrong", d.try(signin.Client{}, ada.Email, "wrong engine", ""), signin.ErrCredentials)
		}
	})
}

// Whether somebody has an account does not show in when they are refused.
func TestUnknownAddressesAreLimitedToo(t *testing.T) {
	each(t, func(t *testing.T, d *door) {
		for range 10 {
			d.want("unknown", d.try(signin.Client{}, "nobody@example.org", "wrong engine", ""), signin.ErrCredentials)
		}
		d.want("unknown", d.try(signin.Client{}, "nobody@example.org", "wrong engine", ""), signin.ErrTooManyAttempts)
	})
}

func TestManyAtOnceAreNotMoreThanManyInARow(t *testing.T) {
	each(t, func(t *testing.T, d *door) {
		d.signUp(ada)
		tried := d.race(32, signin.ErrTooManyAttempts, func(int) error {
			if err := d.try(signin.Client{}, ada.Email, "wrong engine", ""); !errors.Is(err, signin.ErrCredentials) {
				return err
			}
			return nil
		})
		if tried != 10 {
			t.Errorf("%d of 32 were looked at, want 10", tried)
		}
	})
}

func TestTooManyAttemptsFromASource(t *testing.T) {
	each(t, func(t *testing.T, d *door) {
		d.signUp(ada)
		from := func(address string) signin.Client { return signin.Client{Address: netip.MustParseAddr(address)} }
		for i := range 100 {
			place := from(fmt.Sprintf("2001:db8:1:2::%x", i+1)) // one network
			d.want("wrong", d.try(place, fmt.Sprintf("u%d@example.org", i), "wrong engine", ""), signin.ErrCredentials)
		}
		d.want("the same network", d.try(from("2001:db8:1:2:ffff::1"), ada.Email, ada.Password, ""), signin.ErrTooManyAttempts)
		d.must(d.try(from("2001:db8:1:3::1"), ada.Email, ada.Password, ""))
		for range 120 { // who signs in rightly is not counted
			d.must(d.try(from("::ffff:192.0.2.9"), ada.Email, ada.Password, ""))
		}
	})
}

// A hash made with other figures is replaced when its owner signs in.
func TestHashesAreRenewed(t *testing.T) {
	each(t, func(t *testing.T, d *door) {
		d.signUp(ada)
		stored := func() (hash string) {
			d.must(d.Store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
				return tx.Raw("SELECT password_hash FROM credentials").Row().Scan(&hash)
			}))
			return hash
		}
		old := stored()
		d.signIn(ada)
		if stored() != old || !strings.HasPrefix(old, "$argon2id$v=19$m=64,t=1,p=1$") {
			t.Errorf("the hash is %s, was %s", stored(), old)
		}
		dear := d.sibling(func(r *signin.Rooms) { r.Hashing = signin.Hashing{} })
		_, err := dear.SignIn(ctx, home, signin.Credentials{Email: ada.Email, Password: ada.Password})
		d.must(err)
		if !strings.HasPrefix(stored(), "$argon2id$v=19$m=19456,t=2,p=1$") {
			t.Errorf("the hash is %s", stored())
		}
		d.signIn(ada)
	})
}

// Who waits to have a password hashed gives up with their context.
func TestHashingIsBounded(t *testing.T) {
	each(t, func(t *testing.T, d *door) {
		d.signUp(ada)
		slow := d.sibling(func(r *signin.Rooms) {
			r.Hashing = signin.Hashing{Time: 8, MemoryKiB: 64 << 10, Threads: 1, AtOnce: 1}
		})
		busy, stop := context.WithCancel(ctx)
		done := make(chan error, 2)
		for range 2 { // the second waits for the first
			go func() {
				done <- slow.SignUp(busy, signin.Client{}, signin.Account{Email: "bob@example.org", Name: "Bob", Password: "another engine"})
			}()
		}
		stop()
		var gaveUp int
		for range 2 {
			if errors.Is(<-done, context.Canceled) {
				gaveUp++
			}
		}
		if gaveUp == 0 {
			t.Error("nobody gave up")
		}
	})
}

// A session that cannot be written leaves nothing behind but the try.
func TestSignInHalfway(t *testing.T) {
	each(t, func(t *testing.T, d *door) {
		d.signUp(ada)
		mend := d.refuse("sessions")
		if err := d.try(home, ada.Email, ada.Password, ""); err == nil || errors.Is(err, signin.ErrCredentials) {
			t.Errorf("a session was written: %v", err)
		}
		mend()
		if n := d.count("throttles", "taken > 0"); n != 5 { // of the sign-up's mail and link, and of the try
			t.Errorf("%d counts are kept, want 5", n)
		}
		if n := d.count("sessions", "1 = 1"); n != 1 {
			t.Errorf("%d sessions", n)
		}
		d.must(d.try(home, ada.Email, ada.Password, ""))
	})
}
