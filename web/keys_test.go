package web_test

import (
	"strings"
	"testing"
	"time"

	"knowhow/marketplace/access"
	"knowhow/migrations/dbtest"
	"knowhow/web/api"
)

func TestAPIKeys(t *testing.T) {
	eachBrowser(t, func(t *testing.T, b *browser) {
		path := "/brands/" + b.Brand.String() + "/api_keys"
		b.token = b.Token(b.Owner)
		b.refused("POST", path, fields{"name": "Help desk", "scopes": []string{"everything"}}, 422, "invalid")
		b.refused("POST", path, fields{"name": "Help desk", "scopes": []string{"money:read"}, "expires_at": b.Clock.Now()}, 422, "invalid")
		body := fields{"name": "Help desk", "scopes": []string{"programs:read"}, "expires_at": b.Clock.Now().Add(time.Hour)}
		made := decoded[api.NewAPIKey](t, b.do("POST", path, body, 200))
		b.learn(made.Secret)
		if !strings.HasPrefix(made.Secret, access.KeyPrefix) || strings.Contains(dbtest.Dump(t, b.DB), made.Secret) {
			t.Error("the secret is none, or is kept in clear")
		}
		software := b.another()
		software.token = made.Secret
		brand := "/brands/" + b.Brand.String()
		software.do("GET", brand, nil, 200)
		list := is[api.ListOf[api.APIKey]](b, path)
		if len(list.Data) != 1 || list.Data[0].ID != made.ID || list.Data[0].LastUsedAt == nil || list.Data[0].RevokedAt != nil || list.Data[0].ExpiresAt == nil {
			t.Errorf("%+v", list)
		}
		if strings.Contains(b.do("GET", path, nil, 200).Body, made.Secret) {
			t.Error("the secret is shown again")
		}
		software.refused("GET", "/brands/"+b.Next.Brand.String(), nil, 404, "not_found")
		software.refused("GET", path, nil, 403, "forbidden") // no key sees or makes keys
		software.refused("POST", path, fields{"name": "More", "scopes": []string{"money:read"}}, 403, "forbidden")
		software.refused("GET", "/me", nil, 403, "forbidden")
		foreign := b.another()
		foreign.token = b.Token(b.Next.Owner)
		foreign.refused("DELETE", path+"/"+made.ID.String(), nil, 403, "forbidden")
		foreign.refused("DELETE", "/brands/"+b.Next.Brand.String()+"/api_keys/"+made.ID.String(), nil, 404, "not_found")
		software.do("GET", brand, nil, 200)
		b.do("DELETE", path+"/"+made.ID.String(), nil, 204)
		software.refused("GET", brand, nil, 401, "token_invalid")
		software.token += "x"
		software.refused("GET", brand, nil, 401, "token_invalid")
		software.token = decoded[api.NewAPIKey](t, b.do("POST", path, body, 200)).Secret
		software.do("GET", brand, nil, 200)
		b.Clock.Advance(time.Hour)
		software.refused("GET", brand, nil, 401, "token_invalid")
	})
}

func TestIdentityKeysAreShownOnce(t *testing.T) {
	eachBrowser(t, func(t *testing.T, b *browser) {
		path := "/brands/" + b.Brand.String() + "/identity_keys"
		b.token = b.Token(b.Owner)
		var first api.NewIdentityKey
		for range 5 {
			first = decoded[api.NewIdentityKey](t, b.do("POST", path, fields{"name": "Shop"}, 200))
			b.learn(first.Secret)
		}
		b.refused("POST", path, fields{"name": "Shop"}, 409, "too_many_keys")
		got := b.do("GET", path, nil, 200)
		if list := decoded[api.ListOf[api.IdentityKey]](t, got); len(list.Data) != 5 || strings.Contains(got.Body, first.Secret) || first.Secret == "" {
			t.Errorf("%s", got.Body)
		}
		b.do("DELETE", path+"/"+first.ID.String(), nil, 204)
		b.do("POST", path, fields{"name": "Shop"}, 200)
		manager := b.another()
		manager.token = b.Token(b.Manager)
		manager.refused("GET", path, nil, 403, "forbidden")
	})
}
