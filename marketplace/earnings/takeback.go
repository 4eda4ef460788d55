package earnings

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/event"
	"knowhow/payouts"
)

// Ground is why released pay is taken back: a closed list. What was wrong with an
// answer is said before its pay is released, by refusing it.
type Ground string

// The grounds of an ActClawBack.
const (
	GroundFraud     Ground = "fraud"      // the work or the need for it was pretended
	GroundCopied    Ground = "copied"     // taken from elsewhere and passed off as one's own
	GroundPrivacy   Ground = "privacy"    // personal data was misused
	GroundPaidTwice Ground = "paid_twice" // for the same work
	GroundMistake   Ground = "mistake"    // it was never due
)

// Grounds is the closed list.
var Grounds = []Ground{GroundFraud, GroundCopied, GroundPrivacy, GroundPaidTwice, GroundMistake}

// TakeBackState says where a decision to take pay back stands.
type TakeBackState string

const (
	// TakeBackOpen: the expert may appeal; that, or the end of the window, moves it on.
	TakeBackOpen TakeBackState = "appealable"
	// TakeBackAppealed waits for another human; their decision or its time moves it on.
	TakeBackAppealed TakeBackState = "appealed"
	// TakeBackFinal is an end: the pay was taken back.
	TakeBackFinal TakeBackState = "final"
	// TakeBackOverturned is an end: the appeal was upheld, the pay stays the expert's.
	TakeBackOverturned TakeBackState = "overturned"
	// TakeBackLapsed is an end: nobody decided the appeal in time, the pay stays.
	TakeBackLapsed TakeBackState = "lapsed"
)

// takeBackMoves is the state map; migration 00138 mirrors it.
var takeBackMoves = map[TakeBackState][]TakeBackState{
	TakeBackOpen:     {TakeBackAppealed, TakeBackFinal},
	TakeBackAppealed: {TakeBackFinal, TakeBackOverturned, TakeBackLapsed},
}

// TakeBack is what becomes of two operators' decision to take released pay back.
// Its id is the act's, whose reason is the evidence. Until it ends the money is the
// expert's, and what they still have of it is not paid out. The evidence, Statement
// and Decision are redacted.
type TakeBack struct {
	ID          ActID               `gorm:"primaryKey"`
	BrandID     marketplace.BrandID // AllBrands: the platform decides
	RewardID    uuid.UUID
	PersonID    access.PersonID // the expert
	State       TakeBackState
	BeganAt     time.Time
	AppealUntil time.Time
	Statement   string // the expert's, with the appeal
	AppealedAt  *time.Time
	DecideBy    *time.Time       // when an appeal nobody decided is the expert's
	DecidedBy   *access.PersonID // nil unless a human decided an appeal
	Decision    string           // why they decided so
	EndedAt     *time.Time
	NextDueAt   *time.Time // AppealUntil, then DecideBy; nil once it ended
}

// The events of appeals against acts that take pay back, of marketplace.AllBrands;
// subject: the act. Data: TakeBackData.
const (
	TakeBackWasAppealed event.Kind = "earnings.take_back_appealed"
	TakeBackEnded       event.Kind = "earnings.take_back_ended"
)

// TakeBackData is what is on record of an appeal beside its row.
type TakeBackData struct {
	By    string        `json:"by"` // the caller, by id
	State TakeBackState `json:"state"`
}

var (
	// ErrSameHuman: who asked for an act, agreed to it or is paid less by it does not
	// decide the appeal.
	ErrSameHuman = fmt.Errorf("an appeal is decided by somebody who has not yet decided about this pay: %w", marketplace.ErrForbidden)
	// ErrNoAppeal: there is no appeal to be made, or decided, any more.
	ErrNoAppeal = fmt.Errorf("this cannot be appealed, or decided, now: %w", marketplace.ErrConflict)
)

// enter moves the decision on at now; due is its next deadline, nil at an end.
func (b *TakeBack) enter(next TakeBackState, now time.Time, due *time.Time) error {
	if !slices.Contains(takeBackMoves[b.State], next) {
		return fmt.Errorf("take back %s is %s: %w", b.ID, b.State, ErrNoAppeal)
	}
	b.State, b.NextDueAt = next, due
	if due == nil {
		b.EndedAt = &now
	}
	return nil
}

// late reports that the time in which something could be done about it is over,
// whether or not the sweep has come by.
func (b TakeBack) late(now time.Time) bool { return b.NextDueAt != nil && !now.Before(*b.NextDueAt) }

// beginTx sets the pay aside that two operators have decided to take back, and
// tells its expert why and until when they may appeal. One that was asked for before
// there were grounds is asked for anew, with one.
func (s *Service) beginTx(ctx context.Context, tx *gorm.DB, a Act, agreed access.PersonID) error {
	if !slices.Contains(Grounds, a.Ground) {
		return &marketplace.InvalidError{Field: "ground", Reason: "is missing: withdraw this and ask again, with one"}
	}
	reward, err := payouts.FindReward(ctx, tx, a.SubjectID)
	if err != nil {
		return refused(err)
	}
	person := access.PersonID(reward.ExpertID)
	if person == a.AskedBy || person == agreed {
		return ErrSameHuman
	}
	now := s.clock.Now()
	if err := payouts.SetAsideTx(ctx, tx, now, reward.ID, uuid.UUID(a.ID)); err != nil {
		return refused(err)
	}
	p, err := s.programOfTx(ctx, tx, reward)
	if err != nil {
		return err
	}
	until := now.Add(p.Policies.Review.AppealWindow)
	b := TakeBack{ID: a.ID, BrandID: marketplace.AllBrands, RewardID: reward.ID, PersonID: person, State: TakeBackOpen, BeganAt: now, AppealUntil: until, NextDueAt: &until}
	if err := tx.WithContext(ctx).Create(&b).Error; err != nil {
		return fmt.Errorf("insert take back %s: %w", b.ID, err)
	}
	return s.tellTakeBackTx(ctx, tx, b, reward, a, "began")
}

// saveTx moves the decision on and writes what moves change.
func (b *TakeBack) saveTx(ctx context.Context, tx *gorm.DB, next TakeBackState, now time.Time, due *time.Time) error {
	from := b.State
	if err := b.enter(next, now, due); err != nil {
		return err
	}
	res := tx.WithContext(ctx).Model(b).Where("state = ?", from).
		Select("State", "Statement", "AppealedAt", "DecideBy", "DecidedBy", "Decision", "EndedAt", "NextDueAt").Updates(b)
	if res.Error != nil {
		return fmt.Errorf("save take back %s: %w", b.ID, res.Error)
	}
	if res.RowsAffected != 1 {
		return fmt.Errorf("take back %s is no longer %s: %w", b.ID, from, ErrNoAppeal)
	}
	return nil
}

func takeBackTx(ctx context.Context, tx *gorm.DB, id ActID) (b TakeBack, err error) {
	err = tx.WithContext(ctx).Where("id = ?", id).Take(&b).Error
	return b, marketplace.OnlyOne(err, "take back", id)
}

// takenTx loads what a decision is about.
func takenTx(ctx context.Context, tx *gorm.DB, b TakeBack) (a Act, r payouts.Reward, err error) {
	err = tx.WithContext(ctx).Where("id = ?", b.ID).Take(&a).Error
	if err := marketplace.OnlyOne(err, "act", b.ID); err != nil {
		return a, r, err
	}
	r, err = payouts.FindReward(ctx, tx, b.RewardID)
	return a, r, err
}
