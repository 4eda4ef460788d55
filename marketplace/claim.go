package marketplace

import (
	"bytes"
	"context"
	"fmt"
	"hash/fnv"
	"time"

	"gorm.io/gorm"
)

// ClaimLife is how long a claim keeps its key.
const ClaimLife = 24 * time.Hour

var (
	// ErrInFlight: a request with the same key is being worked on. It Is
	// ErrConflict.
	ErrInFlight = fmt.Errorf("a request with this key is under way: %w", ErrConflict)
	// ErrKeyReused: the key was used for another request.
	ErrKeyReused = fmt.Errorf("the key was used for another request: %w", ErrInvalid)
	// ErrRepeated: the request was already done; a *RepeatedError.
	ErrRepeated = fmt.Errorf("the request was already done: %w", ErrConflict)
)

// RepeatedError says that a claimed request was done before, and the id of what
// it made; empty where it made nothing. It Is ErrRepeated.
type RepeatedError struct{ Result string }

func (e *RepeatedError) Error() string { return ErrRepeated.Error() }

// Is makes errors.Is(err, ErrRepeated) true.
func (e *RepeatedError) Is(target error) bool { return target == ErrRepeated || target == ErrConflict }

// Claim makes a request idempotent: the first transaction of a context with a
// claim takes the key in the same transaction as the work, so that both are
// kept or neither. A later request with the same scope and key does nothing and
// gets a *RepeatedError, with another fingerprint ErrKeyReused, while the first
// is under way ErrInFlight.
type Claim struct {
	Scope       string // who asks for what: the caller and the route
	Key         string // the request's own, from who asks
	Fingerprint []byte // of everything asked for
	At          time.Time

	result string
	taken  bool
}

type claimKey struct{}

// WithClaim returns a context whose first write transaction takes the claim. A
// claim serves one request and is not safe for concurrent use.
func WithClaim(ctx context.Context, c *Claim) context.Context {
	return context.WithValue(ctx, claimKey{}, c)
}

// WithoutClaim returns a context whose transactions take no claim: for what is
// done in several transactions and may be repeated as it is.
func WithoutClaim(ctx context.Context) context.Context {
	return context.WithValue(ctx, claimKey{}, (*Claim)(nil))
}

// Made tells the context's claim, where there is one, the id of what its
// request makes. Call it in the transaction that makes it.
func Made(ctx context.Context, id fmt.Stringer) {
	if c, ok := ctx.Value(claimKey{}).(*Claim); ok && c != nil {
		c.result = id.String()
	}
}

// untaken is the context's claim if no transaction has taken it yet.
func untaken(ctx context.Context) *Claim {
	if c, ok := ctx.Value(claimKey{}).(*Claim); ok && c != nil && !c.taken {
		return c
	}
	return nil
}

// Claimed is one taken key on record.
type Claimed struct {
	Scope       string `gorm:"primaryKey"`
	Key         string `gorm:"primaryKey"`
	Fingerprint []byte
	Result      string
	CreatedAt   time.Time
}

// TableName implements gorm's Tabler.
func (Claimed) TableName() string { return "claims" }

// around takes the key, does the work and puts on record what it made.
func (c *Claim) around(tx *gorm.DB, work func(tx *gorm.DB) error) error {
	c.result = ""
	if err := c.takeTx(tx); err != nil {
		return err
	}
	if err := work(tx); err != nil {
		return err
	}
	return c.recordTx(tx)
}

// takeTx takes the key, or says why it cannot be taken.
func (c *Claim) takeTx(tx *gorm.DB) error {
	if Postgres(tx) { // who holds the lock is still at it; on SQLite there is no other
		var free bool
		if err := ScanTx(tx, "SELECT pg_try_advisory_xact_lock(?)", []any{c.lock()}, &free); err != nil {
			return fmt.Errorf("lock a claim: %w", err)
		}
		if !free {
			return ErrInFlight
		}
	}
	taken, err := ExecTx(tx, "INSERT INTO claims (scope, key, fingerprint, result, created_at) VALUES (?, ?, ?, '', ?) ON CONFLICT DO NOTHING",
		c.Scope, c.Key, c.Fingerprint, c.At)
	if err != nil {
		return fmt.Errorf("take a claim: %w", err)
	}
	if taken == 1 {
		return nil
	}
	var was Claimed
	if err := tx.Where("scope = ? AND key = ?", c.Scope, c.Key).Take(&was).Error; err != nil {
		return fmt.Errorf("read a claim: %w", err)
	}
	if !bytes.Equal(was.Fingerprint, c.Fingerprint) {
		return ErrKeyReused
	}
	return &RepeatedError{Result: was.Result}
}

// lock is the number of the claim's advisory lock.
func (c *Claim) lock() int64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(c.Scope + "\x00" + c.Key)) // never fails
	return int64(h.Sum64())
}

// recordTx puts on record what the request made.
func (c *Claim) recordTx(tx *gorm.DB) error {
	if c.result == "" {
		return nil
	}
	_, err := ExecTx(tx, "UPDATE claims SET result = ? WHERE scope = ? AND key = ?", c.result, c.Scope, c.Key)
	if err != nil {
		return fmt.Errorf("record a claim's result: %w", err)
	}
	return nil
}

// ForgetClaims removes claims older than ClaimLife, up to limit of them, and
// returns their number.
func (s *Store) ForgetClaims(ctx context.Context, now time.Time, limit int) (int, error) {
	var n int64
	err := s.InTx(ctx, AllBrands, func(tx *gorm.DB) error {
		res := tx.Exec(`DELETE FROM claims WHERE (scope, key) IN (
			SELECT scope, key FROM claims WHERE created_at < ? ORDER BY created_at LIMIT ?)`, now.Add(-ClaimLife), limit)
		n = res.RowsAffected
		return res.Error
	})
	if err != nil {
		return 0, fmt.Errorf("forget claims: %w", err)
	}
	return int(n), nil
}
