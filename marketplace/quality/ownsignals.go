package quality

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace/access"
	"knowhow/marketplace/customer"
	"knowhow/marketplace/program"
	"knowhow/marketplace/question"
)

// selfMet is that an expert answered somebody who may be themselves.
type selfMet struct {
	AssignmentID question.AssignmentID
	CustomerID   access.CustomerID
	PersonID     access.PersonID
	Asker        access.PersonID // signed in when they asked; zero: nobody, or it does not matter who
	EarnedAt     time.Time
}

// people are whom it is about.
func (m selfMet) people() []access.PersonID {
	if m.Asker.IsZero() {
		return []access.PersonID{m.PersonID}
	}
	return []access.PersonID{m.PersonID, m.Asker}
}

// ownSignalsTx finds experts who answered questions that may be their own: of a
// customer with their e-mail address, and of somebody who is paid to their bank
// account. Both are compared by what is kept anyhow; nothing of it is shown.
func (s *Service) ownSignalsTx(ctx context.Context, tx *gorm.DB, id program.ID, now time.Time) ([]Signal, error) {
	since := now.Add(-signalsOver)
	byAddress, err := s.ownAddressTx(ctx, tx, id, since)
	if err != nil {
		return nil, err
	}
	var byAccount []selfMet
	err = metTx(ctx, tx, id, since, ", questions.asker_person AS asker").
		Where(`questions.asker_person IS NOT NULL AND EXISTS (SELECT 1 FROM payout_fingerprints mine
			JOIN payout_fingerprints theirs ON theirs.fingerprint = mine.fingerprint AND theirs.provider = mine.provider
			WHERE mine.expert_id = assignments.person_id AND theirs.expert_id = questions.asker_person)`).Find(&byAccount).Error
	if err != nil {
		return nil, fmt.Errorf("find who of program %s was asked by whom their own account pays: %w", id, err)
	}
	return append(selfSignals(SignalOwnAddress, byAddress), selfSignals(SignalOwnAccount, byAccount)...), nil
}

// metTx is the query for who answered whom in a program, the latest first, with
// more columns.
func metTx(ctx context.Context, tx *gorm.DB, id program.ID, since time.Time, more string) *gorm.DB {
	return tx.WithContext(ctx).Table("assignments").Select("assignments.id AS assignment_id, questions.customer_id, assignments.person_id, assignments.earned_at"+more).
		Joins("JOIN questions ON questions.id = assignments.question_id").
		Where("questions.program_id = ? AND assignments.earned_at > ?", id, since).
		Order("assignments.earned_at DESC, assignments.id")
}

// ownAddressTx finds who answered a customer that has their own e-mail address, or
// the same without what stands behind a plus sign.
func (s *Service) ownAddressTx(ctx context.Context, tx *gorm.DB, id program.ID, since time.Time) ([]selfMet, error) {
	p, err := s.programs.LoadTx(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	var experts []access.PersonID
	err = tx.WithContext(ctx).Table("assignments").Distinct("assignments.person_id").
		Joins("JOIN questions ON questions.id = assignments.question_id").
		Where("questions.program_id = ? AND assignments.earned_at > ?", id, since).Scan(&experts).Error
	if err != nil {
		return nil, fmt.Errorf("list who worked in program %s: %w", id, err)
	}
	addresses, err := access.OpenEmailsTx(ctx, tx, s.keys, experts)
	if err != nil {
		return nil, err
	}
	var all []string
	for _, address := range addresses {
		all = append(all, spellings(address)...)
	}
	holders, err := customer.EmailHoldersTx(ctx, tx, s.keys, p.BrandID, all)
	if err != nil || len(holders) == 0 {
		return nil, err
	}
	var customers []access.CustomerID
	for _, holder := range holders {
		customers = append(customers, holder)
	}
	var met, own []selfMet
	if err := metTx(ctx, tx, id, since, "").Where("questions.customer_id IN ?", customers).Find(&met).Error; err != nil {
		return nil, fmt.Errorf("find who of program %s answered whom: %w", id, err)
	}
	for _, m := range met {
		if slices.ContainsFunc(spellings(addresses[m.PersonID]), func(a string) bool { return holders[a] == m.CustomerID }) {
			own = append(own, m)
		}
	}
	return own, nil
}

// spellings are an address, and the same without what stands behind a plus sign.
func spellings(address string) []string {
	name, domain, _ := strings.Cut(address, "@")
	if plain, _, tagged := strings.Cut(name, "+"); tagged && plain != "" {
		return []string{address, plain + "@" + domain}
	}
	return []string{address}
}

// selfSignals are the signals of a kind, one for each customer and the same people.
func selfSignals(kind SignalKind, met []selfMet) []Signal {
	var list []Signal
	for _, m := range met {
		about := suspects(m.people()...)
		i := slices.IndexFunc(list, func(s Signal) bool { return s.customer == m.CustomerID && slices.Equal(s.People, about) })
		if i < 0 {
			i = len(list)
			list = append(list, Signal{Kind: kind, People: about, customer: m.CustomerID})
		}
		s := &list[i]
		s.Count, s.at = s.Count+1, append(s.at, m.EarnedAt)
		if len(s.Assignments) < mostShown {
			s.Assignments = append(s.Assignments, m.AssignmentID)
		}
	}
	return list
}
