package sqldb

import (
	"context"
	"database/sql/driver"

	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/gorm"
)

// BrandPlugin is the name of the gorm plugin of handles whose transactions
// enter a brand as they begin, in the same round trip.
const BrandPlugin = "knowhow:brand"

// brandPlugin implements gorm.Plugin.
type brandPlugin struct{}

// Name implements gorm.Plugin.
func (brandPlugin) Name() string { return BrandPlugin }

// Initialize implements gorm.Plugin.
func (brandPlugin) Initialize(*gorm.DB) error { return nil }

type brandKey struct{}

// EnterBrand returns a context whose transactions set knowhow.brand, which
// row-level security goes by, to brand: an id, or "*" for all.
func (brandPlugin) EnterBrand(ctx context.Context, brand string) context.Context {
	return context.WithValue(ctx, brandKey{}, brand)
}

// counting makes a connector whose connections count what they send.
func counting(c driver.Connector, sent *counter) driver.Connector { return countingConnector{c, sent} }

type countingConnector struct {
	driver.Connector
	sent *counter
}

// Connect implements driver.Connector.
func (c countingConnector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return pgConn{conn.(*stdlib.Conn), c.sent}, nil
}

// pgConn is a connection to PostgreSQL for database/sql.
type pgConn struct {
	*stdlib.Conn
	sent *counter
}

// ExecContext implements driver.ExecerContext.
func (c pgConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (res driver.Result, err error) {
	err = c.sent.send(ctx, query, func() []any { return values(args) }, func() (err error) {
		res, err = c.Conn.ExecContext(ctx, query, args)
		return err
	})
	return res, err
}

// QueryContext implements driver.QueryerContext.
func (c pgConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (rows driver.Rows, err error) {
	err = c.sent.send(ctx, query, func() []any { return values(args) }, func() (err error) {
		rows, err = c.Conn.QueryContext(ctx, query, args)
		return err
	})
	if err != nil && rows != nil {
		_ = rows.Close() // the error is the caller's already
		return nil, err
	}
	return rows, err
}
