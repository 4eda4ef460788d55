package notify_test

import (
	"errors"
	"mime"
	"net/mail"
	"strings"
	"testing"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/notify"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

// A mail is in the language that its reader has when it is written, English where
// that is not known, or in the one that it asks for; and says which.
func TestMailsAreInTheirReadersLanguage(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		s := newSMTPServer(t, func(*smtpServer) {})
		h := newHouse(t, db, smtpTo(t, s))
		ada := access.PersonCaller(h.ada)
		for i, c := range []struct {
			choose, asks, want string
		}{{"", "", "en"}, {"de", "", "de"}, {"ar", "", "ar"}, {"", "de-AT", "de"}, {"", "fr", "ar"}} {
			if c.choose != "" {
				if err := h.SetLanguage(t.Context(), ada, c.choose); err != nil {
					t.Fatal(err)
				}
			}
			reset := notify.Letter{Name: "signin.reset", Values: notify.Values{"link": "https://"}}
			h.mustSend(t, notify.Mail{Brand: h.brand, Key: strings.Repeat("k", i+1), To: h.ada, Says: reset, Language: c.asks})
			h.runDue(t)
			taken := s.taken()
			if len(taken) != i+1 {
				t.Fatalf("%d mails, want %d", len(taken), i+1)
			}
			m, err := mail.ReadMessage(strings.NewReader(taken[i].data))
			if err != nil {
				t.Fatal(err)
			}
			subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
			if want, _ := reset.In(c.want); err != nil || subject != want || m.Header.Get("Content-Language") != c.want {
				t.Errorf("%+v: %q in %q, %v", c, subject, m.Header.Get("Content-Language"), err)
			}
		}
		var invalid *marketplace.InvalidError
		if err := h.SetLanguage(t.Context(), ada, "fr"); !errors.As(err, &invalid) {
			t.Errorf("what mails are not written in: %v", err)
		}
		var forbidden *access.ForbiddenError
		if err := h.SetLanguage(t.Context(), access.SystemCaller("test"), "de"); !errors.As(err, &forbidden) {
			t.Errorf("who is no person: %v", err)
		}
	})
}
