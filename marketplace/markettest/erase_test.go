package markettest_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/markettest"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

// An erasure that runs into a question just being worked on takes with it the
// mail written meanwhile: nobody is written to, and no address is kept.
func TestErasureTakesTheMailWrittenMeanwhile(t *testing.T) {
	db := dbtest.Open(t, "postgres") // SQLite has one writer at a time
	m := markettest.New(t, db)
	c, err := m.Customers.Identify(t.Context(), m.Owner, m.Brand, whitlow)
	if err != nil {
		t.Fatal(err)
	}
	dana, first := access.CustomerCaller(m.Brand, c.ID), m.Expert("first")
	q := m.Ask(dana, "My box is dead")
	m.Answer(first, m.Accept(first))
	if err := m.Questions.Say(t.Context(), dana, q.ID, "I will try that."); err != nil { // so that no mail tells of the answer
		t.Fatal(err)
	}
	m.RunDue()
	m.Clock.Advance(m.Program.Policies.SLA.NudgeAfter)

	written, erased := meanwhile(t, db)
	var worker sync.WaitGroup
	worker.Go(m.RunDue) // writes the mail that announces the end of waiting
	<-written
	if err := m.Customers.Erase(t.Context(), dana, m.Brand, dana.Customer); err != nil {
		t.Error(err)
	}
	close(erased)
	worker.Wait()
	m.RunDue()
	if mails := m.Mails(); len(mails) != 0 {
		t.Errorf("the erased customer was written to: %q", mails)
	}
	var kept int64
	err = m.Store.Read(t.Context(), marketplace.AllBrands, func(tx *gorm.DB) error {
		return tx.Table("mails").Where("to_sealed IS NOT NULL OR content_sealed IS NOT NULL OR state <> 'withdrawn'").Count(&kept).Error
	})
	if err != nil || kept != 0 {
		t.Errorf("%d mails are kept, %v", kept, err)
	}
}

// meanwhile stops the transaction that writes a mail, tells of it, and lets it
// go on once another waits for its locks. No job is claimed after that until
// erased is closed.
func meanwhile(t *testing.T, db *sqldb.DB) (written, erased chan struct{}) {
	t.Helper()
	written, erased = make(chan struct{}), make(chan struct{})
	waiting := func() (n int) {
		if err := db.Read.Raw("SELECT COUNT(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()").
			Row().Scan(&n); err != nil {
			t.Error(err)
		}
		return n
	}
	stop := func(tx *gorm.DB) {
		if tx.Statement.Table != "mails" {
			return
		}
		close(written)
		for patience := time.Now().Add(5 * time.Minute); waiting() == 0 && time.Now().Before(patience); {
			time.Sleep(time.Millisecond) // for the other process, the database
		}
	}
	hold := func(tx *gorm.DB) {
		select {
		case <-written:
			if strings.Contains(tx.Statement.SQL.String(), "UPDATE jobs SET state = 'running'") {
				<-erased
			}
		default:
		}
	}
	if err := db.Write.Callback().Create().After("gorm:create").Register("stop", stop); err != nil {
		t.Fatal(err)
	}
	if err := db.Write.Callback().Row().Before("gorm:row").Register("hold", hold); err != nil {
		t.Fatal(err)
	}
	return written, erased
}
