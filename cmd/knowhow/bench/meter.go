package bench

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"knowhow/migrations/sqldb"
)

// statements is the server's metric that counts what it sends to the database.
const statements = "knowhow_database_statements_total"

// meter reads what the server and its database have used.
type meter struct {
	server   *server
	database int // PostgreSQL's first process; 0: none that can be looked at
}

// reading is what was used up to a moment.
type reading struct {
	cpu        time.Duration
	statements float64
}

// newMeter finds the processes to look at.
func (b *lifecycleBench) newMeter(ctx context.Context) (meter, error) {
	m := meter{server: b.server}
	if b.db.Dialect != "postgres" {
		return m, nil
	}
	var err error
	m.database, err = postgresProcess(ctx, b.db, b.log)
	return m, err
}

// postgresProcess is PostgreSQL's first process; 0 and a warning where it runs
// elsewhere.
func postgresProcess(ctx context.Context, db *sqldb.DB, log *slog.Logger) (int, error) {
	var at struct {
		Backend int // its process
		Local   bool
	}
	err := db.Write.WithContext(ctx).Raw(`SELECT pg_backend_pid() AS backend,
		COALESCE(inet_server_addr() <<= '127.0.0.0/8' OR inet_server_addr() = '::1', true) AS local`).Scan(&at).Error
	if err != nil {
		return 0, fmt.Errorf("find PostgreSQL's processes: %w", err)
	}
	if backend, err := look(at.Backend); at.Local && err == nil && backend.name == "postgres" {
		return backend.parent, nil
	}
	log.Warn("PostgreSQL runs elsewhere: its CPU time is not in the report")
	return 0, nil
}

func (m meter) read(ctx context.Context) (reading, error) {
	p, err := look(m.server.pid())
	if err != nil {
		return reading{}, err
	}
	r := reading{cpu: p.own}
	if m.database != 0 {
		used, err := family(m.database)
		if err != nil {
			return reading{}, err
		}
		r.cpu += used
	}
	r.statements, err = m.server.metric(ctx, statements)
	return r, err
}
