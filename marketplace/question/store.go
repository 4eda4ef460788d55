package question

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"knowhow/marketplace"
)

// lockTx loads a question and holds its row until the transaction ends: every
// move begins here, so moves of one question come one after another.
func lockTx(ctx context.Context, tx *gorm.DB, id ID) (Question, error) {
	var q Question
	err := marketplace.ForUpdate(tx.WithContext(ctx)).Where("id = ?", id).Take(&q).Error
	return q, marketplace.OnlyOne(err, "question", id)
}

// questionTx loads a question without locking it.
func questionTx(ctx context.Context, tx *gorm.DB, id ID) (Question, error) {
	var q Question
	err := tx.WithContext(ctx).Where("id = ?", id).Take(&q).Error
	return q, marketplace.OnlyOne(err, "question", id)
}

// progress are the columns that moves change.
var progress = []string{
	"Redaction", "State", "EndReason", "Attempt", "Wave", "Messages", "FirstRespondedAt", "ResolvedAt",
	"EndedAt", "ResponseBreached", "ResolutionBreached", "Nudged", "StageDueAt", "NextDueAt",
}

func saveTx(ctx context.Context, tx *gorm.DB, q *Question) error {
	if err := tx.WithContext(ctx).Model(q).Select(progress).Updates(q).Error; err != nil {
		return fmt.Errorf("save question %s: %w", q.ID, err)
	}
	return nil
}

func offerTx(ctx context.Context, tx *gorm.DB, id OfferID) (Offer, error) {
	var o Offer
	err := tx.WithContext(ctx).Where("id = ?", id).Take(&o).Error
	return o, marketplace.OnlyOne(err, "offer", id)
}

// offersTx lists every offer of a question, in the order of offering.
func offersTx(ctx context.Context, tx *gorm.DB, id ID) ([]Offer, error) {
	var offers []Offer
	err := tx.WithContext(ctx).Where("question_id = ?", id).Order("attempt, position").Find(&offers).Error
	if err != nil {
		return nil, fmt.Errorf("list the offers of question %s: %w", id, err)
	}
	return offers, nil
}

// AssignmentTx loads an assignment for the rooms above.
func AssignmentTx(ctx context.Context, tx *gorm.DB, id AssignmentID) (Assignment, error) {
	var a Assignment
	err := tx.WithContext(ctx).Where("id = ?", id).Take(&a).Error
	return a, marketplace.OnlyOne(err, "assignment", id)
}

// assignmentsTx lists the turns of a question, oldest first.
func assignmentsTx(ctx context.Context, tx *gorm.DB, id ID) ([]Assignment, error) {
	var list []Assignment
	err := tx.WithContext(ctx).Where("question_id = ?", id).Order("attempt").Find(&list).Error
	if err != nil {
		return nil, fmt.Errorf("list the assignments of question %s: %w", id, err)
	}
	return list, nil
}

// currentTx is the assignment of the question's present attempt.
func currentTx(ctx context.Context, tx *gorm.DB, q *Question) (Assignment, error) {
	var a Assignment
	err := tx.WithContext(ctx).Where("question_id = ? AND attempt = ?", q.ID, q.Attempt).Take(&a).Error
	return a, marketplace.OnlyOne(err, "assignment of question", q.ID)
}

// turn are the columns of an assignment that moves change.
var turn = []string{
	"State", "RewardMinor", "FeeMinor", "Note", "EndReason", "DeliveredAt", "EarnedAt", "ReleaseAt",
	"ConfirmedAt", "SettledAt", "NextDueAt",
}

// moveTurnTx saves a, which must still be in state from.
func moveTurnTx(ctx context.Context, tx *gorm.DB, a *Assignment, from AssignmentState) error {
	res := tx.WithContext(ctx).Model(a).Where("state = ?", from).Select(turn).Updates(a)
	if res.Error != nil {
		return fmt.Errorf("save assignment %s: %w", a.ID, res.Error)
	}
	if res.RowsAffected != 1 {
		return &TransitionError{Noun: "assignment", From: "no longer " + string(from), Verb: "become " + string(a.State)}
	}
	return nil
}
