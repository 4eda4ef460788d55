package community

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/event"
	"knowhow/marketplace/job"
	"knowhow/marketplace/program"
)

// Standing is a candidate's count in an election that is over.
type Standing struct {
	Handle string
	Votes  int
}

// Lot is what decides between candidates with as many votes: the lesser goes
// first. Anybody can compute it from the seed that is stated with the result: the
// SHA-256, in hexadecimal, of the seed, a space and the handle.
func Lot(seed, handle string) string {
	sum := sha256.Sum256([]byte(seed + " " + handle))
	return hex.EncodeToString(sum[:])
}

// Count puts candidates in their order: most votes first, ties by lot.
func Count(seed string, list []Standing) {
	slices.SortFunc(list, func(a, b Standing) int {
		return cmp.Or(b.Votes-a.Votes, cmp.Compare(Lot(seed, a.Handle), Lot(seed, b.Handle)))
	})
}

// seed is an election's, which nobody could know before: an HMAC of it and its
// result under a key of the house.
func (s *Service) seed(e Election, list []Standing) string {
	mac := hmac.New(sha256.New, s.seedKey)
	_, _ = fmt.Fprintf(mac, "%s %d", e.CloseAt.UTC().Format(time.RFC3339Nano), e.Voted)
	for _, c := range list {
		_, _ = fmt.Fprintf(mac, "\n%s %d", c.Handle, c.Votes)
	}
	return hex.EncodeToString(mac.Sum(nil)[:16])
}

// electionDueTx begins the voting, or ends it. Where no more stand than there are
// seats nobody needs to vote.
func (s *Service) electionDueTx(ctx context.Context, tx *gorm.DB, row job.RowID, now time.Time) error {
	var list []Election
	err := marketplace.ForUpdate(tx.WithContext(ctx)).Where("id = ? AND next_due_at <= ?", row, now).Limit(1).Find(&list).Error
	if err != nil {
		return fmt.Errorf("lock election %s: %w", row, err)
	}
	if len(list) == 0 {
		return nil
	}
	e := list[0]
	var standing int64
	if err := tx.WithContext(ctx).Model(&candidate{}).Where("election_id = ?", e.ID).Count(&standing).Error; err != nil {
		return fmt.Errorf("count the candidates of election %s: %w", e.ID, err)
	}
	if e.State == Nominating && standing > int64(e.Seats) {
		err := tx.WithContext(ctx).Model(&Election{}).Where("id = ?", e.ID).Updates(map[string]any{"state": Voting, "next_due_at": e.CloseAt}).Error
		if err != nil {
			return fmt.Errorf("begin the voting of election %s: %w", e.ID, err)
		}
		if err := s.eventTx(ctx, tx, VotingBegan, e.BrandID, event.Subject(e.ID), Change{Program: e.ProgramID, Count: int(standing)}); err != nil {
			return err
		}
		return s.tellLaterTx(ctx, tx, e.BrandID, told{Program: e.ProgramID, What: toldVoting, Of: e.ID.String()})
	}
	return s.closeTx(ctx, tx, e, now)
}

// closeTx counts an election; a term begins with it. The candidacies of who is not
// of the room any more end, as of who leaves.
func (s *Service) closeTx(ctx context.Context, tx *gorm.DB, e Election, now time.Time) error {
	of := tx.Table("election_candidates c").Select("c.id").Joins("JOIN room_elections e ON e.id = c.election_id").Where("e.id = ? AND "+inRoom, e.ID, states)
	err := tx.WithContext(ctx).Where("election_id = ? AND id NOT IN (?)", e.ID, of).Delete(&candidate{}).Error
	if err != nil {
		return fmt.Errorf("end candidacies in election %s: %w", e.ID, err)
	}
	var list []Standing
	err = tx.WithContext(ctx).Table("election_candidates").Select("experts.handle, election_candidates.votes").
		Joins("JOIN experts ON experts.person_id = election_candidates.person_id").
		Where("election_id = ?", e.ID).Order("experts.handle").Find(&list).Error
	if err != nil {
		return fmt.Errorf("read the votes of election %s: %w", e.ID, err)
	}
	seed := s.seed(e, list)
	Count(seed, list)
	for i, c := range list {
		done := tx.WithContext(ctx).Model(&candidate{}).Where("election_id = ? AND person_id = (SELECT person_id FROM experts WHERE handle = ?)", e.ID, c.Handle).
			Updates(map[string]any{"place": i + 1, "elected": i < e.Seats})
		if done.Error != nil {
			return fmt.Errorf("write the result of election %s: %w", e.ID, done.Error)
		}
	}
	err = tx.WithContext(ctx).Model(&Election{}).Where("id = ?", e.ID).
		Updates(map[string]any{"state": Closed, "seed": seed, "term_ends_at": now.Add(Term), "next_due_at": nil}).Error
	if err != nil {
		return fmt.Errorf("close election %s: %w", e.ID, err)
	}
	if err := s.eventTx(ctx, tx, ElectionClosed, e.BrandID, event.Subject(e.ID), Change{Program: e.ProgramID, Count: min(len(list), e.Seats)}); err != nil {
		return err
	}
	return s.tellLaterTx(ctx, tx, e.BrandID, told{Program: e.ProgramID, What: toldResult, Of: e.ID.String()})
}

// CandidateView is a candidate as experts read them. Votes and Place are zero
// before the end.
type CandidateView struct {
	Handle    string
	Statement string
	Votes     int
	Place     int
	Elected   bool
	Own       bool
}

// ElectionView is the latest election of a program as its experts read it.
type ElectionView struct {
	Election   Election
	Candidates []CandidateView
	HasVoted   bool // who reads it
	MayCall    bool // another one can be called now
}

// Elections shows the calling expert the latest election and who speaks for them;
// without one its id is zero. Errors: *marketplace.NotFoundError for who is not of
// the room, ErrNotAPerson.
func (s *Service) Elections(ctx context.Context, caller access.Caller, id program.ID) (v ElectionView, list []Spokesperson, err error) {
	now := s.clock.Now()
	err = s.asMember(ctx, caller, id, false, func(tx *gorm.DB, m member) error {
		if list, err = spokespeopleTx(ctx, tx, id, now); err != nil {
			return err
		}
		var found []Election
		err := tx.WithContext(ctx).Where("program_id = ?", id).Order("called_at DESC").Limit(1).Find(&found).Error
		if err != nil {
			return fmt.Errorf("find the election of program %s: %w", id, err)
		}
		soon := !slices.ContainsFunc(list, func(p Spokesperson) bool { return p.Until.After(now.Add(callBefore)) })
		v.MayCall = soon && (len(found) == 0 || found[0].State == Closed)
		if len(found) == 0 {
			return nil
		}
		v.Election = found[0]
		return candidatesTx(ctx, tx, m, &v)
	})
	return v, list, err
}

func candidatesTx(ctx context.Context, tx *gorm.DB, m member, v *ElectionView) error {
	counted := "0 AS votes, 0 AS place"
	if v.Election.State == Closed {
		counted = "c.votes, c.place"
	}
	err := tx.WithContext(ctx).Table("election_candidates c").Select("experts.handle, c.statement, "+counted+", c.elected, c.person_id = ? AS own", m.Person).
		Joins("JOIN experts ON experts.person_id = c.person_id").Where("c.election_id = ?", v.Election.ID).
		Order("c.place, experts.handle").Find(&v.Candidates).Error
	if err != nil {
		return fmt.Errorf("list the candidates of election %s: %w", v.Election.ID, err)
	}
	var voted int64
	err = tx.WithContext(ctx).Model(&voter{}).Where("election_id = ? AND person_id = ?", v.Election.ID, m.Person).Count(&voted).Error
	if err != nil {
		return fmt.Errorf("look whether %s has voted: %w", m.Person, err)
	}
	v.HasVoted = voted > 0
	return nil
}

// Spokesperson speaks for a program's experts, until a time.
type Spokesperson struct {
	Handle string
	Until  time.Time
}

func spokespeopleTx(ctx context.Context, tx *gorm.DB, id program.ID, now time.Time) (list []Spokesperson, err error) {
	err = tx.WithContext(ctx).Table("election_candidates c").Select("experts.handle, e.term_ends_at AS until").
		Joins("JOIN room_elections e ON e.id = c.election_id").Joins("JOIN experts ON experts.person_id = c.person_id").
		Where("e.program_id = ? AND e.term_ends_at > ? AND c.elected AND "+inRoom, id, now, states).Order("e.term_ends_at DESC, c.place").Find(&list).Error
	if err != nil {
		return nil, fmt.Errorf("list who speaks for the experts of program %s: %w", id, err)
	}
	return list, nil
}
