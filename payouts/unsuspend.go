package payouts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"knowhow/payouts/ledger"
)

// What is booked of a line that went to suspense before its posting came: what takes
// the suspense back; that again where a person had said meanwhile where the money
// belonged, for them to say where it comes from; and what line and posting differ by.
const (
	partBack  = ":back"
	partAgain = ":again"
	partOver  = ":over"
)

// lineOf is an expression for the line of the provider's books that a booking is of,
// over its key; it takes the length of what comes before the line, and one.
const lineOf = "replace(replace(replace(substr(p.key, ?), '" + partBack + "', ''), '" + partAgain + "', ''), '" + partOver + "', '')"

// unsuspendAll takes back what went to suspense and has its posting now, such as of
// news that came late: it would be in our books twice.
func (s *Service) unsuspendAll(ctx context.Context) error {
	var after providerEntry
	for {
		var batch []providerEntry
		err := s.InTx(ctx, func(tx *gorm.DB) error {
			batch = nil
			err := tx.Where("state = ? AND provider = ? AND posting_key = ? || id AND (made_at, id) > (?, ?)", EntrySuspense, s.Provider.Label(),
				bookingKey(s.Provider.Label(), ""), after.MadeAt.UTC(), after.ID).Order("made_at, id").Limit(booksPage).Find(&batch).Error
			if err != nil {
				return fmt.Errorf("read the entries in suspense: %w", err)
			}
			return s.unsuspendTx(ctx, tx, inKnown(batch))
		})
		if err != nil || len(batch) < booksPage {
			return err
		}
		after = batch[len(batch)-1]
	}
}

// unsuspendTx takes back what of a batch has its posting. That is looked at again once
// the rows are locked, since others may do so at the same time.
func (s *Service) unsuspendTx(ctx context.Context, tx *gorm.DB, batch []providerEntry) error {
	posted, err := postedFor(tx, s.Provider.Label(), batch)
	if err != nil || len(posted) == 0 {
		return err // as it is nearly always: nothing is locked
	}
	if batch, err = still(tx, EntrySuspense, batch); err != nil {
		return err
	}
	if posted, err = postedFor(tx, s.Provider.Label(), batch); err != nil {
		return err
	}
	for _, e := range batch {
		if e.PostingKey == nil || *e.PostingKey != bookingKey(e.Provider, e.ID) {
			continue // what is in suspense of it is a difference, by now
		}
		minor, ok := posted[e.expected()]
		if !ok {
			continue
		}
		delete(posted, e.expected())
		if err := e.takeBackTx(ctx, tx, s.now()); err != nil {
			return err
		}
		if _, err := e.matchTx(ctx, tx, s.now(), e.ID+partOver, minor); err != nil {
			return err
		}
	}
	return nil
}

// takeBackTx undoes the booking of an entry to suspense. Where a person has cleared
// that, what they gave away comes out of suspense a second time, which pauses payouts
// until somebody has said what for.
func (e providerEntry) takeBackTx(ctx context.Context, tx *gorm.DB, now time.Time) error {
	key := bookingKey(e.Provider, e.ID)
	booked, err := ledger.FindTx(ctx, tx, key)
	if err != nil {
		return err
	}
	for i := range booked {
		booked[i].Minor = -booked[i].Minor
	}
	back := ledger.Posting{Key: key + partBack, Kind: "unsuspend", At: now, Entries: booked}
	_, err = ledger.FindTx(ctx, tx, key+":clear")
	if errors.Is(err, ledger.ErrNoPosting) {
		_, err = ledger.PostTx(ctx, tx, back)
		return err
	}
	if err != nil {
		return err
	}
	back.Key, back.Kind = key+partAgain, kindSuspend
	told := Fact{Kind: FactUnmatched, SubjectID: EntryID(e.Provider, e.ID+partAgain), Currency: &e.Currency, Minor: -e.NetMinor, Reason: string(e.Kind), At: now}
	if _, err := ledger.PostTx(ctx, tx, back, told.insert()); err != nil {
		return err
	}
	_, err = PausePayoutsTx(ctx, tx, now, "cleared before its cause was told: "+string(e.Kind)+" "+e.ID)
	return err
}
