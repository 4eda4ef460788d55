package serve

import (
	"testing"
	"time"

	"knowhow/marketplace/access"
	"knowhow/marketplace/markettest"
	"knowhow/marketplace/signin"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

// A stream is opened only where its session lasts: a person's, or the browser
// a customer came with.
func TestSessionsOfStreams(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		m, ctx := markettest.New(t, db), t.Context()
		n := &node{house: m.House}
		const email, password = "ada@example.org", "an orange light, blinking"
		person, err := m.Access.CreatePerson(ctx, m.Operator, access.NewPerson{Name: "Ada", Email: email})
		if err != nil {
			t.Fatal(err)
		}
		if err := m.SignIn.SetPasswordFor(ctx, self, person.ID, password); err != nil {
			t.Fatal(err)
		}
		in, err := m.SignIn.SignIn(ctx, signin.Client{}, signin.Credentials{Email: email, Password: password})
		if err != nil {
			t.Fatal(err)
		}
		came, err := m.Customers.StartDevice(ctx, m.Brand, "en")
		if err != nil {
			t.Fatal(err)
		}
		lives := func(caller access.Caller, session string, want bool) {
			t.Helper()
			if got, err := n.sessionLives(ctx, caller, session); err != nil || got != want {
				t.Errorf("%s: %v, %v; want %v", caller.Kind, got, err, want)
			}
		}
		lives(in.Caller(), in.Session.ID.String(), true)
		lives(came.Caller(), came.Device.String(), true)
		lives(came.Caller(), in.Session.ID.String(), false)
		lives(in.Caller(), came.Device.String(), false)
		if err := m.Customers.EndDevice(ctx, came.Token); err != nil {
			t.Fatal(err)
		}
		m.Clock.Advance(time.Second)
		if err := m.SignIn.SignOut(ctx, in.Token); err != nil {
			t.Fatal(err)
		}
		lives(in.Caller(), in.Session.ID.String(), false)
		lives(came.Caller(), came.Device.String(), false)
	})
}
