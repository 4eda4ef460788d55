package quality

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/program"
	"knowhow/marketplace/question"
	"knowhow/payouts"
)

// SignalKind is a pattern that somebody should look at.
type SignalKind string

const (
	SignalAccount  SignalKind = "shared_account" // experts whose money goes to one bank account
	SignalRing     SignalKind = "ring"           // reviewers who pass each other
	SignalJudging  SignalKind = "judging"        // a reviewer whose votes say little
	SignalCopied   SignalKind = "copied"         // answers taken from somebody else's
	SignalSpun     SignalKind = "spun"           // answers made of others by exchanging words
	SignalJunk     SignalKind = "junk"           // answers that say next to nothing
	SignalCustomer SignalKind = "one_customer"   // a customer and an expert who meet too often: perhaps one person
	// SignalOwnAddress: a customer whom an expert answered has their e-mail address.
	SignalOwnAddress SignalKind = "own_address"
	// SignalOwnAccount: who asked is paid to the bank account of the expert who
	// answered.
	SignalOwnAccount SignalKind = "own_account"
	SignalRatedUp    SignalKind = "rated_up"   // a few customers who rate one expert up
	SignalRatedLow   SignalKind = "rated_down" // a few customers who rate one expert down, to whom it is done
)

// Signal is a pattern in a program, with what it rests on. It is evidence for a
// human, no proof, and nothing follows from it by itself.
type Signal struct {
	Key    SignalKey
	Kind   SignalKind
	People []Suspect
	Count  int // votes, copied, spun or empty answers, answers to the customer, or ratings
	// Odds are how much more likely it is where there is something wrong than by
	// chance, as a decimal logarithm; 0 where that is not the question.
	Odds        float64
	Assignments []question.AssignmentID // of the work it rests on, the latest first, at most 20
	Evidence    []Evidence              // the same, to be looked at
	Alike       []Likeness              // of copied and spun answers, which is like which, the latest first, at most 10
	Open        bool                    // it waits for a human
	Settled     *Settlement             // what a human said last of it, or of more people of whom these are some; nil: nobody did
	AsOf        time.Time               // when it was worked out

	customer access.CustomerID // whom it is about beside People, who is told to nobody
	at       []time.Time       // when there was what Count counts
	own      []time.Time       // the same of what somebody made of their own, which is counted apart
	round    int               // of what was said of it by this key; 0: nothing was
}

// Evidence is work that a signal rests on: where it is, and its redacted title.
type Evidence struct {
	Assignment question.AssignmentID
	Question   question.ID
	Title      string
}

// Suspect is somebody that a signal is about, an expert of the program but for who
// asked there alone.
type Suspect struct {
	Person    access.PersonID
	Enrolment expert.EnrolmentID // in the program; zero: none
	Handle    string             // empty without an enrolment
}

const (
	// signalsOver is what signals are looked for in: what was done since then, and
	// the latest mostAnswers of it.
	signalsOver = 90 * 24 * time.Hour
	mostAnswers = 5_000
	mostShown   = 20
	// leastMet is how often two have to have met before it is looked at, and doubt
	// how many answers to others are taken to be the expert's beside what is known.
	leastMet = 5
	doubt    = 5
)

// Signals lists the patterns in a program's last 90 days that a human should look
// at, the most telling of each kind first, and those that somebody settled last
// (permission SuspendExperts). They are worked out when they are asked for.
// Errors: *access.ForbiddenError, *marketplace.NotFoundError.
func (s *Service) Signals(ctx context.Context, caller access.Caller, id program.ID) (list []Signal, err error) {
	brand, err := s.programs.BrandOf(ctx, id)
	if err != nil {
		return nil, err
	}
	now := s.clock.Now()
	var words lately
	err = s.store.Read(ctx, brand, func(tx *gorm.DB) error {
		if err := access.AuthorizeOnTx(ctx, tx, caller, brand, access.SuspendExperts, marketplace.NotFound("program", id)); err != nil {
			return err
		}
		list, words, err = s.signalsTx(ctx, tx, id, now)
		return err
	})
	if err != nil {
		return nil, err
	}
	list = append(list, words.signals()...)
	for i := range list {
		list[i].AsOf = now
	}
	err = s.store.Read(ctx, brand, func(tx *gorm.DB) error {
		if err := s.settledTx(ctx, tx, id, list); err != nil {
			return err
		}
		if err := evidenceTx(ctx, tx, list); err != nil {
			return err
		}
		return nameTx(ctx, tx, id, list)
	})
	slices.SortStableFunc(list, func(a, b Signal) int { return cmp.Compare(a.rank(), b.rank()) })
	return list, err
}

// signalsTx are the patterns, with the people and the work they rest on by their
// ids, and the words in which others are found once the transaction is over.
func (s *Service) signalsTx(ctx context.Context, tx *gorm.DB, id program.ID, now time.Time) (list []Signal, words lately, err error) {
	for _, look := range []func(context.Context, *gorm.DB, program.ID, time.Time) ([]Signal, error){
		accountSignalsTx, ringSignalsTx, judgingSignalsTx, customerSignalsTx, s.ownSignalsTx, ratingSignalsTx,
	} {
		found, err := look(ctx, tx, id, now)
		if err != nil {
			return nil, words, err
		}
		list = append(list, found...)
	}
	words, err = latelyTx(ctx, tx, id, now)
	return list, words, err
}

// evidenceTx says where the work is that signals rest on.
func evidenceTx(ctx context.Context, tx *gorm.DB, list []Signal) error {
	var ids []question.AssignmentID
	for _, s := range list {
		ids = append(ids, s.Assignments...)
	}
	var rows []Evidence
	err := tx.WithContext(ctx).Table("assignments").Select("assignments.id AS assignment, questions.id AS question, questions.title").
		Joins("JOIN questions ON questions.id = assignments.question_id").Where("assignments.id IN ?", ids).Find(&rows).Error
	if err != nil {
		return fmt.Errorf("find what signals rest on: %w", err)
	}
	known := map[question.AssignmentID]Evidence{}
	for _, r := range rows {
		known[r.Assignment] = r
	}
	for i := range list {
		for _, id := range list[i].Assignments {
			if e, there := known[id]; there {
				list[i].Evidence = append(list[i].Evidence, e)
			}
		}
	}
	return nil
}

// nameTx gives the people of signals their handles and their places in a program.
func nameTx(ctx context.Context, tx *gorm.DB, id program.ID, list []Signal) error {
	var ids []access.PersonID
	for _, s := range list {
		for _, p := range s.People {
			ids = append(ids, p.Person)
		}
	}
	var rows []Suspect
	err := tx.WithContext(ctx).Table("experts").Select("experts.person_id AS person, experts.handle, enrolments.id AS enrolment").
		Joins("JOIN enrolments ON enrolments.person_id = experts.person_id AND enrolments.program_id = ?", id).
		Where("experts.person_id IN ?", ids).Find(&rows).Error
	if err != nil {
		return fmt.Errorf("name the people of signals: %w", err)
	}
	known := map[access.PersonID]Suspect{}
	for _, r := range rows {
		known[r.Person] = r
	}
	for _, s := range list {
		for i, p := range s.People {
			if known, there := known[p.Person]; there {
				s.People[i] = known
			}
		}
		slices.SortFunc(s.People, func(a, b Suspect) int { // who has no name comes last
			return cmp.Or(strings.Compare(b.Handle, "")-strings.Compare(a.Handle, ""), cmp.Compare(a.Handle, b.Handle))
		})
	}
	return nil
}

func suspects(ids ...access.PersonID) []Suspect {
	list := make([]Suspect, len(ids))
	for i, id := range ids {
		list[i].Person = id
	}
	return list
}

// accountSignalsTx finds experts of the program whose money goes to one account.
func accountSignalsTx(ctx context.Context, tx *gorm.DB, id program.ID, _ time.Time) ([]Signal, error) {
	var people []uuid.UUID
	err := tx.WithContext(ctx).Table("enrolments").Select("person_id").
		Where("program_id = ? AND state IN ('probation', 'active', 'paused', 'suspended')", id).Order("lot").Scan(&people).Error
	if err != nil {
		return nil, fmt.Errorf("list the experts of program %s: %w", id, err)
	}
	groups, err := payouts.SharedAccountsTx(ctx, tx, people)
	if err != nil {
		return nil, err
	}
	list := make([]Signal, len(groups))
	for i, group := range groups {
		list[i] = Signal{Kind: SignalAccount, Count: len(group)}
		for _, p := range group {
			list[i].People = append(list[i].People, Suspect{Person: access.PersonID(p)})
		}
	}
	return list, nil
}

// judgingSignalsTx finds reviewers who are no longer asked.
func judgingSignalsTx(ctx context.Context, tx *gorm.DB, id program.ID, now time.Time) ([]Signal, error) {
	var all []Reviewer
	if err := tx.WithContext(ctx).Where("program_id = ? AND active", id).Order("joined_at, person_id").Find(&all).Error; err != nil {
		return nil, fmt.Errorf("list the reviewers of program %s: %w", id, err)
	}
	var list []Signal
	for _, r := range all {
		if r.Skill().AsOf(now).Calibrated() {
			continue
		}
		var votes []Vote
		err := tx.WithContext(ctx).Where("program_id = ? AND person_id = ? AND state = 'given' AND review_id IS NOT NULL", id, r.PersonID).
			Order("ended_at DESC, id").Find(&votes).Error
		if err != nil {
			return nil, fmt.Errorf("list the votes of %s: %w", r.PersonID, err)
		}
		shown, err := votedWorkTx(ctx, tx, votes)
		if err != nil {
			return nil, err
		}
		list = append(list, Signal{Kind: SignalJudging, People: suspects(r.PersonID), Count: len(votes), Assignments: shown, at: given(votes)})
	}
	return list, nil
}

// votedWorkTx is the work that votes are on, as far as it is shown.
func votedWorkTx(ctx context.Context, tx *gorm.DB, votes []Vote) ([]question.AssignmentID, error) {
	ids := make([]ReviewID, 0, mostShown)
	for _, v := range votes[:min(len(votes), mostShown)] {
		ids = append(ids, v.ReviewID)
	}
	var list []question.AssignmentID
	err := tx.WithContext(ctx).Table("reviews").Select("assignment_id").Where("id IN ?", ids).Order("created_at DESC, id").Scan(&list).Error
	if err != nil {
		return nil, fmt.Errorf("find the work of votes: %w", err)
	}
	return list, nil
}

// decimal is a natural logarithm as a decimal one, within what a number in JSON
// may be.
func decimal(log float64) float64 { return min(max(log/math.Ln10, 0), 300) }
