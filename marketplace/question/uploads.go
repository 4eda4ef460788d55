package question

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/customer"
	"knowhow/marketplace/question/picture"
)

const (
	// keptUploads is how long a picture waits to be sent, and how long it counts.
	keptUploads = 24 * time.Hour
	// mostUploads is how many pictures one uploader may upload within that time.
	mostUploads = 40
)

// Uploaded is a picture as its uploader is told of it.
type Uploaded struct {
	Picture
	Size       int // bytes
	UploadedAt time.Time
}

// darkroom is where pictures are decoded, which takes much memory: only a few
// at the same time.
type darkroom chan struct{}

func newDarkroom() darkroom {
	return make(darkroom, max(1, min(4, runtime.GOMAXPROCS(0)/2)))
}

// develop is picture.Clean for who waits for a place.
func (d darkroom) develop(ctx context.Context, file []byte, said string) (picture.Picture, error) {
	select {
	case d <- struct{}{}:
		defer func() { <-d }()
		return picture.Clean(file, said)
	case <-ctx.Done():
		return picture.Picture{}, fmt.Errorf("wait for a place to decode: %w", context.Cause(ctx))
	}
}

// Upload takes a picture that the caller means to send: a file that is said to
// be of a media type. It is decoded and written anew, so that what the file said
// beside (where it was taken, for one) is gone, and kept sealed. Until a message
// shows it, it is the uploader's alone, for a day. Customers, experts, and a
// brand's people and keys who may answer for it may upload, each so many a day.
// Errors: *access.ForbiddenError, customer.ErrErased, *UploadCapError, and those
// of picture.Clean.
func (s *Service) Upload(ctx context.Context, caller access.Caller, file []byte, said string) (Uploaded, error) {
	kind, owner, ok := ownerOf(caller)
	if !ok {
		return Uploaded{}, &access.ForbiddenError{Permission: "upload"}
	}
	brand := tenantOf(caller)
	err := s.store.Read(ctx, brand, func(tx *gorm.DB) error { // nobody has us decode for nothing
		return s.mayUploadTx(ctx, tx, caller)
	})
	if err != nil {
		return Uploaded{}, err
	}
	clean, err := s.darkroom.develop(ctx, file, said)
	if err != nil {
		return Uploaded{}, err
	}
	u := Uploaded{
		Picture: Picture{ID: marketplace.NewID[Picture](), Type: clean.Type, Width: clean.Width, Height: clean.Height},
		Size:    len(clean.Bytes), UploadedAt: s.clock.Now(),
	}
	sealed, err := s.keys.Seal(clean.Bytes, pictureContext(u.ID))
	if err != nil {
		return Uploaded{}, fmt.Errorf("seal a picture: %w", err)
	}
	err = s.store.InTx(ctx, brand, func(tx *gorm.DB) error {
		if err := lockOwnerTx(ctx, tx, caller); err != nil {
			return err
		}
		if err := s.mayUploadTx(ctx, tx, caller); err != nil {
			return err
		}
		marketplace.Made(ctx, u.ID)
		return marketplace.WriteTx(ctx, tx, marketplace.Statement{
			Doing: "insert an upload",
			SQL: `INSERT INTO uploads (id, owner_kind, owner_id, type, width, height, size, content_sealed, uploaded_at)
				VALUES ` + tuples(1, 9),
			Args: []any{u.ID, kind, owner, u.Type, u.Width, u.Height, u.Size, sealed, u.UploadedAt},
		})
	})
	if err != nil {
		return Uploaded{}, err
	}
	return u, nil
}

// OwnUpload is what the caller was told of a picture of theirs, sent or not, as
// long as it counts.
func (s *Service) OwnUpload(ctx context.Context, caller access.Caller, id PictureID) (u Uploaded, err error) {
	kind, owner, ok := ownerOf(caller)
	if !ok {
		return u, marketplace.NotFound("picture", id)
	}
	err = s.store.Read(ctx, tenantOf(caller), func(tx *gorm.DB) error {
		err := tx.WithContext(ctx).Table("uploads").Select("id, type, width, height, size, uploaded_at").
			Where("id = ? AND owner_kind = ? AND owner_id = ?", id, kind, owner).Take(&u).Error
		return marketplace.OnlyOne(err, "picture", id)
	})
	return u, err
}

// ownerOf says whose an upload of the caller's is.
func ownerOf(c access.Caller) (access.Kind, uuid.UUID, bool) {
	switch {
	case !c.Valid():
	case c.Kind == access.KindCustomer:
		return c.Kind, uuid.UUID(c.Customer), true
	case c.Kind == access.KindPerson:
		return c.Kind, uuid.UUID(c.Person), true
	case c.Kind == access.KindKey:
		return c.Kind, uuid.UUID(c.Key), true
	}
	return "", uuid.UUID{}, false
}

// tenantOf is the brand that the caller belongs to alone, else every brand.
func tenantOf(c access.Caller) marketplace.BrandID {
	if c.Kind == access.KindPerson {
		return marketplace.AllBrands
	}
	return c.Brand
}

// mayUploadTx refuses who has nothing to say anywhere, and who has uploaded as
// much as they may.
func (s *Service) mayUploadTx(ctx context.Context, tx *gorm.DB, caller access.Caller) error {
	kind, owner, _ := ownerOf(caller)
	switch caller.Kind {
	case access.KindCustomer:
		c, err := customer.CustomerTx(ctx, tx, caller.Brand, caller.Customer)
		if err == nil && c.ErasedAt != nil {
			err = customer.ErrErased
		}
		if err != nil {
			return err
		}
	case access.KindKey:
		if err := access.AuthorizeTx(ctx, tx, caller, caller.Brand, access.AnswerForBrand); err != nil {
			return err
		}
	default:
		if err := mayAnswerTx(ctx, tx, caller); err != nil {
			return err
		}
	}
	now := s.clock.Now()
	var times []time.Time
	err := tx.WithContext(ctx).Table("uploads").Where("owner_id = ? AND owner_kind = ? AND uploaded_at > ?", owner, kind, now.Add(-keptUploads)).
		Order("uploaded_at").Limit(mostUploads).Pluck("uploaded_at", &times).Error
	switch {
	case err != nil:
		return fmt.Errorf("count uploads: %w", err)
	case len(times) == mostUploads:
		return &UploadCapError{Ends: times[0].Add(keptUploads).Sub(now)}
	}
	return nil
}

// mayAnswerTx refuses a person who is no expert and may answer for no brand.
func mayAnswerTx(ctx context.Context, tx *gorm.DB, caller access.Caller) error {
	var n int
	err := marketplace.ScanTx(tx.WithContext(ctx), `SELECT 1 WHERE EXISTS (SELECT 1 FROM enrolments WHERE person_id = ?)
		OR EXISTS (SELECT 1 FROM memberships WHERE person_id = ? AND role IN ?)`,
		[]any{caller.Person, caller.Person, access.HoldersOf(access.AnswerForBrand).Roles}, &n)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return &access.ForbiddenError{Permission: "upload"}
	}
	return err
}

// lockOwnerTx holds the uploader's row, so that nobody gets past the cap by
// uploading many at once, and an erasure finds what was uploaded.
func lockOwnerTx(ctx context.Context, tx *gorm.DB, caller access.Caller) error {
	table, id := "persons", any(caller.Person)
	switch caller.Kind {
	case access.KindCustomer:
		_, err := customer.LockTx(ctx, tx, caller.Brand, caller.Customer)
		return err
	case access.KindKey:
		table, id = "api_keys", caller.Key
	}
	var n int
	err := marketplace.ScanTx(tx.WithContext(ctx), "SELECT 1 FROM "+table+" WHERE id = ?"+marketplace.ForUpdateSQL(tx), []any{id}, &n)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return &access.ForbiddenError{Permission: "upload"}
	}
	return err
}

// ForgetUploads removes uploads that are older than a day, sent or not, up to
// limit of them, and returns their number. What was sent is the message's. Call
// it now and then, from as many processes as you like.
func (s *Service) ForgetUploads(ctx context.Context, limit int) (int, error) {
	before := s.clock.Now().Add(-keptUploads)
	var n int64
	err := s.store.InTx(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		done := tx.WithContext(ctx).Exec(`DELETE FROM uploads WHERE id IN (
			SELECT id FROM uploads WHERE uploaded_at <= ? ORDER BY uploaded_at LIMIT ?)`, before, limit)
		n = done.RowsAffected
		return done.Error
	})
	if err != nil {
		return 0, fmt.Errorf("forget uploads: %w", err)
	}
	return int(n), nil
}

// eraseUploadsTx deletes what an erased customer uploaded and did not send.
func eraseUploadsTx(ctx context.Context, tx *gorm.DB, id access.CustomerID) error {
	err := tx.WithContext(ctx).Exec("DELETE FROM uploads WHERE owner_id = ? AND owner_kind = ?", id, access.KindCustomer).Error
	if err != nil {
		return fmt.Errorf("delete the customer's uploads: %w", err)
	}
	return nil
}

// erasePicturesTx deletes the pictures of a question, whoever sent them.
func erasePicturesTx(ctx context.Context, tx *gorm.DB, id ID) error {
	if err := tx.WithContext(ctx).Exec("DELETE FROM pictures WHERE question_id = ?", id).Error; err != nil {
		return fmt.Errorf("delete the pictures of question %s: %w", id, err)
	}
	return nil
}
