package markettest_test

import (
	"errors"
	"strings"
	"testing"

	"gorm.io/gorm"

	"knowhow/marketplace/access"
	"knowhow/marketplace/admission"
	"knowhow/marketplace/community"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/invitation"
	"knowhow/marketplace/markettest"
)

// fillInvited brings rows into the tables of invitations: one was sent and is
// wanted no more, by another somebody applied.
func fillInvited(t *testing.T, m *markettest.Market) {
	t.Helper()
	ctx, id, terms := t.Context(), m.Program.ID, invitation.Terms{Label: "Spring"}
	_, err1 := m.Invitations.InviteAddresses(ctx, m.Manager, id, terms, []string{"ann@example.com"})
	link, err2 := m.Invitations.InviteByLink(ctx, m.Manager, id, terms, 0)
	v, err3 := m.Invitations.Invitation(ctx, m.Manager, id, link.ID)
	_, token, _ := strings.Cut(v.Link, "#token=")
	newcomer := access.PersonCaller(m.Person("Nina"))
	_, err4 := m.Experts.Register(ctx, newcomer, expert.Profile{Handle: "nina", Languages: []string{"en"}})
	_, err5 := m.Admission.Apply(ctx, newcomer, id, admission.Application{Motivation: "me", Invitation: token})
	m.RunDue()
	err6 := m.Notify.Unsubscribe(ctx, m.UnsubscribeToken("You are invited to help other customers of Brindlewave"))
	if err := errors.Join(err1, err2, err3, err4, err5, err6); err != nil {
		t.Fatal(err)
	}
}

// fillVoice brings rows into the tables of the experts' room, as said by an
// expert.
func fillVoice(t *testing.T, m *markettest.Market, first access.Caller) {
	t.Helper()
	ctx, id, second := t.Context(), m.Program.ID, m.Expert("second")
	post, err1 := m.Community.Say(ctx, first, id, community.Help, "It blinks.", nil)
	err2 := m.Community.Report(ctx, second, id, post.ID, community.Spam)
	err3 := m.Community.SetErase(ctx, first, id, true)
	_, err4 := m.Community.Propose(ctx, first, id, "Pay nights better", "They are long.")
	_, err5 := m.Community.CallElection(ctx, first, id)
	err6 := m.Community.Stand(ctx, first, id, "Me.")
	err7 := m.Store.InTx(ctx, m.Brand, func(tx *gorm.DB) error { // nobody waits a week here
		return tx.Exec("UPDATE room_elections SET state = 'voting', next_due_at = close_at").Error
	})
	err8 := m.Community.Vote(ctx, second, id, "first")
	if err := errors.Join(err1, err2, err3, err4, err5, err6, err7, err8); err != nil {
		t.Fatal(err)
	}
}
