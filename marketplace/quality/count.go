package quality

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/program"
	"knowhow/marketplace/quality/verdict"
	"knowhow/marketplace/question"
	"knowhow/payouts"
)

// goOnTx sees what the votes on an open review come to, once one was given or has
// lapsed: a verdict, one more peer to ask, or nothing yet. Where no more peers can
// be asked, two votes decide all the same; with fewer the review stays open to
// the brand's people.
func (s *Service) goOnTx(ctx context.Context, tx *gorm.DB, r *Review, w work, now time.Time) error {
	if r.State != ReviewOpen {
		return nil
	}
	votes, err := votesTx(ctx, tx, r.ID)
	if err != nil {
		return err
	}
	given, waiting := in(votes, VoteGiven), len(in(votes, VoteAsked))
	known, err := reviewersTx(ctx, tx, w.of.ProgramID, given)
	if err != nil {
		return err
	}
	weighed := weigh(given, known, now)
	outcome, bad := verdict.Judge(weighed)
	if outcome == verdict.More {
		if waiting > 0 {
			return nil
		}
		asked, err := s.askPeersTx(ctx, tx, *r, w, 1, now)
		if err != nil || asked > 0 || len(given) < verdict.Votes {
			return err
		}
		outcome, bad = verdict.Conclude(weighed)
	}
	for i, v := range given {
		known[v.PersonID] = known[v.PersonID].learned(weighed[i].Failed, bad, now)
	}
	if err := saveReviewersTx(ctx, tx, known, given); err != nil {
		return err
	}
	return s.concludeTx(ctx, tx, r, w, given, outcome == verdict.Pass, bad, now)
}

// in are the votes in a state.
func in(votes []Vote, state VoteState) (list []Vote) {
	for _, v := range votes {
		if v.State == state {
			list = append(list, v)
		}
	}
	return list
}

// weigh puts to each vote what is known of who gave it.
func weigh(given []Vote, known reviewers, now time.Time) []verdict.Vote {
	list := make([]verdict.Vote, len(given))
	for i, v := range given {
		list[i] = verdict.Vote{Failed: !*v.Passed, Skill: known[v.PersonID].Skill().AsOf(now)}
	}
	return list
}

// concludeTx makes a verdict of votes. The review counts as the last voter's.
func (s *Service) concludeTx(ctx context.Context, tx *gorm.DB, r *Review, w work, given []Vote, pass bool, bad float64, now time.Time) error {
	r.Passed, r.Votes, r.Bad = &pass, len(given), &bad
	r.Scores, r.Note, r.ReviewerID = middle(given), notes(given, pass), given[len(given)-1].PersonID
	pays := pass && w.turn.State == question.Earned
	if err := s.writeVerdictTx(ctx, tx, r, &w, pays, now); err != nil {
		return err
	}
	if err := lockMoneyTx(ctx, tx, *r, w, pays, given); err != nil {
		return err
	}
	if pays {
		if err := payouts.ReleaseTx(ctx, tx, now, uuid.UUID(w.turn.ID)); err != nil {
			return err
		}
	}
	return payVotesTx(ctx, tx, r.ID, given, nil, now)
}

// middle is, for each criterion, the middle one of the scores, of two the lower.
func middle(given []Vote) map[Criterion]int {
	scores := map[Criterion]int{}
	for _, c := range append(slices.Clone(Rubric), Tone) {
		var list []int
		for _, v := range given {
			if v.Scores[c] > 0 { // a program may have taken up Tone between two votes
				list = append(list, v.Scores[c])
			}
		}
		if slices.Sort(list); len(list) > 0 {
			scores[c] = list[(len(list)-1)/2]
		}
	}
	return scores
}

// notes are what those wrote whose vote the verdict follows.
func notes(given []Vote, pass bool) string {
	var list []string
	for _, v := range given {
		if *v.Passed == pass && v.Note != "" {
			list = append(list, v.Note)
		}
	}
	return strings.Join(list, "\n\n")
}

// payVotesTx ends what was set aside for a review: every vote that was given is
// paid at once, whatever it says, and one of the brand's people who is a peer too;
// the rest goes back.
func payVotesTx(ctx context.Context, tx *gorm.DB, id ReviewID, given []Vote, more []payouts.NewReward, now time.Time) error {
	rewards := more
	for _, v := range given {
		rewards = append(rewards, payouts.NewReward{
			ID: uuid.UUID(v.ID), Expert: uuid.UUID(v.PersonID), Kind: payouts.ForReviewing, Amount: v.reward(), ReleaseAt: now,
		})
	}
	if len(rewards) == 0 {
		return payouts.VoidHoldTx(ctx, tx, now, uuid.UUID(id))
	}
	if err := payouts.EarnTx(ctx, tx, now, uuid.UUID(id), rewards...); err != nil {
		return err
	}
	for _, r := range rewards {
		if err := payouts.ReleaseTx(ctx, tx, now, r.ID); err != nil {
			return err
		}
	}
	return nil
}

// withdrawTx ends the votes on a review that were not given, and returns those
// that were.
func withdrawTx(ctx context.Context, tx *gorm.DB, id ReviewID, now time.Time) ([]Vote, error) {
	votes, err := votesTx(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	for _, v := range in(votes, VoteAsked) {
		if err := saveVoteTx(ctx, tx, &v, VoteWithdrawn, now); err != nil {
			return nil, err
		}
	}
	return in(votes, VoteGiven), nil
}

// learned is what is known of a reviewer after one more vote.
func (r Reviewer) learned(failed bool, bad float64, now time.Time) Reviewer {
	s := r.Skill().Learn(failed, bad, now)
	r.Caught, r.Missed, r.Passed, r.Rejected, r.KnownAt = s.Caught, s.Missed, s.Passed, s.Rejected, now
	return r
}

// reviewersTx loads and locks who gave votes, in one order for everybody.
func reviewersTx(ctx context.Context, tx *gorm.DB, id program.ID, votes []Vote) (reviewers, error) {
	people := voters(votes)
	var list []Reviewer
	err := marketplace.ForUpdate(tx.WithContext(ctx)).Where("program_id = ? AND person_id IN ?", id, people).Order("person_id").Find(&list).Error
	if err != nil {
		return nil, fmt.Errorf("lock the reviewers of program %s: %w", id, err)
	}
	known := reviewers{}
	for _, r := range list {
		known[r.PersonID] = r
	}
	return known, nil
}

func saveReviewersTx(ctx context.Context, tx *gorm.DB, known reviewers, votes []Vote) error {
	for _, id := range voters(votes) {
		r := known[id]
		err := tx.WithContext(ctx).Model(&r).Select("Caught", "Missed", "Passed", "Rejected", "Gold", "KnownAt").Updates(&r).Error
		if err != nil {
			return fmt.Errorf("save what is known of reviewer %s: %w", id, err)
		}
	}
	return nil
}
