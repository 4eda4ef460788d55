package sqldb

import (
	"context"
	"errors"
	"slices"

	"github.com/jackc/pgx/v5/pgconn"
)

// statement is one that is yet to be sent.
type statement struct {
	query string
	args  []any
	bound bool // it begins or ends the transaction
}

var commit = statement{query: "commit", bound: true}

type putOffKey struct{}

// PutOff returns a context whose transactions may put statements off, or may not.
// Who allows it runs a transaction that ends with a LateError again without.
func (brandPlugin) PutOff(ctx context.Context, may bool) context.Context {
	return context.WithValue(ctx, putOffKey{}, may)
}

func puttingOff(ctx context.Context) bool {
	may, _ := ctx.Value(putOffKey{}).(bool)
	return may
}

// LateError says that a statement which was put off was refused by the database.
// Nothing of its transaction is kept.
type LateError struct{ cause error }

// Error implements error.
func (e *LateError) Error() string { return "a statement that was put off: " + e.cause.Error() }

// Unwrap is what the database said.
func (e *LateError) Unwrap() error { return e.cause }

// Late tells this error from others.
func (e *LateError) Late() {}

// WirePutOff takes a statement, with ? for each argument, that writes what it is
// to write or fails: it is sent with whatever is sent next, at the latest with the
// commit, in one round trip. If it fails, so does that, and everything after it,
// with a LateError. It reports false, and takes nothing, where that may not be.
func (t *pgTx) WirePutOff(query string, args []any) bool {
	if t.reads || !puttingOff(t.ctx) || t.usable(t.ctx) != nil {
		return false
	}
	t.late = append(t.late, statement{query: numbered.of(query), args: args})
	return true
}

// counted has send pass as each of the statements, in their order.
func (t *pgTx) counted(ctx context.Context, list []statement, send func() error) error {
	for _, s := range slices.Backward(list) {
		if s.bound {
			continue
		}
		inner := send
		send = func() error { return t.sent.send(ctx, s.query, func() []any { return s.args }, inner) }
	}
	return send()
}

// wentWrong is what is told from now on, since what was put off is not written.
func (t *pgTx) wentWrong(err error) error {
	var refused *pgconn.PgError
	if errors.As(err, &refused) {
		err = &LateError{err}
	}
	t.failed = err
	return err
}

// WireLast says that the next statement is the last of a transaction that only
// reads.
func (t *pgTx) WireLast() { t.last = t.reads }

// errEnded is what is told of a statement behind the last.
var errEnded = errors.New("the transaction has sent the statement that was said to be its last")
