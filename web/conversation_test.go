package web_test

import (
	"bytes"
	"encoding/json"
	"image"
	"net/http"
	"strings"
	"testing"
	"time"

	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
	"knowhow/web/webtest"
)

// post sends a file.
func post(t *testing.T, s *webtest.Server, token, kind string, file []byte) webtest.Answer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+"/api/v1/pictures", bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", kind)
	r.Header.Set("Idempotency-Key", "picture")
	return s.Send(r)
}

// A picture goes the whole way: uploaded, sent, read of, and seen, in a way that
// a browser runs nothing in it.
func TestPicturesOverHTTP(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		s := webtest.New(t, db)
		s.Expert("first")
		dana := s.Token(s.Customer("Dana Whitlow"))
		made := post(t, s, dana, "image/png", s.PNG())
		again := post(t, s, dana, "image/png", s.PNG())
		var up struct {
			ID, Type            string
			Width, Height, Size int
		}
		if err := json.Unmarshal([]byte(made.Body), &up); err != nil || made.Status != http.StatusCreated || again.Body != made.Body || up.Width != 8 || up.Height != 6 {
			t.Fatalf("%d %s, again %s", made.Status, made.Body, again.Body)
		}
		asked := s.Post("/api/v1/questions", dana, `{"program":"`+s.Program.ID.String()+`","title":"It blinks","pictures":["`+up.ID+`"]}`)
		var q struct {
			ID       string
			Messages []struct{ Pictures []struct{ ID, Type string } }
			Read     struct{ Customer, Expert int }
		}
		if err := json.Unmarshal([]byte(asked.Body), &q); err != nil || asked.Status != http.StatusCreated || len(q.Messages) != 1 ||
			len(q.Messages[0].Pictures) != 1 || q.Messages[0].Pictures[0].ID != up.ID {
			t.Fatalf("%d %s", asked.Status, asked.Body)
		}
		shown := s.Get("/api/v1/pictures/"+up.ID, dana)
		if img, kind, err := image.Decode(strings.NewReader(shown.Body)); err != nil || "image/"+kind != up.Type || img.Bounds().Dx() != 8 || len(shown.Body) != up.Size {
			t.Errorf("%d: %v, %d bytes", shown.Status, err, len(shown.Body))
		}
		for name, want := range map[string]string{
			"Content-Type": "image/png", "Cache-Control": "private, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff",
			"Content-Disposition": "inline", "Content-Security-Policy": "default-src 'none'; sandbox",
		} {
			if got := shown.Header.Values(name); len(got) != 1 || got[0] != want {
				t.Errorf("%s: %q, want %q", name, got, want)
			}
		}
	})
}

func TestPicturesThatAreRefused(t *testing.T) {
	s := sqliteServer(t)
	dana := s.Token(s.Customer("Dana Whitlow"))
	half := s.PNG()[:40]
	for name, c := range map[string]struct {
		kind   string
		file   []byte
		status int
		code   string
	}{
		"another type":  {"image/jpeg", s.PNG(), http.StatusUnprocessableEntity, "picture_type"},
		"half a file":   {"image/png", half, http.StatusUnprocessableEntity, "picture_broken"},
		"no picture":    {"image/png", []byte("{}"), http.StatusUnprocessableEntity, "picture_type"},
		"what is large": {"image/png", append(s.PNG(), make([]byte, 6<<20)...), http.StatusRequestEntityTooLarge, "too_large"},
	} {
		if got := post(t, s, dana, c.kind, c.file); got.Status != c.status || !strings.Contains(got.Body, `"code":"`+c.code+`"`) {
			t.Errorf("%s: %d %s", name, got.Status, got.Body)
		}
	}
	if got := post(t, s, dana, "image/png", s.PNG()); got.Status != http.StatusCreated {
		t.Errorf("after refusals with the same key: %d %s", got.Status, got.Body)
	}
}

// The two sides hear of each other's typing and reading, as it happens.
func TestConversationsAreHeard(t *testing.T) {
	s := sqliteServer(t)
	first, dana := s.Expert("first"), s.Customer("Dana Whitlow")
	q := s.Ask(dana, "My box is dead")
	a := s.Accept(first)
	_, customer := listen(t, s, s.Token(dana))
	_, expert := listen(t, s, s.Token(first))
	for _, lines := range []<-chan string{customer, expert} {
		await(t, lines, "event: ready")
	}
	typed(t, s, customer, "/api/v1/assignments/"+a.ID.String()+"/typing", s.Token(first))
	typed(t, s, expert, "/api/v1/questions/"+q.ID.String()+"/typing", s.Token(dana))
	if got := s.Do(http.MethodPut, "/api/v1/questions/"+q.ID.String()+"/read", s.Token(dana), `{"position":1}`); got.Status != http.StatusNoContent {
		t.Fatalf("%d %s", got.Status, got.Body)
	}
	await(t, expert, "event: question.read")
	if got := s.Get("/api/v1/questions/"+q.ID.String(), s.Token(dana)); !strings.Contains(got.Body, `"read":{"customer":1,"expert":0}`) {
		t.Errorf("%s", got.Body)
	}
}

// typed has somebody type until the other side hears it: who has only just
// connected may miss what is kept nowhere.
func typed(t *testing.T, s *webtest.Server, heard <-chan string, path, token string) {
	t.Helper()
	for range 200 {
		if got := s.Post(path, token, ""); got.Status != http.StatusNoContent {
			t.Fatalf("%d %s", got.Status, got.Body)
		}
		s.Clock.Advance(2 * time.Second)
		late := time.After(300 * time.Millisecond)
		for waiting := true; waiting; {
			select {
			case line := <-heard:
				if line == "event: question.typing" {
					return
				}
			case <-late:
				waiting = false
			}
		}
	}
	t.Fatal("nobody heard")
}

// Anybody may know how long customers wait; of too few nothing is said.
func TestForecastIsPublic(t *testing.T) {
	s := sqliteServer(t)
	got := s.Get("/api/v1/programs/"+s.Program.ID.String()+"/forecast?topic=box&language=en", "")
	if got.Status != http.StatusOK || !strings.Contains(got.Body, `"median_s":null,"p90_s":null,"sample":0,"since":"`) {
		t.Errorf("%d %s", got.Status, got.Body)
	}
	if got := s.Get("/api/v1/programs/"+s.Program.ID.String()+"/forecast?topic=unheard-of", ""); got.Status != http.StatusNotFound {
		t.Errorf("%d %s", got.Status, got.Body)
	}
}
