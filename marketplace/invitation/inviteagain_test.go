package invitation_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace/invitation"
	"knowhow/marketplace/program"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

// inviting is a house whose program is live, so that it may invite.
func inviting(t *testing.T, db *sqldb.DB) *house {
	t.Helper()
	h := newHouse(t, db)
	h.enter(t, h.Program.ID, program.Live)
	return h
}

// enter writes a program's state, whatever it lacks for it.
func (h *house) enter(t *testing.T, id program.ID, state program.State) {
	t.Helper()
	h.InTx(t, func(tx *gorm.DB) error { return tx.Exec("UPDATE programs SET state = ? WHERE id = ?", state, id).Error })
}

var regulars = invitation.File{CSV: "email\nann@example.com\nben@example.com\n"}

func (h *house) inviteRegulars(t *testing.T) invitation.Invitation {
	t.Helper()
	preview, err := h.PreviewFile(t.Context(), h.Owner, h.Program.ID, regulars)
	must(t, err)
	made, err := h.InviteByFile(t.Context(), h.Owner, h.Program.ID, spring, regulars, preview.File)
	must(t, err)
	return made
}

// Who was never written to may be invited by the same file again, once the
// invitation is over; who was is not.
func TestTheSameFileAfterItsInvitationIsOver(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := inviting(t, db)
		ctx, p := t.Context(), h.Program.ID
		first := h.inviteRegulars(t)
		must(t, h.RevokeInvitation(ctx, h.Owner, p, first.ID))
		h.Until(t, h.Clock.Now().Add(time.Minute))
		if n := len(h.Mailbox.Mails); n != 0 {
			t.Fatalf("%d mails of a revoked invitation", n)
		}
		second := h.inviteRegulars(t)
		if second.ID == first.ID || second.Invited != 2 {
			t.Fatalf("the same file again: %+v", second)
		}
		h.Until(t, h.Clock.Now().Add(time.Minute))
		if n := len(h.Mailbox.Mails); n != 2 {
			t.Errorf("%d mails, want 2", n)
		}
		must(t, h.RevokeInvitation(ctx, h.Owner, p, second.ID))
		preview, err := h.PreviewFile(ctx, h.Owner, p, regulars)
		if err != nil || preview.New != 0 || preview.Known != 2 {
			t.Errorf("after they were written to: %+v, %v", preview, err)
		}
	})
}

// A program whose page nobody can read invites nobody; of one that is closed what
// waits is forgotten.
func TestOnlyOpenProgramsInvite(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		ctx, p := t.Context(), h.Program.ID
		dbtest.Unchanged(t, db, func() {
			if _, err := h.InviteByLink(ctx, h.Owner, p, spring, 0); !errors.Is(err, program.ErrState) {
				t.Errorf("for a draft: %v", err)
			}
		})
		h.enter(t, p, program.Live)
		made := h.inviteRegulars(t)
		h.enter(t, p, program.Closed)
		h.Until(t, h.Clock.Now().Add(time.Minute))
		if n, sent, kept := len(h.Mailbox.Mails), h.invitation(t, made.ID).Sent, h.addresses(t); n != 0 || sent != 0 || kept != 0 {
			t.Errorf("closed before the mails went out: %d mails, %d sent, %d addresses kept", n, sent, kept)
		}
	})
}

// However long the brand's name, its invitations go out.
func TestInvitingForABrandWithALongName(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := inviting(t, db)
		h.InTx(t, func(tx *gorm.DB) error {
			return tx.Exec("UPDATE brands SET name = ? WHERE id = ?", strings.Repeat("ش", 100), h.Program.BrandID).Error
		})
		h.inviteRegulars(t)
		h.Until(t, h.Clock.Now().Add(time.Minute))
		if n := len(h.Mailbox.Mails); n != 2 {
			t.Errorf("%d mails, want 2", n)
		}
	})
}
