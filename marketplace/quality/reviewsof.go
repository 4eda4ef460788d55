package quality

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/question"
)

// ReviewRecord is a review of one attempt at a question as the brand's reviewers
// read it. While it is open it has no votes: who may still decide it is to judge
// for themselves.
type ReviewRecord struct {
	Review  Review
	Attempt int
	Votes   []PeerVote // in the order in which they were given
}

// PeerVote is what one peer said. Nobody is told who: a peer who is known to those
// who pay would judge as they like it.
type PeerVote struct {
	Passed  bool
	Scores  map[Criterion]int
	Note    string
	GivenAt time.Time
}

// ReviewsOf lists the reviews of a question, oldest first, with the votes of
// peers that each was decided by (permission ReviewWork). Who decides on a review
// is not told what it was drawn for, which says something of the expert; and that
// there was a doubt or a signal is for those who may see signals. Errors:
// *access.ForbiddenError, *marketplace.NotFoundError, and ErrOwnWork for who had
// a part in the question.
func (s *Service) ReviewsOf(ctx context.Context, caller access.Caller, brand marketplace.BrandID, id question.ID) (list []ReviewRecord, err error) {
	err = s.readBrand(ctx, caller, brand, access.ReviewWork, func(tx *gorm.DB) error {
		q, err := question.QuestionTx(ctx, tx, id)
		if err == nil && q.BrandID != brand {
			err = marketplace.NotFound("question", id)
		}
		if err != nil {
			return err
		}
		turns, err := question.AssignmentsTx(ctx, tx, id)
		if err != nil {
			return err
		}
		if hadPart(caller.Person, q, turns) {
			return ErrOwnWork
		}
		if list, err = reviewsOfTx(ctx, tx, id, turns); err != nil {
			return err
		}
		return hideCausesTx(ctx, tx, caller, brand, list)
	})
	return list, err
}

// hideCausesTx keeps what reviews were drawn for from those who are to judge
// blindly: from everybody while a review is open; and where the expert is watched,
// from who may not see signals.
func hideCausesTx(ctx context.Context, tx *gorm.DB, caller access.Caller, brand marketplace.BrandID, list []ReviewRecord) error {
	for i := range list {
		r := &list[i].Review
		switch {
		case r.State == ReviewOpen:
			r.Cause = ""
		case r.Cause == CauseDoubt || r.Cause == CauseSignal:
			err := access.AuthorizeTx(ctx, tx, caller, brand, access.SuspendExperts)
			if errors.Is(err, marketplace.ErrForbidden) {
				r.Cause, err = CauseSample, nil
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

func reviewsOfTx(ctx context.Context, tx *gorm.DB, id question.ID, turns []question.Assignment) ([]ReviewRecord, error) {
	var reviews []Review
	if err := tx.WithContext(ctx).Where("question_id = ?", id).Order("created_at, id").Find(&reviews).Error; err != nil {
		return nil, fmt.Errorf("list the reviews of question %s: %w", id, err)
	}
	var votes []Vote
	err := tx.WithContext(ctx).Where("state = ? AND review_id IN (?)", VoteGiven, tx.Model(&Review{}).Select("id").Where("question_id = ? AND state <> ?", id, ReviewOpen)).
		Order("ended_at, id").Find(&votes).Error
	if err != nil {
		return nil, fmt.Errorf("list the votes on question %s: %w", id, err)
	}
	attempts := map[question.AssignmentID]int{}
	for _, a := range turns {
		attempts[a.ID] = a.Attempt
	}
	list := make([]ReviewRecord, len(reviews))
	for i, r := range reviews {
		list[i] = ReviewRecord{Review: r, Attempt: attempts[r.AssignmentID]}
		for _, v := range votes {
			if v.ReviewID == r.ID {
				list[i].Votes = append(list[i].Votes, PeerVote{Passed: *v.Passed, Scores: v.Scores, Note: v.Note, GivenAt: *v.EndedAt})
			}
		}
	}
	return list, nil
}
