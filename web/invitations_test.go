package web_test

import (
	"testing"
	"time"

	"knowhow/marketplace/access"
	"knowhow/web/api"
	"knowhow/web/webtest"
)

func TestInvitingByMail(t *testing.T) {
	eachBrowser(t, func(t *testing.T, b *browser) {
		owner, path := b.another(), "/brands/"+b.Brand.String()+"/invitations"
		owner.token = b.Token(b.Owner)
		invite := func(email, role string) (api.Invitation, string) {
			i := decoded[api.Invitation](t, owner.do("POST", path, fields{"email": email, "role": role}, 201))
			link := b.MailedToken(email, "invitation")
			b.learn(link)
			return i, link
		}
		i, link := invite("eve@example.org", "agent")
		if i.Email != "eve@example.org" || i.Brand != b.Brand || i.Role != access.Agent || !i.ExpiresAt.Equal(b.Clock.Now().Add(7*24*time.Hour)) {
			t.Errorf("%+v", i)
		}
		seen := decoded[api.Invited](t, b.do("POST", "/invitations/preview", fields{"token": link}, 200))
		if seen.BrandName != "Brindlewave" || seen.Email != i.Email || seen.Role != access.Agent || seen.Known {
			t.Errorf("%+v", seen)
		}
		stranger := b.another()
		stranger.signUp("bob@example.org", "Bob")
		stranger.refused("POST", "/me/invitations/accept", fields{"token": link}, 403, "not_invited")
		stranger.refused("GET", path, nil, 403, "forbidden")
		stranger.refused("POST", path, fields{"email": "x@example.org", "role": "owner"}, 403, "forbidden")
		b.keep(b.do("POST", "/invitations/accept", fields{"token": link, "name": "Eve", "password": webtest.Password}, 200))
		if me := is[api.Me](b, "/me"); me.Email != i.Email || len(me.Memberships) != 1 || me.Memberships[0].Name != "Brindlewave" || me.Memberships[0].Roles[0] != access.Agent {
			t.Errorf("%+v", me)
		}
		b.refused("POST", "/invitations/preview", fields{"token": link}, 409, "link_used")

		_, link = invite("bob@example.org", "viewer") // who has an account
		if seen := decoded[api.Invited](t, b.do("POST", "/invitations/preview", fields{"token": link}, 200)); !seen.Known {
			t.Errorf("%+v", seen)
		}
		b.refused("POST", "/invitations/accept", fields{"token": link, "name": "Bob", "password": webtest.Password}, 409, "sign_in_first")
		stranger.do("POST", "/me/invitations/accept", fields{"token": link}, 200)
		if me := is[api.Me](stranger, "/me"); len(me.Memberships) != 1 || me.Memberships[0].Roles[0] != access.Viewer {
			t.Errorf("%+v", me)
		}

		i, link = invite("zoe@example.org", "viewer")
		if list := is[api.ListOf[api.Invitation]](owner, path); len(list.Data) != 1 || list.Data[0] != i {
			t.Errorf("%+v", list)
		}
		owner.do("DELETE", path+"/"+i.ID.String(), nil, 204)
		b.refused("POST", "/invitations/accept", fields{"token": link, "name": "Zoe", "password": webtest.Password}, 409, "link_used")
		if list := is[api.ListOf[api.Invitation]](owner, path); len(list.Data) != 0 {
			t.Errorf("%+v", list)
		}
	})
}

// An invitation that is asked for again with its key is one, and one mail.
func TestAnInvitationIsRepeated(t *testing.T) {
	eachBrowser(t, func(t *testing.T, b *browser) {
		b.token = b.Token(b.Owner)
		b.header.Set("Idempotency-Key", "one")
		body, path := fields{"email": "eve@example.org", "role": "agent"}, "/brands/"+b.Brand.String()+"/invitations"
		first := decoded[api.Invitation](t, b.do("POST", path, body, 201))
		b.RunDue()
		mails := len(b.Mails())
		if again := decoded[api.Invitation](t, b.do("POST", path, body, 201)); again != first {
			t.Errorf("%+v, then %+v", first, again)
		}
		if b.RunDue(); len(b.Mails()) != mails {
			t.Error("it was mailed again")
		}
	})
}
