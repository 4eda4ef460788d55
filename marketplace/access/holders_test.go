package access_test

import (
	"slices"
	"testing"

	"knowhow/marketplace/access"
)

func TestHoldersCannotBeChanged(t *testing.T) {
	h := access.HoldersOf(access.ManageKeys)
	if !slices.Equal(h.Roles, []access.Role{access.Owner}) || len(h.Scopes) != 0 || h.Operators {
		t.Fatalf("keys are managed by %+v", h)
	}
	h.Roles[0] = access.Viewer
	if again := access.HoldersOf(access.ManageKeys); again.Roles[0] != access.Owner {
		t.Error("who asks can change the table")
	}
	if h := access.HoldersOf("no_such"); len(h.Roles)+len(h.Scopes) != 0 || h.Operators {
		t.Errorf("an unknown permission is held by %+v", h)
	}
}
