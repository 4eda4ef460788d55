package job_test

import (
	"errors"
	"testing"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/job"
	"knowhow/migrations/dbtest"
)

// PostgreSQL may be a moment behind in learning that a process died: what it had
// under way is neither undone nor committed yet when the next one starts. Its
// jobs are freed all the same, however that ends.
func TestWhatTheDeadHadUnderWayIsWaitedFor(t *testing.T) {
	for how, end := range map[string]error{"undone": errBroken, "committed": nil} {
		t.Run(how, func(t *testing.T) {
			f := newFixture(t, dbtest.Open(t, "postgres"))
			f.Handle("e", effect)
			f.enqueue(t, job.New{Kind: "e", Args: "working"})
			f.died(t, 1)
			f.enqueue(t, job.New{Kind: "e", Args: "claiming"})
			begun, mayEnd, ended, released := make(chan bool), make(chan bool), make(chan error, 1), make(chan error, 1)
			go func() {
				ended <- f.store.InTx(t.Context(), marketplace.AllBrands, func(tx *gorm.DB) error {
					work := tx.Exec(`DELETE FROM jobs WHERE state = 'running'`).Error
					claim := tx.Exec(`UPDATE jobs SET state = 'running', attempts = 1, lease_owner = 'dying', lease_until = ?`, start.Add(job.Lease)).Error
					close(begun)
					<-mayEnd
					return errors.Join(work, claim, end)
				})
			}()
			<-begun
			go func() { released <- f.ReleaseLeases(t.Context()) }()
			over, err := false, error(nil)
			for waits := false; !waits && !over; {
				select {
				case err = <-released:
					over = true
				default:
					waits = f.somebodyWaits(t)
				}
			}
			close(mayEnd)
			if gone := <-ended; !errors.Is(gone, end) {
				t.Fatal(gone)
			}
			if !over {
				err = <-released
			}
			if err != nil {
				t.Fatal(err)
			}
			want := map[error]int{errBroken: 2, nil: 1}[end]
			if got := f.waiting(t); got[job.Ready] != want || got[job.Running] != 0 {
				t.Errorf("jobs %v, want %d ready", got, want)
			}
		})
	}
}

// somebodyWaits tells whether a transaction in this database waits for another.
func (f *fixture) somebodyWaits(t *testing.T) (waits bool) {
	t.Helper()
	err := f.store.Read(t.Context(), marketplace.AllBrands, func(tx *gorm.DB) error {
		return tx.Raw(`SELECT EXISTS (SELECT 1 FROM pg_locks l JOIN pg_database d ON d.oid = l.database
			WHERE NOT l.granted AND d.datname = current_database())`).Scan(&waits).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	return waits
}
