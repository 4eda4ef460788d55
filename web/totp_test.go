package web_test

import (
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"knowhow/marketplace/access"
	"knowhow/marketplace/markettest"
	"knowhow/marketplace/signin"
	"knowhow/web"
	"knowhow/web/api"
	"knowhow/web/webtest"
)

func (b *browser) code(secret string) string {
	b.T.Helper()
	b.Clock.Advance(30 * time.Second) // each code is good once
	code, err := totp.GenerateCode(secret, b.Clock.Now())
	if err != nil {
		b.T.Fatal(err)
	}
	return code
}

// enrol sets up an authenticator and gives its secret and the recovery codes.
func (b *browser) enrol() (secret string, codes []string) {
	b.T.Helper()
	setup := decoded[api.TOTPSetup](b.T, b.do("POST", "/me/totp", fields{"password": webtest.Password}, 200))
	codes = decoded[api.RecoveryCodes](b.T, b.do("POST", "/me/totp/confirm", fields{"code": b.code(setup.Secret)}, 200)).Codes
	b.learn(append(codes, setup.Secret)...)
	return setup.Secret, codes
}

func TestAnAuthenticator(t *testing.T) {
	eachBrowser(t, func(t *testing.T, b *browser) {
		b.signUp(ada, "Ada")
		b.refused("POST", "/me/totp/confirm", fields{"code": "000000"}, 409, "totp_off")
		b.refused("POST", "/me/totp", fields{"password": "not this one"}, 401, "credentials")
		secret, codes := b.enrol()
		if len(codes) != 8 || !is[api.Me](b, "/me").TOTP {
			t.Errorf("recovery codes: %d", len(codes))
		}
		b.refused("POST", "/me/totp", fields{"password": webtest.Password}, 409, "totp_on")
		other := b.another()
		in := fields{"email": ada, "password": webtest.Password}
		other.refused("POST", "/sign_in", in, 401, "code_needed")
		in["code"] = "000000x"
		other.refused("POST", "/sign_in", in, 401, "credentials")
		in["code"] = b.code(secret)
		other.keep(other.do("POST", "/sign_in", in, 200))
		other.refused("POST", "/sign_in", in, 401, "credentials") // the code was used
		in["code"] = codes[0]
		other.keep(other.do("POST", "/sign_in", in, 200))
		other.refused("POST", "/sign_in", in, 401, "credentials")
		off := fields{"password": "not this one", "code": b.code(secret)}
		b.refused("POST", "/me/totp/disable", off, 401, "credentials")
		off["password"] = webtest.Password
		b.post("/me/totp/disable", off)
		b.refused("POST", "/me/totp/disable", off, 409, "totp_off")
		other.signIn(ada, webtest.Password)
	})
}

// An operator without an authenticator can do nothing but set one up.
func TestOperatorsNeedAnAuthenticator(t *testing.T) {
	strict := func(m *markettest.Market, _ *web.Options) { m.NeedTOTP() }
	eachBrowser(t, func(t *testing.T, b *browser) {
		_, err := b.SignIn.CreateFirst(b.Ctx(), access.SystemCaller("test"), signin.Account{Email: ada, Name: "Ada", Password: webtest.Password})
		if err != nil {
			t.Fatal(err)
		}
		if in := b.signIn(ada, webtest.Password); !in.Limited {
			t.Errorf("%+v", in)
		}
		if me := is[api.Me](b, "/me"); !me.Limited || !me.Operator || me.TOTP {
			t.Errorf("%+v", me)
		}
		for _, path := range []string{"/brands", "/ledger", "/me/sessions", "/stream"} {
			b.refused("GET", path, nil, 403, "second_factor_missing")
		}
		b.refused("PUT", "/me/password", fields{"old": webtest.Password, "password": "another orange light"}, 403, "second_factor_missing")
		b.refresh()
		b.refused("GET", "/brands", nil, 403, "second_factor_missing")
		b.enrol()
		b.refresh()
		b.do("GET", "/ledger", nil, 200)
		if me := is[api.Me](b, "/me"); me.Limited || !me.TOTP {
			t.Errorf("%+v", me)
		}
		member := b.another()
		if in := member.signUp("bob@example.org", "Bob"); in.Limited {
			t.Errorf("no operator: %+v", in)
		}
		b.cookie = ""
		b.refused("POST", "/sign_in", fields{"email": ada, "password": webtest.Password}, 401, "code_needed")
	}, strict)
}
