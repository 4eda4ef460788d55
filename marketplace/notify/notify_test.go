package notify_test

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/event"
	"knowhow/marketplace/job"
	"knowhow/marketplace/notify"
	"knowhow/marketplace/redact"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

type house struct {
	*notify.Service
	db     *sqldb.DB
	store  *marketplace.Store
	clock  *marketplace.ManualClock
	queue  *job.Queue
	people *access.Service
	brand  marketplace.BrandID
	ada    access.PersonID
	logged *strings.Builder // what the workers logged
}

func newHouse(t *testing.T, db *sqldb.DB, mailer notify.Mailer) *house {
	t.Helper()
	keys, err := redact.LoadOrCreateKeyFile(filepath.Join(t.TempDir(), "keys"))
	if err != nil {
		t.Fatal(err)
	}
	h := &house{
		db: db, store: marketplace.NewStore(db.Write, db.Read), logged: &strings.Builder{},
		clock: marketplace.NewManualClock(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)),
		brand: marketplace.BrandID(marketplace.NewID[house]()),
	}
	h.queue = job.NewQueue(h.store, h.clock, slog.New(slog.NewTextHandler(h.logged, nil)))
	h.people = access.New(h.store, h.clock, event.NewLog(h.queue), keys)
	h.Service = notify.New(h.store, h.clock, h.queue, h.people, keys, mailer)
	p, err := h.people.CreatePerson(t.Context(), access.SystemCaller("test"), access.NewPerson{Name: "Ada", Email: "ada@example.org"})
	if err != nil {
		t.Fatal(err)
	}
	h.ada = p.ID
	return h
}

func (h *house) mail(key string) notify.Mail {
	return notify.Mail{Brand: h.brand, Key: key, To: h.ada, Subject: "Your answer is here", Text: "Line one\n.dot\nLöwe"}
}

func (h *house) send(ctx context.Context, m notify.Mail) error {
	return h.store.InTx(ctx, m.Brand, func(tx *gorm.DB) error { return h.SendTx(ctx, tx, m) })
}

func (h *house) mustSend(t *testing.T, m notify.Mail) {
	t.Helper()
	if err := h.send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
}

func (h *house) runDue(t *testing.T) {
	t.Helper()
	if _, err := h.queue.RunDue(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func (h *house) wantState(t *testing.T, key string, want notify.State) notify.Record {
	t.Helper()
	var r notify.Record
	err := h.store.Read(t.Context(), h.brand, func(tx *gorm.DB) (err error) {
		r, err = notify.RecordTx(t.Context(), tx, h.brand, key)
		return err
	})
	if err != nil || r.State != want {
		t.Errorf("mail %s is %s (%s), %v; want %s", key, r.State, r.Reason, err, want)
	}
	return r
}

// wantJobs compares how many mail jobs stand in each state.
func (h *house) wantJobs(t *testing.T, ready, buried int) {
	t.Helper()
	n, err := h.queue.Waiting(t.Context())
	if err != nil || n[job.Ready] != ready || n[job.Buried] != buried {
		t.Errorf("jobs %v, %v; want %d ready, %d buried", n, err, ready, buried)
	}
}

// wantNoAddress looks for the reader's address in everything kept or logged.
func (h *house) wantNoAddress(t *testing.T) {
	t.Helper()
	for place, text := range map[string]string{"database": dbtest.Dump(t, h.db), "log": h.logged.String()} {
		if strings.Contains(text, "example.org") {
			t.Errorf("the %s holds the address in clear:\n%s", place, text)
		}
	}
}

func smtpTo(t *testing.T, s *smtpServer) *notify.SMTP {
	t.Helper()
	m, err := notify.NewSMTP(notify.SMTPConfig{
		Host: s.host, Port: s.port, From: "Knowhow <noreply@knowhow.test>", TLS: notify.NoTLS, Timeout: 5 * time.Minute,
	})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestSentOnceOverSMTP(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		s := newSMTPServer(t, func(s *smtpServer) { s.rudeQuit = true }) // parting badly is no reason to send again
		h := newHouse(t, db, smtpTo(t, s))
		h.mustSend(t, h.mail("k"))
		h.mustSend(t, h.mail("k"))
		h.wantNoAddress(t)
		h.runDue(t)
		h.runDue(t)
		got := s.taken()
		if len(got) != 1 {
			t.Fatalf("%d messages, want 1", len(got))
		}
		if !strings.HasPrefix(got[0].to, "TO:<ada@example.org>") || !strings.HasPrefix(got[0].from, "FROM:<noreply@knowhow.test>") {
			t.Errorf("envelope %+v", got[0])
		}
		for _, line := range []string{
			"To: <ada@example.org>", "Subject: Your answer is here", "Date: Fri, 02 Jan 2026 03:04:05 +0000",
			"Auto-Submitted: auto-generated", "Line one\n.dot\nL=C3=B6we",
		} {
			if !strings.Contains(got[0].data, line) {
				t.Errorf("no %q in\n%s", line, got[0].data)
			}
		}
		r := h.wantState(t, "k", notify.Sent)
		if r.ContentSealed != nil || r.ToSealed != nil || r.EndedAt == nil || r.PersonID != h.ada {
			t.Errorf("kept %+v", r)
		}
		h.wantJobs(t, 0, 0)
		h.wantNoAddress(t)
	})
}

func TestTemporaryRefusalIsTriedAgainWithBackoff(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		s := newSMTPServer(t, func(s *smtpServer) {
			s.replies = []string{"451 4.7.1 <ada@example.org>: greylisted", "451 4.7.1 <ada@example.org>: still"}
		})
		h := newHouse(t, db, smtpTo(t, s))
		m := h.mail("k")
		m.To, m.ToAddress = access.PersonID{}, "Ada@example.org"
		h.mustSend(t, m)
		h.runDue(t)
		for _, wait := range []time.Duration{5 * time.Second, 10 * time.Second} {
			h.wantNoAddress(t)
			h.clock.Advance(wait - time.Microsecond)
			h.runDue(t)
			h.wantJobs(t, 1, 0) // not before its time
			h.clock.Advance(time.Microsecond)
			h.runDue(t)
		}
		if sessions, _, _ := s.seen(); sessions != 3 || len(s.taken()) != 1 {
			t.Errorf("%d sessions, %d messages; want 3, 1", sessions, len(s.taken()))
		}
		h.wantState(t, "k", notify.Sent)
		h.wantJobs(t, 0, 0)
	})
}

func TestRefusedForGoodIsBuriedWithItsReason(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		s := newSMTPServer(t, func(s *smtpServer) { s.replies = []string{"550 5.1.1 <ada@example.org>: no such user"} })
		h := newHouse(t, db, smtpTo(t, s))
		h.mustSend(t, h.mail("k"))
		h.runDue(t)
		r := h.wantState(t, "k", notify.Failed)
		if !strings.Contains(r.Reason, "550 5.1.1") {
			t.Errorf("reason %q", r.Reason)
		}
		h.wantJobs(t, 0, 1)
		h.wantNoAddress(t)
	})
}

func TestUnreachableServerIsGivenUpInTheEnd(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db, smtpTo(t, &smtpServer{host: "127.0.0.1", port: 1}))
		h.mustSend(t, h.mail("k"))
		for range job.MaxAttempts {
			h.wantState(t, "k", notify.Queued)
			h.runDue(t)
			h.clock.Advance(time.Hour)
		}
		h.wantState(t, "k", notify.Failed)
		h.wantJobs(t, 0, 1)
	})
}

// crashing hands over and then fails, as a process dying before it records.
type crashing struct {
	notify.Mailer
	crashes int
}

func (c *crashing) Send(ctx context.Context, m notify.Message) error {
	if err := c.Mailer.Send(ctx, m); err != nil || c.crashes == 0 {
		return err
	}
	c.crashes--
	panic("the process died")
}

func TestRepeatAfterACrashHasTheSameMessageID(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		s := newSMTPServer(t)
		h := newHouse(t, db, &crashing{Mailer: smtpTo(t, s), crashes: 1})
		h.mustSend(t, h.mail("k"))
		h.runDue(t)
		h.wantState(t, "k", notify.Queued)
		h.clock.Advance(time.Minute)
		h.runDue(t)
		h.wantState(t, "k", notify.Sent)
		got := s.taken()
		if len(got) != 2 || got[0] != got[1] || !strings.Contains(got[0].data, "Message-ID: <") {
			t.Errorf("messages %q", got)
		}
	})
}

func TestPersonWithoutAddressFailsForGood(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		s := newSMTPServer(t)
		h := newHouse(t, db, smtpTo(t, s))
		p, err := h.people.CreatePerson(t.Context(), access.SystemCaller("test"), access.NewPerson{Name: "Bob"})
		if err != nil {
			t.Fatal(err)
		}
		m := h.mail("k")
		m.To = p.ID
		h.mustSend(t, m)
		h.runDue(t)
		h.wantState(t, "k", notify.Failed)
		h.wantJobs(t, 0, 1)
	})
}

func TestErasedCustomerIsNotWrittenTo(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		s := newSMTPServer(t)
		h, ctx := newHouse(t, db, smtpTo(t, s)), t.Context()
		m := h.mail("k")
		m.To, m.ToAddress, m.Customer = access.PersonID{}, "cleo@example.org", access.NewCustomerID()
		h.mustSend(t, m)
		other := m
		other.Key, other.Customer = "other", access.NewCustomerID()
		h.mustSend(t, other)
		err := h.store.InTx(ctx, h.brand, func(tx *gorm.DB) error { return h.EraseCustomerTx(ctx, tx, h.brand, m.Customer) })
		if err != nil {
			t.Fatal(err)
		}
		h.runDue(t)
		if r := h.wantState(t, "k", notify.Withdrawn); r.ToSealed != nil || r.ContentSealed != nil {
			t.Errorf("kept %+v", r)
		}
		h.wantState(t, "other", notify.Sent)
		if len(s.taken()) != 1 {
			t.Errorf("%d messages, want the other customer's only", len(s.taken()))
		}
	})
}

func TestBadMailChangesNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db, smtpTo(t, newSMTPServer(t)))
		for name, spoil := range map[string]func(m *notify.Mail){
			"brand":                  func(m *notify.Mail) { m.Brand = marketplace.BrandID{} },
			"key":                    func(m *notify.Mail) { m.Key = "" },
			"key not UTF-8":          func(m *notify.Mail) { m.Key = "\xff" },
			"no reader":              func(m *notify.Mail) { m.To = access.PersonID{} },
			"two readers":            func(m *notify.Mail) { m.ToAddress = "bob@example.org" },
			"address with a header":  func(m *notify.Mail) { m.To, m.ToAddress = access.PersonID{}, "bob@example.org\r\nBcc: x@y.z" },
			"two addresses":          func(m *notify.Mail) { m.To, m.ToAddress = access.PersonID{}, "bob@example.org,x@y.z" },
			"no subject":             func(m *notify.Mail) { m.Subject = "" },
			"subject with a header":  func(m *notify.Mail) { m.Subject = "Hi\r\nBcc: x@y.z" },
			"subject with a newline": func(m *notify.Mail) { m.Subject = "Hi\n there" },
			"subject with NEL":       func(m *notify.Mail) { m.Subject = "Hi\u0085there" },
			"long subject":           func(m *notify.Mail) { m.Subject = strings.Repeat("x", 201) },
			"no text":                func(m *notify.Mail) { m.Text = "" },
			"text with NUL":          func(m *notify.Mail) { m.Text = "\x00" },
			"text not UTF-8":         func(m *notify.Mail) { m.Text = "\xc3" },
			"long text":              func(m *notify.Mail) { m.Text = strings.Repeat("x", 64<<10+1) },
		} {
			m := h.mail("k")
			spoil(&m)
			dbtest.Unchanged(t, db, func() {
				err := h.store.InTx(t.Context(), h.brand, func(tx *gorm.DB) error { return h.SendTx(t.Context(), tx, m) })
				if !errors.Is(err, marketplace.ErrInvalid) || strings.Contains(err.Error(), "bob@") {
					t.Errorf("%s: %v", name, err)
				}
			})
		}
	})
}

func TestHalfwayKeepsNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db, smtpTo(t, newSMTPServer(t)))
		dbtest.Halfway(t, db, func() error { return h.send(t.Context(), h.mail("k")) })
	})
}

func TestBrandsAreApart(t *testing.T) {
	db := dbtest.Open(t, "postgres")
	h := newHouse(t, db, smtpTo(t, newSMTPServer(t)))
	h.mustSend(t, h.mail("k"))
	other := h.mail("k")
	other.Brand = marketplace.BrandID(marketplace.NewID[house]())
	h.mustSend(t, other)
	err := h.store.Read(t.Context(), h.brand, func(tx *gorm.DB) error {
		var n int
		if err := tx.Raw("SELECT COUNT(*) FROM mails").Row().Scan(&n); err != nil || n != 1 {
			t.Errorf("a brand sees %d mails, %v; want its own", n, err)
		}
		_, err := notify.RecordTx(t.Context(), tx, other.Brand, "k")
		return err
	})
	if !errors.Is(err, marketplace.ErrNotFound) {
		t.Errorf("another brand's mail: %v", err)
	}
}
