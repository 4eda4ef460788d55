package payouts

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/payouts/ledger"
)

// EntryState is what is known of an entry of the provider's books.
type EntryState string

const (
	// EntryWaiting: no posting of ours is known for it yet.
	EntryWaiting EntryState = "waiting"
	// EntryMatched: it is in our books by a posting of its own. Final.
	EntryMatched EntryState = "matched"
	// EntrySuspense: nobody knew what it was, or it is not of the amount that we
	// posted: it, or the difference, was booked to suspense; a person explains it.
	EntrySuspense EntryState = "suspense"
)

// providerEntry is an entry of the provider's books as it was read.
type providerEntry struct {
	Provider   string `gorm:"primaryKey"`
	ID         string `gorm:"primaryKey"`
	Kind       EntryKind
	Currency   Currency
	GrossMinor int64
	FeeMinor   int64
	NetMinor   int64
	Source     string
	OfID       string
	SubjectID  *uuid.UUID
	MadeAt     time.Time
	SeenAt     time.Time
	State      EntryState
	PostingKey *string
}

// TableName names the table.
func (providerEntry) TableName() string { return "provider_entries" }

func newProviderEntry(provider string, e BalanceTransaction, now time.Time) providerEntry {
	row := providerEntry{
		Provider: provider, ID: e.ID, Kind: e.Kind, Currency: e.Currency, GrossMinor: e.Gross, FeeMinor: e.Fee, NetMinor: e.Net,
		Source: e.Source, OfID: e.Of, MadeAt: stamp(e.At), SeenAt: now, State: EntryWaiting,
	}
	if e.Subject != uuid.Nil {
		row.SubjectID = &e.Subject
	}
	return row
}

func (e providerEntry) transaction() BalanceTransaction {
	b := BalanceTransaction{
		ID: e.ID, Kind: e.Kind, Currency: e.Currency, Gross: e.GrossMinor, Fee: e.FeeMinor, Net: e.NetMinor,
		Source: e.Source, Of: e.OfID, At: e.MadeAt, AvailableAt: e.MadeAt,
	}
	if e.SubjectID != nil {
		b.Subject = *e.SubjectID
	}
	return b
}

// expected is the key of the posting that the entry should be in our books.
func (e providerEntry) expected() string {
	subject := ""
	if e.SubjectID != nil {
		subject = e.SubjectID.String()
	}
	switch e.Kind {
	case EntryPayment:
		return "funding:" + subject
	case EntryTransfer:
		return "payout:" + subject + ":send"
	case EntryReversal, EntryRefund:
		return "order:" + subject + ":send"
	case EntryRefundFailed:
		return "order:" + subject + ":bounce"
	case EntryDispute:
		verb := ":open"
		if e.NetMinor > 0 {
			verb = ":win"
		}
		return "dispute:" + DisputeID(e.Provider, e.Source).String() + verb
	}
	return bookingKey(e.Provider, e.ID)
}

// matchAll goes through the entries that wait, the oldest first.
func (s *Service) matchAll(ctx context.Context, until time.Time, r *Reconciled) error {
	var after providerEntry
	for {
		var batch []providerEntry
		err := s.InTx(ctx, func(tx *gorm.DB) error {
			batch = nil
			return tx.Where("state = ? AND provider = ? AND (made_at, id) > (?, ?)", EntryWaiting, s.Provider.Label(), after.MadeAt.UTC(), after.ID).
				Order("made_at, id").Limit(booksPage).Find(&batch).Error
		})
		if err != nil {
			return fmt.Errorf("read the entries that wait: %w", err)
		}
		known := inKnown(batch)
		r.Waiting += len(batch) - len(known)
		if err := s.matchBatch(ctx, known, r); err != nil {
			return err
		}
		if len(batch) < booksPage {
			return nil
		}
		if after = batch[len(batch)-1]; over(until) {
			r.More = true
			return nil
		}
	}
}

// inKnown are the entries of currencies that are known: of one that was taken off the
// list since nothing can be booked, and the others do not wait for it.
func inKnown(batch []providerEntry) []providerEntry {
	known := make([]providerEntry, 0, len(batch))
	for _, e := range batch {
		if e.Currency.Check() == nil {
			known = append(known, e)
		}
	}
	return known
}

// matchBatch matches what has its posting, has done what is missing for the rest,
// and matches again.
func (s *Service) matchBatch(ctx context.Context, batch []providerEntry, r *Reconciled) error {
	left, err := s.match(ctx, batch, r)
	if err != nil {
		return err
	}
	for _, e := range left {
		if err := s.explain(ctx, e); err != nil {
			return err
		}
	}
	if left, err = s.match(ctx, left, r); err != nil {
		return err
	}
	for _, e := range left {
		if e.Kind != EntryTransfer && s.now().Sub(e.MadeAt) < explainWithin {
			r.Waiting++
			continue
		}
		if err := s.suspend(ctx, e, r); err != nil {
			return err
		}
	}
	return nil
}

// match marks the entries whose posting is there, and returns the others. Where the
// posting is of another amount the difference goes to suspense, and pauses payouts.
func (s *Service) match(ctx context.Context, batch []providerEntry, r *Reconciled) (left []providerEntry, err error) {
	if len(batch) == 0 {
		return nil, nil
	}
	var found matches
	err = s.InTx(ctx, func(tx *gorm.DB) error {
		found, err = s.matchesTx(ctx, tx, batch)
		return err
	})
	if err != nil {
		return nil, err
	}
	r.Matched += found.matched
	r.Suspended += found.suspended
	return found.left, nil
}

// matches are what became of entries: how many were matched, or with a difference,
// and which still wait.
type matches struct {
	left               []providerEntry
	matched, suspended int
}

// matchesTx matches what of a batch waits still: its rows are locked, since others may
// reconcile at the same time.
func (s *Service) matchesTx(ctx context.Context, tx *gorm.DB, batch []providerEntry) (found matches, err error) {
	if batch, err = still(tx, EntryWaiting, batch); err != nil {
		return found, err
	}
	posted, err := postedFor(tx, s.Provider.Label(), batch)
	if err != nil {
		return found, err
	}
	now := s.now()
	for _, e := range batch {
		minor, ok := posted[e.expected()]
		delete(posted, e.expected()) // a second entry is none of ours
		if !ok {
			found.left = append(found.left, e)
			continue
		}
		differs, err := e.matchTx(ctx, tx, now, e.ID, minor)
		if err != nil {
			return found, err
		}
		if differs {
			found.suspended++
		} else {
			found.matched++
		}
	}
	return found, nil
}

// still locks those of the entries that are in a state still, the oldest first.
func still(tx *gorm.DB, state EntryState, batch []providerEntry) (rows []providerEntry, err error) {
	if len(batch) == 0 {
		return nil, nil
	}
	ids := make([]string, len(batch))
	for i, e := range batch {
		ids[i] = e.ID
	}
	err = forUpdate(tx).Where("provider = ? AND id IN ? AND state = ?", batch[0].Provider, ids, state).Order("made_at, id").Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("lock entries: %w", err)
	}
	return rows, nil
}

// matchTx marks an entry whose posting is there. Where that moved all but the fee,
// such as of a dispute that is won and whose fee is given back, the fee is ours. Where
// it moved anything else, the difference is booked to suspense, for a person to say
// where it belongs, and payouts are paused: differs is true. Both are booked as line.
func (e providerEntry) matchTx(ctx context.Context, tx *gorm.DB, now time.Time, line string, posted int64) (differs bool, err error) {
	if posted == e.NetMinor {
		return false, e.mark(tx, EntryMatched, e.expected())
	}
	if posted == e.GrossMinor {
		fee := BalanceTransaction{ID: line, Kind: EntryFee, Currency: e.Currency, Gross: -e.FeeMinor, Net: -e.FeeMinor}
		if _, err := BookTx(ctx, tx, now, e.Provider, fee); err != nil {
			return false, err
		}
		return false, e.mark(tx, EntryMatched, e.expected())
	}
	over := BalanceTransaction{ID: line, Kind: EntryOther, Currency: e.Currency, Gross: e.NetMinor - posted, Net: e.NetMinor - posted}
	if _, err := BookTx(ctx, tx, now, e.Provider, over); err != nil {
		return true, err
	}
	if err := e.mark(tx, EntrySuspense, e.expected()); err != nil {
		return true, err
	}
	reason := fmt.Sprintf("entry %s of the provider's books is %d, our posting %s %d", e.ID, e.NetMinor, e.expected(), posted)
	_, err = PausePayoutsTx(ctx, tx, now, reason)
	return true, err
}

// postedFor is what the postings that the entries should be have moved of our
// balance at the provider, but for those that have an entry already.
func postedFor(tx *gorm.DB, provider string, batch []providerEntry) (map[string]int64, error) {
	var keys, mirrors []string
	for _, e := range batch {
		keys = append(keys, e.expected())
		mirror, err := ledger.Mirror(provider, e.Currency)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(mirrors, mirror.ID()) {
			mirrors = append(mirrors, mirror.ID())
		}
	}
	var rows []struct {
		Key   string
		Minor int64
	}
	err := tx.Raw(`SELECT p.key, CAST(SUM(-e.amount) AS bigint) AS minor FROM ledger_postings AS p JOIN ledger_entries AS e ON e.posting_id = p.id
		WHERE p.key IN ? AND e.account_id IN ? AND NOT EXISTS (SELECT 1 FROM provider_entries AS n WHERE n.provider = ? AND n.posting_key = p.key)
		GROUP BY p.key`, keys, mirrors, provider).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("look for the postings of entries: %w", err)
	}
	posted := make(map[string]int64, len(rows))
	for _, row := range rows {
		posted[row.Key] = row.Minor
	}
	return posted, nil
}

// mark writes what has become of an entry, which is locked.
func (e providerEntry) mark(tx *gorm.DB, state EntryState, key string) error {
	done := tx.Exec("UPDATE provider_entries SET state = ?, posting_key = ? WHERE provider = ? AND id = ? AND state = ?", state, key, e.Provider, e.ID, e.State)
	if done.Error == nil && done.RowsAffected != 1 {
		return &StateError{Noun: "entry", ID: EntryID(e.Provider, e.ID), State: "not " + string(e.State), Verb: "mark"}
	}
	if done.Error != nil {
		return fmt.Errorf("mark entry %s: %w", e.ID, done.Error)
	}
	return nil
}

// explain does what should have been done when the entry came about: it looks at
// the movement, has a payment looked at, books the provider's own fees.
func (s *Service) explain(ctx context.Context, e providerEntry) error {
	var err error
	switch e.Kind {
	case EntryTransfer, EntryReversal, EntryRefund, EntryRefundFailed:
		kind := map[EntryKind]MoveKind{EntryTransfer: MoveTransfer, EntryReversal: MoveReversal}[e.Kind]
		if kind == "" {
			kind = MoveRefund
		}
		if e.SubjectID != nil {
			err = s.HintMove(ctx, kind, *e.SubjectID)
		}
	case EntryFee, EntryBank, EntryReserve:
		err = s.InTx(ctx, func(tx *gorm.DB) error {
			_, err := BookTx(ctx, tx, s.now(), e.Provider, e.transaction())
			return err
		})
	default:
		if s.Missed == nil {
			return nil
		}
		err = s.Missed(ctx, e.transaction())
	}
	for _, odd := range []error{ErrNotFound, ErrInsufficientFunds, ErrInvalid, ErrState, ErrKeyReused, ErrProviderRefuses} {
		if errors.Is(err, odd) {
			return nil // it stays unexplained, such as a dispute that is won after it was lost
		}
	}
	return err
}

// suspend books an entry to suspense and pauses payouts, unless its posting has come
// meanwhile.
func (s *Service) suspend(ctx context.Context, e providerEntry, r *Reconciled) error {
	now := s.now()
	var found matches
	err := s.InTx(ctx, func(tx *gorm.DB) (err error) {
		if found, err = s.matchesTx(ctx, tx, []providerEntry{e}); err != nil || len(found.left) == 0 {
			return err
		}
		unknown := e.transaction()
		if unknown.Kind != EntryTransfer && unknown.Kind != EntryPayment && unknown.Kind != EntryDispute {
			unknown.Kind = EntryOther
		}
		if _, err := BookTx(ctx, tx, now, e.Provider, unknown); err != nil {
			return err
		}
		if err := e.mark(tx, EntrySuspense, bookingKey(e.Provider, e.ID)); err != nil {
			return err
		}
		_, err = PausePayoutsTx(ctx, tx, now, "unmatched: "+string(e.Kind)+" "+e.ID)
		return err
	})
	if err != nil {
		return err
	}
	r.Matched += found.matched
	r.Suspended += found.suspended + len(found.left)
	return nil
}
