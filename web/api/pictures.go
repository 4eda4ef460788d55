package api

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/question"
	"knowhow/marketplace/question/picture"
)

const picturesTag = "Pictures"

// pictureRoutes are how pictures come into conversations, and out of them.
func (a *API) pictureRoutes() {
	create(a, Route{ID: "uploadPicture", Path: "/pictures", Tag: picturesTag, Who: Who{Kind: Party, Permission: access.AnswerForBrand},
		Summary: "Upload a picture to send with a message", MaxBody: picture.MaxBytes, files: []string{picture.PNG, picture.JPEG, picture.WebP},
		About: "The body is the file itself: PNG, JPEG or WebP, up to 6 MB and 24 megapixels. It is written anew, upright and at most 2048 pixels wide or high, " +
			"so that nothing is left but what can be seen. Until a message names it, within a day, nobody else sees it. So many may be uploaded a day."},
		a.uploadPicture, a.uploadedPicture)
	read(a, Route{ID: "getPicture", Path: "/pictures/{picture}", Tag: picturesTag, Who: Who{Kind: Party, Permission: access.SeeQuestions},
		Summary: "See a picture", About: "For who may read the message that shows it now, and for who uploaded it before it is sent.",
		shows: []string{picture.PNG, picture.JPEG}}, a.picture)
}

type uploadIn struct {
	ContentType string `header:"Content-Type" hidden:"true"`
	RawBody     []byte
}

// Picture is a picture that a message shows.
type Picture struct {
	ID     question.PictureID `json:"id" format:"uuid"`
	Type   string             `json:"type" enum:"image/png,image/jpeg"`
	Width  int                `json:"width" doc:"In pixels."`
	Height int                `json:"height"`
}

// Upload is a picture that can be sent.
type Upload struct {
	Picture
	Size       int       `json:"size" doc:"In bytes, as it is kept."`
	UploadedAt time.Time `json:"uploaded_at"`
}

func pictureOf(p question.Picture) Picture { return Picture(p) }

func picturesOf(list []question.Picture) []Picture {
	shown := make([]Picture, len(list))
	for i, p := range list {
		shown[i] = pictureOf(p)
	}
	return shown
}

func (a *API) uploadPicture(ctx context.Context, caller access.Caller, in *uploadIn) (string, error) {
	u, err := a.House.Questions.Upload(ctx, caller, in.RawBody, in.ContentType)
	return u.ID.String(), err
}

func (a *API) uploadedPicture(ctx context.Context, caller access.Caller, _ *uploadIn, id string) (*One[Upload], error) {
	parsed, err := marketplace.ParseID[question.Picture](id)
	if err != nil {
		return nil, err
	}
	u, err := a.House.Questions.OwnUpload(ctx, caller, parsed)
	return one(Upload{Picture: pictureOf(u.Picture), Size: u.Size, UploadedAt: u.UploadedAt}), err
}

type PictureIn struct {
	Picture question.PictureID `path:"picture" format:"uuid" doc:"The picture's id."`
}

// File is an answer that is a file. A browser shows it, runs nothing in it, and
// keeps it for its reader alone: under its id it never changes.
type File struct {
	Type     string `header:"Content-Type"`
	Length   string `header:"Content-Length"`
	Caching  string `header:"Cache-Control"`
	Policy   string `header:"Content-Security-Policy"`
	Showing  string `header:"Content-Disposition"`
	Sniffing string `header:"X-Content-Type-Options"`
	Body     []byte
}

func (a *API) picture(ctx context.Context, caller access.Caller, in *PictureIn) (*File, error) {
	p, err := a.House.Questions.ShowPicture(ctx, caller, in.Picture)
	if err != nil {
		return nil, err
	}
	return &File{
		Type: p.Type, Length: strconv.Itoa(len(p.Bytes)), Caching: "private, max-age=31536000, immutable",
		Policy: "default-src 'none'; sandbox", Showing: "inline", Sniffing: "nosniff", Body: p.Bytes,
	}, nil
}

// binary are the media types of a body that is a file.
func binary(types []string) map[string]*huma.MediaType {
	content := map[string]*huma.MediaType{}
	for _, name := range types {
		content[name] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}
	}
	return content
}

// filed says of an operation whose body, or whose answer, is a file what media
// types that file may have.
func (r Route) filed(op *huma.Operation) {
	if len(r.files) > 0 {
		op.RequestBody = &huma.RequestBody{Required: true, Content: binary(r.files)}
	}
	if len(r.shows) > 0 {
		op.Responses = map[string]*huma.Response{strconv.Itoa(http.StatusOK): {Description: "The file.", Content: binary(r.shows)}}
	}
}
