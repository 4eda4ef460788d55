package program

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/event"
)

// NewTopic describes a topic to add. A zero Parent puts it at the top.
type NewTopic struct {
	Parent      TopicID
	Slug        string
	Name        string
	Description string // of at most 1,000 bytes, or empty
	Mode        Mode
}

func (n NewTopic) topic(p Program) Topic {
	t := Topic{
		ID: marketplace.NewID[Topic](), BrandID: p.BrandID, ProgramID: p.ID, Slug: n.Slug, Name: n.Name,
		Description: n.Description, Mode: n.Mode,
	}
	if !n.Parent.IsZero() {
		t.ParentID = &n.Parent
	}
	return t
}

// AddTopic adds a topic to a program. Errors: ErrSlugTaken,
// *marketplace.InvalidError, *marketplace.NotFoundError where the parent is not
// this program's, *TransitionError for a closed program.
func (s *Service) AddTopic(ctx context.Context, caller access.Caller, id ID, n NewTopic) (Topic, error) {
	name, err := access.NormalName(n.Name)
	if err := firstError(CheckSlug("slug", n.Slug), err, checkAbout(n.Description), n.Mode.check()); err != nil {
		return Topic{}, err
	}
	n.Name = name
	var t Topic
	err = s.change(ctx, caller, id, access.ManageProgram, func(tx *gorm.DB, p Program) error {
		if p.State == Closed {
			return &TransitionError{From: Closed, To: Closed}
		}
		t = n.topic(p)
		topics, err := s.TopicsTx(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := t.place(topics); err != nil {
			return err
		}
		if err := tx.WithContext(ctx).Create(&t).Error; err != nil {
			return fmt.Errorf("insert topic %s: %w", t.ID, err)
		}
		marketplace.Made(ctx, t.ID)
		return s.appendTx(ctx, tx, TopicAdded, p, Change{By: caller.String(), Topic: t.ID})
	})
	if err != nil {
		return Topic{}, err
	}
	return t, nil
}

// SetTopicMode changes who may be asked about a topic, from the next question
// on. Errors: *marketplace.InvalidError, *marketplace.NotFoundError where the
// topic is not this program's.
func (s *Service) SetTopicMode(ctx context.Context, caller access.Caller, id ID, topic TopicID, mode Mode) error {
	if err := mode.check(); err != nil {
		return err
	}
	return s.setTopic(ctx, caller, id, topic, TopicModeSet, "mode", mode)
}

// DescribeTopic says what a topic is about, in place of what was said before;
// empty: nothing. Questions are read by it from the next fit on, within minutes.
// Errors as SetTopicMode's.
func (s *Service) DescribeTopic(ctx context.Context, caller access.Caller, id ID, topic TopicID, description string) error {
	if err := checkAbout(description); err != nil {
		return err
	}
	return s.setTopic(ctx, caller, id, topic, TopicDescribed, "description", description)
}

// setTopic writes one column of a program's topic.
func (s *Service) setTopic(ctx context.Context, caller access.Caller, id ID, topic TopicID, kind event.Kind, column string, value any) error {
	return s.change(ctx, caller, id, access.ManageProgram, func(tx *gorm.DB, p Program) error {
		done := tx.WithContext(ctx).Model(&Topic{}).Where("id = ? AND program_id = ?", topic, id).Update(column, value)
		if done.Error != nil {
			return fmt.Errorf("set the %s of topic %s: %w", column, topic, done.Error)
		}
		if done.RowsAffected == 0 {
			return marketplace.NotFound("topic", topic)
		}
		return s.appendTx(ctx, tx, kind, p, Change{By: caller.String(), Topic: topic})
	})
}

// NeedReadingTx says whether only experts who have read a topic's cards are
// asked about it. An unknown topic is a *marketplace.NotFoundError.
func (s *Service) NeedReadingTx(ctx context.Context, tx *gorm.DB, program ID, slug string, needs bool) error {
	done := tx.WithContext(ctx).Model(&Topic{}).Where("program_id = ? AND slug = ?", program, slug).Update("needs_reading", needs)
	if done.Error != nil {
		return fmt.Errorf("set what topic %s of program %s needs: %w", slug, program, done.Error)
	}
	if done.RowsAffected == 0 {
		return &marketplace.NotFoundError{Noun: "topic", ID: slug}
	}
	return nil
}
