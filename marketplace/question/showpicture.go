package question

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
)

// ShownPicture is a picture with what is in it.
type ShownPicture struct {
	Type  string
	Bytes []byte
}

// pictureRow is a row of pictures without the picture.
type pictureRow struct {
	ID         PictureID
	BrandID    marketplace.BrandID
	QuestionID ID
	Type       string
}

// ShowPicture gives a picture to who may read the message that shows it now:
// the customer; an expert as far as ForExpert lets them read, so that one who is
// asked sees what they are asked about; the brand's people and keys who may see
// questions. One that was not sent yet is its uploader's. To anybody else there
// is no such picture.
func (s *Service) ShowPicture(ctx context.Context, caller access.Caller, id PictureID) (shown ShownPicture, err error) {
	if _, _, ok := ownerOf(caller); !ok {
		return shown, marketplace.NotFound("picture", id)
	}
	var sealed []byte
	err = s.store.Read(ctx, tenantOf(caller), func(tx *gorm.DB) error {
		var row pictureRow
		err := tx.WithContext(ctx).Table("pictures").Select("id, brand_id, question_id, type").Where("id = ?", id).Take(&row).Error
		if errors.Is(err, gorm.ErrRecordNotFound) {
			shown.Type, sealed, err = ownUploadTx(ctx, tx, caller, id)
			return marketplace.OnlyOne(err, "picture", id)
		}
		if err != nil {
			return fmt.Errorf("load picture %s: %w", id, err)
		}
		if err := s.maySeeTx(ctx, tx, caller, row); err != nil {
			return err
		}
		shown.Type = row.Type
		err = marketplace.ScanTx(tx.WithContext(ctx), "SELECT content_sealed FROM pictures WHERE id = ?", []any{id}, &sealed)
		return marketplace.OnlyOne(err, "picture", id)
	})
	if err != nil {
		return ShownPicture{}, err
	}
	if shown.Bytes, err = s.keys.Open(sealed, pictureContext(id)); err != nil {
		return ShownPicture{}, fmt.Errorf("open picture %s: %w", id, err)
	}
	return shown, nil
}

func ownUploadTx(ctx context.Context, tx *gorm.DB, caller access.Caller, id PictureID) (kind string, sealed []byte, err error) {
	by, owner, _ := ownerOf(caller)
	err = marketplace.ScanTx(tx.WithContext(ctx), "SELECT type, content_sealed FROM uploads WHERE id = ? AND owner_kind = ? AND owner_id = ? AND NOT sent",
		[]any{id, by, owner}, &kind, &sealed)
	return kind, sealed, err
}

// maySeeTx refuses, as if there were none, who may not read a picture's message.
func (s *Service) maySeeTx(ctx context.Context, tx *gorm.DB, caller access.Caller, row pictureRow) error {
	none := marketplace.NotFound("picture", row.ID)
	switch caller.Kind {
	case access.KindCustomer:
		q, err := questionTx(ctx, tx, row.QuestionID)
		if err == nil && !caller.IsCustomer(q.BrandID, q.CustomerID) {
			err = none
		}
		return err
	case access.KindPerson:
		c, err := s.forExpertTx(ctx, tx, caller.Person, row.QuestionID)
		if err == nil && c.shows(row.ID) {
			return nil
		}
		if err != nil && !errors.Is(err, marketplace.ErrNotFound) {
			return err
		}
	}
	err := access.AuthorizeTx(ctx, tx, caller, row.BrandID, access.SeeQuestions)
	if errors.Is(err, marketplace.ErrForbidden) {
		return none
	}
	return err
}

// shows reports whether one of the messages shows the picture.
func (c Conversation) shows(id PictureID) bool {
	return slices.ContainsFunc(c.Turns, func(t Turn) bool {
		return slices.ContainsFunc(t.Pictures, func(p Picture) bool { return p.ID == id })
	})
}
