package payouts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"
)

// pollOrders looks at orders that a bank should have by now. One that the provider
// does not show keeps no other from being looked at, nor the books from being read.
func (s *Service) pollOrders(ctx context.Context, until time.Time, r *Reconciled) error {
	var due []Order
	err := s.InTx(ctx, func(tx *gorm.DB) error {
		due = nil
		return tx.Where("next_look_at <= ? AND provider = ?", s.now(), s.Provider.Label()).Order("next_look_at, id").Limit(booksPage).Find(&due).Error
	})
	if err != nil {
		return fmt.Errorf("look for orders to poll: %w", err)
	}
	for i, o := range due {
		if i > 0 && over(until) {
			return nil
		}
		m, err := ask(ctx, func(ctx context.Context) (Movement, error) {
			return s.Provider.MoveStatus(ctx, o.Kind, o.Account, *o.ObjectID)
		})
		r.Polled++
		if err == nil {
			if err := s.polled(ctx, o, m); err != nil {
				return err
			}
			continue
		}
		r.Unseen++
		if err := s.pollLater(ctx, o, err); err != nil {
			return err
		}
		if class, _ := classify(err); class == Retryable {
			return nil // as will the others be
		}
	}
	return nil
}

func (s *Service) polled(ctx context.Context, o Order, m Movement) error {
	now := s.now()
	return s.InTx(ctx, func(tx *gorm.DB) error {
		o, err := FindOrder(ctx, forUpdate(tx), o.ID)
		if err != nil {
			return err
		}
		return o.see(ctx, tx, m, now)
	})
}

// pollLater puts off an order that could not be looked at, such as of an account that
// was closed, and keeps why. What the provider will not show a week after it was sent
// is looked at no more.
func (s *Service) pollLater(ctx context.Context, o Order, cause error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	now := s.now()
	_, code := classify(cause)
	next := now.Add(lookEvery)
	if !errors.Is(cause, ErrProviderRefuses) {
		next = now.Add(deferral)
	}
	given := map[string]any{"next_look_at": &next, "failure": code}
	if errors.Is(cause, ErrProviderRefuses) && now.Sub(*o.EndedAt) >= lookAgain {
		given["next_look_at"] = nil
	}
	return s.InTx(ctx, func(tx *gorm.DB) error {
		err := tx.Model(&Order{}).Where("id = ? AND next_look_at <= ?", o.ID, now).Updates(given).Error
		if err != nil {
			return fmt.Errorf("put off order %s: %w", o.ID, err)
		}
		return nil
	})
}
