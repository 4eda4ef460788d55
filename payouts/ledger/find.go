package ledger

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/payouts/money"
)

// ErrNoPosting: nothing was posted under the key.
var ErrNoPosting = errors.New("no such posting")

// FindTx returns the entries of the posting with a key, and of one of the kinds if
// any are named, those of one account added together: ErrNoPosting.
func FindTx(ctx context.Context, tx *gorm.DB, key string, kinds ...string) ([]Entry, error) {
	var rows []entryRow
	query := tx.WithContext(ctx).Table("ledger_entries AS e").Select("e.account_id, e.currency, e.amount").
		Joins("JOIN ledger_postings AS p ON p.id = e.posting_id").Where("p.key = ?", key)
	if len(kinds) > 0 {
		query = query.Where("p.kind IN ?", kinds)
	}
	if err := query.Order("e.line").Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("find posting %s: %w", key, err)
	}
	if len(rows) == 0 {
		return nil, fmt.Errorf("%w: %s", ErrNoPosting, key)
	}
	entries := make([]Entry, len(rows))
	for i, row := range rows {
		a, err := parse(row.AccountID)
		if err != nil {
			return nil, err
		}
		entries[i] = Entry{Account: a, Minor: row.Amount}
	}
	return merge(entries)
}

// PostedTx reports whether p was posted before: ErrKeyReused if its key was, for
// something else.
func PostedTx(ctx context.Context, tx *gorm.DB, p Posting) (bool, error) {
	one, err := prepare(p)
	if err != nil {
		return false, err
	}
	var found []postingRow
	if err := tx.WithContext(ctx).Select("key", "digest").Where("key = ?", p.Key).Find(&found).Error; err != nil {
		return false, fmt.Errorf("look up posting %s: %w", p.Key, err)
	}
	if len(found) == 0 {
		return false, nil
	}
	if !bytes.Equal(found[0].Digest, one.digest) {
		return true, fmt.Errorf("%w: %s", ErrKeyReused, p.Key)
	}
	return true, nil
}

// parse reads an account's id, or that of one of its stripes.
func parse(id string) (Account, error) {
	whole, _, _ := strings.Cut(id, "#")
	parts := strings.Split(whole, ":")
	var a Account
	for i, part := range parts {
		owner, err := uuid.Parse(part)
		switch {
		case i == len(parts)-1:
			a.Currency = money.Currency(part)
		case err == nil:
			a.Owner = owner
		case a.Kind == "":
			a.Kind = Kind(part)
		default:
			a.Kind += Kind(":" + part)
		}
	}
	if err := a.check(); err != nil {
		return Account{}, fmt.Errorf("account %s: %w", id, err)
	}
	return a, nil
}
