package invitation_test

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/experttest"
	"knowhow/marketplace/invitation"
	"knowhow/marketplace/notify"
	"knowhow/marketplace/program"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

var spring = invitation.Terms{Label: "spring"}

// linkIn is the token in a text with one link to an invitation.
func linkIn(t *testing.T, text string) string {
	t.Helper()
	_, after, ok := strings.Cut(text, "/invited#token=")
	if !ok {
		t.Fatalf("there is no link in %q", text)
	}
	token, _, _ := strings.Cut(after, "\n")
	return token
}

// mailed are the mails sent until now, by address.
func (h *house) mailed() map[string]notify.Message {
	list := map[string]notify.Message{}
	for _, m := range h.Mailbox.Mails {
		list[m.To] = m
	}
	return list
}

func (h *house) applyBy(t *testing.T, token string) error {
	t.Helper()
	h.Made++
	x := h.NewExpert(t, fmt.Sprintf("invited-%d", h.Made))
	_, err := h.Apply(t.Context(), x, h.Program.ID, experttest.Application{Motivation: "me", Invitation: token})
	return err
}

func (h *house) invitation(t *testing.T, id invitation.ID) invitation.View {
	t.Helper()
	v, err := h.Invitation(t.Context(), h.Owner, h.Program.ID, id)
	must(t, err)
	return v
}

// A link is good for as many as it says, until it expires or is revoked, and only
// in its program.
func TestInvitingByLink(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := inviting(t, db)
		ctx, p := t.Context(), h.Program.ID
		made, err := h.InviteByLink(ctx, h.Owner, p, spring, 2)
		must(t, err)
		token := linkIn(t, h.invitation(t, made.ID).Link)
		v, err := h.Invited(ctx, token)
		must(t, err)
		if v.Program != p || v.BrandName != "Acme" || v.Email != "" || !v.ExpiresAt.Equal(h.Clock.Now().Add(30*24*time.Hour)) {
			t.Errorf("the invited see %+v", v)
		}
		x := h.NewExpert(t, "dana")
		for range 2 { // left and came again: counted once
			_, err = h.Apply(ctx, x, p, experttest.Application{Motivation: "me", Invitation: token})
			must(t, err)
			must(t, h.Leave(ctx, x, p))
		}
		must(t, h.applyBy(t, token))
		if err := h.applyBy(t, token); !errors.Is(err, invitation.ErrUsed) {
			t.Errorf("a third: %v", err)
		}
		if _, err := h.Invited(ctx, token); !errors.Is(err, invitation.ErrUsed) {
			t.Errorf("read when used up: %v", err)
		}
		if got := h.invitation(t, made.ID); got.Applied != 2 || got.Sent != 0 {
			t.Errorf("counted: %+v", got)
		}

		again, err := h.InviteByLink(ctx, h.Owner, p, spring, 0)
		must(t, err)
		open := linkIn(t, h.invitation(t, again.ID).Link)
		other, _ := h.NewProgram(t)
		if _, err := h.Apply(ctx, h.NewExpert(t, "otto"), other.ID, experttest.Application{Motivation: "me", Invitation: open}); !errors.Is(err, invitation.ErrUnknown) {
			t.Errorf("in another program: %v", err)
		}
		for range 2 {
			must(t, h.RevokeInvitation(ctx, h.Owner, p, again.ID))
		}
		if err := h.applyBy(t, open); !errors.Is(err, invitation.ErrOver) {
			t.Errorf("by a revoked one: %v", err)
		}
		for _, bad := range []string{"", "x", open + "A", strings.Repeat("A", 43), token[:42] + "!"} {
			if _, err := h.Invited(ctx, bad); !errors.Is(err, invitation.ErrUnknown) {
				t.Errorf("%q: %v", bad, err)
			}
		}
		late, err := h.InviteByLink(ctx, h.Owner, p, spring, 0)
		must(t, err)
		h.Clock.Advance(30 * 24 * time.Hour)
		if err := h.applyBy(t, linkIn(t, h.invitation(t, late.ID).Link)); !errors.Is(err, invitation.ErrOver) {
			t.Errorf("by an expired one: %v", err)
		}
	})
}

// Each address is written to once, in its language, by a link for one application;
// of the address nothing stays.
func TestInvitingAddresses(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := inviting(t, db)
		ctx, p := t.Context(), h.Program.ID
		insider, _ := h.Active(t, "insider")
		var address string
		h.InTx(t, func(tx *gorm.DB) (err error) {
			address, err = h.People.OpenEmailTx(ctx, tx, insider.Person)
			return err
		})
		german := invitation.Terms{Label: "regulars", Language: "de"}
		made, err := h.InviteAddresses(ctx, h.Owner, p, german, []string{"Ann@example.com", "ann@example.com", "ben@example.com", address})
		must(t, err)
		if made.Invited != 3 {
			t.Fatalf("%d are invited", made.Invited)
		}
		h.Until(t, h.Clock.Now().Add(time.Minute))
		mails := h.mailed()
		if len(mails) != 2 || !strings.Contains(mails["ann@example.com"].Text, "Acme lädt Sie ein") || !strings.Contains(mails["ann@example.com"].Text, "Keine solchen Mails mehr") {
			t.Fatalf("mails: %+v", mails)
		}
		if got := h.invitation(t, made.ID); got.Sent != 3 { // who is in already is not told of
			t.Errorf("%d look sent", got.Sent)
		}
		if _, err := h.InviteAddresses(ctx, h.Owner, p, german, []string{"ANN@example.com"}); !errors.Is(err, marketplace.ErrInvalid) {
			t.Errorf("the same again: %v", err)
		}
		token := linkIn(t, mails["ann@example.com"].Text)
		if v, err := h.Invited(ctx, token); err != nil || v.Email != "ann@example.com" {
			t.Errorf("the invited see %+v, %v", v, err)
		}
		must(t, h.applyBy(t, token))
		if err := h.applyBy(t, token); !errors.Is(err, invitation.ErrUsed) {
			t.Errorf("a second: %v", err)
		}
		if n := h.addresses(t); n != 2 {
			t.Errorf("%d addresses are kept, want 2", n)
		}
		h.Until(t, made.ExpiresAt.Add(time.Minute))
		if n := h.addresses(t); n != 0 {
			t.Errorf("%d addresses are kept after the end", n)
		}
		if _, err := h.Invited(ctx, linkIn(t, mails["ben@example.com"].Text)); !errors.Is(err, invitation.ErrUnknown) {
			t.Errorf("after the end: %v", err)
		}
	})
}

// addresses counts those that are kept.
func (h *house) addresses(t *testing.T) (n int64) {
	t.Helper()
	must(t, h.Store.Read(t.Context(), h.Program.BrandID, func(tx *gorm.DB) error {
		return tx.Table("invitees").Where("email_sealed IS NOT NULL").Count(&n).Error
	}))
	return n
}

// Who unsubscribes is written to no more by the brand, whatever file they are in;
// only a hash says so.
func TestUnsubscribingFromInvitations(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := inviting(t, db)
		ctx, p := t.Context(), h.Program.ID
		_, err := h.InviteAddresses(ctx, h.Owner, p, spring, []string{"ann@example.com"})
		must(t, err)
		h.Until(t, h.Clock.Now().Add(time.Minute))
		off := path.Base(h.mailed()["ann@example.com"].Unsubscribe)
		for range 2 {
			must(t, h.Notify.Unsubscribe(ctx, off))
		}
		second, err := h.Programs.CreateProgram(ctx, h.Owner, h.Program.BrandID, program.NewProgram{
			Name: "Second", Currency: "EUR", Languages: []string{"en"}, Policies: program.DefaultPolicies(),
		})
		must(t, err)
		h.enter(t, second.ID, program.Live)
		file := invitation.File{CSV: "email\nann@example.com\nben@example.com\n"}
		preview, err := h.PreviewFile(ctx, h.Owner, second.ID, file)
		must(t, err)
		if preview.New != 1 || len(preview.Refused) != 1 || preview.Refused[0] != (invitation.RefusedLine{Line: 2, Reason: invitation.LineUnsubscribed}) {
			t.Errorf("preview: %+v", preview)
		}
		if _, err := h.InviteAddresses(ctx, h.Owner, second.ID, spring, []string{"ann@example.com"}); !errors.Is(err, marketplace.ErrInvalid) {
			t.Errorf("invited all the same: %v", err)
		}
		must(t, h.Notify.Resubscribe(ctx, off))
		_, err = h.InviteAddresses(ctx, h.Owner, second.ID, spring, []string{"ann@example.com"})
		must(t, err)
		must(t, h.Notify.Unsubscribe(ctx, off)) // before it is sent
		h.Until(t, h.Clock.Now().Add(time.Minute))
		if n := len(h.Mailbox.Mails); n != 1 {
			t.Errorf("%d mails, want the first only", n)
		}
		forged, letter := []byte(off), len(off)-2
		if forged[letter] = 'A'; off[letter] == 'A' {
			forged[letter] = 'B'
		}
		if err := h.Notify.Unsubscribe(ctx, string(forged)); !errors.Is(err, marketplace.ErrNotFound) {
			t.Errorf("a forged link: %v", err)
		}
	})
}

// A file's preview says what would happen, line by line; inviting by it does just
// that, once, on as many days as it takes.
func TestInvitingByFile(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := inviting(t, db)
		ctx, p := t.Context(), h.Program.ID
		_, err := h.InviteAddresses(ctx, h.Owner, p, spring, []string{"known@example.com"})
		must(t, err)
		h.Until(t, h.Clock.Now().Add(time.Minute))
		file := invitation.File{
			CSV:    "\ufeffName;E-Mail;Sprache\n\"Ann; A.\";ann@example.com;de-AT\nBen;;\nCem;not an address;tr\nAnn;ANN@example.com;\nKim;known@example.com;\nDina;dina@example.com;ar\nShort\n",
			Column: "e-mail", LanguageColumn: "sprache",
		}
		preview, err := h.PreviewFile(ctx, h.Owner, p, file)
		must(t, err)
		want := []invitation.RefusedLine{{Line: 3, Reason: invitation.LineEmpty}, {Line: 4, Reason: invitation.LineAddress}, {Line: 5, Reason: invitation.LineTwice}, {Line: 8, Reason: invitation.LineEmpty}}
		if preview.New != 2 || preview.Known != 1 || !slices.Equal(preview.Refused, want) {
			t.Fatalf("preview: %+v", preview)
		}
		h.RunDue(t)
		if n := len(h.Mailbox.Mails); n != 1 {
			t.Fatalf("%d mails: a preview wrote to somebody", n)
		}
		changed := file
		changed.CSV += "Eve;eve@example.com;\n"
		if _, err := h.InviteByFile(ctx, h.Owner, p, spring, changed, preview.File); !errors.Is(err, marketplace.ErrInvalid) {
			t.Errorf("another file than was shown: %v", err)
		}
		made, err := h.InviteByFile(ctx, h.Owner, p, spring, file, preview.File)
		must(t, err)
		again, err := h.InviteByFile(ctx, h.Owner, p, spring, file, preview.File)
		if err != nil || again.ID != made.ID || made.Invited != 2 {
			t.Errorf("the same file again: %+v, %v", again, err)
		}
		h.Until(t, h.Clock.Now().Add(time.Minute))
		mails := h.mailed()
		if len(mails) != 3 || !strings.Contains(mails["ann@example.com"].Text, "lädt Sie ein") || !strings.Contains(mails["dina@example.com"].Text, "تدعوك") {
			t.Errorf("mails: %+v", mails)
		}
	})
}

// Beyond the day's bound mails wait for the next day.
func TestInvitationsAreBoundedByTheDay(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := inviting(t, db)
		ctx, p := t.Context(), h.Program.ID
		var text strings.Builder
		text.WriteString("email\n")
		for i := range invitation.MaxInvitesPerDay + 7 {
			fmt.Fprintf(&text, "c%d@example.com\n", i)
		}
		file := invitation.File{CSV: text.String()}
		preview, err := h.PreviewFile(ctx, h.Owner, p, file)
		must(t, err)
		made, err := h.InviteByFile(ctx, h.Owner, p, spring, file, preview.File)
		must(t, err)
		h.Until(t, h.Clock.Now().Add(time.Hour))
		if n := len(h.Mailbox.Mails); n != invitation.MaxInvitesPerDay {
			t.Fatalf("%d mails on the first day", n)
		}
		h.Until(t, h.Clock.Now().Add(24*time.Hour))
		if n, sent := len(h.Mailbox.Mails), h.invitation(t, made.ID).Sent; n != invitation.MaxInvitesPerDay+7 || sent != n {
			t.Errorf("%d mails on the second day, %d sent", n, sent)
		}
	})
}

func TestInvitationsRefuse(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := inviting(t, db)
		ctx, p := t.Context(), h.Program.ID
		_, foreign := h.NewProgram(t)
		for name, by := range map[string]access.Caller{"foreign": foreign, "expert": h.NewExpert(t, "dana"), "system": access.SystemCaller("x"), "nobody": {}} {
			_, err := h.InviteByLink(ctx, by, p, spring, 0)
			_, listed := h.Invitations(ctx, by, p, marketplace.Page{})
			_, previewed := h.PreviewFile(ctx, by, p, invitation.File{CSV: "email\na@example.com\n"})
			for _, err := range []error{err, listed, previewed} {
				if !errors.Is(err, marketplace.ErrNotFound) && !errors.Is(err, marketplace.ErrForbidden) {
					t.Errorf("%s: %v", name, err)
				}
			}
		}
		for name, do := range map[string]func() error{
			"no label": func() error { _, err := h.InviteByLink(ctx, h.Owner, p, invitation.Terms{}, 0); return err },
			"language": func() error {
				_, err := h.InviteByLink(ctx, h.Owner, p, invitation.Terms{Label: "x", Language: "fr"}, 0)
				return err
			},
			"past": func() error {
				_, err := h.InviteByLink(ctx, h.Owner, p, invitation.Terms{Label: "x", ExpiresAt: h.Clock.Now()}, 0)
				return err
			},
			"cap":        func() error { _, err := h.InviteByLink(ctx, h.Owner, p, spring, -1); return err },
			"no address": func() error { _, err := h.InviteAddresses(ctx, h.Owner, p, spring, nil); return err },
			"address": func() error {
				_, err := h.InviteAddresses(ctx, h.Owner, p, spring, []string{"Ann <a@b.c>"})
				return err
			},
			"no column": func() error {
				_, err := h.PreviewFile(ctx, h.Owner, p, invitation.File{CSV: "name\nann\n"})
				return err
			},
			"quotes": func() error {
				_, err := h.PreviewFile(ctx, h.Owner, p, invitation.File{CSV: "email\n\"a\n"})
				return err
			},
			"too long": func() error {
				_, err := h.PreviewFile(ctx, h.Owner, p, invitation.File{CSV: "email\n" + strings.Repeat("x\n", 5001)})
				return err
			},
		} {
			if err := do(); !errors.Is(err, marketplace.ErrInvalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

// Of many who come by the last place of a link one does.
func TestTheLastPlaceOfALinkIsGivenOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := inviting(t, db)
		made, err := h.InviteByLink(t.Context(), h.Owner, h.Program.ID, spring, 3)
		must(t, err)
		token := linkIn(t, h.invitation(t, made.ID).Link)
		list := make([]access.Caller, 16)
		for i := range list {
			list[i] = h.NewExpert(t, fmt.Sprint("x-", i))
		}
		won := experttest.Race(t, func(n int) error {
			_, err := h.Apply(t.Context(), list[n], h.Program.ID, experttest.Application{Motivation: "me", Invitation: token})
			return err
		})
		if got := h.invitation(t, made.ID).Applied; got != 3 || won != 3 {
			t.Errorf("%d won, %d are counted, 3 may", won, got)
		}
	})
}

func TestInvitationsFailHalfway(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := inviting(t, db)
		ctx, p := t.Context(), h.Program.ID
		made, err := h.InviteByLink(ctx, h.Owner, p, spring, 0)
		must(t, err)
		token, x := linkIn(t, h.invitation(t, made.ID).Link), h.NewExpert(t, "dana")
		if n := dbtest.Halfway(t, db, func() error {
			_, err := h.InviteAddresses(ctx, h.Owner, p, spring, []string{"ann@example.com", "ben@example.com"})
			return err
		}); n < 4 {
			t.Errorf("inviting addresses: %d statements", n)
		}
		h.Until(t, h.Clock.Now().Add(time.Minute))
		if n := len(h.Mailbox.Mails); n != 2 {
			t.Errorf("%d mails, want 2", n)
		}
		off := path.Base(h.mailed()["ann@example.com"].Unsubscribe)
		for i, do := range []func() error{
			func() error { _, err := h.InviteByLink(ctx, h.Owner, p, spring, 0); return err },
			func() error {
				_, err := h.Apply(ctx, x, p, experttest.Application{Motivation: "me", Invitation: token})
				return err
			},
			func() error { return h.RevokeInvitation(ctx, h.Owner, p, made.ID) },
			func() error { return h.Notify.Unsubscribe(ctx, off) },
		} {
			if n := dbtest.Halfway(t, db, do); n < 1 {
				t.Errorf("write %d: %d statements", i, n)
			}
		}
		if got := h.invitation(t, made.ID); got.Applied != 1 {
			t.Errorf("%d applied", got.Applied)
		}
	})
}
