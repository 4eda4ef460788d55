package sandbox

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/payouts"
)

const (
	// instantTakes and refundTakes are how long banks take.
	instantTakes = 30 * time.Minute
	refundTakes  = 24 * time.Hour
)

// moveRow is a movement that is no transfer. What is pending is done once it has
// arrived.
type moveRow struct {
	ID          string
	Kind        payouts.MoveKind
	SubjectID   uuid.UUID
	Currency    payouts.Currency
	AmountMinor int64
	Account     string
	OfID        string
	State       payouts.MoveState
	Failure     string
	ArrivesAt   *time.Time
	CreatedAt   time.Time
}

func (moveRow) TableName() string { return "sandbox_moves" }

func (r moveRow) movement(now time.Time) payouts.Movement {
	m := payouts.Movement{
		ID: r.ID, Amount: payouts.Money{Minor: r.AmountMinor, Currency: r.Currency}, Account: r.Account, Of: r.OfID,
		State: r.State, Failure: r.Failure,
	}
	if r.ArrivesAt != nil {
		m.ArrivesAt = *r.ArrivesAt
		if m.State == payouts.MovePending && !m.ArrivesAt.After(now) {
			m.State = payouts.MoveDone
		}
	}
	if r.Kind == payouts.MoveRefund { // of which Stripe does not say when it arrives
		m.ArrivesAt = time.Time{}
	}
	return m
}

func newMove(prefix string, req payouts.MoveRequest, at time.Time, takes time.Duration) moveRow {
	r := moveRow{
		ID: newID(prefix), Kind: req.Kind, SubjectID: req.Subject, Currency: req.Amount.Currency, AmountMinor: req.Amount.Minor,
		Account: req.Account, OfID: req.Of, State: payouts.MoveDone, CreatedAt: at,
	}
	if takes > 0 {
		arrives := at.Add(takes)
		r.State, r.ArrivesAt = payouts.MovePending, &arrives
	}
	return r
}

// insert writes the movement, with its entry in the books where the platform's
// balance has a part in it.
func (r moveRow) insert(tx *gorm.DB, now time.Time, kind payouts.EntryKind, gross int64) (m payouts.Movement, code string, err error) {
	if kind != "" {
		covered, err := enter(tx, r.entry(kind, gross, r.CreatedAt))
		if err != nil || !covered {
			return m, codeLowBalance, err
		}
	}
	if err := tx.Create(&r).Error; err != nil {
		return m, "", fmt.Errorf("insert sandbox movement: %w", err)
	}
	return r.movement(now), "", nil
}

func (r moveRow) entry(kind payouts.EntryKind, gross int64, at time.Time) entryRow {
	return entryRow{
		ID: newID("txn"), Kind: kind, Currency: r.Currency, GrossMinor: gross, Source: r.ID, OfID: r.OfID,
		SubjectID: &r.SubjectID, MadeAt: at, AvailableAt: at,
	}
}

// reverse takes a part of a transfer back, if the account still has it.
func (p *Provider) reverse(tx *gorm.DB, req payouts.MoveRequest, at time.Time) (m payouts.Movement, code string, err error) {
	var of transferRow
	err = tx.Where("id = ? AND destination = ?", req.Of, req.Account).Take(&of).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return m, codeNoSuch, nil
	}
	if err != nil {
		return m, "", fmt.Errorf("read sandbox transfer: %w", err)
	}
	before, err := moved(tx, "of_id = ? AND kind = ?", req.Of, payouts.MoveReversal)
	if err != nil {
		return m, "", err
	}
	if req.Amount.Currency != of.Currency || req.Amount.Minor > of.AmountMinor-before {
		return m, codeTooMuch, nil
	}
	if has, err := p.has(tx, req); err != nil || has < req.Amount.Minor {
		return m, codeAccountEmpty, err
	}
	return newMove("trr", req, at, 0).insert(tx, p.now(), payouts.EntryReversal, req.Amount.Minor)
}

// payOut pays from an account to its owner's bank.
func (p *Provider) payOut(tx *gorm.DB, req payouts.MoveRequest, at time.Time) (m payouts.Movement, code string, err error) {
	if has, err := p.has(tx, req); err != nil || has < req.Amount.Minor {
		return m, codeAccountEmpty, err
	}
	return newMove("po", req, at, instantTakes).insert(tx, p.now(), "", 0)
}

// refund gives a part of a payment back.
func (p *Provider) refund(tx *gorm.DB, req payouts.MoveRequest, at time.Time) (m payouts.Movement, code string, err error) {
	var paid entryRow
	err = tx.Where("source = ? AND kind = ?", req.Of, payouts.EntryPayment).Take(&paid).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return m, codeNoSuch, nil
	}
	if err != nil {
		return m, "", fmt.Errorf("read sandbox payment: %w", err)
	}
	before, err := moved(tx, "of_id = ? AND kind = ? AND state <> 'failed'", req.Of, payouts.MoveRefund)
	if err != nil {
		return m, "", err
	}
	if req.Amount.Currency != paid.Currency || req.Amount.Minor > paid.GrossMinor-before {
		return m, codeTooMuch, nil
	}
	return newMove("re", req, at, refundTakes).insert(tx, p.now(), payouts.EntryRefund, -req.Amount.Minor)
}

// has is what an account has of a currency: what came by transfer less what went.
func (p *Provider) has(tx *gorm.DB, req payouts.MoveRequest) (int64, error) {
	var came int64
	err := tx.Raw("SELECT CAST(COALESCE(SUM(amount_minor), 0) AS bigint) FROM sandbox_transfers WHERE destination = ? AND currency = ?",
		req.Account, req.Amount.Currency).Scan(&came).Error
	if err != nil {
		return 0, fmt.Errorf("add up sandbox transfers: %w", err)
	}
	went, err := moved(tx, "account = ? AND currency = ? AND state <> 'failed'", req.Account, req.Amount.Currency)
	return came - went, err
}

func moved(tx *gorm.DB, where string, args ...any) (minor int64, err error) {
	err = tx.Raw("SELECT CAST(COALESCE(SUM(amount_minor), 0) AS bigint) FROM sandbox_moves WHERE "+where, args...).Scan(&minor).Error
	if err != nil {
		return 0, fmt.Errorf("add up sandbox movements: %w", err)
	}
	return minor, nil
}

// FindMoves implements payouts.Provider.
func (p *Provider) FindMoves(ctx context.Context, req payouts.MoveRequest) (found []payouts.Movement, err error) {
	if err := p.land(ctx); err != nil {
		return nil, err
	}
	err = p.InTx(ctx, func(tx *gorm.DB) error {
		found = nil
		if req.Kind == payouts.MoveTransfer {
			var rows []transferRow
			err := tx.Where("transfer_group = ?", req.Group).Order("created_at, id").Find(&rows).Error
			for _, r := range rows {
				found = append(found, r.movement())
			}
			return err
		}
		var rows []moveRow
		err := tx.Where("subject_id = ? AND kind = ?", req.Subject, req.Kind).Order("created_at, id").Find(&rows).Error
		for _, r := range rows {
			found = append(found, r.movement(p.now()))
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list sandbox movements: %w", err)
	}
	return found, nil
}

// MoveStatus implements payouts.Provider.
func (p *Provider) MoveStatus(ctx context.Context, kind payouts.MoveKind, _, id string) (m payouts.Movement, err error) {
	err = p.InTx(ctx, func(tx *gorm.DB) error {
		m, err = p.find(tx, kind, id)
		return err
	})
	return m, err
}

func (p *Provider) find(tx *gorm.DB, kind payouts.MoveKind, id string) (m payouts.Movement, err error) {
	if kind == payouts.MoveTransfer {
		var row transferRow
		err = tx.Where("id = ?", id).Take(&row).Error
		m = row.movement()
	} else {
		var row moveRow
		err = tx.Where("id = ? AND kind = ?", id, kind).Take(&row).Error
		m = row.movement(p.now())
	}
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return payouts.Movement{}, answer(codeNoSuch)
	}
	if err != nil {
		return payouts.Movement{}, fmt.Errorf("read sandbox movement: %w", err)
	}
	return m, nil
}

// Bounce has a bank send an instant payout or a refund back, as banks do some
// days later.
func (p *Provider) Bounce(ctx context.Context, id, failure string) error {
	now := p.now()
	return p.InTx(ctx, func(tx *gorm.DB) error {
		var row moveRow
		if err := tx.Where("id = ? AND kind IN ('instant', 'refund') AND state <> 'failed'", id).Take(&row).Error; err != nil {
			return fmt.Errorf("read sandbox movement: %w", err)
		}
		if row.Kind == payouts.MoveRefund {
			if _, err := enter(tx, row.entry(payouts.EntryRefundFailed, row.AmountMinor, now)); err != nil {
				return err
			}
		}
		return tx.Model(&moveRow{}).Where("id = ?", id).Updates(map[string]any{"state": payouts.MoveFailed, "failure": failure}).Error
	})
}
