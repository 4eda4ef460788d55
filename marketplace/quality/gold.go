package quality

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/program"
	"knowhow/marketplace/quality/verdict"
	"knowhow/marketplace/question"
	"knowhow/payouts"
)

// GoldID identifies an item of gold.
type GoldID = marketplace.ID[Gold]

// Gold is an answer of known quality, made up by the brand: reviewers judge it
// like any other and so show how they judge. All its words are redacted.
type Gold struct {
	ID        GoldID `gorm:"primaryKey"`
	BrandID   marketplace.BrandID
	ProgramID program.ID
	GoldText  `gorm:"embedded"`
	MadeBy    string // the access.Caller who did
	MadeAt    time.Time
	RetiredAt *time.Time // from when on nobody is given it
}

// TableName implements gorm's Tabler.
func (Gold) TableName() string { return "gold_items" }

// GoldText is what an item of gold says, and whether it is bad.
type GoldText struct {
	Title    string
	Question string
	Answer   string
	Language string // BCP 47
	Bad      bool
	Because  string // why it is bad, or good
}

func (g GoldText) check() error {
	for _, c := range []struct {
		field, text string
		most        int
	}{{"title", g.Title, 200}, {"question", g.Question, maxText}, {"answer", g.Answer, 4 * maxText}, {"because", g.Because, maxText}} {
		if err := marketplace.CheckText(c.field, c.text, 1, c.most); err != nil {
			return err
		}
	}
	return nil
}

// maxGold is how many items of gold a program has in use.
const maxGold = 500

// AddGold adds an item of gold (permission ManageProgram), in one of the program's
// languages. Errors: *marketplace.InvalidError, *marketplace.NotFoundError,
// *access.ForbiddenError, ErrTooMuchGold.
func (s *Service) AddGold(ctx context.Context, caller access.Caller, id program.ID, text GoldText) (Gold, error) {
	var g Gold
	err := s.inProgram(ctx, caller, id, func(tx *gorm.DB, p program.Program) error {
		if err := text.check(); err != nil {
			return err
		}
		if !slices.Contains(p.Languages, text.Language) {
			return &marketplace.InvalidError{Field: "language", Reason: "is not one of the program's"}
		}
		var n int64
		if err := tx.WithContext(ctx).Model(&Gold{}).Where("program_id = ? AND retired_at IS NULL", id).Count(&n).Error; err != nil {
			return fmt.Errorf("count the gold of program %s: %w", id, err)
		}
		if n >= maxGold {
			return ErrTooMuchGold
		}
		words, err := s.programs.NamesTx(ctx, tx, p.BrandID, id)
		if err != nil {
			return err
		}
		hidden := s.questions.HideMany([]question.Hiding{{Keep: words, Texts: []string{text.Title, text.Question, text.Answer, text.Because}}})
		text.Title, text.Question, text.Answer, text.Because = hidden[0][0], hidden[0][1], hidden[0][2], hidden[0][3]
		g = Gold{ID: marketplace.NewID[Gold](), BrandID: p.BrandID, ProgramID: id, GoldText: text, MadeBy: caller.String(), MadeAt: s.clock.Now()}
		if err := tx.WithContext(ctx).Create(&g).Error; err != nil {
			return fmt.Errorf("add gold to program %s: %w", id, err)
		}
		marketplace.Made(ctx, g.ID)
		return nil
	})
	return g, err
}

// RetireGold takes an item of gold out of use (permission ManageProgram). Again it
// changes nothing. Errors: *marketplace.NotFoundError, *access.ForbiddenError.
func (s *Service) RetireGold(ctx context.Context, caller access.Caller, id program.ID, item GoldID) error {
	return s.inProgram(ctx, caller, id, func(tx *gorm.DB, _ program.Program) error {
		if _, err := goldTx(ctx, tx, id, item); err != nil {
			return err
		}
		err := tx.WithContext(ctx).Model(&Gold{}).Where("id = ? AND retired_at IS NULL", item).
			Updates(map[string]any{"retired_at": s.clock.Now()}).Error
		if err != nil {
			return fmt.Errorf("retire gold %s: %w", item, err)
		}
		return nil
	})
}

// JudgedGold is an item of gold, and how it was judged.
type JudgedGold struct {
	Gold  Gold `gorm:"embedded"`
	Given int  // votes
	Right int  // of them
}

// GoldItems lists a program's gold, newest first (permission ManageProgram).
// Errors: *marketplace.NotFoundError, *access.ForbiddenError.
func (s *Service) GoldItems(ctx context.Context, caller access.Caller, id program.ID, page marketplace.Page) (list marketplace.Listing[JudgedGold], err error) {
	err = s.inGold(ctx, caller, id, func(find *gorm.DB) (err error) {
		order := marketplace.Order{At: "gold_items.made_at", ID: "gold_items.id", Newest: true}
		list, err = marketplace.List(find, page, order, func(g JudgedGold) marketplace.Place {
			return marketplace.Place{At: g.Gold.MadeAt, ID: g.Gold.ID}
		})
		if err != nil {
			return fmt.Errorf("list the gold of program %s: %w", id, err)
		}
		return nil
	})
	return list, err
}

// GoldItem is one item of a program's gold (permission ManageProgram). Errors as
// GoldItems', and for an unknown item.
func (s *Service) GoldItem(ctx context.Context, caller access.Caller, id program.ID, item GoldID) (g JudgedGold, err error) {
	err = s.inGold(ctx, caller, id, func(find *gorm.DB) error {
		return marketplace.OnlyOne(find.Where("gold_items.id = ?", item).Take(&g).Error, "gold", item)
	})
	return g, err
}

// inGold runs fn with the query for a program's gold and how it was judged.
func (s *Service) inGold(ctx context.Context, caller access.Caller, id program.ID, fn func(find *gorm.DB) error) error {
	brand, err := s.programs.BrandOf(ctx, id)
	if err != nil {
		return err
	}
	return s.store.Read(ctx, brand, func(tx *gorm.DB) error {
		if err := access.AuthorizeOnTx(ctx, tx, caller, brand, access.ManageProgram, marketplace.NotFound("program", id)); err != nil {
			return err
		}
		return fn(tx.WithContext(ctx).Table("gold_items").Select(`gold_items.*,
			(SELECT COUNT(*) FROM review_votes v WHERE v.gold_id = gold_items.id AND v.state = 'given') AS given,
			(SELECT COUNT(*) FROM review_votes v WHERE v.gold_id = gold_items.id AND v.state = 'given' AND v.passed <> gold_items.bad) AS "right"`).
			Where("gold_items.program_id = ?", id))
	})
}

func goldTx(ctx context.Context, tx *gorm.DB, id program.ID, item GoldID) (Gold, error) {
	var g Gold
	err := tx.WithContext(ctx).Where("id = ? AND program_id = ?", item, id).Take(&g).Error
	return g, marketplace.OnlyOne(err, "gold", item)
}

// giveGoldTx gives gold, now and then when a peer is asked for a vote: where there
// is somebody, to one who has none to give on that work, since two that are asked
// for at the same moment tell each other apart. The votes before are not new.
func (s *Service) giveGoldTx(ctx context.Context, tx *gorm.DB, peers []peer, w work, votes []Vote, before int) error {
	busy := map[access.PersonID]bool{}
	for _, v := range votes {
		busy[v.PersonID] = true
	}
	for i, v := range votes[before:] {
		to, err := s.giveOneTx(ctx, tx, peers, w, v, before+i+1, busy)
		if err != nil {
			return err
		}
		busy[to] = true
	}
	return nil
}

// giveOneTx gives a peer gold, rather one who is not busy: like a vote, for the same
// pay and until the same time. Without money, or an item they do not know, nobody is
// given any, nor when the n-th lot says so.
func (s *Service) giveOneTx(ctx context.Context, tx *gorm.DB, peers []peer, w work, like Vote, n int, busy map[access.PersonID]bool) (to access.PersonID, err error) {
	rnd := s.lots(w, "gold", n)
	if !verdict.Gold(rnd) {
		return to, nil
	}
	idle, all := make([]verdict.Candidate, len(peers)), make([]verdict.Candidate, len(peers))
	for i, p := range peers { // of whom it is asked how they judge, that is no matter
		all[i] = verdict.Candidate{Brand: p.Brand, Today: p.Today}
		idle[i] = all[i]
		idle[i].Voter = busy[p.Reviewer.PersonID]
	}
	chosen, ok := verdict.Choose(rnd, like.AskedAt, idle)
	if !ok {
		chosen, ok = verdict.Choose(rnd, like.AskedAt, all)
	}
	if !ok {
		return to, nil
	}
	given := peers[chosen]
	var items []Gold
	err = tx.WithContext(ctx).Where("program_id = ? AND retired_at IS NULL AND language IN ?", like.ProgramID, given.Languages).
		Where("NOT EXISTS (SELECT 1 FROM review_votes v WHERE v.gold_id = gold_items.id AND v.person_id = ?)", given.Reviewer.PersonID).
		Order("made_at, id").Find(&items).Error
	if err != nil {
		return to, fmt.Errorf("find gold for %s: %w", given.Reviewer.PersonID, err)
	}
	if len(items) == 0 {
		return to, nil
	}
	v := like
	v.ID, v.ReviewID, v.AuthorID = marketplace.NewID[Vote](), ReviewID{}, access.PersonID{}
	v.GoldID, v.PersonID = items[rnd.IntN(len(items))].ID, given.Reviewer.PersonID
	err = payouts.HoldTx(ctx, tx, v.AskedAt, payouts.NewHold{
		ID: uuid.UUID(v.ID), Brand: uuid.UUID(v.BrandID), Program: uuid.UUID(v.ProgramID), Question: uuid.UUID(v.GoldID),
		Purpose: payouts.ForReview, Reward: v.reward(),
	})
	switch {
	case errors.Is(err, payouts.ErrInsufficientFunds), errors.Is(err, payouts.ErrFrozen):
		return to, nil
	case err != nil:
		return to, err
	}
	return v.PersonID, insertVoteTx(ctx, tx, v)
}

// judgeGoldTx is a vote on gold: what it says of the reviewer, and their pay.
func (s *Service) judgeGoldTx(ctx context.Context, tx *gorm.DB, id VoteID, said Verdict) error {
	now := s.clock.Now()
	v, err := voteTx(ctx, marketplace.ForUpdate(tx), id)
	if err != nil {
		return err
	}
	if err := v.open(now); err != nil {
		return err
	}
	g, err := goldTx(ctx, tx, v.ProgramID, v.GoldID)
	if err != nil {
		return err
	}
	v.Passed, v.Scores = &said.Pass, said.Scores // nobody reads the note
	if err := saveVoteTx(ctx, tx, &v, VoteGiven, now); err != nil {
		return err
	}
	one := []Vote{v}
	known, err := reviewersTx(ctx, tx, v.ProgramID, one)
	if err != nil {
		return err
	}
	certainly := 0.0
	if g.Bad {
		certainly = 1
	}
	r := known[v.PersonID].learned(!said.Pass, certainly, now)
	r.Gold++
	known[v.PersonID] = r
	if err := saveReviewersTx(ctx, tx, known, one); err != nil {
		return err
	}
	if err := payouts.LockTx(ctx, tx, v.Currency, payouts.Locks{Program: uuid.UUID(v.ProgramID), Hold: uuid.UUID(v.ID), Experts: []uuid.UUID{uuid.UUID(v.PersonID)}}); err != nil {
		return err
	}
	return payVotesTx(ctx, tx, ReviewID(v.ID), one, nil, now)
}

// lapseGoldTx ends a vote on gold that nobody gave in time.
func (s *Service) lapseGoldTx(ctx context.Context, tx *gorm.DB, id VoteID, now time.Time) error {
	v, err := voteTx(ctx, marketplace.ForUpdate(tx), id)
	if err != nil || v.NextDueAt == nil || v.NextDueAt.After(now) {
		return err
	}
	if err := saveVoteTx(ctx, tx, &v, VoteLapsed, now); err != nil {
		return err
	}
	return payouts.VoidHoldTx(ctx, tx, now, uuid.UUID(v.ID))
}
