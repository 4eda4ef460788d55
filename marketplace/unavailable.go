package marketplace

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"
)

// ErrUnavailable: the database cannot be reached, has no room, or takes no writes
// at present. Nothing is wrong with what was asked, and later it may go well.
// Where the answer to a COMMIT was lost it may have been done; who sent a Claim
// learns which by sending it again.
var ErrUnavailable = errors.New("the database cannot be used at present")

// UnavailableError is what the database, or the way to it, said. It Is ErrUnavailable.
type UnavailableError struct{ Err error }

func (e *UnavailableError) Error() string { return fmt.Sprintf("%v: %v", ErrUnavailable, e.Err) }

// Unwrap gives what was said.
func (e *UnavailableError) Unwrap() error { return e.Err }

// Is makes errors.Is(err, ErrUnavailable) true.
func (e *UnavailableError) Is(target error) bool { return target == ErrUnavailable }

// RetryAfter is when to ask again: a server is back after some seconds, or after
// minutes.
func (*UnavailableError) RetryAfter() time.Duration { return 5 * time.Second }

// unavailable marks an error of the database's that says so.
func unavailable(err error) error {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) || !refusesAll(err) && !refusesWrites(err) {
		return err
	}
	return &UnavailableError{err}
}

// refusesAll reports an error that says that the database does nothing at present.
// PostgreSQL: the classes 08 connection exception and 53 insufficient resources,
// 57P01 admin_shutdown, 57P02 crash_shutdown, 57P03 cannot_connect_now, a broken
// connection, and what it rolled back as often as InTx tries (Retried). SQLite, by its primary result code: 5 busy, 6 locked.
func refusesAll(err error) bool {
	var state interface{ SQLState() string }
	if errors.As(err, &state) {
		code := state.SQLState()
		return strings.HasPrefix(code, "08") || strings.HasPrefix(code, "53") || strings.HasPrefix(code, "57P0") && code <= "57P03" || rolledBack(code)
	}
	var result interface{ Code() int }
	if errors.As(err, &result) {
		return result.Code()&0xff == 5 || result.Code()&0xff == 6
	}
	var unsent interface{ SafeToRetry() bool } // pgx's, of a connection that is closed
	var network net.Error
	return errors.As(err, &network) || errors.As(err, &unsent) && unsent.SafeToRetry() ||
		errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, sql.ErrConnDone)
}
