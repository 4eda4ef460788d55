package ledger

import (
	"crypto/sha256"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"knowhow/payouts/money"
)

const maxKey = 200

// Entry is one side of a posting: credits positive, debits negative, in minor
// units of the account's currency.
type Entry struct {
	Account Account
	Minor   int64
}

// Move is the pair of entries that debits one account and credits another. Of
// two liabilities the first pays the second.
func Move(debit, credit Account, minor int64) []Entry {
	return []Entry{{Account: debit, Minor: -minor}, {Account: credit, Minor: minor}}
}

// Posting is what happened to money at one moment. Key is the business key, such
// as "hold:<id>:earn": the same key is posted once. Entries of one account are
// added together, and entries of nothing are left out. Near is what the posting
// is about, such as the hold: postings about different things need not wait for
// one another on the accounts that everybody shares. About, where it is set, is
// what makes two postings the same, in the place of their entries: where these
// depend on what there was to take.
type Posting struct {
	Key     string
	Kind    string
	At      time.Time
	Entries []Entry
	Near    uuid.UUID
	About   string
}

// prepared is a posting checked, with its entries merged and in account order.
type prepared struct {
	Posting
	digest []byte
	homes  []string // the row of each entry, unless it lacks the money
}

func prepare(p Posting) (prepared, error) {
	if p.Key == "" || len(p.Key) > maxKey || p.Kind == "" || p.At.IsZero() {
		return prepared{}, fmt.Errorf("%w: key, kind and time are needed: %q", ErrPosting, p.Key)
	}
	entries, err := merge(p.Entries)
	if err != nil {
		return prepared{}, fmt.Errorf("posting %s: %w", p.Key, err)
	}
	if err := balanced(entries); err != nil {
		return prepared{}, fmt.Errorf("posting %s: %w", p.Key, err)
	}
	p.Entries = entries
	homes := make([]string, len(entries))
	for i, e := range entries {
		homes[i] = e.Account.home(p.Near)
	}
	return prepared{Posting: p, digest: digest(p), homes: homes}, nil
}

// merge adds up the entries of each account and puts them in account order.
func merge(entries []Entry) ([]Entry, error) {
	sums := make(map[Account]int64, len(entries))
	for _, e := range entries {
		if err := e.Account.check(); err != nil {
			return nil, err
		}
		sum, err := money.Add(sums[e.Account], e.Minor)
		if err != nil || sum == math.MinInt64 {
			return nil, money.ErrOverflow
		}
		sums[e.Account] = sum
	}
	merged := make([]Entry, 0, len(sums))
	for a, minor := range sums {
		if minor != 0 {
			merged = append(merged, Entry{Account: a, Minor: minor})
		}
	}
	slices.SortFunc(merged, func(a, b Entry) int { return strings.Compare(a.Account.ID(), b.Account.ID()) })
	return merged, nil
}

// balanced returns ErrPosting unless there are entries and they add up to zero
// per currency.
func balanced(entries []Entry) error {
	if len(entries) == 0 {
		return fmt.Errorf("%w: moves nothing", ErrPosting)
	}
	sums := make(map[money.Currency]int64)
	for _, e := range entries {
		sum, err := money.Add(sums[e.Account.Currency], e.Minor)
		if err != nil {
			return err
		}
		sums[e.Account.Currency] = sum
	}
	for c, sum := range sums {
		if sum != 0 {
			return fmt.Errorf("%w: entries add up to %s", ErrPosting, money.Of(sum, c))
		}
	}
	return nil
}

// digest identifies a posting's content, but for the time: a replay comes later.
func digest(p Posting) []byte {
	h := sha256.New()
	fmt.Fprintf(h, "%s\n", p.Kind)
	if p.About != "" {
		fmt.Fprintf(h, "about %s\n", p.About)
		return h.Sum(nil)
	}
	for _, e := range p.Entries {
		fmt.Fprintf(h, "%s %d\n", e.Account.ID(), e.Minor)
	}
	return h.Sum(nil)
}
