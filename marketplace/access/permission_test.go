package access

import (
	"slices"
	"testing"
)

// aboutPeople lists what decides about a person's pay, appeal or standing with
// a brand: only a named human may.
var aboutPeople = []Permission{RefusePay, DecideAppeal, SuspendExperts, ApproveExperts}

func TestSystemDecidesAboutNobody(t *testing.T) {
	for _, p := range aboutPeople {
		if g, ok := grants[p]; !ok || g.system {
			t.Errorf("%s: in the table %v, granted to the system %v", p, ok, g.system)
		}
	}
	want := []Permission{CreateOperator, CreatePerson, EraseCustomers, FindPerson, IdentifyCustomers, ImportEvidence, RecordConsent, RunPayouts, SeeMoney, SeeQuestions}
	var got []Permission
	for p, g := range grants {
		if g.system {
			got = append(got, p)
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("the system may %v, want %v", got, want)
	}
}

func TestEveryGrantReachesSomebodyAndNamesKnownRoles(t *testing.T) {
	for p, g := range grants {
		if len(g.roles) == 0 && !g.operator && !g.system {
			t.Errorf("%s is nobody's", p)
		}
		for _, r := range g.roles {
			if !slices.Contains(Roles, r) {
				t.Errorf("%s names the unknown role %s", p, r)
			}
		}
	}
}

func TestNormalEmail(t *testing.T) {
	for in, want := range map[string]string{
		"ada@example.org":                       "ada@example.org",
		"  Ada.Lovelace+x@Example.ORG ":         "ada.lovelace+x@example.org",
		"a@b":                                   "a@b",
		"":                                      "",
		"ada":                                   "",
		"Ada <ada@example.org>":                 "",
		"<ada@example.org>":                     "",
		"\"a b\"@example.org":                   "",
		"ada@[127.0.0.1]":                       "",
		"ada@example.org, b@example.org":        "",
		"ada@example.org\r\nBcc: b@example.org": "",
		"ada@exämple.org":                       "",
		"ada\x00@example.org":                   "",
		"ada\xff@example.org":                   "",
		"ada@example..org":                      "",
	} {
		got, err := NormalEmail(in)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("NormalEmail(%q) = %q, %v; want %q", in, got, err, want)
		}
	}
}
