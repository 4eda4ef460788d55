package question

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/customer"
)

// onOwn runs fn on the customer's own question, locked, the customer before it
// as an erasure locks them. To anybody else there is no such question.
func (s *Service) onOwn(ctx context.Context, caller access.Caller, id ID, fn func(tx *gorm.DB, q *Question) error) error {
	if caller.Kind != access.KindCustomer || !caller.Valid() {
		return &access.ForbiddenError{Permission: "own_question"}
	}
	return s.store.InTx(ctx, caller.Brand, func(tx *gorm.DB) error {
		q, err := s.lockPresentTx(ctx, tx, caller, id)
		if errors.Is(err, gorm.ErrRecordNotFound) {
			q, err = lockOwnTx(ctx, tx, caller, id)
		}
		if err != nil {
			return err
		}
		return fn(tx, &q)
	})
}

// lockOwnTx locks the customer and their question.
func lockOwnTx(ctx context.Context, tx *gorm.DB, caller access.Caller, id ID) (Question, error) {
	q, err := findNamedTx(ctx, tx, "id = ? AND brand_id = ? AND customer_id = "+customer.HeldSQL(tx),
		id, caller.Brand, caller.Brand, caller.Customer)
	if !errors.Is(err, gorm.ErrRecordNotFound) {
		return q, marketplace.OnlyOne(err, "question", id)
	}
	if _, err := customer.LockTx(ctx, tx, caller.Brand, caller.Customer); err != nil {
		return Question{}, err // nothing more is written of one who was erased
	}
	return Question{}, marketplace.NotFound("question", id)
}

// onTurn runs fn on the expert's own assignment with its question locked. To
// anybody else there is no such assignment.
func (s *Service) onTurn(ctx context.Context, caller access.Caller, id AssignmentID, fn func(tx *gorm.DB, q *Question, a *Assignment) error) error {
	if !caller.IsPerson(caller.Person) {
		return marketplace.NotFound("assignment", id)
	}
	return s.store.InTx(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		q, a, err := s.enterTurnTx(ctx, tx, caller.Person, id)
		if err != nil {
			return err
		}
		return fn(tx, &q, &a)
	})
}

// turnOn finds the caller's latest assignment on a question.
func (s *Service) turnOn(ctx context.Context, caller access.Caller, id ID) (Assignment, error) {
	var list []Assignment
	if caller.Kind != access.KindPerson || !caller.Valid() {
		return Assignment{}, marketplace.NotFound("question", id)
	}
	err := s.store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		return tx.Where("question_id = ? AND person_id = ?", id, caller.Person).Order("attempt DESC").Limit(1).Find(&list).Error
	})
	if err != nil {
		return Assignment{}, fmt.Errorf("find the caller's assignment: %w", err)
	}
	if len(list) == 0 {
		return Assignment{}, marketplace.NotFound("question", id)
	}
	return list[0], nil
}

// onBrands runs fn on a question of a brand where the caller has the
// permission, locked.
func (s *Service) onBrands(ctx context.Context, caller access.Caller, brand marketplace.BrandID, permission access.Permission, id ID, fn func(tx *gorm.DB, q *Question) error) error {
	return s.store.InTx(ctx, brand, func(tx *gorm.DB) error {
		if err := access.AuthorizeTx(ctx, tx, caller, brand, permission); err != nil {
			return err
		}
		q, err := lockTx(ctx, tx, id)
		if err != nil {
			return err
		}
		if q.BrandID != brand {
			return marketplace.NotFound("question", id)
		}
		return fn(tx, &q)
	})
}
