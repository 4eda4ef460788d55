package quality

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/program"
	"knowhow/marketplace/quality/verdict"
	"knowhow/payouts"
)

// peer is a reviewer who works in the program, as far as it matters for whom to
// ask.
type peer struct {
	Reviewer  Reviewer `gorm:"embedded"`
	Languages []string `gorm:"serializer:json"`
	Today     int      // votes asked of them since midnight
	Part      bool     // they had a turn on the question, have it to judge for the brand, or gave that back
	Brand     bool     // they decide about the brand's money
}

// peersTx lists a program's reviewers who work in it, in an order that follows
// from no id. w is the work to be judged; the zero work is gold.
func peersTx(ctx context.Context, tx *gorm.DB, id program.ID, w work, now time.Time) ([]peer, error) {
	var list []peer
	err := tx.WithContext(ctx).Table("reviewers").Select(`reviewers.*, experts.languages,
			(SELECT COUNT(*) FROM review_votes v WHERE v.person_id = reviewers.person_id AND v.asked_at >= ?) AS today,
			(EXISTS (SELECT 1 FROM assignments a WHERE a.question_id = ? AND a.person_id = reviewers.person_id)
				OR EXISTS (SELECT 1 FROM review_turns t JOIN reviews r ON r.id = t.review_id
					WHERE r.assignment_id = ? AND t.person_id = reviewers.person_id AND (t.ended_at IS NULL OR t.returned <> ''))) AS part,
			EXISTS (SELECT 1 FROM memberships m WHERE m.brand_id = reviewers.brand_id AND m.person_id = reviewers.person_id AND m.role IN ?) AS brand`,
		now.Truncate(24*time.Hour), w.of.ID, w.turn.ID, []access.Role{access.Owner, access.Manager, access.Finance}).
		Joins("JOIN enrolments ON enrolments.program_id = reviewers.program_id AND enrolments.person_id = reviewers.person_id").
		Joins("JOIN experts ON experts.person_id = reviewers.person_id").
		Where("reviewers.program_id = ? AND reviewers.active AND enrolments.state = 'active'", id).
		Order("enrolments.lot, experts.handle").Find(&list).Error
	if err != nil {
		return nil, fmt.Errorf("list the reviewers of program %s: %w", id, err)
	}
	return list, nil
}

// candidatesTx are the peers, and what is between each and the work.
func candidatesTx(ctx context.Context, tx *gorm.DB, peers []peer, w work, votes []Vote, now time.Time) ([]verdict.Candidate, error) {
	author := w.turn.PersonID
	involved := []uuid.UUID{uuid.UUID(author)}
	for _, v := range votes {
		involved = append(involved, uuid.UUID(v.PersonID))
	}
	same, err := payouts.SharingAccountTx(ctx, tx, involved...)
	if err != nil {
		return nil, err
	}
	paired, err := pairedTx(ctx, tx, w.of.BrandID, author, now)
	if err != nil {
		return nil, err
	}
	list := make([]verdict.Candidate, len(peers))
	for i, p := range peers {
		who := p.Reviewer.PersonID
		list[i] = verdict.Candidate{
			Part: p.Part || who == author || who == w.of.AskerPerson, Brand: p.Brand,
			Foreign: !slices.Contains(p.Languages, w.of.Language) && w.of.Language != "",
			Voter:   slices.ContainsFunc(votes, func(v Vote) bool { return v.PersonID == who }),
			Account: slices.Contains(same, uuid.UUID(who)),
			Paired:  paired[who], Skill: p.Reviewer.Skill(), Today: p.Today,
		}
	}
	return list, nil
}

// pairedTx tells who has lately been asked to judge somebody's work, or they
// theirs, as peers or for the brand, and when; at one brand.
func pairedTx(ctx context.Context, tx *gorm.DB, brand marketplace.BrandID, person access.PersonID, now time.Time) (map[access.PersonID]time.Time, error) {
	var met []struct {
		Judge, Author access.PersonID
		At            time.Time
	}
	since := now.Add(-verdict.PairedApart)
	err := tx.WithContext(ctx).Raw(`SELECT person_id AS judge, author_id AS author, asked_at AS at FROM review_votes
			WHERE brand_id = @brand AND (person_id = @person OR author_id = @person) AND author_id IS NOT NULL AND asked_at > @since
		UNION ALL SELECT reviewer_id, author_id, ended_at FROM reviews
			WHERE brand_id = @brand AND (reviewer_id = @person OR author_id = @person) AND reviewer_id IS NOT NULL AND votes = 0 AND ended_at > @since
		ORDER BY 3`, map[string]any{"brand": brand, "person": person, "since": since}).Scan(&met).Error
	if err != nil {
		return nil, fmt.Errorf("find whom %s has judged lately: %w", person, err)
	}
	paired := map[access.PersonID]time.Time{}
	for _, m := range met {
		other := m.Judge
		if other == person {
			other = m.Author
		}
		paired[other] = m.At
	}
	return paired, nil
}

// lots are draws about a piece of work, hidden behind the key that work to
// review is drawn with, and the same whenever they are made again.
func (s *Service) lots(w work, about string, n int) *rand.Rand {
	mac := hmac.New(sha256.New, s.drawKey)
	fmt.Fprintf(mac, "%s %d %d %d", about, w.of.AskedAt.UnixMicro(), w.turn.Attempt, n)
	sum := mac.Sum(nil)
	return rand.New(rand.NewPCG(binary.BigEndian.Uint64(sum), binary.BigEndian.Uint64(sum[8:])))
}

// votesTx lists and locks a review's votes, in the order they were asked for.
func votesTx(ctx context.Context, tx *gorm.DB, id ReviewID) ([]Vote, error) {
	var votes []Vote
	err := marketplace.ForUpdate(tx.WithContext(ctx)).Where("review_id = ?", id).Order("asked_at, id").Find(&votes).Error
	if err != nil {
		return nil, fmt.Errorf("list the votes of review %s: %w", id, err)
	}
	return votes, nil
}
