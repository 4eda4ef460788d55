package quality

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/job"
	"knowhow/marketplace/program"
	"knowhow/marketplace/quality/verdict"
)

// askPeersTx draws peers and asks them for their votes, n if there are so many
// without a conflict. It returns how many were asked.
func (s *Service) askPeersTx(ctx context.Context, tx *gorm.DB, r Review, w work, n int, now time.Time) (int, error) {
	peers, err := peersTx(ctx, tx, w.of.ProgramID, w, now)
	if err != nil || len(peers) == 0 {
		return 0, err
	}
	votes, err := votesTx(ctx, tx, r.ID)
	if err != nil {
		return 0, err
	}
	due, asked, before := voteDue(now, *r.NextDueAt), 0, len(votes)
	for ; asked < n; asked++ {
		candidates, err := candidatesTx(ctx, tx, peers, w, votes, now)
		if err != nil {
			return asked, err
		}
		chosen, ok := verdict.Choose(s.lots(w, "peer", len(votes)), now, candidates)
		if !ok {
			break
		}
		v := Vote{
			ID: marketplace.NewID[Vote](), BrandID: r.BrandID, ProgramID: w.of.ProgramID, ReviewID: r.ID, AuthorID: w.turn.PersonID,
			PersonID: peers[chosen].Reviewer.PersonID, State: VoteAsked, RewardMinor: r.RewardMinor, Currency: r.Currency,
			AskedAt: now, NextDueAt: &due,
		}
		if err := insertVoteTx(ctx, tx, v); err != nil {
			return asked, err
		}
		votes = append(votes, v)
	}
	return asked, s.giveGoldTx(ctx, tx, peers, w, votes, before)
}

func insertVoteTx(ctx context.Context, tx *gorm.DB, v Vote) error {
	if err := tx.WithContext(ctx).Create(&v).Error; err != nil {
		return fmt.Errorf("ask %s for a vote: %w", v.PersonID, err)
	}
	return nil
}

// reviewedByPeersTx reports whether a program has reviewers of its own.
func reviewedByPeersTx(ctx context.Context, tx *gorm.DB, id program.ID) (bool, error) {
	var n int64
	err := tx.WithContext(ctx).Model(&Reviewer{}).Where("program_id = ? AND active", id).Limit(1).Count(&n).Error
	if err != nil {
		return false, fmt.Errorf("look for reviewers of program %s: %w", id, err)
	}
	return n > 0, nil
}

// voteDueTx ends a vote that nobody gave in time, which costs its peer nothing,
// and asks another.
func (s *Service) voteDueTx(ctx context.Context, tx *gorm.DB, row job.RowID, now time.Time) error {
	id := VoteID(row)
	found, err := voteTx(ctx, tx, id)
	if err != nil {
		return err
	}
	if found.ReviewID.IsZero() {
		return s.lapseGoldTx(ctx, tx, id, now)
	}
	r, w, err := s.lockReviewTx(ctx, tx, found.ReviewID)
	if err != nil {
		return err
	}
	v, err := voteTx(ctx, marketplace.ForUpdate(tx), id)
	if err != nil || v.NextDueAt == nil || v.NextDueAt.After(now) {
		return err // another process was faster
	}
	if err := saveVoteTx(ctx, tx, &v, VoteLapsed, now); err != nil {
		return err
	}
	return s.goOnTx(ctx, tx, &r, w, now)
}

func voteTx(ctx context.Context, tx *gorm.DB, id VoteID) (Vote, error) {
	var v Vote
	err := tx.WithContext(ctx).Where("id = ?", id).Take(&v).Error
	return v, marketplace.OnlyOne(err, "vote", id)
}

// saveVoteTx ends a vote and writes what that changes.
func saveVoteTx(ctx context.Context, tx *gorm.DB, v *Vote, end VoteState, now time.Time) error {
	if err := v.end(end, now); err != nil {
		return err
	}
	err := tx.WithContext(ctx).Model(v).Select("State", "Passed", "Scores", "Note", "EndedAt", "NextDueAt").Updates(v).Error
	if err != nil {
		return fmt.Errorf("save vote %s: %w", v.ID, err)
	}
	return nil
}
