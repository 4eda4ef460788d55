package question

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/customer"
	"knowhow/marketplace/expert"
)

// lockTx loads a question and holds its row until the transaction ends: every
// move begins here, so moves of one question come one after another.
func lockTx(ctx context.Context, tx *gorm.DB, id ID) (Question, error) {
	q, err := findTx(ctx, tx, "id = ?"+marketplace.ForUpdateSQL(tx), id)
	return q, marketplace.OnlyOne(err, "question", id)
}

// questionTx loads a question without locking it.
func questionTx(ctx context.Context, tx *gorm.DB, id ID) (Question, error) {
	q, err := findTx(ctx, tx, "id = ?", id)
	return q, marketplace.OnlyOne(err, "question", id)
}

func saveTx(ctx context.Context, tx *gorm.DB, q *Question) error {
	save, err := q.save()
	if err != nil {
		return err
	}
	return marketplace.WriteTx(ctx, tx, save)
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
	a, err := turnTx(ctx, tx, "id = ?", id)
	return a, marketplace.OnlyOne(err, "assignment", id)
}

// LockAssignmentTx is AssignmentTx that holds the assignment's row until the
// transaction ends.
func LockAssignmentTx(ctx context.Context, tx *gorm.DB, id AssignmentID) (Assignment, error) {
	a, err := turnTx(ctx, tx, "id = ?"+marketplace.ForUpdateSQL(tx), id)
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

// currentTx is the assignment of the question's present attempt, and what it
// takes to tell whether it will be reviewed, without the program's share.
func (q *Question) currentTx(ctx context.Context, tx *gorm.DB) (Assignment, Drawing, error) {
	if q.present != nil && q.present.turn.Attempt == q.Attempt {
		return q.present.turn, q.present.drawing, nil
	}
	var a Assignment
	d := Drawing{AskedAt: q.AskedAt}
	err := marketplace.ScanTx(tx.WithContext(ctx),
		"SELECT "+turnColumns+", "+expert.ProbationSQL("?", "assignments.person_id")+", "+expert.WatchSQL("?", "assignments.person_id")+", "+customer.VerifiedSQL+" FROM assignments WHERE question_id = ? AND attempt = ?",
		[]any{q.ProgramID, q.ProgramID, q.BrandID, q.CustomerID, q.ID, q.Attempt}, append(a.into(), &d.Probation, &d.Watch, &d.Verified)...)
	return a, d, marketplace.OnlyOne(err, "assignment of question", q.ID)
}

// moveTurnTx saves a, which must still be in state from.
func moveTurnTx(ctx context.Context, tx *gorm.DB, a *Assignment, from AssignmentState) error {
	return marketplace.WriteTx(ctx, tx, a.save(from))
}
