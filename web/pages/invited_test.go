package pages_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"knowhow/marketplace"
	"knowhow/marketplace/invitation"
)

// Who is invited by mail is led to the program's page, has their address filled
// in, and comes to the application with the invitation in hand.
func TestFollowingAnInvitationToApply(t *testing.T) {
	each(t, func(t *testing.T, b *browser) {
		_, err := b.Invitations.InviteAddresses(t.Context(), b.Manager, b.Program.ID, invitation.Terms{Label: "Spring"}, []string{"ann@example.org"})
		if err != nil {
			t.Fatal(err)
		}
		token := b.MailedToken("ann@example.org", "invited")
		if p := b.do("GET", "/invited", nil); p.status != 200 || !strings.Contains(p.text, "data-at-once") {
			t.Fatalf("the page: %d", p.status)
		}
		p := b.do("POST", "/invited", url.Values{"token": {"https://example.com/invited#token=" + token}})
		for _, want := range []string{"Brindlewave invites you to apply.", "ann@example.org", "#invitation=" + token} {
			if p.status != 200 || !strings.Contains(p.text, want) {
				t.Errorf("the program's page: %d, no %q", p.status, want)
			}
		}
		if p := b.do("GET", "/sign-up", nil); !strings.Contains(p.text, `value="ann@example.org"`) {
			t.Error("the address is not filled in")
		}
		if p := b.do("POST", "/invited", url.Values{"token": {"nothing"}}); p.status != 422 {
			t.Errorf("a made-up link: %d", p.status)
		}
		list, err := b.Invitations.Invitations(t.Context(), b.Manager, b.Program.ID, marketplace.Page{})
		if err != nil || len(list.Items) != 1 {
			t.Fatal(list, err)
		}
		if err := b.Invitations.RevokeInvitation(t.Context(), b.Manager, b.Program.ID, list.Items[0].Invitation.ID); err != nil {
			t.Fatal(err)
		}
		if p := b.do("GET", "/join/"+b.Program.ID.String(), nil); p.status != 200 || strings.Contains(p.text, "ann@example.org") {
			t.Errorf("after it was revoked: %d", p.status)
		}
	})
}

// What the brand has not answered in time stands on the program's page.
func TestTheProgramsPageTellsWhatWaits(t *testing.T) {
	each(t, func(t *testing.T, b *browser) {
		page := "/join/" + b.Program.ID.String()
		if p := b.do("GET", page, nil); p.status != 200 || strings.Contains(p.text, `id="voice"`) {
			t.Fatalf("before there is anything to tell: %d", p.status)
		}
		if _, err := b.Community.Propose(t.Context(), b.Expert("ann"), b.Program.ID, "Pay <nights>", "They are long."); err != nil {
			t.Fatal(err)
		}
		if p := b.do("GET", page, nil); !strings.Contains(p.text, `id="voice"`) || strings.Contains(p.text, "nights") {
			t.Error("in time: it is counted, and not named")
		}
		b.After(15 * 24 * time.Hour)
		if p := b.do("GET", page, nil); !strings.Contains(p.text, "Pay &lt;nights&gt;") {
			t.Error("too late: it is not named")
		}
	})
}
