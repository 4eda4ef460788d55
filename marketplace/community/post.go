package community

import (
	"context"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/event"
	"knowhow/marketplace/program"
)

// PostID identifies a post.
type PostID = marketplace.ID[Post]

// Post is something said in a room.
type Post struct {
	ID        PostID `gorm:"primaryKey"`
	BrandID   marketplace.BrandID
	ProgramID program.ID
	ParentID  *PostID          // of a reply
	PersonID  *access.PersonID // nil: the author has left
	Kind      Kind
	Text      string // redacted
	PostedAt  time.Time
	HiddenAt  *time.Time // an operator hid it
	RemovedAt *time.Time // its author took it back, or left with it; the text is gone
}

// TableName implements gorm's Tabler.
func (Post) TableName() string { return "room_posts" }

// Kind says what sort of post it is.
type Kind string

const (
	Help     Kind = "post"     // a question, a hint
	Struggle Kind = "struggle" // where somebody struggled
	Reply    Kind = "reply"
)

const (
	maxPost = 4 << 10
	// MaxPostsPerDay is how many things an expert says in a program's room in 24
	// hours.
	MaxPostsPerDay = 50
)

// PostView is a post as experts of the room read it. Text is empty of one that is
// hidden or removed.
type PostView struct {
	Post     Post   `gorm:"embedded"`
	Handle   string // the author's; empty: they have left
	Speaks   bool   // the author is a spokesperson now
	Own      bool
	Replies  int // of which nothing is hidden or removed
	Reported bool
}

// Say writes in the room, or below a post where parent says which; of what is
// written only what is no personal data is kept. Errors:
// *marketplace.InvalidError, *marketplace.NotFoundError for who is not of the
// room or for no such post, ErrTooMuch, ErrNotAPerson.
func (s *Service) Say(ctx context.Context, caller access.Caller, id program.ID, kind Kind, text string, parent *PostID) (Post, error) {
	text = strings.TrimSpace(text)
	if err := marketplace.CheckText("text", text, 1, maxPost); err != nil {
		return Post{}, err
	}
	if parent != nil {
		kind = Reply
	} else if kind != Help && kind != Struggle {
		return Post{}, &marketplace.InvalidError{Field: "kind", Reason: "must be post or struggle"}
	}
	p := Post{
		ID: marketplace.NewID[Post](), ProgramID: id, ParentID: parent, PersonID: &caller.Person, Kind: kind, Text: s.clean(text), PostedAt: s.clock.Now(),
	}
	err := s.asMember(ctx, caller, id, true, func(tx *gorm.DB, m member) error {
		p.BrandID = m.Brand
		if err := s.mayTx(ctx, tx, p); err != nil {
			return err
		}
		if err := tx.WithContext(ctx).Create(&p).Error; err != nil {
			return fmt.Errorf("insert post %s: %w", p.ID, err)
		}
		marketplace.Made(ctx, p.ID)
		return s.eventTx(ctx, tx, Posted, m.Brand, event.Subject(p.ID), Change{Program: id, Code: string(kind)})
	})
	if err != nil {
		return Post{}, err
	}
	return p, nil
}

// mayTx refuses a reply to nothing, and who has said enough for a day.
func (s *Service) mayTx(ctx context.Context, tx *gorm.DB, p Post) error {
	if p.ParentID != nil {
		var n int64
		err := tx.WithContext(ctx).Model(&Post{}).Where("id = ? AND program_id = ? AND parent_id IS NULL AND removed_at IS NULL", *p.ParentID, p.ProgramID).Count(&n).Error
		if err != nil {
			return fmt.Errorf("look for post %s: %w", *p.ParentID, err)
		}
		if n == 0 {
			return marketplace.NotFound("post", *p.ParentID)
		}
	}
	var said int64
	err := tx.WithContext(ctx).Model(&Post{}).Where("program_id = ? AND person_id = ? AND posted_at > ?", p.ProgramID, p.PersonID, p.PostedAt.Add(-24*time.Hour)).Count(&said).Error
	if err != nil {
		return fmt.Errorf("count what %s said: %w", *p.PersonID, err)
	}
	if said >= MaxPostsPerDay {
		return ErrTooMuch
	}
	return nil
}

// viewsTx is the query for posts as an expert reads them.
func (s *Service) viewsTx(ctx context.Context, tx *gorm.DB, m member) *gorm.DB {
	return tx.WithContext(ctx).Table("room_posts").Select(`room_posts.*, COALESCE(experts.handle, '') AS handle,
		COALESCE(room_posts.person_id = ?, FALSE) AS own,
		EXISTS (`+speaking+` AND c.person_id = room_posts.person_id) AS speaks,
		EXISTS (SELECT 1 FROM room_reports r WHERE r.post_id = room_posts.id AND r.person_id = ?) AS reported,
		(SELECT COUNT(*) FROM room_posts b WHERE b.parent_id = room_posts.id AND b.removed_at IS NULL AND b.hidden_at IS NULL) AS replies`,
		m.Person, m.Program, s.clock.Now(), states, m.Person).
		Joins("LEFT JOIN experts ON experts.person_id = room_posts.person_id").
		Where("room_posts.program_id = ?", m.Program)
}

func placeOf(v PostView) marketplace.Place {
	return marketplace.Place{At: v.Post.PostedAt, ID: v.Post.ID}
}

// Posts lists what was said in a room, newest first and without replies; of one
// kind where it is said. Errors: *marketplace.NotFoundError for who is not of the
// room, ErrNotAPerson.
func (s *Service) Posts(ctx context.Context, caller access.Caller, id program.ID, kind Kind, page marketplace.Page) (list marketplace.Listing[PostView], err error) {
	err = s.asMember(ctx, caller, id, false, func(tx *gorm.DB, m member) error {
		find := s.viewsTx(ctx, tx, m).Where("room_posts.parent_id IS NULL AND room_posts.removed_at IS NULL")
		if kind != "" {
			find = find.Where("room_posts.kind = ?", kind)
		}
		list, err = marketplace.List(find, page, marketplace.Order{At: "room_posts.posted_at", ID: "room_posts.id", Newest: true}, placeOf)
		if err != nil {
			return fmt.Errorf("list the posts of program %s: %w", id, err)
		}
		return nil
	})
	hide(list.Items)
	return list, err
}

// Replies lists what was said below a post, oldest first. Errors as Posts'.
func (s *Service) Replies(ctx context.Context, caller access.Caller, id program.ID, post PostID, page marketplace.Page) (list marketplace.Listing[PostView], err error) {
	err = s.asMember(ctx, caller, id, false, func(tx *gorm.DB, m member) error {
		if _, err := postTx(ctx, tx, id, post); err != nil {
			return err
		}
		find := s.viewsTx(ctx, tx, m).Where("room_posts.parent_id = ? AND room_posts.removed_at IS NULL", post)
		list, err = marketplace.List(find, page, marketplace.Order{At: "room_posts.posted_at", ID: "room_posts.id"}, placeOf)
		if err != nil {
			return fmt.Errorf("list the replies to post %s: %w", post, err)
		}
		return nil
	})
	hide(list.Items)
	return list, err
}

// View is one post. Errors as Posts'.
func (s *Service) View(ctx context.Context, caller access.Caller, id program.ID, post PostID) (v PostView, err error) {
	err = s.asMember(ctx, caller, id, false, func(tx *gorm.DB, m member) error {
		err := s.viewsTx(ctx, tx, m).Where("room_posts.id = ?", post).Take(&v).Error
		return marketplace.OnlyOne(err, "post", post)
	})
	list := []PostView{v}
	hide(list)
	return list[0], err
}

// hide takes out the words of what is hidden, but from who wrote them.
func hide(list []PostView) {
	for i := range list {
		if v := &list[i]; v.Post.HiddenAt != nil && !v.Own {
			v.Post.Text = ""
		}
	}
}

func postTx(ctx context.Context, tx *gorm.DB, id program.ID, post PostID) (p Post, err error) {
	err = tx.WithContext(ctx).Where("id = ? AND program_id = ?", post, id).Take(&p).Error
	return p, marketplace.OnlyOne(err, "post", post)
}

// Remove takes back what the calling expert said; replies to it stay. Again
// changes nothing. Errors: *marketplace.NotFoundError for who has no part in the
// room or for what is another's, ErrNotAPerson.
func (s *Service) Remove(ctx context.Context, caller access.Caller, id program.ID, post PostID) error {
	return s.asAuthor(ctx, caller, id, true, func(tx *gorm.DB, m member) error {
		p, err := postTx(ctx, marketplace.ForUpdate(tx), id, post)
		switch {
		case err != nil:
			return err
		case p.PersonID == nil || *p.PersonID != m.Person:
			return marketplace.NotFound("post", post)
		case p.RemovedAt != nil:
			return nil
		}
		err = tx.WithContext(ctx).Model(&Post{}).Where("id = ?", post).Updates(map[string]any{"text": "", "removed_at": s.clock.Now()}).Error
		if err != nil {
			return fmt.Errorf("remove post %s: %w", post, err)
		}
		return s.eventTx(ctx, tx, PostRemoved, m.Brand, event.Subject(post), Change{Program: id})
	})
}
