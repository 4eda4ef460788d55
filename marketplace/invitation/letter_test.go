package invitation

import (
	"slices"
	"testing"
	"time"

	"knowhow/marketplace/notify"
	"knowhow/marketplace/notify/notifytest"
)

func TestEveryMailIsInEveryLanguage(t *testing.T) {
	notifytest.MustSpell(t, letter(letterhead{"Acme", "Help"}, "https://", time.Now()))
	for _, language := range Languages {
		if !slices.Contains(notify.Languages(), language) {
			t.Errorf("nobody is written to in %s", language)
		}
	}
}
