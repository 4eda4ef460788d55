package api

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"knowhow/marketplace/notify"
)

// The languages that one may choose are those that mails are written in.
func TestLanguagesAreThoseOfMails(t *testing.T) {
	field, ok := reflect.TypeFor[languageIn]().Field(0).Type.FieldByName("Language")
	listed := strings.Split(field.Tag.Get("enum"), ",")
	slices.Sort(listed)
	if !ok || !slices.Equal(listed, notify.Languages()) {
		t.Errorf("one may choose %v, mails are in %v", listed, notify.Languages())
	}
}
