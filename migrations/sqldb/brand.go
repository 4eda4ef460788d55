package sqldb

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
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

// brandEntering makes a connector whose transactions enter their context's
// brand.
func brandEntering(c driver.Connector) driver.Connector { return enterer{c} }

type enterer struct{ driver.Connector }

// Connect implements driver.Connector.
func (e enterer) Connect(ctx context.Context) (driver.Conn, error) {
	c, err := e.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return enteringConn{c.(*stdlib.Conn)}, nil
}

type enteringConn struct{ *stdlib.Conn }

// BeginTx implements driver.ConnBeginTx.
func (c enteringConn) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	brand, ok := ctx.Value(brandKey{}).(string)
	if !ok {
		return c.Conn.BeginTx(ctx, opts)
	}
	if strings.Trim(brand, "0123456789abcdef-*") != "" {
		return nil, fmt.Errorf("begin: %q is no brand", brand)
	}
	begin := "begin"
	if sql.IsolationLevel(opts.Isolation) == sql.LevelRepeatableRead {
		begin += " isolation level repeatable read"
	}
	if opts.ReadOnly {
		begin += " read only"
	}
	tx, err := c.Conn.Conn().BeginTx(ctx, pgx.TxOptions{
		BeginQuery: begin + "; set local knowhow.brand = '" + brand + "'", // which needs no plan
	})
	if err != nil {
		return nil, err
	}
	return enteredTx{ctx, tx}, nil
}

// enteredTx is the transaction for database/sql.
type enteredTx struct {
	ctx context.Context
	tx  pgx.Tx
}

// Commit implements driver.Tx.
func (t enteredTx) Commit() error { return t.tx.Commit(t.ctx) }

// Rollback implements driver.Tx.
func (t enteredTx) Rollback() error { return t.tx.Rollback(t.ctx) }
