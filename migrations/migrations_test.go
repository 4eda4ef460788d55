package migrations_test

import (
	"context"
	"testing"

	"knowhow/migrations"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

func TestDownAndUpAgain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		ctx := context.Background()
		conn, err := db.SQL()
		if err != nil {
			t.Fatal(err)
		}
		steps, err := migrations.Status(ctx, conn, db.Dialect)
		if err != nil || len(steps) == 0 {
			t.Fatalf("Status = %d steps, %v", len(steps), err)
		}
		for range steps {
			if file, err := migrations.Down(ctx, conn, db.Dialect); err != nil || file == "" {
				t.Fatalf("Down = %q, %v", file, err)
			}
		}
		if file, err := migrations.Down(ctx, conn, db.Dialect); err != nil || file != "" {
			t.Fatalf("Down on an empty database = %q, %v", file, err)
		}
		if n, err := migrations.Up(ctx, conn, db.Dialect); err != nil || n != len(steps) {
			t.Fatalf("Up = %d, %v; want %d", n, err, len(steps))
		}
		if n, err := migrations.Up(ctx, conn, db.Dialect); err != nil || n != 0 {
			t.Fatalf("second Up = %d, %v; want 0", n, err)
		}
	})
}

func TestOneOfFourMigratesPostgres(t *testing.T) {
	db := dbtest.Open(t, "postgres")
	conn, err := db.SQL()
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	if _, err := migrations.Down(ctx, conn, "postgres"); err != nil {
		t.Fatal(err)
	}
	type outcome struct {
		n   int
		err error
	}
	done := make(chan outcome)
	for range 4 {
		go func() {
			n, err := migrations.Up(ctx, conn, "postgres")
			done <- outcome{n, err}
		}()
	}
	applied := 0
	for range 4 {
		o := <-done
		if o.err != nil {
			t.Error(o.err)
		}
		applied += o.n
	}
	if applied != 1 {
		t.Errorf("four processes applied %d steps, want 1", applied)
	}
}
