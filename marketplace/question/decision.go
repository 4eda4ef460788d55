package question

import (
	"context"
	"encoding/json"
	"fmt"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
)

// Decisions returns the decision records of a question, oldest first, to the
// brand's people who may see its questions.
func (s *Service) Decisions(ctx context.Context, caller access.Caller, brand marketplace.BrandID, id ID) ([]DecisionRecord, error) {
	var records []DecisionRecord
	err := s.store.Read(ctx, brand, func(tx *gorm.DB) error {
		if err := access.AuthorizeTx(ctx, tx, caller, brand, access.SeeQuestions); err != nil {
			return err
		}
		q, err := questionTx(ctx, tx, id)
		if err != nil {
			return err
		}
		if q.BrandID != brand {
			return marketplace.NotFound("question", id)
		}
		records, err = decisionsTx(ctx, tx, id)
		return err
	})
	return records, err
}

func decisionsTx(ctx context.Context, tx *gorm.DB, id ID) ([]DecisionRecord, error) {
	var rows []Decision
	if err := tx.WithContext(ctx).Where("question_id = ?", id).Order("attempt, wave").Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("list the decisions of question %s: %w", id, err)
	}
	records := make([]DecisionRecord, len(rows))
	for i, r := range rows {
		if err := json.Unmarshal([]byte(r.Record), &records[i]); err != nil {
			return nil, fmt.Errorf("read decision %s: %w", r.ID, err)
		}
	}
	return records, nil
}

// ReplayDecisions ranks and quotes again, from what is on record alone, every
// decision on a question, and returns how many there were. A ranking that
// comes out otherwise in one bit, an offer that quotes otherwise, or was made with other weights than those on
// record under the number that it names, is ErrReplayDiffers.
func (s *Service) ReplayDecisions(ctx context.Context, caller access.Caller, brand marketplace.BrandID, id ID) (int, error) {
	records, err := s.Decisions(ctx, caller, brand, id)
	if err != nil {
		return 0, err
	}
	err = s.store.Read(ctx, brand, func(tx *gorm.DB) error {
		q, err := questionTx(ctx, tx, id)
		if err != nil {
			return err
		}
		for _, r := range records {
			if _, err := r.Ranking.Replay(); err != nil {
				return fmt.Errorf("%w: %w", ErrReplayDiffers, err)
			}
			if r.Together != nil && !r.Together.follows(r) {
				return fmt.Errorf("%w: others were asked than its prices say", ErrReplayDiffers)
			}
			weighed, err := weighedTx(ctx, tx, q.ProgramID, r)
			if err != nil {
				return err
			}
			if !weighed {
				return fmt.Errorf("%w: it has other weights than are on record", ErrReplayDiffers)
			}
		}
		return requoteTx(ctx, tx, q, records)
	})
	if err != nil {
		return 0, err
	}
	return len(records), nil
}
