package payouts

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/payouts/ledger"
)

// FactKind is what happened to money that others may want to act on.
type FactKind string

const (
	// FactFunded: a brand's payment arrived. Subject is the funding.
	FactFunded FactKind = "funded"
	// FactFrozen and FactUnfrozen: new holds are refused, or taken again. Subject is the
	// brand or program.
	FactFrozen   FactKind = "frozen"
	FactUnfrozen FactKind = "unfrozen"
	// FactPayoutSent and FactPayoutFailed end a payout, their subject.
	FactPayoutSent   FactKind = "payout_sent"
	FactPayoutFailed FactKind = "payout_failed"
	// FactAccountEnabled and FactAccountRestricted: the provider will pay the expert, the
	// subject, or will not.
	FactAccountEnabled    FactKind = "account_enabled"
	FactAccountRestricted FactKind = "account_restricted"
	// FactClawedBack: a reward, the subject, was taken back after it was released.
	FactClawedBack FactKind = "clawed_back"
	// FactBonus: an expert got a bonus, the subject.
	FactBonus FactKind = "bonus"
	// FactDisputeOpened, FactDisputeWon and FactDisputeLost are the way of a brand's
	// payment that its bank took back. Subject is the dispute.
	FactDisputeOpened FactKind = "dispute_opened"
	FactDisputeWon    FactKind = "dispute_won"
	FactDisputeLost   FactKind = "dispute_lost"
	// FactRefundSent and FactRefundFailed end a refund to a brand, their subject.
	FactRefundSent   FactKind = "refund_sent"
	FactRefundFailed FactKind = "refund_failed"
	// FactReversed: what was paid to an expert came back to us. Subject is the order.
	FactReversed FactKind = "reversed"
	// FactUnmatched: the provider moved money that nobody can explain; it is in
	// suspense until a person has looked. Subject is EntryID's of its line.
	FactUnmatched FactKind = "unmatched"
	// FactPayoutsPaused: something that must never happen did; a person must look.
	FactPayoutsPaused FactKind = "payouts_paused"
	// FactPayoutsShort: the provider had not cleared enough for a run, the subject,
	// to pay everybody; Minor is what was not paid.
	FactPayoutsShort FactKind = "payouts_short"
	// FactInstantSent and FactInstantFailed: an expert's account was paid out at once,
	// or will be in its own time. Subject is the order.
	FactInstantSent   FactKind = "instant_sent"
	FactInstantFailed FactKind = "instant_failed"
	// FactReversalFailed: what an expert owes could not be taken back. Subject is the
	// order.
	FactReversalFailed FactKind = "reversal_failed"
)

// Fact is written in the transaction of what it reports, and never changed.
// Minor and Currency are set where an amount belongs to it.
type Fact struct {
	ID        int64 `gorm:"primaryKey;autoIncrement"`
	TxID      int64 `gorm:"->"`
	Kind      FactKind
	BrandID   *uuid.UUID
	ProgramID *uuid.UUID
	ExpertID  *uuid.UUID
	SubjectID uuid.UUID
	Currency  *Currency
	Minor     int64
	Reason    string
	At        time.Time
}

// TableName names the table.
func (Fact) TableName() string { return "payout_facts" }

// Cursor is the fact's place in commit order.
func (f Fact) Cursor() FactCursor { return FactCursor{tx: f.TxID, id: f.ID} }

// FactCursor is a place between facts, in commit order. The zero value is before
// the first.
type FactCursor struct{ tx, id int64 }

// String is the cursor's form to store: "tx.id".
func (c FactCursor) String() string { return fmt.Sprintf("%d.%d", c.tx, c.id) }

// ParseFactCursor reads String's form; "" is the zero cursor. Anything else is
// *InvalidError.
func ParseFactCursor(s string) (FactCursor, error) {
	if s == "" {
		return FactCursor{}, nil
	}
	left, right, _ := strings.Cut(s, ".")
	tx, err := strconv.ParseInt(left, 10, 64)
	if err == nil {
		var id int64
		if id, err = strconv.ParseInt(right, 10, 64); err == nil {
			return FactCursor{tx: tx, id: id}, nil
		}
	}
	return FactCursor{}, &InvalidError{Field: "cursor", Reason: "malformed"}
}

// FactsAfter returns up to limit facts after the cursor in commit order. A fact
// appears only when no transaction that could still commit before it is running,
// so that a reader who stores its cursor misses none.
func FactsAfter(ctx context.Context, tx *gorm.DB, after FactCursor, limit int) ([]Fact, error) {
	query := tx.WithContext(ctx).Where("(tx_id, id) > (?, ?)", after.tx, after.id)
	if postgres(tx) {
		query = query.Where("tx_id < CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text) AS bigint)")
	}
	var facts []Fact
	if err := query.Order("tx_id, id").Limit(limit).Find(&facts).Error; err != nil {
		return nil, fmt.Errorf("read facts: %w", err)
	}
	return facts, nil
}

// insert is written with the posting of what the fact reports.
func (f Fact) insert() ledger.Rider {
	return ledger.Rider{
		Doing: "append fact " + string(f.Kind), Rows: 1, Else: ErrState,
		SQL: `INSERT INTO payout_facts (kind, brand_id, program_id, expert_id, subject_id, currency, minor, reason, at)
			SELECT ?, ?, ?, ?, ?, ?, ?, ?, ? WHERE true%s`,
		Args: []any{f.Kind, f.BrandID, f.ProgramID, f.ExpertID, f.SubjectID, f.Currency, f.Minor, f.Reason, f.At},
	}
}

func appendFact(tx *gorm.DB, f Fact) error {
	if err := tx.Create(&f).Error; err != nil {
		return fmt.Errorf("append fact %s: %w", f.Kind, err)
	}
	return nil
}
