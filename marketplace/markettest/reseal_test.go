package markettest_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/assembly"
	"knowhow/marketplace/customer"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/invitation"
	"knowhow/marketplace/markettest"
	"knowhow/marketplace/notify"
	"knowhow/marketplace/quality"
	"knowhow/marketplace/question"
	"knowhow/marketplace/redact"
	"knowhow/marketplace/signin"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

// sealedMarket is a market with something in every sealed column, under k1.
type sealedMarket struct {
	*markettest.Market
	t         *testing.T
	dana      access.Caller
	question  question.ID
	outbox    outbox
	old, next string // the encryption keys k1 and k2, as entries
	index     string
}

// outbox is a mailer that keeps what it is given.
type outbox struct{ sent []notify.Message }

func (o *outbox) Send(_ context.Context, m notify.Message) error {
	o.sent = append(o.sent, m)
	return nil
}

func newSealedMarket(t *testing.T, db *sqldb.DB) *sealedMarket {
	t.Helper()
	m := &sealedMarket{Market: markettest.New(t, db), t: t, next: redact.GenerateKey("k2")}
	keys, err := os.ReadFile(m.KeyFile)
	m.must(err)
	m.old, m.index, _ = strings.Cut(strings.TrimSpace(string(keys)), ",")
	first := m.Expert("first")
	c, err := m.Customers.Identify(t.Context(), m.Owner, m.Brand, whitlow)
	m.must(err)
	m.dana = access.CustomerCaller(m.Brand, c.ID)
	q, err := m.Questions.Ask(t.Context(), m.dana, question.Ask{
		Program: m.Program.ID, Title: "Whitlow here, my box is dead", Body: "Mail me.", Context: "page: /help",
	})
	m.must(err)
	m.question = q.ID
	m.must(m.SignIn.SignUp(t.Context(), signin.Client{}, signin.Account{Email: "new@example.com", Name: "New", Password: "difference engine"}))
	_, err = m.SignIn.Invite(t.Context(), m.Owner, m.Brand, "invited@example.com", access.Viewer)
	m.must(err)
	m.must(m.SignIn.SetPasswordFor(t.Context(), access.SystemCaller("test"), m.Owner.Person, "analytical engine"))
	_, err = m.SignIn.BeginTOTP(t.Context(), m.Owner, "analytical engine")
	m.must(err)
	_, err = m.Experts.AddMacro(t.Context(), first, expert.MacroText{Name: "greeting", Text: "Dear Mrs Whitlow"})
	m.must(err)
	_, err = m.Invitations.InviteAddresses(t.Context(), m.Owner, m.Program.ID, invitation.Terms{Label: "regulars"}, []string{whitlow.Handle})
	m.must(err)
	_, _, err = m.Customers.CreateIdentityKey(t.Context(), m.Owner, m.Brand, "shop")
	m.must(err)
	m.RunDue()
	m.must(m.Questions.Say(t.Context(), m.dana, q.ID, "Look.", m.Upload(m.dana)))
	m.Upload(m.dana)
	m.Answer(first, m.Accept(first))
	m.must(m.Quality.Give(t.Context(), m.dana, q.ID, quality.Feedback{Solved: true, CSAT: 5, Comment: "Thanks, says Whitlow."}))
	m.RunDue()
	m.must(m.Store.InTx(t.Context(), m.Brand, func(tx *gorm.DB) error { // stays queued
		return m.Notify.SendTx(t.Context(), tx, notify.Mail{
			Brand: m.Brand, Key: "test", ToAddress: whitlow.Handle, Customer: c.ID, Subject: "Dear Whitlow", Text: "It works.",
		})
	}))
	for column, values := range m.values() {
		if len(values) == 0 {
			t.Fatalf("%s holds nothing, so this proves nothing", column)
		}
	}
	return m
}

func (m *sealedMarket) must(err error) {
	m.t.Helper()
	if err != nil {
		m.t.Fatal(err)
	}
}

// with is the same market's house with other keys.
func (m *sealedMarket) with(entries ...string) *assembly.House {
	m.t.Helper()
	keys, err := redact.ParseKeyring(strings.Join(append(entries, m.index), ","))
	m.must(err)
	return assembly.New(assembly.Parts{Store: m.Store, Clock: m.Clock, Keys: keys, Mailer: &m.outbox, Log: slog.New(slog.DiscardHandler)})
}

func (m *sealedMarket) read(fn func(tx *gorm.DB) error) {
	m.t.Helper()
	m.must(m.Store.Read(m.t.Context(), marketplace.AllBrands, fn))
}

// values are the sealed values of each column.
func (m *sealedMarket) values() map[string][][]byte {
	m.t.Helper()
	found := map[string][][]byte{}
	for _, c := range assembly.Sealed {
		var list [][]byte
		m.read(func(tx *gorm.DB) error {
			return tx.Table(c.Table).Where("length("+c.Column+") > 0").Pluck(c.Column, &list).Error
		})
		found[c.String()] = list
	}
	return found
}

func (m *sealedMarket) count() (n int) {
	for _, values := range m.values() {
		n += len(values)
	}
	return n
}

// indexes are all blind indexes.
func (m *sealedMarket) indexes() (list [][]byte) {
	m.t.Helper()
	m.read(func(tx *gorm.DB) error {
		return tx.Raw("SELECT email_index FROM persons WHERE email_index IS NOT NULL UNION SELECT handle_index FROM identities ORDER BY 1").Scan(&list).Error
	})
	return list
}

// catalogue asks the database's catalogue for a list of names.
func catalogue(t *testing.T, db *sqldb.DB, sqlite, postgres string, args ...any) (names []string) {
	t.Helper()
	query := map[string]string{"sqlite": sqlite, "postgres": postgres}[db.Dialect]
	if err := db.Read.Raw(query, args...).Scan(&names).Error; err != nil {
		t.Fatal(err)
	}
	return names
}

// Every sealed column of the schema is known to a rotation, with the primary
// key of its table.
func TestEverySealedColumnIsResealed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		var known []string
		for _, c := range assembly.Sealed {
			known = append(known, c.String())
			key := catalogue(t, db, "SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk",
				`SELECT a.attname FROM pg_index i CROSS JOIN unnest(i.indkey) WITH ORDINALITY k(n, i)
				JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.n
				WHERE i.indisprimary AND i.indrelid = ?::regclass ORDER BY k.i`, c.Table)
			if !slices.Equal(c.Key, key) {
				t.Errorf("%s is walked by %v, the primary key is %v", c, c.Key, key)
			}
		}
		slices.Sort(known)
		columns := catalogue(t, db, `SELECT m.name || '.' || c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c
			WHERE m.type = 'table' AND c.name LIKE '%!_sealed' ESCAPE '!'`, `SELECT table_name || '.' || column_name
			FROM information_schema.columns WHERE table_schema = 'public' AND column_name LIKE '%!_sealed' ESCAPE '!'`)
		if slices.Sort(columns); !slices.Equal(columns, known) {
			t.Errorf("sealed are %v, known are %v", columns, known)
		}
	})
}

// What values are sealed to never changes: nothing sealed before would open.
func TestSealedContextsStay(t *testing.T) {
	want := map[string]string{
		"persons.email_sealed": "persons/email_sealed/a", "mails.to_sealed": "mails/to_sealed/a", "mails.content_sealed": "mails/content_sealed/a",
		"customers.name_sealed": "customers/name_sealed/a", "identities.handle_sealed": "identities/handle_sealed/a/b/c",
		"signups.contact_sealed": "signups/contact_sealed/a", "authenticators.secret_sealed": "authenticators/secret_sealed/a",
		"invitations.email_sealed": "invitations/email_sealed/a", "identity_keys.secret_sealed": "identity_keys/secret_sealed/a",
		"questions.title_sealed": "questions.title:a", "questions.context_sealed": "questions.context:a",
		"messages.body_sealed": "messages.body:a", "feedback.comment_sealed": "feedback.comment_sealed:a",
		"uploads.content_sealed": "pictures.content:a", "pictures.content_sealed": "pictures.content:a",
		"macros.text_sealed": "macros/text_sealed/a", "invitees.email_sealed": "invitees/email_sealed/a",
	}
	for _, c := range assembly.Sealed {
		names := []string{"a", "b", "c"}[:max(1, len(c.Names))]
		if got := c.Context(names...); got != want[c.String()] {
			t.Errorf("%s is sealed to %q, was to %q", c, got, want[c.String()])
		}
	}
}

// A key is rotated: once all is sealed anew, the old key is needed for nothing.
func TestRotation(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		m := newSealedMarket(t, db)
		all, indexes := m.count(), m.indexes()
		did, err := m.with(m.next, m.old).Reseal(t.Context(), nil)
		if err != nil || did.Primary != "k2" || did.Resealed != all || did.Unchanged != 0 || did.Broken != 0 {
			t.Fatalf("of %d values: %+v, %v", all, did, err)
		}
		if got := m.indexes(); !slices.EqualFunc(got, indexes, bytes.Equal) {
			t.Error("a blind index changed")
		}
		h := m.with(m.next)
		dbtest.Unchanged(t, db, func() {
			did, err := h.Reseal(t.Context(), nil)
			if err != nil || did.Resealed != 0 || did.Unchanged != all || did.Broken != 0 {
				t.Errorf("again: %+v, %v", did, err)
			}
		})
		m.reads(h)
	})
}

// reads fails the test unless every service of h reads what it should.
func (m *sealedMarket) reads(h *assembly.House) {
	ctx := m.t.Context()
	found, err := h.Customers.Identify(ctx, m.Owner, m.Brand, whitlow)
	if err != nil || found.ID != m.dana.Customer {
		m.t.Errorf("the handle is %s's, %v; want %s's", found.ID, err, m.dana.Customer)
	}
	olga, err := h.Access.PersonByEmail(ctx, access.SystemCaller("test"), "OLGA@example.com")
	if err != nil || olga.ID != m.Operator.Person {
		m.t.Errorf("the operator is %s, %v", olga.ID, err)
	}
	told := map[string]string{}
	m.read(func(tx *gorm.DB) error {
		names, err1 := h.Customers.KnownNamesTx(ctx, tx, m.Brand, m.dana.Customer)
		handle, err2 := h.Customers.OpenHandleTx(ctx, tx, m.Brand, m.dana.Customer, customer.Email)
		address, err3 := h.Access.OpenEmailTx(ctx, tx, m.Operator.Person)
		told["Dana Whitlow"], told[whitlow.Handle], told["olga@example.com"] = strings.Join(names, ""), handle, address
		return errors.Join(err1, err2, err3)
	})
	own, err := h.Questions.ForCustomer(ctx, m.dana, m.question)
	m.must(err)
	told["Whitlow here, my box is dead"], told["page: /help"], told["Mail me."] = own.Title, own.Context, own.Turns[0].Text
	shown, err := h.Questions.ShowPicture(ctx, m.dana, own.Turns[1].Pictures[0].ID)
	m.must(err)
	told["image/png"], told["\x89PNG"] = shown.Type, string(shown.Bytes[:4])
	if _, err := h.Queue.RunDue(ctx); err != nil || len(m.outbox.sent) != 1 {
		m.t.Fatalf("%d mails went out, %v", len(m.outbox.sent), err)
	}
	told["Dear Whitlow"], told[" "+whitlow.Handle] = m.outbox.sent[0].Subject, " "+m.outbox.sent[0].To
	for want, got := range told {
		if got != want {
			m.t.Errorf("read %q, want %q", got, want)
		}
	}
}

// A resealing that is stopped goes on when it is run again.
func TestResealGoesOn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		m := newSealedMarket(t, db)
		crowd := make([]access.NewPerson, 250)
		for i := range crowd {
			crowd[i] = access.NewPerson{Name: "Somebody", Email: fmt.Sprintf("somebody-%d@example.com", i)}
		}
		_, err := m.Access.CreatePersons(t.Context(), m.Operator, crowd)
		m.must(err)
		all := m.count()
		both := m.with(m.next, m.old)
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		first, err := both.Reseal(ctx, func(c redact.SealedColumn, done int) {
			if c.Table == "persons" && done >= 200 {
				stop()
			}
		})
		if !errors.Is(err, context.Canceled) || first.Resealed != 200 {
			t.Fatalf("stopped: %+v, %v", first, err)
		}
		second, err := both.Reseal(t.Context(), nil)
		if err != nil || second.Resealed != all-200 || second.Unchanged != 200 || second.Broken != 0 {
			t.Errorf("then: %+v, %v; want %d", second, err, all-200)
		}
		if did, err := m.with(m.next).Reseal(t.Context(), nil); err != nil || did.Unchanged != all {
			t.Errorf("at last: %+v, %v", did, err)
		}
	})
}

// What was tampered with is named and left alone; the rest is done.
func TestResealNamesWhatDoesNotOpen(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		m := newSealedMarket(t, db)
		all := m.count()
		name := m.values()["customers.name_sealed"][0]
		handle := bytes.Clone(m.values()["identities.handle_sealed"][0])
		handle[len(handle)-1] ^= 1
		m.must(m.Store.InTx(t.Context(), m.Brand, func(tx *gorm.DB) error {
			return errors.Join(tx.Exec("UPDATE identities SET handle_sealed = ?", handle).Error,
				tx.Exec("UPDATE questions SET title_sealed = ?", name).Error)
		}))
		did, err := m.with(m.next, m.old).Reseal(t.Context(), nil)
		if err != nil || did.Resealed != all-2 || did.Broken != 2 || len(did.Named) != 2 {
			t.Fatalf("of %d: %+v, %v", all, did, err)
		}
		i, q := did.Named[0], did.Named[1]
		index := fmt.Sprintf("%x", m.indexOf(whitlow.Handle))
		if i.Table != "identities" || i.Column != "handle_sealed" || len(i.Key) != 3 || i.Key["brand_id"] != m.Brand.String() ||
			i.Key["channel"] != "email" || i.Key["handle_index"] != index || i.Reason != redact.ErrSealBroken.Error() {
			t.Errorf("the tampered is named %+v", i)
		}
		if q.Table != "questions" || q.Column != "title_sealed" || len(q.Key) != 1 || q.Key["id"] != m.question.String() {
			t.Errorf("the misplaced is named %+v", q)
		}
		if got := m.values(); !bytes.Equal(got["identities.handle_sealed"][0], handle) || !bytes.Equal(got["questions.title_sealed"][0], name) {
			t.Error("what does not open was changed")
		}
		lost, err := m.with(redact.GenerateKey("k3")).Reseal(t.Context(), nil)
		if err != nil || lost.Broken != all || lost.Resealed+lost.Unchanged != 0 {
			t.Errorf("without the keys: %+v, %v", lost, err)
		}
	})
}

func (m *sealedMarket) indexOf(email string) []byte {
	keys, err := redact.LoadKeyFile(m.KeyFile)
	m.must(err)
	return keys.BlindIndex(m.Brand, "email", email)
}

// What another process writes between the reading of a value and its writing
// is not lost, and is resealed too.
func TestResealBesideAWriter(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		m := newSealedMarket(t, db)
		all := m.count()
		late := m.with(m.old, m.next) // the old key still seals there
		m.duringRead("feedback", func() error {
			said := quality.Feedback{CSAT: 1, Reason: quality.ReasonWrong, Comment: "It broke again."}
			return late.Quality.Give(t.Context(), m.dana, m.question, said)
		})
		if did, err := m.with(m.next, m.old).Reseal(t.Context(), nil); err != nil || did.Resealed != all || did.Broken != 0 {
			t.Errorf("of %d: %+v, %v", all, did, err)
		}
		if did, err := m.with(m.next).Reseal(t.Context(), nil); err != nil || did.Unchanged != all {
			t.Errorf("then: %+v, %v", did, err)
		}
		var csat int
		m.read(func(tx *gorm.DB) error { return tx.Raw("SELECT csat FROM feedback").Row().Scan(&csat) })
		if csat != 1 {
			t.Error("the later feedback was lost")
		}
	})
}

// What is erased between the reading of a value and its writing stays erased.
func TestResealBesideAnErasure(t *testing.T) {
	for _, table := range []string{"mails", "customers", "identities", "questions", "messages", "feedback"} {
		t.Run(table, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
				m := newSealedMarket(t, db)
				erased := false
				m.duringRead(table, func() error {
					erased = true
					return m.Customers.Erase(t.Context(), m.dana, m.Brand, m.dana.Customer)
				})
				did, err := m.with(m.next, m.old).Reseal(t.Context(), nil)
				if err != nil || did.Broken != 0 || !erased {
					t.Errorf("%+v, %v; erased: %v", did, err, erased)
				}
				for column, values := range m.values() {
					if markettest.OfCustomers(column) && len(values) > 0 {
						t.Errorf("%s came back", column)
					}
				}
			})
		})
	}
}

// duringRead runs do once, when a transaction has just read values of table.
func (m *sealedMarket) duringRead(table string, do func() error) {
	m.t.Helper()
	var once sync.Once
	hook := func(tx *gorm.DB) {
		if tx.Statement.Table == table {
			once.Do(func() { m.must(do()) })
		}
	}
	m.must(m.DB.Read.Callback().Row().After("gorm:row").Register("meantime", hook))
}
