// Package sqldb opens PostgreSQL or SQLite with the settings everything above
// relies on: one writer connection and immediate transactions on SQLite, UTC
// times, translated errors, no implicit transactions, statements prepared once
// per connection. It is the only place that knows a driver.
package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"runtime"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	gpostgres "gorm.io/driver/postgres"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
	"modernc.org/sqlite"
)

// ErrURL is returned by Open for a database URL it cannot use.
var ErrURL = errors.New("database URL must be sqlite:FILE or postgres://…")

// DB is an open database. Write and Read are the same handle on PostgreSQL;
// on SQLite Write has one connection and Read is query-only.
type DB struct {
	Write, Read *gorm.DB
	Dialect     string // "postgres" or "sqlite", the migrations' directory
	close       []func() error
	direct      *pgx.ConnConfig // for a connection outside the pool; nil on SQLite
	sent        *counter
}

// Open connects to sqlite:FILE or postgres://… (also postgresql://…). The
// file of a SQLite database is created if missing; nothing is migrated.
func Open(ctx context.Context, databaseURL string) (*DB, error) {
	switch scheme, rest, _ := strings.Cut(databaseURL, ":"); scheme {
	case "sqlite":
		if rest == "" {
			return nil, fmt.Errorf("%w: no file is named", ErrURL)
		}
		return openSQLite(ctx, rest)
	case "postgres", "postgresql":
		return openPostgres(ctx, databaseURL)
	default:
		return nil, fmt.Errorf("%w (scheme %.20q)", ErrURL, scheme)
	}
}

// SQL is the plain handle for writes, for migrations and maintenance.
func (db *DB) SQL() (*sql.DB, error) { return db.Write.DB() }

// Close releases every connection.
func (db *DB) Close() error {
	var errs []error
	for _, c := range db.close {
		errs = append(errs, c())
	}
	return errors.Join(errs...)
}

// leastConnections is how many connections to PostgreSQL a process may open at
// least, where its URL does not say (pool_max_conns). pgx's own four are too few
// on a small machine: a transaction mostly waits for the disk at its end, and all
// that wait there share one flush.
const leastConnections = 12

func openPostgres(ctx context.Context, databaseURL string) (*DB, error) {
	settings, err := pgxpool.ParseConfig(databaseURL)
	if err != nil {
		return nil, fmt.Errorf("%w: it does not parse", ErrURL) // pgx's text may quote the password
	}
	if !strings.Contains(databaseURL, "pool_max_conns") {
		settings.MaxConns = max(settings.MaxConns, leastConnections)
	}
	settings.ConnConfig.RuntimeParams["timezone"] = "UTC"
	sent := &counter{}
	settings.AfterConnect = func(ctx context.Context, c *pgx.Conn) error {
		c.TypeMap().RegisterType(&pgtype.Type{
			Name: "timestamptz", OID: pgtype.TimestamptzOID,
			Codec: &pgtype.TimestamptzCodec{ScanLocation: time.UTC},
		})
		sendIDsAsBytes(c.TypeMap())
		return prefer(ctx, c)
	}
	pool, err := pgxpool.NewWithConfig(ctx, settings)
	if err != nil {
		return nil, fmt.Errorf("connect to PostgreSQL: %w", err)
	}
	conn := sql.OpenDB(counting(stdlib.GetPoolConnector(pool), sent))
	conn.SetMaxIdleConns(0) // the pool keeps the idle ones
	config := gormConfig()
	config.Plugins = map[string]gorm.Plugin{BrandPlugin: brandPlugin{}}
	g, err := gorm.Open(gpostgres.New(gpostgres.Config{Conn: pgPool{conn, sent}}), config)
	if err != nil {
		pool.Close()
		return nil, fmt.Errorf("connect to PostgreSQL: %w", err)
	}
	closePool := func() error { pool.Close(); return nil }
	return &DB{
		Write: g, Read: g, Dialect: "postgres", close: []func() error{conn.Close, closePool}, direct: pool.Config().ConnConfig, sent: sent,
	}, nil
}

// prefer tells PostgreSQL's planner of statements that touch few rows, by their
// keys, most of which are in memory: a page at random costs little more than the
// next one, and none is worth compiling. Where the server, the role, the database
// or the URL says something, that stays.
func prefer(ctx context.Context, c *pgx.Conn) error {
	_, err := c.Exec(ctx, `SELECT set_config(name, CASE name WHEN 'jit' THEN 'off' ELSE '1.1' END, false)
		FROM pg_settings WHERE name IN ('jit', 'random_page_cost') AND source = 'default'`)
	return err
}

func openSQLite(ctx context.Context, file string) (*DB, error) {
	// 32 MB of pages are kept in memory, and as much of the write-ahead log are
	// gathered before it is copied back: hot pages are then written once for many
	// transactions.
	const common = "_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)" +
		"&_pragma=foreign_keys(1)&_pragma=cache_size(-32768)&_pragma=wal_autocheckpoint(8000)&_pragma=temp_store(memory)" +
		"&_time_format=sqlite&_timezone=UTC"
	name := "file:" + (&url.URL{Path: file}).EscapedPath() + "?" + common
	sent := &counter{}
	write, closeWrite, err := openPool(ctx, name+"&_txlock=immediate", 1, sent)
	if err != nil {
		return nil, fmt.Errorf("open SQLite file %s: %w", file, err)
	}
	read, closeRead, err := openPool(ctx, name+"&_pragma=query_only(1)", max(4, runtime.NumCPU()), sent)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open SQLite file %s: %w", file, err), closeWrite())
	}
	return &DB{Write: write, Read: read, Dialect: "sqlite", close: []func() error{closeRead, closeWrite}, sent: sent}, nil
}

// openPool opens connections to a SQLite file. The one writer's statements are
// short and not interrupted: the deadline of a transaction ends it between two.
func openPool(ctx context.Context, name string, connections int, sent *counter) (*gorm.DB, func() error, error) {
	connector, err := sqlite.NewConnector(name)
	if err != nil {
		return nil, nil, err
	}
	conn := sql.OpenDB(keepStatements(connector, connections > 1, sent))
	conn.SetMaxOpenConns(connections)
	conn.SetMaxIdleConns(connections)
	if err := conn.PingContext(ctx); err != nil {
		return nil, nil, errors.Join(err, conn.Close())
	}
	g, err := gorm.Open(newSQLiteDialector(conn), gormConfig())
	if err != nil {
		return nil, nil, errors.Join(err, conn.Close())
	}
	return g, conn.Close, nil
}

func gormConfig() *gorm.Config {
	return &gorm.Config{
		SkipDefaultTransaction: true,
		TranslateError:         true,
		NowFunc:                func() time.Time { return time.Now().UTC().Truncate(time.Microsecond) },
		Logger: logger.NewSlogLogger(slog.Default(), logger.Config{
			SlowThreshold: 2 * time.Second, IgnoreRecordNotFoundError: true,
			ParameterizedQueries: true, LogLevel: logger.Silent,
		}),
	}
}
