package notify_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"knowhow/marketplace/notify"
)

// Whatever a brand is called, a mail with its name in the subject can be sent.
func TestSubjectsHaveRoomForEveryName(t *testing.T) {
	for _, name := range []string{"Acme", strings.Repeat("x", 500), strings.Repeat("ش", 200), strings.Repeat("x", 187), strings.Repeat("x", 188)} {
		got := notify.Subject("From %s, today", name)
		whole := len("From , today")+len(name) <= 200
		if !utf8.ValidString(got) || len(got) > 200 || len(got) < 190 && !whole || strings.Contains(got, name) != whole {
			t.Errorf("%d bytes of name: %q", len(name), got)
		}
	}
}
