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
func (s *Service) matchAll(ctx context.Context, r *Reconciled) error {
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
		if err := s.matchBatch(ctx, batch, r); err != nil {
			return err
		}
		if len(batch) < booksPage {
			return nil
		}
		after = batch[len(batch)-1]
	}
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
		if err := s.suspend(ctx, e); err != nil {
			return err
		}
		r.Suspended++
	}
	return nil
}

// match marks the entries whose posting is there, and returns the others. Where the
// posting is of another amount the difference goes to suspense, and pauses payouts.
func (s *Service) match(ctx context.Context, batch []providerEntry, r *Reconciled) (left []providerEntry, err error) {
	if len(batch) == 0 {
		return nil, nil
	}
	now, matched, suspended := s.now(), 0, 0
	err = s.InTx(ctx, func(tx *gorm.DB) error {
		left, matched, suspended = nil, 0, 0
		posted, err := postedFor(tx, s.Provider.Label(), batch)
		if err != nil {
			return err
		}
		for _, e := range batch {
			minor, ok := posted[e.expected()]
			delete(posted, e.expected()) // a second entry is none of ours
			switch {
			case !ok:
				left = append(left, e)
			case minor != e.NetMinor && minor != e.GrossMinor:
				if err := e.suspendDifference(ctx, tx, now, minor); err != nil {
					return err
				}
				suspended++
			default:
				if err := e.matchTx(ctx, tx, now, minor); err != nil {
					return err
				}
				matched++
			}
		}
		return nil
	})
	r.Matched += matched
	r.Suspended += suspended
	return left, err
}

// matchTx marks an entry whose posting is there. Where that moved all but the fee,
// such as of a dispute that is won and whose fee is given back, the fee is ours.
func (e providerEntry) matchTx(ctx context.Context, tx *gorm.DB, now time.Time, posted int64) error {
	if posted != e.NetMinor {
		fee := BalanceTransaction{ID: e.ID, Kind: EntryFee, Currency: e.Currency, Gross: -e.FeeMinor, Net: -e.FeeMinor}
		if _, err := BookTx(ctx, tx, now, e.Provider, fee); err != nil {
			return err
		}
	}
	return e.mark(tx, EntryMatched, e.expected())
}

// suspendDifference books to suspense what an entry has moved more, or less, than
// its posting, and pauses payouts. A person says where it belongs.
func (e providerEntry) suspendDifference(ctx context.Context, tx *gorm.DB, now time.Time, posted int64) error {
	over := e.NetMinor - posted
	differs := BalanceTransaction{ID: e.ID, Kind: EntryOther, Currency: e.Currency, Gross: over, Net: over}
	if _, err := BookTx(ctx, tx, now, e.Provider, differs); err != nil {
		return err
	}
	if err := e.mark(tx, EntrySuspense, e.expected()); err != nil {
		return err
	}
	reason := fmt.Sprintf("entry %s of the provider's books is %d, our posting %s %d", e.ID, e.NetMinor, e.expected(), posted)
	_, err := PausePayoutsTx(ctx, tx, now, reason)
	return err
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

func (e providerEntry) mark(tx *gorm.DB, state EntryState, key string) error {
	err := tx.Exec("UPDATE provider_entries SET state = ?, posting_key = ? WHERE provider = ? AND id = ? AND state = 'waiting'",
		state, key, e.Provider, e.ID).Error
	if err != nil {
		return fmt.Errorf("mark entry %s: %w", e.ID, err)
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
		if errors.Is(err, ErrState) || errors.Is(err, ErrKeyReused) || errors.Is(err, ErrProviderRefuses) {
			return nil // such as a dispute that is won after it was lost
		}
	}
	if errors.Is(err, ErrNotFound) || errors.Is(err, ErrInsufficientFunds) || errors.Is(err, ErrInvalid) {
		return nil // it stays unexplained
	}
	return err
}

// suspend books an entry to suspense and pauses payouts.
func (s *Service) suspend(ctx context.Context, e providerEntry) error {
	now := s.now()
	return s.InTx(ctx, func(tx *gorm.DB) error {
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
		_, err := PausePayoutsTx(ctx, tx, now, "unmatched: "+string(e.Kind)+" "+e.ID)
		return err
	})
}
