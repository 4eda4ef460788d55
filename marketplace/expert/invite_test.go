package expert_test

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
	"knowhow/marketplace/expert"
	"knowhow/marketplace/notify"
	"knowhow/marketplace/program"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

var spring = expert.InvitationTerms{Label: "spring"}

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
	for _, m := range h.mailbox.mails {
		list[m.To] = m
	}
	return list
}

func (h *house) applyBy(t *testing.T, token string) error {
	t.Helper()
	h.made++
	x := h.expert(t, fmt.Sprintf("invited-%d", h.made))
	_, err := h.Apply(t.Context(), x, h.program.ID, expert.Application{Motivation: "me", Invitation: token})
	return err
}

func (h *house) invitation(t *testing.T, id expert.InvitationID) expert.InvitationView {
	t.Helper()
	v, err := h.Invitation(t.Context(), h.owner, h.program.ID, id)
	must(t, err)
	return v
}

// A link is good for as many as it says, until it expires or is revoked, and only
// in its program.
func TestInvitingByLink(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := inviting(t, db)
		ctx, p := t.Context(), h.program.ID
		made, err := h.InviteByLink(ctx, h.owner, p, spring, 2)
		must(t, err)
		token := linkIn(t, h.invitation(t, made.ID).Link)
		v, err := h.Invited(ctx, token)
		must(t, err)
		if v.Program != p || v.BrandName != "Acme" || v.Email != "" || !v.ExpiresAt.Equal(h.clock.Now().Add(30*24*time.Hour)) {
			t.Errorf("the invited see %+v", v)
		}
		x := h.expert(t, "dana")
		for range 2 { // left and came again: counted once
			_, err = h.Apply(ctx, x, p, expert.Application{Motivation: "me", Invitation: token})
			must(t, err)
			must(t, h.Leave(ctx, x, p))
		}
		must(t, h.applyBy(t, token))
		if err := h.applyBy(t, token); !errors.Is(err, expert.ErrInvitationUsed) {
			t.Errorf("a third: %v", err)
		}
		if _, err := h.Invited(ctx, token); !errors.Is(err, expert.ErrInvitationUsed) {
			t.Errorf("read when used up: %v", err)
		}
		if got := h.invitation(t, made.ID); got.Applied != 2 || got.Sent != 0 {
			t.Errorf("counted: %+v", got)
		}

		again, err := h.InviteByLink(ctx, h.owner, p, spring, 0)
		must(t, err)
		open := linkIn(t, h.invitation(t, again.ID).Link)
		other, _ := h.newProgram(t)
		if _, err := h.Apply(ctx, h.expert(t, "otto"), other.ID, expert.Application{Motivation: "me", Invitation: open}); !errors.Is(err, expert.ErrInvitation) {
			t.Errorf("in another program: %v", err)
		}
		for range 2 {
			must(t, h.RevokeInvitation(ctx, h.owner, p, again.ID))
		}
		if err := h.applyBy(t, open); !errors.Is(err, expert.ErrInvitationOver) {
			t.Errorf("by a revoked one: %v", err)
		}
		for _, bad := range []string{"", "x", open + "A", strings.Repeat("A", 43), token[:42] + "!"} {
			if _, err := h.Invited(ctx, bad); !errors.Is(err, expert.ErrInvitation) {
				t.Errorf("%q: %v", bad, err)
			}
		}
		late, err := h.InviteByLink(ctx, h.owner, p, spring, 0)
		must(t, err)
		h.clock.Advance(30 * 24 * time.Hour)
		if err := h.applyBy(t, linkIn(t, h.invitation(t, late.ID).Link)); !errors.Is(err, expert.ErrInvitationOver) {
			t.Errorf("by an expired one: %v", err)
		}
	})
}

// Each address is written to once, in its language, by a link for one application;
// of the address nothing stays.
func TestInvitingAddresses(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := inviting(t, db)
		ctx, p := t.Context(), h.program.ID
		insider, _ := h.active(t, "insider")
		var address string
		h.inTx(t, func(tx *gorm.DB) (err error) {
			address, err = h.people.OpenEmailTx(ctx, tx, insider.Person)
			return err
		})
		german := expert.InvitationTerms{Label: "regulars", Language: "de"}
		made, err := h.InviteAddresses(ctx, h.owner, p, german, []string{"Ann@example.com", "ann@example.com", "ben@example.com", address})
		must(t, err)
		if made.Invited != 3 {
			t.Fatalf("%d are invited", made.Invited)
		}
		h.until(t, h.clock.Now().Add(time.Minute))
		mails := h.mailed()
		if len(mails) != 2 || !strings.Contains(mails["ann@example.com"].Text, "Acme lädt Sie ein") || !strings.Contains(mails["ann@example.com"].Text, "Keine solchen Mails mehr") {
			t.Fatalf("mails: %+v", mails)
		}
		if got := h.invitation(t, made.ID); got.Sent != 3 { // who is in already is not told of
			t.Errorf("%d look sent", got.Sent)
		}
		if _, err := h.InviteAddresses(ctx, h.owner, p, german, []string{"ANN@example.com"}); !errors.Is(err, marketplace.ErrInvalid) {
			t.Errorf("the same again: %v", err)
		}
		token := linkIn(t, mails["ann@example.com"].Text)
		if v, err := h.Invited(ctx, token); err != nil || v.Email != "ann@example.com" {
			t.Errorf("the invited see %+v, %v", v, err)
		}
		must(t, h.applyBy(t, token))
		if err := h.applyBy(t, token); !errors.Is(err, expert.ErrInvitationUsed) {
			t.Errorf("a second: %v", err)
		}
		if n := h.addresses(t); n != 2 {
			t.Errorf("%d addresses are kept, want 2", n)
		}
		h.until(t, made.ExpiresAt.Add(time.Minute))
		if n := h.addresses(t); n != 0 {
			t.Errorf("%d addresses are kept after the end", n)
		}
		if _, err := h.Invited(ctx, linkIn(t, mails["ben@example.com"].Text)); !errors.Is(err, expert.ErrInvitation) {
			t.Errorf("after the end: %v", err)
		}
	})
}

// addresses counts those that are kept.
func (h *house) addresses(t *testing.T) (n int64) {
	t.Helper()
	must(t, h.store.Read(t.Context(), h.program.BrandID, func(tx *gorm.DB) error {
		return tx.Table("invitees").Where("email_sealed IS NOT NULL").Count(&n).Error
	}))
	return n
}

// Who unsubscribes is written to no more by the brand, whatever file they are in;
// only a hash says so.
func TestUnsubscribingFromInvitations(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := inviting(t, db)
		ctx, p := t.Context(), h.program.ID
		_, err := h.InviteAddresses(ctx, h.owner, p, spring, []string{"ann@example.com"})
		must(t, err)
		h.until(t, h.clock.Now().Add(time.Minute))
		off := path.Base(h.mailed()["ann@example.com"].Unsubscribe)
		for range 2 {
			must(t, h.notify.Unsubscribe(ctx, off))
		}
		second, err := h.programs.CreateProgram(ctx, h.owner, h.program.BrandID, program.NewProgram{
			Name: "Second", Currency: "EUR", Languages: []string{"en"}, Policies: program.DefaultPolicies(),
		})
		must(t, err)
		h.enter(t, second.ID, program.Live)
		file := expert.InviteFile{CSV: "email\nann@example.com\nben@example.com\n"}
		preview, err := h.PreviewFile(ctx, h.owner, second.ID, file)
		must(t, err)
		if preview.New != 1 || len(preview.Refused) != 1 || preview.Refused[0] != (expert.RefusedLine{Line: 2, Reason: expert.LineUnsubscribed}) {
			t.Errorf("preview: %+v", preview)
		}
		if _, err := h.InviteAddresses(ctx, h.owner, second.ID, spring, []string{"ann@example.com"}); !errors.Is(err, marketplace.ErrInvalid) {
			t.Errorf("invited all the same: %v", err)
		}
		must(t, h.notify.Resubscribe(ctx, off))
		_, err = h.InviteAddresses(ctx, h.owner, second.ID, spring, []string{"ann@example.com"})
		must(t, err)
		must(t, h.notify.Unsubscribe(ctx, off)) // before it is sent
		h.until(t, h.clock.Now().Add(time.Minute))
		if n := len(h.mailbox.mails); n != 1 {
			t.Errorf("%d mails, want the first only", n)
		}
		if err := h.notify.Unsubscribe(ctx, off[:len(off)-2]+"AA"); !errors.Is(err, marketplace.ErrNotFound) {
			t.Errorf("a forged link: %v", err)
		}
	})
}

// A file's preview says what would happen, line by line; inviting by it does just
// that, once, on as many days as it takes.
func TestInvitingByFile(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := inviting(t, db)
		ctx, p := t.Context(), h.program.ID
		_, err := h.InviteAddresses(ctx, h.owner, p, spring, []string{"known@example.com"})
		must(t, err)
		h.until(t, h.clock.Now().Add(time.Minute))
		file := expert.InviteFile{
			CSV:    "\ufeffName;E-Mail;Sprache\n\"Ann; A.\";ann@example.com;de-AT\nBen;;\nCem;not an address;tr\nAnn;ANN@example.com;\nKim;known@example.com;\nDina;dina@example.com;ar\nShort\n",
			Column: "e-mail", LanguageColumn: "sprache",
		}
		preview, err := h.PreviewFile(ctx, h.owner, p, file)
		must(t, err)
		want := []expert.RefusedLine{{Line: 3, Reason: expert.LineEmpty}, {Line: 4, Reason: expert.LineAddress}, {Line: 5, Reason: expert.LineTwice}, {Line: 8, Reason: expert.LineEmpty}}
		if preview.New != 2 || preview.Known != 1 || !slices.Equal(preview.Refused, want) {
			t.Fatalf("preview: %+v", preview)
		}
		h.runDue(t)
		if n := len(h.mailbox.mails); n != 1 {
			t.Fatalf("%d mails: a preview wrote to somebody", n)
		}
		changed := file
		changed.CSV += "Eve;eve@example.com;\n"
		if _, err := h.InviteByFile(ctx, h.owner, p, spring, changed, preview.File); !errors.Is(err, marketplace.ErrInvalid) {
			t.Errorf("another file than was shown: %v", err)
		}
		made, err := h.InviteByFile(ctx, h.owner, p, spring, file, preview.File)
		must(t, err)
		again, err := h.InviteByFile(ctx, h.owner, p, spring, file, preview.File)
		if err != nil || again.ID != made.ID || made.Invited != 2 {
			t.Errorf("the same file again: %+v, %v", again, err)
		}
		h.until(t, h.clock.Now().Add(time.Minute))
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
		ctx, p := t.Context(), h.program.ID
		var text strings.Builder
		text.WriteString("email\n")
		for i := range expert.MaxInvitesPerDay + 7 {
			fmt.Fprintf(&text, "c%d@example.com\n", i)
		}
		file := expert.InviteFile{CSV: text.String()}
		preview, err := h.PreviewFile(ctx, h.owner, p, file)
		must(t, err)
		made, err := h.InviteByFile(ctx, h.owner, p, spring, file, preview.File)
		must(t, err)
		h.until(t, h.clock.Now().Add(time.Hour))
		if n := len(h.mailbox.mails); n != expert.MaxInvitesPerDay {
			t.Fatalf("%d mails on the first day", n)
		}
		h.until(t, h.clock.Now().Add(24*time.Hour))
		if n, sent := len(h.mailbox.mails), h.invitation(t, made.ID).Sent; n != expert.MaxInvitesPerDay+7 || sent != n {
			t.Errorf("%d mails on the second day, %d sent", n, sent)
		}
	})
}

func TestInvitationsRefuse(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := inviting(t, db)
		ctx, p := t.Context(), h.program.ID
		_, foreign := h.newProgram(t)
		for name, by := range map[string]access.Caller{"foreign": foreign, "expert": h.expert(t, "dana"), "system": access.SystemCaller("x"), "nobody": {}} {
			_, err := h.InviteByLink(ctx, by, p, spring, 0)
			_, listed := h.Invitations(ctx, by, p, marketplace.Page{})
			_, previewed := h.PreviewFile(ctx, by, p, expert.InviteFile{CSV: "email\na@example.com\n"})
			for _, err := range []error{err, listed, previewed} {
				if !errors.Is(err, marketplace.ErrNotFound) && !errors.Is(err, marketplace.ErrForbidden) {
					t.Errorf("%s: %v", name, err)
				}
			}
		}
		for name, do := range map[string]func() error{
			"no label": func() error { _, err := h.InviteByLink(ctx, h.owner, p, expert.InvitationTerms{}, 0); return err },
			"language": func() error {
				_, err := h.InviteByLink(ctx, h.owner, p, expert.InvitationTerms{Label: "x", Language: "fr"}, 0)
				return err
			},
			"past": func() error {
				_, err := h.InviteByLink(ctx, h.owner, p, expert.InvitationTerms{Label: "x", ExpiresAt: h.clock.Now()}, 0)
				return err
			},
			"cap":        func() error { _, err := h.InviteByLink(ctx, h.owner, p, spring, -1); return err },
			"no address": func() error { _, err := h.InviteAddresses(ctx, h.owner, p, spring, nil); return err },
			"address": func() error {
				_, err := h.InviteAddresses(ctx, h.owner, p, spring, []string{"Ann <a@b.c>"})
				return err
			},
			"no column": func() error {
				_, err := h.PreviewFile(ctx, h.owner, p, expert.InviteFile{CSV: "name\nann\n"})
				return err
			},
			"quotes": func() error {
				_, err := h.PreviewFile(ctx, h.owner, p, expert.InviteFile{CSV: "email\n\"a\n"})
				return err
			},
			"too long": func() error {
				_, err := h.PreviewFile(ctx, h.owner, p, expert.InviteFile{CSV: "email\n" + strings.Repeat("x\n", 5001)})
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
		made, err := h.InviteByLink(t.Context(), h.owner, h.program.ID, spring, 3)
		must(t, err)
		token := linkIn(t, h.invitation(t, made.ID).Link)
		list := make([]access.Caller, 16)
		for i := range list {
			list[i] = h.expert(t, fmt.Sprint("x-", i))
		}
		won := race(t, func(n int) error {
			_, err := h.Apply(t.Context(), list[n], h.program.ID, expert.Application{Motivation: "me", Invitation: token})
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
		ctx, p := t.Context(), h.program.ID
		made, err := h.InviteByLink(ctx, h.owner, p, spring, 0)
		must(t, err)
		token, x := linkIn(t, h.invitation(t, made.ID).Link), h.expert(t, "dana")
		if n := dbtest.Halfway(t, db, func() error {
			_, err := h.InviteAddresses(ctx, h.owner, p, spring, []string{"ann@example.com", "ben@example.com"})
			return err
		}); n < 4 {
			t.Errorf("inviting addresses: %d statements", n)
		}
		h.until(t, h.clock.Now().Add(time.Minute))
		if n := len(h.mailbox.mails); n != 2 {
			t.Errorf("%d mails, want 2", n)
		}
		off := path.Base(h.mailed()["ann@example.com"].Unsubscribe)
		for i, do := range []func() error{
			func() error { _, err := h.InviteByLink(ctx, h.owner, p, spring, 0); return err },
			func() error {
				_, err := h.Apply(ctx, x, p, expert.Application{Motivation: "me", Invitation: token})
				return err
			},
			func() error { return h.RevokeInvitation(ctx, h.owner, p, made.ID) },
			func() error { return h.notify.Unsubscribe(ctx, off) },
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
