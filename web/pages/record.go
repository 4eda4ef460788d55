package pages

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"unicode/utf8"

	"knowhow/web/problem"
)

// recordRoutes are where anybody finds out whether a record of work is true.
func (p *Pages) recordRoutes() {
	p.get("/record", (*visit).recordPage)
	p.post("/record", (*visit).verifyRecord)
}

// verified is whether a record of work is true, and what it says.
type verified struct {
	Valid  bool        `json:"valid"`
	Record *workRecord `json:"record"`
}

type workRecord struct {
	Issuer   string         `json:"issuer"`
	IssuedOn string         `json:"issued_on"`
	Name     string         `json:"name"`
	Handle   string         `json:"handle"`
	Programs []recordedWork `json:"programs"`
}

type recordedWork struct {
	Brand     string          `json:"brand"`
	Name      string          `json:"name"`
	State     string          `json:"state"`
	Since     string          `json:"since"`
	Certified []string        `json:"certified"`
	Topics    []recordedTopic `json:"topics"`
}

type recordedTopic struct {
	Slug     string            `json:"slug"`
	Answered int               `json:"answered"`
	Paid     int               `json:"paid"`
	First    string            `json:"first"`
	Last     string            `json:"last"`
	Standing *recordedStanding `json:"standing"` // nil: too little is known
}

// recordedStanding is how good the work was: in this share of cases, most likely.
type recordedStanding struct {
	LowBP    int `json:"low_bp"`
	HighBP   int `json:"high_bp"`
	Evidence int `json:"evidence"`
}

// maxRecord bounds a record, in characters: the API's own bound.
const maxRecord = 64 << 10

func (v *visit) recordPage() error {
	return v.show(page{name: "record", title: "record.title"})
}

// verifyRecord takes a record as a file or as its text, and keeps nothing of it.
func (v *visit) verifyRecord() error {
	shown := page{name: "record", title: "record.title"}
	text, err := v.handedIn()
	if err != nil {
		return err
	}
	switch {
	case utf8.RuneCountInString(text) > maxRecord:
		return problem.New("too_large", "")
	case text == "":
		shown.status, shown.form = http.StatusUnprocessableEntity, &form{visit: v, wrong: []string{"record"}}
		return v.show(shown)
	}
	var found verified
	if err := v.api.send("/work_records/verify", map[string]string{"record": text}, &found); err != nil {
		shown.status = http.StatusUnprocessableEntity
		return v.again(err, shown, "record")
	}
	shown.data = &found
	return v.show(shown)
}

// handedIn is the file, whatever else was sent, or what was pasted, without what
// a copy has around it.
func (v *visit) handedIn() (string, error) {
	var large *http.MaxBytesError
	switch err := v.r.ParseMultipartForm(maxForm); {
	case errors.As(err, &large):
		return "", problem.New("too_large", "")
	case err != nil && !errors.Is(err, http.ErrNotMultipart):
		return "", problem.New("malformed", "")
	}
	if v.r.MultipartForm == nil || len(v.r.MultipartForm.File["file"]) == 0 {
		return strings.TrimSpace(v.r.PostFormValue("record")), nil
	}
	file, err := v.r.MultipartForm.File["file"][0].Open()
	if err != nil {
		return "", fmt.Errorf("open the file of a record: %w", err)
	}
	defer file.Close() // it was only read
	text, err := io.ReadAll(file)
	if err != nil {
		return "", fmt.Errorf("read the file of a record: %w", err)
	}
	return string(text), nil
}
