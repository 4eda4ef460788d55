package notify

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
)

// Kind is a sort of mail that its reader may turn off. Mail about signing in has
// none: it is always sent.
type Kind string

const (
	Offers             Kind = "offers"               // of questions; to experts who asked for it
	Questions          Kind = "questions"            // customers' words about questions one has; to experts who asked for it
	ReviewsAndRefusals Kind = "reviews_and_refusals" // what was judged of one's work
	Appeals            Kind = "appeals"              // how they were decided
	Payouts            Kind = "payouts"              // money that was sent
	Room               Kind = "room"                 // elections and answers in the experts' room; to experts who asked for it
	Answers            Kind = "answers"              // to customers: news of their questions
	Invitations        Kind = "invitations"          // to an address that a brand knows: to work for it
)

// wantedUnlessTold are the kinds that concern money or judgement: persons get
// them unless they turned them off. The others they must ask for.
var wantedUnlessTold = map[Kind]bool{ReviewsAndRefusals: true, Appeals: true, Payouts: true}

// Choices are which mails a person wants.
type Choices struct {
	Offers             bool
	Questions          bool
	ReviewsAndRefusals bool
	Appeals            bool
	Payouts            bool
	Room               bool
}

func (c *Choices) byKind() map[Kind]*bool {
	return map[Kind]*bool{
		Offers: &c.Offers, Questions: &c.Questions, ReviewsAndRefusals: &c.ReviewsAndRefusals, Appeals: &c.Appeals, Payouts: &c.Payouts,
		Room: &c.Room,
	}
}

// choice is what a person chose of one kind.
type choice struct {
	PersonID  access.PersonID `gorm:"primaryKey"`
	Kind      Kind            `gorm:"primaryKey"`
	Wanted    bool
	ChangedAt time.Time
	MailedAt  *time.Time // when a mail of a kind that is gathered was last written
}

// TableName implements gorm's Tabler.
func (choice) TableName() string { return "mail_choices" }

// ownChoices is granted to nobody: it only names what was refused to a caller
// who is not whom it is for.
const ownChoices access.Permission = "own_notifications"

// Choices are which mails the calling person wants. Errors:
// *access.ForbiddenError for who is no person.
func (s *Service) Choices(ctx context.Context, caller access.Caller) (Choices, error) {
	if !caller.IsPerson(caller.Person) {
		return Choices{}, &access.ForbiddenError{Permission: ownChoices}
	}
	var list []choice
	err := s.store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		return tx.Where("person_id = ?", caller.Person).Find(&list).Error
	})
	if err != nil {
		return Choices{}, fmt.Errorf("read the choices of person %s: %w", caller.Person, err)
	}
	var c Choices
	wanted := c.byKind()
	for kind, on := range wanted {
		*on = wantedUnlessTold[kind]
	}
	for _, told := range list {
		if on := wanted[told.Kind]; on != nil {
			*on = told.Wanted
		}
	}
	return c, nil
}

// SetChoices says which mails the calling person wants from now on. The same
// again changes nothing. Errors as Choices's.
func (s *Service) SetChoices(ctx context.Context, caller access.Caller, c Choices) error {
	if !caller.IsPerson(caller.Person) {
		return &access.ForbiddenError{Permission: ownChoices}
	}
	now := s.clock.Now()
	var list []choice
	wanted := c.byKind()
	for _, kind := range []Kind{Offers, Questions, ReviewsAndRefusals, Appeals, Payouts, Room} {
		list = append(list, choice{PersonID: caller.Person, Kind: kind, Wanted: *wanted[kind], ChangedAt: now})
	}
	return s.store.InTx(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		if err := chooseTx(ctx, tx, list); err != nil || !c.Offers && !c.Questions {
			return err
		}
		return wakeWatchTx(ctx, tx, now)
	})
}

// chooseTx writes choices; of those that are as they were the row stays.
func chooseTx(ctx context.Context, tx *gorm.DB, list []choice) error {
	err := tx.WithContext(ctx).Clauses(clause.OnConflict{
		Columns:   []clause.Column{{Name: "person_id"}, {Name: "kind"}},
		DoUpdates: clause.AssignmentColumns([]string{"wanted", "changed_at"}),
		Where:     clause.Where{Exprs: []clause.Expression{clause.Expr{SQL: "mail_choices.wanted <> excluded.wanted"}}},
	}).Create(&list).Error
	if err != nil {
		return fmt.Errorf("write the choices of person %s: %w", list[0].PersonID, err)
	}
	return nil
}

// AskedSQL tells whether a person, an expression of the statement it stands in,
// has asked for mails of a kind, its argument.
func AskedSQL(person string) string {
	return "EXISTS (SELECT 1 FROM mail_choices WHERE mail_choices.person_id = " + person + " AND mail_choices.kind = ? AND mail_choices.wanted)"
}

// wantedTx tells whether the reader of a mail wants mails of its kind.
func wantedTx(ctx context.Context, tx *gorm.DB, m Mail) (bool, error) {
	if m.Kind == "" {
		return true, nil
	}
	if m.To.IsZero() {
		var refused int64
		err := tx.WithContext(ctx).Model(&mailRefusal{}).Where("brand_id = ? AND customer_id = ?", m.Brand, m.Customer).Count(&refused).Error
		if err != nil {
			return false, fmt.Errorf("look whether customer %s wants mail: %w", m.Customer, err)
		}
		return refused == 0, nil
	}
	var told choice
	err := tx.WithContext(ctx).Where("person_id = ? AND kind = ?", m.To, m.Kind).Take(&told).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return wantedUnlessTold[m.Kind], nil
	}
	if err != nil {
		return false, fmt.Errorf("look whether person %s wants mail: %w", m.To, err)
	}
	return told.Wanted, nil
}
