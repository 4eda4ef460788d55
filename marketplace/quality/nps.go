package quality

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/program"
	"knowhow/marketplace/question"
)

const (
	// npsOneIn is that one customer in so many is asked whether they would
	// recommend the program, drawn anew every npsEvery by a secret key.
	npsOneIn = 4
	// npsEvery is for how long nobody is asked again, whatever they said.
	npsEvery = 90 * 24 * time.Hour
	// npsWithin is how long after a resolution it is asked.
	npsWithin = 14 * 24 * time.Hour
)

// Recommendation is what a customer said to whether they would recommend the
// program. It counts for no expert.
type Recommendation struct {
	ID         marketplace.ID[Recommendation] `gorm:"primaryKey"`
	BrandID    marketplace.BrandID
	ProgramID  program.ID
	QuestionID question.ID // after which they were asked
	CustomerID access.CustomerID
	Score      *int // 0 to 10; nil: they would rather not say
	GivenAt    time.Time
}

// TableName implements gorm's Tabler.
func (Recommendation) TableName() string { return "nps" }

// AskNPS reports whether the calling customer is to be asked, after this question
// of theirs, whether they would recommend the program. To anybody else there is
// no such question.
func (s *Service) AskNPS(ctx context.Context, caller access.Caller, id question.ID) (ask bool, err error) {
	if caller.Kind != access.KindCustomer || !caller.Valid() {
		return false, &access.ForbiddenError{Permission: "own_question"}
	}
	err = s.store.Read(ctx, caller.Brand, func(tx *gorm.DB) error {
		q, err := question.QuestionTx(ctx, tx, id)
		if err != nil {
			return err
		}
		if !caller.IsCustomer(q.BrandID, q.CustomerID) {
			return marketplace.NotFound("question", id)
		}
		ask, err = s.asksNPSTx(ctx, tx, q, s.clock.Now())
		return err
	})
	return ask, err
}

// GiveNPS records what the calling customer says: 0 to 10, or nil where they would
// rather not. Whoever is not asked is ErrNotAsked. Errors beside: as Give's.
func (s *Service) GiveNPS(ctx context.Context, caller access.Caller, id question.ID, score *int) error {
	if caller.Kind != access.KindCustomer || !caller.Valid() {
		return &access.ForbiddenError{Permission: "own_question"}
	}
	if score != nil && (*score < 0 || *score > 10) {
		return &marketplace.InvalidError{Field: "score", Reason: fmt.Sprintf("is %d, must be from 0 to 10", *score)}
	}
	return s.store.InTx(ctx, caller.Brand, func(tx *gorm.DB) error {
		q, err := question.LockOwnTx(ctx, tx, caller, id) // and the customer, so that they are asked once
		if err != nil {
			return err
		}
		now := s.clock.Now()
		ask, err := s.asksNPSTx(ctx, tx, q, now)
		if err != nil {
			return err
		}
		if !ask {
			return ErrNotAsked
		}
		r := Recommendation{
			ID: marketplace.NewID[Recommendation](), BrandID: q.BrandID, ProgramID: q.ProgramID, QuestionID: q.ID, CustomerID: q.CustomerID,
			Score: score, GivenAt: now,
		}
		if err := tx.WithContext(ctx).Create(&r).Error; err != nil {
			return fmt.Errorf("insert the recommendation after question %s: %w", q.ID, err)
		}
		return nil
	})
}

// asksNPSTx reports whether the question's customer is to be asked now: it was
// resolved lately, they were drawn, and were not asked lately.
func (s *Service) asksNPSTx(ctx context.Context, tx *gorm.DB, q question.Question, now time.Time) (bool, error) {
	if q.State != question.Resolved || q.ResolvedAt == nil || now.After(q.ResolvedAt.Add(npsWithin)) || !drawnNPS(s.drawKey, q.CustomerID, *q.ResolvedAt) {
		return false, nil
	}
	var lately int64
	err := tx.WithContext(ctx).Model(&Recommendation{}).
		Where("customer_id = ? AND given_at > ?", q.CustomerID, now.Add(-npsEvery)).Count(&lately).Error
	if err != nil {
		return false, fmt.Errorf("count what customer %s was asked: %w", q.CustomerID, err)
	}
	return lately == 0, nil
}

// drawnNPS draws one customer in npsOneIn, others every npsEvery.
func drawnNPS(key []byte, id access.CustomerID, at time.Time) bool {
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "nps %s %d", id, at.Unix()/int64(npsEvery/time.Second))
	return binary.BigEndian.Uint64(mac.Sum(nil))%npsOneIn == 0
}

// NPS is what came of asking. Value is the share of who says 9 or 10 less that of
// who says 6 or less, in basis points; nil where nobody said anything.
type NPS struct {
	Promoters, Passives, Detractors int
	Unsaid                          int // asked, and would rather not say
	Value, Low, High                *int
}

// Sample is who said something.
func (n NPS) Sample() int { return n.Promoters + n.Passives + n.Detractors }

// NPS counts what a program's customers said in a period, from inclusive
// (permission SeeFigures); by default its last 90 days. Errors: *access.ForbiddenError,
// *marketplace.NotFoundError, *marketplace.InvalidError.
func (s *Service) NPS(ctx context.Context, caller access.Caller, id program.ID, from, to time.Time) (n NPS, err error) {
	if to.IsZero() {
		to = s.clock.Now()
	}
	if from.IsZero() {
		from = to.Add(-npsEvery)
	}
	if !from.Before(to) {
		return n, &marketplace.InvalidError{Field: "to", Reason: "must be after from"}
	}
	brand, err := s.programs.BrandOf(ctx, id)
	if err != nil {
		return n, err
	}
	err = s.store.Read(ctx, brand, func(tx *gorm.DB) error {
		if err := access.AuthorizeOnTx(ctx, tx, caller, brand, access.SeeFigures, marketplace.NotFound("program", id)); err != nil {
			return err
		}
		err := marketplace.ScanTx(tx.WithContext(ctx), `SELECT COUNT(CASE WHEN score >= 9 THEN 1 END), COUNT(CASE WHEN score IN (7, 8) THEN 1 END),
			COUNT(CASE WHEN score <= 6 THEN 1 END), COUNT(*) - COUNT(score) FROM nps WHERE program_id = ? AND given_at >= ? AND given_at < ?`,
			[]any{id, from.UTC(), to.UTC()}, &n.Promoters, &n.Passives, &n.Detractors, &n.Unsaid)
		if err != nil {
			return fmt.Errorf("count the recommendations of program %s: %w", id, err)
		}
		return nil
	})
	n.weigh()
	return n, err
}

// weigh works out the value and its 95 % interval. Three imagined answers, spread
// as if nothing were known, keep a handful that agree from looking certain.
func (n *NPS) weigh() {
	sample := float64(n.Sample())
	if sample == 0 {
		return
	}
	value := (float64(n.Promoters) - float64(n.Detractors)) / sample
	wide := sample + 3
	up, down := (float64(n.Promoters)+.75)/wide, (float64(n.Detractors)+.75)/wide
	half := 1.96 * math.Sqrt((up+down-(up-down)*(up-down))/wide)
	at := func(v float64) *int {
		bp := int(math.Round(max(-1, min(1, v)) * 10_000))
		return &bp
	}
	n.Value, n.Low, n.High = at(value), at(up-down-half), at(up-down+half)
}
