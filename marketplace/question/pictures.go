package question

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/redact"
)

// MaxPictures is how many pictures one message may show.
const MaxPictures = 4

// Picture is a picture that a message shows. What is in it nobody has redacted:
// it is shown as it was sent, without what the file said beside.
type Picture struct {
	ID     PictureID `json:"id"`
	Type   string    `json:"type"` // image/png or image/jpeg
	Width  int       `json:"width"`
	Height int       `json:"height"`
}

// PictureID identifies a picture, from its upload on.
type PictureID = marketplace.ID[Picture]

// A picture is sealed to its id, so that it opens in both tables it is in.
const picturePrefix = "pictures.content:"

var (
	uploadColumn = redact.SealedColumn{
		Table: "uploads", Column: "content_sealed", Prefix: picturePrefix, Key: []string{"id"}, Page: 10,
	}
	pictureColumn = redact.SealedColumn{
		Table: "pictures", Column: "content_sealed", Prefix: picturePrefix, Key: []string{"id"}, Page: 10,
	}
)

func pictureContext(id PictureID) string { return pictureColumn.Context(id.String()) }

// enclosed are the pictures that somebody sends with a message.
type enclosed struct {
	by  access.Caller
	ids []PictureID
}

// enclose has a message show pictures that its author uploaded and has not sent
// yet. What that writes is inserted with the message.
func (m *Message) enclose(ctx context.Context, tx *gorm.DB, with enclosed) error {
	if len(with.ids) == 0 {
		return nil
	}
	if err := checkPictures(with.ids); err != nil {
		return err
	}
	kind, owner, _ := ownerOf(with.by)
	var found []Picture
	err := marketplace.ForUpdate(tx.WithContext(ctx)).Table("uploads").Select("id, type, width, height").
		Where("id IN ? AND owner_kind = ? AND owner_id = ? AND NOT sent", with.ids, kind, owner).Order("id").Find(&found).Error
	if err != nil {
		return fmt.Errorf("find the pictures of a message: %w", err)
	}
	for _, id := range with.ids {
		i := slices.IndexFunc(found, func(p Picture) bool { return p.ID == id })
		if i < 0 {
			return &marketplace.InvalidError{Field: "pictures", Reason: "names one that is not yours to send, or was sent already"}
		}
		m.Pictures = append(m.Pictures, found[i])
	}
	m.enclosing = with.ids
	return nil
}

func checkPictures(ids []PictureID) error {
	if len(ids) > MaxPictures {
		return &marketplace.InvalidError{Field: "pictures", Reason: fmt.Sprintf("at most %d are allowed", MaxPictures)}
	}
	for i, id := range ids {
		if id.IsZero() || slices.Contains(ids[:i], id) {
			return &marketplace.InvalidError{Field: "pictures", Reason: "names one twice, or none"}
		}
	}
	return nil
}

// inserts puts the message in the table, and its pictures with it.
func (m *Message) inserts() []marketplace.Statement {
	insert := marketplace.Statement{
		Doing: "insert a message of question " + m.QuestionID.String(),
		SQL: `INSERT INTO messages (id, brand_id, question_id, position, author, person_id, assignment_id, body, body_sealed, pictures, at)
			VALUES ` + tuples(1, 11),
		Args: []any{m.ID, m.BrandID, m.QuestionID, m.Position, m.Author, m.PersonID, m.AssignmentID, m.Body, m.BodySealed, m.shown(), m.At},
	}
	list := []marketplace.Statement{insert}
	if len(m.enclosing) == 0 {
		return list
	}
	moved := func(rows int64) error {
		if int(rows) != len(m.enclosing) {
			return fmt.Errorf("of %d pictures %d were moved", len(m.enclosing), rows)
		}
		return nil
	}
	return append(list, marketplace.Statement{
		Doing: "move the pictures of a message", Then: moved,
		SQL: `INSERT INTO pictures (id, brand_id, question_id, message_id, type, content_sealed)
			SELECT id, ?, ?, ?, type, content_sealed FROM uploads WHERE id IN ?`,
		Args: []any{m.BrandID, m.QuestionID, m.ID, m.enclosing},
	}, marketplace.Statement{
		Doing: "empty the uploads of a message", Then: moved,
		SQL:  "UPDATE uploads SET sent = true, content_sealed = ? WHERE id IN ?",
		Args: []any{[]byte{}, m.enclosing},
	})
}

// shown is the column of the message's pictures.
func (m *Message) shown() string {
	if len(m.Pictures) == 0 {
		return "[]"
	}
	text, err := json.Marshal(m.Pictures)
	if err != nil {
		panic(fmt.Sprintf("write the pictures of a message: %v", err)) // ids, names and numbers can always be written
	}
	return string(text)
}
