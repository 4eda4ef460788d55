package training

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/event"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/program"
)

// CardID identifies a card.
type CardID = marketplace.ID[Card]

// Card is something a program has its experts read: about the program, or about
// one topic. It is never changed: another takes its place.
type Card struct {
	ID          CardID `gorm:"primaryKey"`
	BrandID     marketplace.BrandID
	ProgramID   program.ID
	Topic       string // slug; empty: about the program
	Language    string // BCP 47; empty: for everybody
	Title       string
	Text        string
	MustRead    bool // before the quiz; that of a topic before being asked about it
	PublishedAt time.Time
	RetiredAt   *time.Time
}

// CardRead is that a person read a card, and when.
type CardRead struct {
	CardID    CardID          `gorm:"primaryKey"`
	PersonID  access.PersonID `gorm:"primaryKey"`
	BrandID   marketplace.BrandID
	ProgramID program.ID
	ReadAt    time.Time
}

// NewCard describes a card to publish.
type NewCard struct {
	Topic    string
	Language string
	Title    string // 1 to 200 bytes
	Text     string // 1 byte to 20 kB
	MustRead bool
}

// CardView is a card as an expert reads it; ReadAt is nil until they have.
type CardView struct {
	Card   `gorm:"embedded"`
	ReadAt *time.Time
}

// CardFigure is a card as the brand sees it: how many have read it.
type CardFigure struct {
	Card    `gorm:"embedded"`
	Readers int
}

const (
	maxCards     = 300
	maxCardTitle = 200
	maxCardText  = 20 << 10
)

// AddCard publishes a card (permission ManageProgram). Of a topic with cards
// that must be read only those are asked who have read them; who has unlocked a
// topic keeps it when cards are added. Errors: *marketplace.InvalidError,
// *marketplace.NotFoundError for a topic the program has not got,
// *access.ForbiddenError.
func (s *Service) AddCard(ctx context.Context, caller access.Caller, id program.ID, n NewCard) (Card, error) {
	if err := cmp.Or(marketplace.CheckText("title", n.Title, 1, maxCardTitle), marketplace.CheckText("text", n.Text, 1, maxCardText)); err != nil {
		return Card{}, err
	}
	if n.Language != "" {
		tags, err := program.Languages("language", []string{n.Language})
		if err != nil {
			return Card{}, err
		}
		n.Language = tags[0]
	}
	c := Card{ID: marketplace.NewID[Card](), ProgramID: id, Topic: n.Topic, Language: n.Language, Title: n.Title, Text: n.Text, MustRead: n.MustRead, PublishedAt: s.clock.Now()}
	err := s.experts.InProgram(ctx, caller, id, access.ManageProgram, func(tx *gorm.DB, p program.Program) error {
		c.BrandID = p.BrandID
		known, err := cardsTx(ctx, tx, id)
		if err != nil {
			return err
		}
		if len(known) >= maxCards {
			return &marketplace.InvalidError{Field: "cards", Reason: fmt.Sprintf("a program has at most %d", maxCards)}
		}
		if c.Topic != "" {
			if _, err := s.programs.TopicBySlugTx(ctx, tx, id, c.Topic); err != nil {
				return err
			}
		}
		if err := tx.WithContext(ctx).Create(&c).Error; err != nil {
			return fmt.Errorf("insert card %s: %w", c.ID, err)
		}
		marketplace.Made(ctx, c.ID)
		if err := s.needReadingTx(ctx, tx, p, append(known, c), c.Topic); err != nil {
			return err
		}
		return s.experts.ProgramEventTx(ctx, tx, CardPublished, p, expert.Change{By: caller.String(), Card: event.Subject(c.ID)})
	})
	if err != nil {
		return Card{}, err
	}
	return c, nil
}

// RetireCard takes a card back (permission ManageProgram); nobody need read it
// any more. Again changes nothing. Errors: *marketplace.NotFoundError,
// *access.ForbiddenError.
func (s *Service) RetireCard(ctx context.Context, caller access.Caller, id program.ID, card CardID) error {
	now := s.clock.Now()
	return s.experts.InProgram(ctx, caller, id, access.ManageProgram, func(tx *gorm.DB, p program.Program) error {
		var c Card
		err := marketplace.ForUpdate(tx.WithContext(ctx)).Where("id = ? AND program_id = ?", card, id).Take(&c).Error
		if err := marketplace.OnlyOne(err, "card", card); err != nil || c.RetiredAt != nil {
			return err
		}
		if err := tx.WithContext(ctx).Model(&Card{}).Where("id = ?", card).Update("retired_at", now).Error; err != nil {
			return fmt.Errorf("retire card %s: %w", card, err)
		}
		left, err := cardsTx(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := s.needReadingTx(ctx, tx, p, left, c.Topic); err != nil {
			return err
		}
		if err := s.unlockReadersTx(ctx, tx, left, c); err != nil {
			return err
		}
		return s.experts.ProgramEventTx(ctx, tx, CardRetired, p, expert.Change{By: caller.String(), Card: event.Subject(card)})
	})
}

// needReadingTx tells the topic whether there are cards that must be read.
func (s *Service) needReadingTx(ctx context.Context, tx *gorm.DB, p program.Program, cards []Card, topic string) error {
	if topic == "" {
		return nil
	}
	needs := slices.ContainsFunc(cards, func(c Card) bool { return c.MustRead && c.Topic == topic })
	return s.programs.NeedReadingTx(ctx, tx, p.ID, topic, needs)
}

// cardsTx lists a program's cards, oldest first.
func cardsTx(ctx context.Context, tx *gorm.DB, id program.ID) ([]Card, error) {
	var list []Card
	err := tx.WithContext(ctx).Where("program_id = ? AND retired_at IS NULL", id).Order("published_at, id").Find(&list).Error
	if err != nil {
		return nil, fmt.Errorf("list the cards of program %s: %w", id, err)
	}
	return list, nil
}

// Cards lists a program's cards for the calling applicant or expert, oldest first.
// Errors: expert.ErrNotAPerson, *marketplace.NotFoundError without an application.
func (s *Service) Cards(ctx context.Context, caller access.Caller, id program.ID) (list []CardView, err error) {
	err = s.experts.SeeOwn(ctx, caller, id, func(tx *gorm.DB, e *expert.Enrolment) error {
		list, err = readCardsTx(ctx, tx, *e)
		return err
	})
	return list, err
}

func readCardsTx(ctx context.Context, tx *gorm.DB, e expert.Enrolment) (list []CardView, err error) {
	err = tx.WithContext(ctx).Table("cards").Select("cards.*, card_reads.read_at").
		Joins("LEFT JOIN card_reads ON card_reads.card_id = cards.id AND card_reads.person_id = ?", e.PersonID).
		Where("cards.program_id = ? AND cards.retired_at IS NULL", e.ProgramID).Order("cards.published_at, cards.id").Find(&list).Error
	if err != nil {
		return nil, fmt.Errorf("list what %s has read: %w", e.PersonID, err)
	}
	return list, nil
}

// AllCards lists a program's cards for the brand, oldest first (permission
// ManageProgram). Errors as expert.Enrolments'.
func (s *Service) AllCards(ctx context.Context, caller access.Caller, id program.ID) (list []CardFigure, err error) {
	err = s.experts.SeeProgram(ctx, caller, id, access.ManageProgram, func(tx *gorm.DB, _ marketplace.BrandID) error {
		err := tx.WithContext(ctx).Table("cards").Select("cards.*, (SELECT COUNT(*) FROM card_reads r WHERE r.card_id = cards.id) AS readers").
			Where("program_id = ? AND retired_at IS NULL", id).Order("published_at, id").Find(&list).Error
		if err != nil {
			return fmt.Errorf("list the cards of program %s: %w", id, err)
		}
		return nil
	})
	return list, err
}

// ReadCard records that the calling applicant or expert has read a card; with the
// last one of a topic it is unlocked. Again changes nothing. Errors:
// expert.ErrNotAPerson, *expert.StateError for who left or was rejected,
// *marketplace.NotFoundError for what is no card of this program.
func (s *Service) ReadCard(ctx context.Context, caller access.Caller, id program.ID, card CardID) error {
	return s.experts.Own(ctx, caller, id, func(tx *gorm.DB, e *expert.Enrolment) error {
		if e.State == expert.Left || e.State == expert.Rejected {
			return &expert.StateError{Verb: expert.VerbRead, State: e.State}
		}
		var c Card
		err := tx.WithContext(ctx).Where("id = ? AND program_id = ? AND retired_at IS NULL", card, id).Take(&c).Error
		if err := marketplace.OnlyOne(err, "card", card); err != nil {
			return err
		}
		read := CardRead{CardID: card, PersonID: e.PersonID, BrandID: e.BrandID, ProgramID: id, ReadAt: s.clock.Now()}
		done := tx.WithContext(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&read)
		if done.Error != nil {
			return fmt.Errorf("record that %s read card %s: %w", e.PersonID, card, done.Error)
		}
		if done.RowsAffected == 0 {
			return nil
		}
		if _, err := s.UnlockTx(ctx, tx, e); err != nil {
			return err
		}
		if err := s.experts.SaveTx(ctx, tx, CardWasRead, *e, expert.Change{By: caller.String(), Card: event.Subject(card), Count: len(e.Unlocked)}); err != nil {
			return err
		}
		return s.trainedTx(ctx, tx, caller, e)
	})
}

// UnlockTx adds to an enrolment the topics whose cards its expert has read, and
// reports whether there are any; the caller saves it.
func (s *Service) UnlockTx(ctx context.Context, tx *gorm.DB, e *expert.Enrolment) (more bool, err error) {
	x, err := s.experts.LoadTx(ctx, tx, e.PersonID)
	if err != nil {
		return false, err
	}
	cards, err := readCardsTx(ctx, tx, *e)
	if err != nil {
		return false, err
	}
	for _, card := range cards {
		if card.Topic == "" || slices.Contains(e.Unlocked, card.Topic) || len(unread(cards, card.Topic, x.Languages)) > 0 {
			continue
		}
		e.Unlocked, more = append(e.Unlocked, card.Topic), true
	}
	slices.Sort(e.Unlocked)
	return more, nil
}

// unread are the cards of a topic that still must be read: those in the
// expert's languages, and all where there are none.
func unread(cards []CardView, topic string, languages []string) (list []CardView) {
	speaks := func(c CardView) bool {
		return c.Language == "" || slices.ContainsFunc(languages, func(tag string) bool { return program.BaseLanguage(tag) == program.BaseLanguage(c.Language) })
	}
	asked := slices.DeleteFunc(slices.Clone(cards), func(c CardView) bool { return !c.MustRead || c.Topic != topic })
	if slices.ContainsFunc(asked, speaks) {
		asked = slices.DeleteFunc(asked, func(c CardView) bool { return !speaks(c) })
	}
	return slices.DeleteFunc(asked, func(c CardView) bool { return c.ReadAt != nil })
}

// unlockReadersTx unlocks a topic, of which a card is retired, for those who had
// read all the others.
func (s *Service) unlockReadersTx(ctx context.Context, tx *gorm.DB, left []Card, retired Card) error {
	if !retired.MustRead || retired.Topic == "" || !slices.ContainsFunc(left, func(c Card) bool { return c.MustRead && c.Topic == retired.Topic }) {
		return nil
	}
	var list []expert.Enrolment
	err := marketplace.ForUpdate(tx.WithContext(ctx)).Where(`program_id = ? AND state NOT IN ? AND person_id IN
		(SELECT r.person_id FROM card_reads r JOIN cards c ON c.id = r.card_id WHERE c.program_id = ? AND c.topic = ?)`,
		retired.ProgramID, []expert.State{expert.Left, expert.Rejected}, retired.ProgramID, retired.Topic).Order("id").Find(&list).Error
	if err != nil {
		return fmt.Errorf("list who reads on topic %s: %w", retired.Topic, err)
	}
	for i := range list {
		more, err := s.UnlockTx(ctx, tx, &list[i])
		if err != nil {
			return err
		}
		if more {
			if err := s.experts.SaveTx(ctx, tx, TopicUnlocked, list[i], expert.Change{By: access.SystemCaller("cards").String(), Count: len(list[i].Unlocked)}); err != nil {
				return err
			}
		}
	}
	return nil
}
