package marketplace_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"knowhow/marketplace"
)

type thing struct{}

func TestIDRoundTrips(t *testing.T) {
	id := marketplace.NewID[thing]()
	if id.IsZero() || len(id.String()) != 36 {
		t.Fatalf("NewID = %q", id)
	}
	parsed, err := marketplace.ParseID[thing](id.String())
	if err != nil || parsed != id {
		t.Errorf("ParseID(%s) = %s, %v", id, parsed, err)
	}
	var scanned marketplace.ID[thing]
	if err := scanned.Scan([]byte(id.String())); err != nil || scanned != id {
		t.Errorf("Scan(bytes) = %s, %v", scanned, err)
	}
	if v, err := id.Value(); err != nil || v != id.String() {
		t.Errorf("Value = %v, %v", v, err)
	}
	text, err := json.Marshal(map[string]marketplace.ID[thing]{"full": id, "none": {}})
	if err != nil {
		t.Fatal(err)
	}
	var back map[string]marketplace.ID[thing]
	if err := json.Unmarshal(text, &back); err != nil || back["full"] != id || !back["none"].IsZero() {
		t.Errorf("%s came back as %v, %v", text, back, err)
	}
}

func TestZeroIDIsNull(t *testing.T) {
	id := marketplace.NewID[thing]()
	if err := id.Scan(nil); err != nil || !id.IsZero() {
		t.Errorf("Scan(nil) = %s, %v; want zero", id, err)
	}
	if v, err := id.Value(); v != nil || err != nil {
		t.Errorf("zero Value = %v, %v; want NULL", v, err)
	}
}

func TestParseIDRefuses(t *testing.T) {
	id := marketplace.NewID[thing]().String()
	for _, s := range []string{
		"", "x", id[:35], id + "0", "{" + id + "}", "urn:uuid:" + id,
		strings.ReplaceAll(id, "-", ""), "00000000-0000-0000-0000-000000000000", "\xff\x00", strings.Repeat("a", 1<<16),
	} {
		_, err := marketplace.ParseID[thing](s)
		var invalid *marketplace.InvalidError
		if !errors.As(err, &invalid) || invalid.Field != "id" || !errors.Is(err, marketplace.ErrInvalid) {
			t.Errorf("ParseID(%.40q) = %v, want an InvalidError of field id", s, err)
		}
		if err != nil && len(err.Error()) > 300 {
			t.Errorf("the error for %d bytes has %d bytes", len(s), len(err.Error()))
		}
	}
	var bad marketplace.ID[thing]
	if err := bad.UnmarshalText([]byte("nonsense")); !errors.Is(err, marketplace.ErrInvalid) {
		t.Errorf("UnmarshalText(nonsense) = %v", err)
	}
}

func TestIDsSortByCreation(t *testing.T) {
	ids := make([]string, 1000)
	for i := range ids {
		ids[i] = marketplace.NewID[thing]().String()
	}
	if !slices.IsSorted(ids) {
		t.Error("ids made one after another are not in order")
	}
}
