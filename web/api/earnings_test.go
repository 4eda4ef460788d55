package api

import (
	"testing"

	"github.com/google/uuid"

	"knowhow/payouts"
)

// Whoever judges work is not told by its pay which question it was: of gold that
// would be one and the same for everybody.
func TestAReviewsRewardNamesNoQuestion(t *testing.T) {
	question := uuid.Must(uuid.NewV7())
	for kind, named := range map[payouts.RewardKind]bool{payouts.ForAssignment: true, payouts.ForHandoff: true, payouts.ForReviewing: false} {
		got := rewardOf(payouts.Reward{QuestionID: question, Kind: kind}, nil).Question
		if (got != nil) != named || named && *got != question {
			t.Errorf("the reward of kind %s names the question %v", kind, got)
		}
	}
}
