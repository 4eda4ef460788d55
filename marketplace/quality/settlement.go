package quality

import (
	"bytes"
	"context"
	"crypto/hmac"
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
// characters that tell nothing of them to who has not the key they are made with.
type SignalKey string

func (k SignalKey) String() string { return string(k) }

// keyOf names a signal among those of a program.
func (s *Service) keyOf(id program.ID, of Signal) SignalKey {
	people := make([]access.PersonID, len(of.People))
	for i, p := range of.People {
		people[i] = p.Person
	}
	slices.SortFunc(people, func(a, b access.PersonID) int { return bytes.Compare(a[:], b[:]) })
	mac := hmac.New(sha256.New, s.signalKey)
	fmt.Fprintf(mac, "%s %s %s", id, of.Kind, of.customer) // never fails
	for _, p := range people {
		fmt.Fprintf(mac, " %s", p)
	}
	return SignalKey(base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:16]))
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
	Note      string    // redacted
	AsOf      time.Time // what came later was not looked at
	SettledBy access.PersonID
	SettledAt time.Time
}

// TableName implements gorm's Tabler.
func (Settlement) TableName() string { return "signal_settlements" }

// settledPerson is one whom a settled signal is about. The key of a signal hangs on
// them, so that they are the same in each round.
type settledPerson struct {
	BrandID   marketplace.BrandID
	ProgramID program.ID      `gorm:"primaryKey"`
	Signal    SignalKey       `gorm:"primaryKey"`
	Round     int             `gorm:"primaryKey"`
	PersonID  access.PersonID `gorm:"primaryKey"`
}

func (settledPerson) TableName() string { return "settled_people" }

// again is how much must have come of a signal since it was settled for it to be
// open again: as much as makes one; of what somebody made of their own, oftenSpun.
// Who shares a bank account with whom does not grow: with somebody more it is
// another signal.
var again = map[SignalKind]int{
	SignalRing: leastMet, SignalJudging: leastMet, SignalCopied: 1, SignalSpun: 1, SignalJunk: leastJunk, SignalCustomer: leastMet,
	SignalRatedUp: leastMet, SignalRatedLow: leastMet, SignalOwnAddress: 1, SignalOwnAccount: 1,
}

// shrinks are the kinds of signals about several people that are settled with
// those about more of whom these are some.
var shrinks = []SignalKind{SignalAccount, SignalRing}

// opens says whether a signal waits for a human, given what one said last.
func (s Signal) opens(last *Settlement) bool {
	if last == nil || last.Outcome == SettledAgain {
		return true
	}
	least, grows := again[s.Kind]
	return grows && (since(s.at, last.AsOf) >= least || since(s.own, last.AsOf) >= oftenSpun)
}

// since is how many of these times are later than a time.
func since(times []time.Time, then time.Time) (n int) {
	for _, at := range times {
		if at.After(then) {
			n++
		}
	}
	return n
}

// within reports whether a signal is about nobody but these.
func (s Signal) within(people []access.PersonID) bool {
	return !slices.ContainsFunc(s.People, func(p Suspect) bool { return !slices.Contains(people, p.Person) })
}

// rank is where a signal stands in a list: those that are settled come last.
func (s Signal) rank() int {
	if s.Open {
		return 0
	}
	return 1
}

// settledTx names a program's signals, and says what humans said of them and which
// of them wait for one.
func (s *Service) settledTx(ctx context.Context, tx *gorm.DB, id program.ID, list []Signal) error {
	keys := make([]SignalKey, len(list))
	for i, one := range list {
		keys[i] = s.keyOf(id, one)
	}
	var rows []Settlement
	err := tx.WithContext(ctx).Where("program_id = ? AND (signal IN ? OR kind IN ?)", id, keys, shrinks).Order("round, signal").Find(&rows).Error
	if err != nil {
		return fmt.Errorf("read what was said of the signals of program %s: %w", id, err)
	}
	people, err := settledPeopleTx(ctx, tx, id)
	if err != nil {
		return err
	}
	last := map[SignalKey]*Settlement{}
	for i, r := range rows {
		last[r.Signal] = &rows[i]
	}
	for i, key := range keys {
		one := &list[i]
		one.Key, one.Settled, one.round = key, last[key], 0
		if one.Settled != nil {
			one.round = one.Settled.Round
		}
		for j, r := range rows {
			if r.Kind == one.Kind && last[r.Signal] == &rows[j] && one.within(people[r.Signal]) && (one.Settled == nil || r.SettledAt.After(one.Settled.SettledAt)) {
				one.Settled = &rows[j]
			}
		}
		one.Open = one.opens(one.Settled)
	}
	return nil
}

// settledPeopleTx is whom a program's settled signals of kinds that shrink are
// about.
func settledPeopleTx(ctx context.Context, tx *gorm.DB, id program.ID) (map[SignalKey][]access.PersonID, error) {
	var rows []settledPerson
	err := tx.WithContext(ctx).Table("settled_people p").Select("p.signal, p.person_id").
		Joins("JOIN signal_settlements x ON x.program_id = p.program_id AND x.signal = p.signal AND x.round = p.round").
		Where("p.program_id = ? AND p.round = 1 AND x.kind IN ?", id, shrinks).Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read whom the settled signals of program %s are about: %w", id, err)
	}
	people := map[SignalKey][]access.PersonID{}
	for _, r := range rows {
		people[r.Signal] = append(people[r.Signal], r.PersonID)
	}
	return people, nil
}
