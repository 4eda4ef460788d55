package markettest

import (
	"bytes"
	"image"
	"image/png"

	"knowhow/marketplace/access"
	"knowhow/marketplace/question"
)

// PNG is a small picture, as a file.
func (m *Market) PNG() []byte {
	m.T.Helper()
	var b bytes.Buffer
	m.must("write a picture", png.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 6))))
	return b.Bytes()
}

// Upload uploads a small picture of the caller's.
func (m *Market) Upload(caller access.Caller) question.PictureID {
	m.T.Helper()
	u, err := m.Questions.Upload(m.Ctx(), caller, m.PNG(), "image/png")
	m.must("upload a picture", err)
	return u.ID
}
