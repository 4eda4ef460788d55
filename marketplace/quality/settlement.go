package quality

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/program"
)

// SignalKey names a signal for as long as it is about the same people: 22
// characters that tell nothing of them.
type SignalKey string

func (k SignalKey) String() string { return string(k) }

// Key names the signal among those of a program.
func (s Signal) Key(of program.ID) SignalKey {
	people := make([]access.PersonID, len(s.People))
	for i, p := range s.People {
		people[i] = p.Person
	}
	slices.SortFunc(people, func(a, b access.PersonID) int { return bytes.Compare(a[:], b[:]) })
	sum := sha256.New()
	fmt.Fprintf(sum, "%s %s %s", of, s.Kind, s.customer) // never fails
	for _, p := range people {
		fmt.Fprintf(sum, " %s", p)
	}
	return SignalKey(base64.RawURLEncoding.EncodeToString(sum.Sum(nil)[:16]))
}

// SettlementOutcome is what a human found who looked into a signal.
type SettlementOutcome string

const (
	SettledNothing SettlementOutcome = "nothing"  // there is nothing wrong
	SettledActed   SettlementOutcome = "acted"    // there was, and something was done about it
	SettledAgain   SettlementOutcome = "reopened" // it is to be looked into again
)

// SettlementOutcomes lists them all; migration 00140 mirrors it.
var SettlementOutcomes = []SettlementOutcome{SettledNothing, SettledActed, SettledAgain}

func (o SettlementOutcome) check() error {
	if !slices.Contains(SettlementOutcomes, o) {
		return &marketplace.InvalidError{Field: "outcome", Reason: fmt.Sprintf("must be one of %v", SettlementOutcomes)}
	}
	return nil
}

// Settlement is what a named human said of a signal. Rows are added only: the one
// of the highest round counts, and the earlier ones say how it came to that.
type Settlement struct {
	BrandID   marketplace.BrandID
	ProgramID program.ID `gorm:"primaryKey"`
	Signal    SignalKey  `gorm:"primaryKey"`
	Round     int        `gorm:"primaryKey"` // from 1
	Kind      SignalKind
	Outcome   SettlementOutcome
	Note      string // redacted
	SettledBy access.PersonID
	SettledAt time.Time // what came later was not looked at
}

// TableName implements gorm's Tabler.
func (Settlement) TableName() string { return "signal_settlements" }

// again is how much must have come of a signal since it was settled for it to be
// open again: as much as makes one. Who shares a bank account with whom does not
// grow: with somebody more it is another signal.
var again = map[SignalKind]int{
	SignalRing: leastMet, SignalJudging: leastMet, SignalCopied: 1, SignalSpun: oftenSpun, SignalJunk: leastJunk, SignalCustomer: leastMet,
}

// opens says whether a signal waits for a human, given what one said last.
func (s Signal) opens(last *Settlement) bool {
	if last == nil || last.Outcome == SettledAgain {
		return true
	}
	least, grows := again[s.Kind]
	since := 0
	for _, at := range s.at {
		if at.After(last.SettledAt) {
			since++
		}
	}
	return grows && since >= least
}

// rank is where a signal stands in a list: those that are settled come last.
func (s Signal) rank() int {
	if s.Open {
		return 0
	}
	return 1
}

// settledTx says of a program's signals what humans said of them, and which of
// them wait for one.
func settledTx(ctx context.Context, tx *gorm.DB, id program.ID, list []Signal) error {
	keys := make([]SignalKey, len(list))
	for i, s := range list {
		keys[i] = s.Key(id)
	}
	var rows []Settlement
	err := tx.WithContext(ctx).Where("program_id = ? AND signal IN ?", id, keys).Order("round").Find(&rows).Error
	if err != nil {
		return fmt.Errorf("read what was said of the signals of program %s: %w", id, err)
	}
	last := map[SignalKey]*Settlement{}
	for i, r := range rows {
		last[r.Signal] = &rows[i]
	}
	for i, key := range keys {
		list[i].Settled = last[key]
		list[i].Open = list[i].opens(last[key])
	}
	return nil
}
