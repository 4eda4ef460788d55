package program

import (
	"fmt"
	"slices"
	"strings"

	"knowhow/marketplace"
)

// TopicID identifies a topic.
type TopicID = marketplace.ID[Topic]

// Topic is one piece of product knowledge in a program's tree.
type Topic struct {
	ID        TopicID `gorm:"primaryKey"`
	BrandID   marketplace.BrandID
	ProgramID ID
	ParentID  *TopicID // nil at the top
	Slug      string   // unique in the program
	Name      string
	// Description says in the brand's words what is asked about it; it may be
	// empty. Questions are read by it, as by the name.
	Description string
	Mode        Mode
	// NeedsReading: only experts who have read its cards are asked.
	NeedsReading bool
}

// Mode says who may be asked about a topic.
type Mode string

const (
	Crowd     Mode = "crowd"      // every enrolled expert
	Certified Mode = "certified"  // experts certified for this topic
	BrandOnly Mode = "brand-only" // the brand's own team only
)

const (
	maxSlug  = 64
	maxTopic = 2000 // topics a program may have
	maxAbout = 1000 // bytes of a topic's description
	maxDepth = 8    // levels of the tree
)

func (m Mode) check() error {
	if !slices.Contains([]Mode{Crowd, Certified, BrandOnly}, m) {
		return &marketplace.InvalidError{Field: "mode", Reason: "must be crowd, certified or brand-only"}
	}
	return nil
}

func checkAbout(description string) error {
	return marketplace.CheckText("description", description, 0, maxAbout)
}

// CheckSlug returns an *InvalidError for field unless s is 1 to 64 of a-z, 0-9
// and single hyphens between them.
func CheckSlug(field, s string) error {
	if err := marketplace.CheckText(field, s, 1, maxSlug); err != nil {
		return err
	}
	for _, word := range strings.Split(s, "-") {
		if word == "" || strings.Trim(word, "abcdefghijklmnopqrstuvwxyz0123456789") != "" {
			return &marketplace.InvalidError{Field: field, Reason: "must be of a-z, 0-9 and single hyphens between them"}
		}
	}
	return nil
}

// place checks that a new topic fits the tree: its slug is free, its parent is
// one of topics, and the tree stays small. A new topic has no children, so it
// cannot close a circle.
func (t Topic) place(topics []Topic) error {
	if len(topics) >= maxTopic {
		return &marketplace.InvalidError{Field: "topic", Reason: fmt.Sprintf("a program has at most %d topics", maxTopic)}
	}
	if slices.ContainsFunc(topics, func(o Topic) bool { return o.Slug == t.Slug }) {
		return fmt.Errorf("topic %s: %w", t.Slug, ErrSlugTaken)
	}
	depth := 1
	for parent := t.ParentID; parent != nil; depth++ {
		i := slices.IndexFunc(topics, func(o Topic) bool { return o.ID == *parent })
		if i < 0 {
			return marketplace.NotFound("topic", *parent)
		}
		if depth >= maxDepth {
			return &marketplace.InvalidError{Field: "parent", Reason: fmt.Sprintf("the tree has at most %d levels", maxDepth)}
		}
		parent = topics[i].ParentID
	}
	return nil
}
