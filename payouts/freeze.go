package payouts

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"knowhow/payouts/ledger"
)

type scope string

const (
	scopeBrand   scope = "brand"
	scopeProgram scope = "program"
	scopePayouts scope = "payouts"
	scopeExpert  scope = "expert"
)

// notKept says of an order, in a query, that it is no refund that is kept back:
// one of which nothing can have moved, while its brand is frozen.
const notKept = `(kind <> 'refund' OR first_sent_at IS NOT NULL OR NOT EXISTS (
	SELECT 1 FROM payout_freezes AS f WHERE f.scope = 'brand' AND f.owner_id = payout_orders.owner_id))`

type freeze struct {
	Scope    scope
	OwnerID  uuid.UUID
	Reason   string
	FrozenAt time.Time
}

func (freeze) TableName() string { return "payout_freezes" }

// FreezeBrandTx stops new holds of all the brand's programs; holds that exist
// are honoured. It appends the fact FactFrozen. Freezing again changes nothing.
func FreezeBrandTx(ctx context.Context, tx *gorm.DB, now time.Time, brand uuid.UUID, reason string) error {
	return freezeTx(tx.WithContext(ctx), now, scopeBrand, brand, reason)
}

// UnfreezeBrandTx takes holds again and appends the fact FactUnfrozen.
func UnfreezeBrandTx(ctx context.Context, tx *gorm.DB, now time.Time, brand uuid.UUID) error {
	return unfreezeTx(tx.WithContext(ctx), now, scopeBrand, brand)
}

// Frozen is a brand that is frozen, and may be unfrozen by a person's word: none of
// its payments is disputed.
type Frozen struct {
	Brand    uuid.UUID
	Reason   string
	FrozenAt time.Time
}

// FrozenBrandsTx lists the brands that wait for a person's word to be unfrozen, the
// longest frozen first, at most limit.
func FrozenBrandsTx(ctx context.Context, tx *gorm.DB, limit int) ([]Frozen, error) {
	var list []Frozen
	err := thawable(tx.WithContext(ctx)).Select("owner_id AS brand, reason, frozen_at").Order("frozen_at, owner_id").Limit(limit).Scan(&list).Error
	if err != nil {
		return nil, fmt.Errorf("list the frozen brands: %w", err)
	}
	return list, nil
}

// ThawBrandTx is UnfreezeBrandTx by a person's word: *InvalidError where the brand is
// not frozen, or one of its payments is disputed still. Its refunds that were kept
// back go on, but where it owes they fail, as dispute_lost: those that were being
// sent, to no effect, while the dispute was lost.
func ThawBrandTx(ctx context.Context, tx *gorm.DB, now time.Time, brand uuid.UUID) error {
	if err := ThawableTx(ctx, tx, brand); err != nil {
		return err
	}
	kept, err := unsentRefunds(tx.WithContext(ctx), brand)
	if err != nil {
		return err
	}
	for _, o := range kept {
		owed, err := ledger.BalanceTx(ctx, tx, account(ledger.BrandOwes, brand, o.Currency))
		if err == nil && owed.Minor > 0 {
			err = o.failTx(ctx, tx, disputeLost, stamp(now))
		}
		if err != nil {
			return err
		}
	}
	return UnfreezeBrandTx(ctx, tx, now, brand)
}

// ThawableTx refuses what ThawBrandTx would. It locks the freeze: a dispute that
// opens meanwhile waits, and freezes the brand anew.
func ThawableTx(ctx context.Context, tx *gorm.DB, brand uuid.UUID) error {
	var held []freeze
	if err := forUpdate(tx.WithContext(ctx)).Where("scope = ? AND owner_id = ?", scopeBrand, brand).Find(&held).Error; err != nil {
		return fmt.Errorf("lock the freeze of brand %s: %w", brand, err)
	}
	if len(held) == 0 {
		return &InvalidError{Field: "subject", Reason: "is not frozen"}
	}
	var n int64
	if err := thawable(tx.WithContext(ctx)).Where("owner_id = ?", brand).Count(&n).Error; err != nil {
		return fmt.Errorf("look for disputes of brand %s: %w", brand, err)
	}
	if n == 0 {
		return &InvalidError{Field: "subject", Reason: "has a payment that is disputed"}
	}
	return nil
}

func thawable(tx *gorm.DB) *gorm.DB {
	return tx.Model(&freeze{}).Where("scope = ? AND NOT EXISTS (SELECT 1 FROM disputes AS d WHERE d.brand_id = owner_id AND d.state = ?)", scopeBrand, DisputeOpen)
}

// FreezeProgramTx is FreezeBrandTx for one program.
func FreezeProgramTx(ctx context.Context, tx *gorm.DB, now time.Time, program uuid.UUID, reason string) error {
	return freezeTx(tx.WithContext(ctx), now, scopeProgram, program, reason)
}

// UnfreezeProgramTx is UnfreezeBrandTx for one program.
func UnfreezeProgramTx(ctx context.Context, tx *gorm.DB, now time.Time, program uuid.UUID) error {
	return unfreezeTx(tx.WithContext(ctx), now, scopeProgram, program)
}

// FreezeExpertTx keeps an expert from being paid out until somebody has looked;
// what is under way goes on. It appends the fact FactFrozen.
func FreezeExpertTx(ctx context.Context, tx *gorm.DB, now time.Time, expert uuid.UUID, reason string) error {
	return freezeTx(tx.WithContext(ctx), now, scopeExpert, expert, reason)
}

// UnfreezeExpertTx lets the expert be paid out again, and appends the fact
// FactUnfrozen.
func UnfreezeExpertTx(ctx context.Context, tx *gorm.DB, now time.Time, expert uuid.UUID) error {
	return unfreezeTx(tx.WithContext(ctx), now, scopeExpert, expert)
}

func freezeTx(tx *gorm.DB, now time.Time, s scope, owner uuid.UUID, reason string) error {
	if err := checkIDs([]string{string(s)}, owner); err != nil {
		return err
	}
	frozen, err := insertFreeze(tx, freeze{Scope: s, OwnerID: owner, Reason: reason, FrozenAt: stamp(now)})
	if err != nil || !frozen {
		return err
	}
	return appendFact(tx, freezeFact(FactFrozen, s, owner, reason, now))
}

func unfreezeTx(tx *gorm.DB, now time.Time, s scope, owner uuid.UUID) error {
	res := tx.Where("scope = ? AND owner_id = ?", s, owner).Delete(&freeze{})
	if res.Error != nil {
		return fmt.Errorf("unfreeze %s %s: %w", s, owner, res.Error)
	}
	if res.RowsAffected == 0 {
		return nil
	}
	return appendFact(tx, freezeFact(FactUnfrozen, s, owner, "", now))
}

func freezeFact(kind FactKind, s scope, owner uuid.UUID, reason string, now time.Time) Fact {
	f := Fact{Kind: kind, SubjectID: owner, Reason: reason, At: stamp(now)}
	switch s {
	case scopeBrand:
		f.BrandID = &owner
	case scopeExpert:
		f.ExpertID = &owner
	default:
		f.ProgramID = &owner
	}
	return f
}

func insertFreeze(tx *gorm.DB, f freeze) (bool, error) {
	res := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&f)
	if res.Error != nil {
		return false, fmt.Errorf("freeze %s %s: %w", f.Scope, f.OwnerID, res.Error)
	}
	return res.RowsAffected == 1, nil
}

// FrozenSQL is IsFrozen as an expression for queries, of the brand and the
// program.
var FrozenSQL = FrozenOfSQL("?", "?")

// FrozenOfSQL is FrozenSQL of a brand and a program that are expressions too.
func FrozenOfSQL(brand, program string) string {
	return `EXISTS (SELECT 1 FROM payout_freezes
		WHERE (scope = 'brand' AND owner_id = ` + brand + `) OR (scope = 'program' AND owner_id = ` + program + `))`
}

// IsFrozen reports whether new holds of the program are refused, by a freeze of
// the program itself or of its brand.
func IsFrozen(ctx context.Context, tx *gorm.DB, brand, program uuid.UUID) (bool, error) {
	return isFrozen(tx.WithContext(ctx), brand, program)
}

func isFrozen(tx *gorm.DB, brand, program uuid.UUID) (bool, error) {
	var n int64
	err := tx.Model(&freeze{}).
		Where("(scope = ? AND owner_id = ?) OR (scope = ? AND owner_id = ?)", scopeBrand, brand, scopeProgram, program).
		Count(&n).Error
	if err != nil {
		return false, fmt.Errorf("look up freezes of program %s: %w", program, err)
	}
	return n > 0, nil
}

func refuseFrozen(tx *gorm.DB, brand, program uuid.UUID) error {
	frozen, err := isFrozen(tx, brand, program)
	if err == nil && frozen {
		err = fmt.Errorf("%w: program %s", ErrFrozen, program)
	}
	return err
}
