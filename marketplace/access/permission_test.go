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
	want := []Permission{CreateOperator, CreatePerson, EraseCustomers, FindPerson, IdentifyCustomers, ImportEvidence, RecordConsent, RunPayouts, SeeMoney, SeeQuestions, SetPasswords}
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

// onlyHumans lists what a named human does themselves: no software of a brand's
// has it.
var onlyHumans = append([]Permission{ReviewWork, ManageMembers, ManageKeys, FundBudget, RevealPersonalData, SetPasswords}, aboutPeople...)

func TestNoKeyDoesWhatOnlyHumansMay(t *testing.T) {
	for _, p := range onlyHumans {
		if g, ok := grants[p]; !ok || len(g.scopes) > 0 || g.reaches(Scopes) {
			t.Errorf("%s: in the table %v, of the scopes %v", p, ok, g.scopes)
		}
	}
}

func TestEveryScopeIsForSomething(t *testing.T) {
	used := map[Scope]bool{}
	for p, g := range grants {
		for _, s := range g.scopes {
			used[s] = true
			if !slices.Contains(Scopes, s) {
				t.Errorf("%s names the unknown scope %s", p, s)
			}
		}
		if len(g.scopes) > 0 && len(g.roles) == 0 {
			t.Errorf("%s is a key's and no member's", p)
		}
	}
	if len(used) != len(Scopes) {
		t.Errorf("%d scopes are used, there are %v", len(used), Scopes)
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

// What a person may do is what any of their roles allows, and never what only
// operators may.
func TestPermissionsOf(t *testing.T) {
	got := PermissionsOf([]Role{Finance, Agent})
	for _, p := range []Permission{FundBudget, AnswerForBrand, SeeMoney} {
		if !slices.Contains(got, p) {
			t.Errorf("%s is missing in %v", p, got)
		}
	}
	if slices.Contains(got, RefusePay) || slices.Contains(got, RunPayouts) || !slices.IsSorted(got) {
		t.Errorf("got %v", got)
	}
	if n := len(PermissionsOf(nil)); n != 0 {
		t.Errorf("%d permissions without a role", n)
	}
}
