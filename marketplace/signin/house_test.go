package signin_test

import (
	"context"
	"errors"
	"io"
	"mime/quotedprintable"
	"net/mail"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/event"
	"knowhow/marketplace/markettest"
	"knowhow/marketplace/redact"
	"knowhow/marketplace/signin"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

var (
	ctx    = context.Background()
	system = access.SystemCaller("test")
	// cheap hashes are as good for a test.
	cheap  = signin.Hashing{Time: 1, MemoryKiB: 64, Threads: 1}
	home   = signin.Client{Address: netip.MustParseAddr("192.0.2.7"), UserAgent: "Browser/1.0 (Test)"}
	ada    = signin.Account{Email: "ada@example.org", Name: "Ada", Password: "difference engine"}
	linkIn = regexp.MustCompile(`https://knowhow\.test/app/(\S+)#token=(\S+)`)
)

// door is a market with a sign-in of its own.
type door struct {
	*signin.Service
	*markettest.Market
	t *testing.T
}

func newDoor(t *testing.T, db *sqldb.DB) *door {
	t.Helper()
	return newDoorWith(t, db, func(*signin.Rooms) {})
}

func newDoorWith(t *testing.T, db *sqldb.DB, edit func(*signin.Rooms)) *door {
	t.Helper()
	d := &door{Market: markettest.New(t, db), t: t}
	d.Service = d.sibling(edit)
	return d
}

// sibling is another process's sign-in on the same database.
func (d *door) sibling(edit func(*signin.Rooms)) *signin.Service {
	d.t.Helper()
	keys, err := redact.LoadKeyFile(d.KeyFile)
	d.must(err)
	base, err := url.Parse("https://knowhow.test/app")
	d.must(err)
	r := signin.Rooms{
		Store: d.Store, Clock: d.Clock, Log: d.Events, People: d.Access, Notify: d.Notify, Keys: keys,
		Base: base, BrandName: brandName, Hashing: cheap,
	}
	edit(&r)
	return signin.New(r)
}

func brandName(_ context.Context, tx *gorm.DB, brand marketplace.BrandID) (name string, err error) {
	err = tx.Table("brands").Select("name").Where("id = ?", brand).Scan(&name).Error
	return name, err
}

// each runs fn on both databases.
func each(t *testing.T, fn func(t *testing.T, d *door)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) { fn(t, newDoor(t, db)) })
}

func (d *door) must(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

func (d *door) want(doing string, err, want error) {
	d.t.Helper()
	if !errors.Is(err, want) {
		d.t.Errorf("%s: %v, want %v", doing, err, want)
	}
}

// unchanged fails the test when do changes anything in the database.
func (d *door) unchanged(do func()) {
	d.t.Helper()
	dbtest.Unchanged(d.t, d.DB, do)
}

// mailsTo are the texts of the mails sent to an address, in no order.
func (d *door) mailsTo(address string) (texts []string) {
	d.t.Helper()
	d.RunDue()
	for _, raw := range d.Mails() {
		m, err := mail.ReadMessage(strings.NewReader(raw))
		d.must(err)
		if m.Header.Get("To") != "<"+address+">" {
			continue
		}
		body, err := io.ReadAll(quotedprintable.NewReader(m.Body))
		d.must(err)
		texts = append(texts, m.Header.Get("Subject")+"\n"+string(body))
	}
	return texts
}

// link is the token of the one link to a page that was mailed to an address
// since seen, which it adds to.
func (d *door) link(address, page string, seen map[string]bool) string {
	d.t.Helper()
	var tokens []string
	for _, text := range d.mailsTo(address) {
		for _, found := range linkIn.FindAllStringSubmatch(text, -1) {
			if found[1] == page && !seen[found[2]] {
				tokens = append(tokens, found[2])
			}
		}
	}
	if len(tokens) != 1 {
		d.t.Fatalf("%d links to %s, want 1", len(tokens), page)
	}
	if seen != nil {
		seen[tokens[0]] = true
	}
	return tokens[0]
}

// signUp makes a person with a password and returns their first session.
func (d *door) signUp(a signin.Account) signin.Started {
	d.t.Helper()
	d.must(d.SignUp(ctx, home, a))
	started, err := d.Verify(ctx, home, d.link(a.Email, "verify", nil), a.Password)
	d.must(err)
	return started
}

func (d *door) signIn(a signin.Account) signin.Started {
	d.t.Helper()
	started, err := d.SignIn(ctx, home, signin.Credentials{Email: a.Email, Password: a.Password})
	d.must(err)
	return started
}

// kinds lists the platform's events about a person.
func (d *door) kinds(person access.PersonID) (kinds []event.Kind) {
	d.t.Helper()
	d.must(d.Store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		list, err := d.Events.OfTx(ctx, tx, marketplace.AllBrands, event.Subject(person))
		for _, e := range list {
			kinds = append(kinds, e.Kind)
		}
		return err
	}))
	return kinds
}

// count counts rows.
func (d *door) count(table, where string, args ...any) (n int64) {
	d.t.Helper()
	d.must(d.Store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		return tx.Table(table).Where(where, args...).Count(&n).Error
	}))
	return n
}

// race runs do n times at once and counts how often it returned nil; any other
// outcome must be the one of losing.
func (d *door) race(n int, losing error, do func(i int) error) (won int) {
	d.t.Helper()
	var wg sync.WaitGroup
	var mu sync.Mutex
	for i := range n {
		wg.Go(func() {
			err := do(i)
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				won++
			} else if !errors.Is(err, losing) {
				d.t.Errorf("lost with %v", err)
			}
		})
	}
	wg.Wait()
	return won
}

// refuse has the database refuse every new row of a table.
func (d *door) refuse(table string) (again func()) {
	d.t.Helper()
	broken, mended := "CREATE TRIGGER broken_"+table+" BEFORE INSERT ON "+table+" BEGIN SELECT RAISE(ABORT, 'broken'); END", "DROP TRIGGER broken_"+table
	if d.DB.Dialect == "postgres" {
		broken = "ALTER TABLE " + table + " ADD CONSTRAINT broken CHECK (false) NOT VALID"
		mended = "ALTER TABLE " + table + " DROP CONSTRAINT broken"
	}
	d.must(d.DB.Write.Exec(broken).Error)
	return func() { d.must(d.DB.Write.Exec(mended).Error) }
}
