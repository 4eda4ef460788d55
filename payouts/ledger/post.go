package ledger

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/payouts/money"
)

// PostTx posts p in the caller's transaction and reports whether it was posted
// now: false means that the same content was posted under this key before. What
// rides along is written with it. It takes three statements and one for each
// rider, one in all on PostgreSQL, which where the transaction allows it is sent
// with its next; a few more where an account is used for the first time. Where it
// is put off so, it returns true before anything is sent: false, ErrKeyReused,
// *InsufficientFundsError and a rider's Else then come of the rerun, after an error
// that ends the transaction (*sqldb.LateError). Errors: ErrPosting, money.ErrCurrency, money.ErrOverflow,
// ErrKeyReused, *InsufficientFundsError; on each of these nothing was written, so
// the caller may go on with its transaction.
func PostTx(ctx context.Context, tx *gorm.DB, p Posting, riders ...Rider) (bool, error) {
	tx = tx.WithContext(ctx)
	one, err := prepare(p)
	if err != nil {
		return false, err
	}
	if seen.all(one) {
		if posted, err := writeQuick(tx, one, riders); err != nil || posted {
			return posted, err
		}
	}
	if err := mayRide(tx, riders); err != nil {
		return false, err
	}
	n, err := PostAllTx(ctx, tx, p) // finds out why not, or makes it possible
	if err != nil || n == 0 {
		return false, err
	}
	err = ride(tx, riders)
	return err == nil, err
}

// PostAllTx posts several postings in order, all or none, and returns how many
// were not there before. It takes five statements however many they are, three
// on PostgreSQL. Beside PostTx's errors it can return ErrConcurrent, after
// which the transaction must be rolled back.
func PostAllTx(ctx context.Context, tx *gorm.DB, postings ...Posting) (int, error) {
	tx = tx.WithContext(ctx)
	batch, err := prepareAll(postings)
	if err != nil {
		return 0, err
	}
	if len(batch) > 1 { // a single one is compared only if inserting it finds it there
		if batch, err = dropPosted(tx, batch); err != nil {
			return 0, err
		}
	}
	if len(batch) == 0 {
		return 0, nil
	}
	rows, changed, err := apply(tx, batch)
	if err != nil {
		return 0, unlessPosted(tx, batch, err)
	}
	return write(tx, batch, rows, changed)
}

func prepareAll(postings []Posting) ([]prepared, error) {
	batch := make([]prepared, 0, len(postings))
	seen := make(map[string][]byte, len(postings))
	for _, posting := range postings {
		p, err := prepare(posting)
		if err != nil {
			return nil, err
		}
		if before, ok := seen[p.Key]; ok {
			if !bytes.Equal(before, p.digest) {
				return nil, fmt.Errorf("%w: %s", ErrKeyReused, p.Key)
			}
			continue
		}
		seen[p.Key] = p.digest
		batch = append(batch, p)
	}
	return batch, nil
}

type postingRow struct {
	ID       uuid.UUID
	Key      string
	Kind     string
	Digest   []byte
	PostedAt time.Time
}

func (postingRow) TableName() string { return "ledger_postings" }

type entryRow struct {
	Posting      string `gorm:"-"` // its key
	PostingID    uuid.UUID
	Line         int
	AccountID    string
	Currency     string
	Amount       int64
	BalanceAfter *int64
	Version      *int64
}

func (entryRow) TableName() string { return "ledger_entries" }

// dropPosted leaves out what is posted already: ErrKeyReused if with other content.
func dropPosted(tx *gorm.DB, batch []prepared) ([]prepared, error) {
	keys := make([]string, len(batch))
	for i, p := range batch {
		keys[i] = p.Key
	}
	var found []postingRow
	if err := tx.Select("key", "digest").Where("key IN ?", keys).Find(&found).Error; err != nil {
		return nil, fmt.Errorf("look up postings: %w", err)
	}
	digests := make(map[string][]byte, len(found))
	for _, row := range found {
		digests[row.Key] = row.Digest
	}
	left := make([]prepared, 0, len(batch))
	for _, p := range batch {
		before, ok := digests[p.Key]
		if ok && !bytes.Equal(before, p.digest) {
			return nil, fmt.Errorf("%w: %s", ErrKeyReused, p.Key)
		}
		if !ok {
			left = append(left, p)
		}
	}
	return left, nil
}

// unlessPosted returns err, unless it refuses a batch that is posted already: a
// replay must not be refused because the first delivery took the money. An
// error of the database is returned as it is: its transaction is over, and a
// deadlock must be known as one to be tried again.
func unlessPosted(tx *gorm.DB, batch []prepared, err error) error {
	if !errors.Is(err, ErrInsufficientFunds) && !errors.Is(err, money.ErrOverflow) {
		return err
	}
	left, lookup := dropPosted(tx, batch)
	if lookup != nil {
		return lookup
	}
	if len(left) == 0 {
		return nil
	}
	return err
}

// write inserts the postings first: a key that is there already stops the rest.
func write(tx *gorm.DB, batch []prepared, rows []entryRow, changed []*accountRow) (int, error) {
	if tx.Dialector.Name() == "postgres" {
		return writeAtOnce(tx, batch, rows, changed)
	}
	postings, err := postingRows(batch, rows)
	if err != nil {
		return 0, err
	}
	inserted, err := insertPostings(tx, postings)
	if err != nil {
		return 0, err
	}
	if inserted == 0 && len(batch) == 1 {
		_, err := dropPosted(tx, batch)
		return 0, err
	}
	if inserted != len(batch) {
		return 0, ErrConcurrent
	}
	if err := updateAccounts(tx, changed); err != nil {
		return 0, err
	}
	return len(batch), insertEntries(tx, rows)
}
