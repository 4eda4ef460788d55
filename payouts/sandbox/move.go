package sandbox

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/payouts"
)

// keyRow is the answer kept under an idempotency key: a movement, or the code of
// an error that is answered again.
type keyRow struct {
	Key        string
	Params     []byte
	Code       string
	TransferID string
	CreatedAt  time.Time
}

func (keyRow) TableName() string { return "sandbox_keys" }

// Move implements payouts.Provider.
func (p *Provider) Move(ctx context.Context, req payouts.MoveRequest) (payouts.Movement, error) {
	fault := None
	if p.Fault != nil {
		fault = p.Fault(req)
	}
	if err := p.land(ctx); err != nil {
		return payouts.Movement{}, err
	}
	if code := fault.before(); code != "" {
		return payouts.Movement{}, answer(code)
	}
	var moved payouts.Movement
	var code string
	var handled bool
	err := p.InTx(ctx, func(tx *gorm.DB) (err error) {
		if fault == None && req.Kind == payouts.MoveTransfer && tx.Dialector.Name() == "postgres" {
			if moved, err = p.transferAtOnce(tx, req); err != nil || moved.ID != "" {
				code = ""
				return err
			}
		}
		moved, code, handled, err = p.moveTx(tx, req, fault)
		return err
	})
	if err != nil {
		return payouts.Movement{}, err
	}
	if handled && fault.late() {
		p.delay(req, fault)
	}
	if after := fault.after(); after != "" {
		code = after
	}
	if code != "" {
		return payouts.Movement{}, answer(code)
	}
	return moved, nil
}

// moveTx answers from the key, or has the effect and keeps the answer: handled is
// true then.
func (p *Provider) moveTx(tx *gorm.DB, req payouts.MoveRequest, fault Fault) (m payouts.Movement, code string, handled bool, err error) {
	kept, err := p.keptAnswer(tx, req.IdempotencyKey)
	if err != nil {
		return m, "", false, err
	}
	if kept != nil {
		m, code, err = p.replay(tx, *kept, req)
		return m, code, false, err
	}
	code = fault.instead()
	if code == "" {
		m, code, err = p.effect(tx, req, p.now())
	}
	if err != nil {
		return m, "", false, err
	}
	if fault == ErrorApplied && code == "" {
		code = codeServerError
	}
	key := keyRow{Key: req.IdempotencyKey, Params: params(req), Code: code, CreatedAt: p.now()}
	if code == "" {
		key.TransferID = m.ID
	}
	if err := tx.Create(&key).Error; err != nil {
		return m, "", false, fmt.Errorf("keep sandbox key: %w", err)
	}
	return m, code, true, nil
}

// keptAnswer returns what is kept under the key; what is too old is forgotten.
func (p *Provider) keptAnswer(tx *gorm.DB, key string) (*keyRow, error) {
	var row keyRow
	err := tx.Where("key = ?", key).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read sandbox key: %w", err)
	}
	if row.CreatedAt.After(p.now().Add(-keyLife)) {
		return &row, nil
	}
	if err := tx.Where("key = ?", key).Delete(&keyRow{}).Error; err != nil {
		return nil, fmt.Errorf("forget sandbox key: %w", err)
	}
	return nil, nil
}

func (p *Provider) replay(tx *gorm.DB, kept keyRow, req payouts.MoveRequest) (payouts.Movement, string, error) {
	if !bytes.Equal(kept.Params, params(req)) {
		return payouts.Movement{}, codeKeyReused, nil
	}
	if kept.Code != "" {
		return payouts.Movement{}, kept.Code, nil
	}
	m, err := p.find(tx, req.Kind, kept.TransferID)
	return m, "", err
}

func params(req payouts.MoveRequest) []byte {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%s\n%s\n%s\n%s\n%s", req.Kind, req.Group, req.Subject, req.Amount, req.Account, req.Of))
	return sum[:]
}

// effect refuses, or makes the movement.
func (p *Provider) effect(tx *gorm.DB, req payouts.MoveRequest, at time.Time) (payouts.Movement, string, error) {
	switch req.Kind {
	case payouts.MoveTransfer:
		return p.transfer(tx, req, at)
	case payouts.MoveReversal:
		return p.reverse(tx, req, at)
	case payouts.MoveInstant:
		return p.payOut(tx, req, at)
	case payouts.MoveRefund:
		return p.refund(tx, req, at)
	}
	return payouts.Movement{}, codeRefused, nil
}

// late is a movement whose effect is still to come.
type late struct {
	req   payouts.MoveRequest
	fault Fault
	at    time.Time
}

func (p *Provider) delay(req payouts.MoveRequest, fault Fault) {
	by := time.Minute
	if p.Delay != nil {
		by = p.Delay(req)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.late = append(p.late, late{req: req, fault: fault, at: p.now().Add(by)})
}

// land has the effects whose time has come. That of a lost answer is kept under
// its key, where that is not forgotten.
func (p *Provider) land(ctx context.Context) error {
	now := p.now()
	p.mu.Lock()
	var due []late
	left := p.late[:0]
	for _, l := range p.late {
		if l.at.After(now) {
			left = append(left, l)
		} else {
			due = append(due, l)
		}
	}
	p.late = left
	p.mu.Unlock()
	for _, l := range due {
		err := p.InTx(ctx, func(tx *gorm.DB) error {
			m, code, err := p.effect(tx, l.req, l.at)
			if err != nil || l.fault != LostLate {
				return err
			}
			return tx.Model(&keyRow{}).Where("key = ? AND code = ?", l.req.IdempotencyKey, codeConflict).
				Updates(map[string]any{"code": code, "transfer_id": m.ID}).Error
		})
		if err != nil {
			return fmt.Errorf("land a late sandbox movement: %w", err)
		}
	}
	return nil
}

// newID makes an id that tells what it is of.
func newID(prefix string) string { return "sandbox_" + prefix + "_" + uuid.NewString() }
