package question_test

import (
	"bytes"
	"errors"
	"image"
	"image/png"
	"sync"
	"testing"
	"time"

	"knowhow/marketplace/access"
	"knowhow/marketplace/customer"
	"knowhow/marketplace/question"
	"knowhow/marketplace/question/picture"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

// snapshotPNG is a small picture of one colour.
func snapshotPNG(t testing.TB, shade byte) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 8, 6))
	for i := range img.Pix {
		img.Pix[i] = shade
		if i%4 == 3 {
			img.Pix[i] = 255
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// upload uploads a picture of a caller's.
func (r *room) upload(caller access.Caller) question.PictureID {
	r.t.Helper()
	u, err := r.Questions.Upload(r.Ctx(), caller, snapshotPNG(r.t, 90), picture.PNG)
	r.must("upload", err)
	if u.Type != picture.PNG || u.Width != 8 || u.Height != 6 || u.Size == 0 || !u.UploadedAt.Equal(r.Clock.Now()) {
		r.t.Fatalf("uploaded %+v", u)
	}
	return u.ID
}

// sees says how a picture is answered to somebody.
func (r *room) sees(caller access.Caller, id question.PictureID) string {
	r.t.Helper()
	p, err := r.Questions.ShowPicture(r.Ctx(), caller, id)
	if err == nil {
		if img, kind, err := image.Decode(bytes.NewReader(p.Bytes)); err != nil || "image/"+kind != p.Type || img.Bounds().Dx() != 8 {
			r.t.Errorf("the picture is %s, %v", p.Type, err)
		}
	}
	return verdict(err)
}

// Who may read a message sees its pictures, now and no longer; before it was
// sent a picture is its uploader's.
func TestPicturesAreSeenByWhoReadsTheMessage(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		eve, stranger := r.Customer("Eve Adams"), access.PersonCaller(r.Person("Sven Stranger"))
		key, _, err := r.Access.CreateKey(r.Ctx(), r.Owner, r.Brand, access.NewKey{Name: "shop", Scopes: []access.Scope{access.QuestionsRead}})
		r.must("create a key", err)
		everybody := map[string]access.Caller{
			"dana": r.dana, "eve": eve, "first": r.first, "second": r.second, "stranger": stranger,
			"agent": r.Agent, "operator": r.Operator, "key": access.KeyCaller(r.Brand, key.ID), "nobody": {}, "system": access.SystemCaller("test"),
		}
		expect := func(when string, id question.PictureID, allowed ...string) {
			t.Helper()
			may := map[string]bool{}
			for _, name := range allowed {
				may[name] = true
			}
			for name, caller := range everybody {
				want := "none"
				if may[name] {
					want = "ok"
				}
				if got := r.sees(caller, id); got != want {
					t.Errorf("%s: to %s it is %s, want %s", when, name, got, want)
				}
			}
		}
		asked := r.upload(r.dana)
		expect("before it is sent", asked, "dana")
		q, err := r.Questions.Ask(r.Ctx(), r.dana, question.Ask{Program: r.Program.ID, Title: "It blinks", Pictures: []question.PictureID{asked}})
		r.must("ask", err)
		expect("before anybody is asked", asked, "dana", "agent", "key")
		r.RunDue()
		s := &scene{room: r, q: q.ID}
		expect("while experts are asked", asked, "dana", "agent", "key", "first", "second")
		a, err := r.Questions.Accept(r.Ctx(), r.first, s.offerTo(r.first))
		r.must("accept", err)
		expect("once one has accepted", asked, "dana", "agent", "key", "first")
		said := r.upload(r.dana)
		r.must("say", r.Questions.Say(r.Ctx(), r.dana, q.ID, "Look.", said))
		answer := r.upload(r.first)
		expect("of the expert, before it is sent", answer, "first")
		r.must("answer", r.Questions.Answer(r.Ctx(), r.first, a.ID, "So.", answer))
		expect("of the expert", answer, "dana", "agent", "key", "first")
		r.must("reopen", r.Questions.Reopen(r.Ctx(), r.dana, q.ID, "No."))
		r.RunDue()
		r.Clock.Advance(time.Minute)
		late := r.upload(r.dana)
		r.must("say", r.Questions.Say(r.Ctx(), r.dana, q.ID, "And this?", late))
		expect("after the first expert's turn", late, "dana", "agent", "key", "second")
		expect("from the first expert's turn", said, "dana", "agent", "key", "first", "second")
		r.must("escalate", r.Questions.Escalate(r.Ctx(), r.dana, q.ID))
		brands := r.upload(r.Agent)
		r.must("answer for the brand", r.Questions.AnswerForBrand(r.Ctx(), r.Agent, r.Brand, q.ID, "We send one.", brands))
		expect("of the brand", brands, "dana", "agent", "key")
		r.shown(q.ID, asked, said, answer, late, brands)
		r.must("erase", r.Customers.Erase(r.Ctx(), r.Manager, r.Brand, r.dana.Customer))
		for _, id := range []question.PictureID{asked, said, answer, late, brands} {
			expect("after the customer's erasure", id)
		}
	})
}

// shown compares the pictures of a conversation with what was sent, in order.
func (r *room) shown(id question.ID, want ...question.PictureID) {
	r.t.Helper()
	own, err := r.Questions.ForCustomer(r.Ctx(), r.dana, id)
	r.must("read as the customer", err)
	brand, err := r.Questions.ForBrand(r.Ctx(), r.Agent, r.Brand, id)
	r.must("read as the brand", err)
	for _, c := range []question.Conversation{own, brand} {
		var got []question.PictureID
		for _, turn := range c.Turns {
			for _, p := range turn.Pictures {
				if p.Type != picture.PNG || p.Width != 8 || p.Height != 6 {
					r.t.Errorf("it shows %+v", p)
				}
				got = append(got, p.ID)
			}
		}
		if len(got) != len(want) {
			r.t.Fatalf("%d pictures are shown, want %d", len(got), len(want))
		}
		for i := range want {
			if got[i] != want[i] {
				r.t.Errorf("picture %d is %s, want %s", i, got[i], want[i])
			}
		}
	}
}

// Nobody sends what is not theirs, or twice, or too much; what is refused
// changes nothing, and the picture can still be sent.
func TestPicturesThatCannotBeSent(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		s := r.stage(question.Assigned)
		mine, spent, theirs := r.upload(r.dana), r.upload(r.dana), r.upload(r.second)
		r.must("say", r.Questions.Say(r.Ctx(), r.dana, s.q, "Look.", spent))
		many := []question.PictureID{mine, r.upload(r.dana), r.upload(r.dana), r.upload(r.dana), r.upload(r.dana)}
		for name, ids := range map[string][]question.PictureID{
			"another's": {theirs}, "sent before": {mine, spent}, "none": {{}}, "twice": {mine, mine}, "too many": many, "of nowhere": {question.PictureID(s.q)},
		} {
			dbtest.Unchanged(t, db, func() {
				if got := verdict(r.Questions.Say(r.Ctx(), r.dana, s.q, "Look.", ids...)); got != "invalid" {
					t.Errorf("%s: %s", name, got)
				}
				_, err := r.Questions.Ask(r.Ctx(), r.dana, question.Ask{Program: r.Program.ID, Title: "Look", Pictures: ids})
				if got := verdict(err); got != "invalid" {
					t.Errorf("asking with %s: %s", name, got)
				}
			})
		}
		r.must("say", r.Questions.Say(r.Ctx(), r.dana, s.q, "All.", many[:question.MaxPictures]...))
		r.shown(s.q, append([]question.PictureID{spent}, many[:question.MaxPictures]...)...)
	})
}

// Asking again with the same reference gives the first question, also where its
// pictures were sent with it.
func TestAskingAgainWithPictures(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		ask := question.Ask{Program: r.Program.ID, Title: "Look", Reference: "r1", Pictures: []question.PictureID{r.upload(r.dana)}}
		first, err := r.Questions.Ask(r.Ctx(), r.dana, ask)
		r.must("ask", err)
		again, err := r.Questions.Ask(r.Ctx(), r.dana, ask)
		r.must("ask again", err)
		if first.ID != again.ID || r.count("pictures", "question_id = ?", first.ID) != 1 {
			t.Errorf("asked %s and %s", first.ID, again.ID)
		}
	})
}

// Of many who send one picture at the same time one does.
func TestOnePictureIsSentOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		id := r.upload(r.dana)
		var questions []question.ID
		for range 8 {
			questions = append(questions, r.Ask(r.dana, "Look").ID)
		}
		var all sync.WaitGroup
		answers := make([]error, len(questions))
		for i, q := range questions {
			all.Go(func() { answers[i] = r.Questions.Say(r.Ctx(), r.dana, q, "Here.", id) })
		}
		all.Wait()
		sent := 0
		for _, err := range answers {
			if got := verdict(err); got == "ok" {
				sent++
			} else if got != "invalid" {
				t.Errorf("refused with %v", err)
			}
		}
		if sent != 1 || r.count("pictures", "1 = 1") != 1 || r.count("messages", "pictures <> '[]'") != 1 {
			t.Errorf("%d sent it", sent)
		}
	})
}

// A picture may say it all; nothing at all is no message.
func TestPicturesNeedNoWords(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		q := r.Ask(r.dana, "Look").ID
		if got := verdict(r.Questions.Say(r.Ctx(), r.dana, q, "")); got != "invalid" {
			t.Errorf("nothing is said: %s", got)
		}
		id := r.upload(r.dana)
		r.must("show a picture", r.Questions.Say(r.Ctx(), r.dana, q, "", id))
		seen, err := r.Questions.ForCustomer(r.Ctx(), r.dana, q)
		r.must("read", err)
		if last := seen.Turns[len(seen.Turns)-1]; last.Text != "" || len(last.Pictures) != 1 || last.Pictures[0].ID != id {
			t.Errorf("the last message is %+v", last)
		}
	})
}

// Who has nothing to say may upload nothing; what is no picture, and too many,
// are refused; and what nobody sent goes after a day.
func TestUploadsAreBounded(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		file, viewer := snapshotPNG(t, 10), access.PersonCaller(r.Person("Vera Viewer"))
		r.must("add a viewer", r.Access.AddMember(r.Ctx(), r.Owner, r.Brand, viewer.Person, access.Viewer))
		dbtest.Unchanged(t, db, func() {
			for _, caller := range []access.Caller{{}, viewer, r.Operator, access.SystemCaller("test")} {
				if _, err := r.Questions.Upload(r.Ctx(), caller, file, picture.PNG); verdict(err) != "forbidden" {
					t.Errorf("%s may upload: %v", caller, err)
				}
			}
			if _, err := r.Questions.Upload(r.Ctx(), r.dana, file[:40], picture.PNG); !errors.Is(err, picture.ErrBroken) {
				t.Errorf("half a picture: %v", err)
			}
		})
		kept := r.upload(r.dana)
		s := r.stage(question.Assigned)
		r.must("say", r.Questions.Say(r.Ctx(), r.dana, s.q, "Look.", kept))
		r.Clock.Advance(time.Hour)
		for range 39 {
			r.upload(r.dana)
		}
		_, err := r.Questions.Upload(r.Ctx(), r.dana, file, picture.PNG)
		var reached *question.UploadCapError
		if !errors.As(err, &reached) || reached.RetryAfter() != 23*time.Hour {
			t.Errorf("the 41st: %v", err)
		}
		r.upload(r.second) // another has their own
		r.Clock.Advance(23 * time.Hour)
		if n, err := r.Questions.ForgetUploads(r.Ctx(), 100); n != 1 || err != nil {
			t.Errorf("%d forgotten, %v", n, err)
		}
		unsent := r.upload(r.dana)
		r.Clock.Advance(24 * time.Hour)
		if n, err := r.Questions.ForgetUploads(r.Ctx(), 10); n != 10 || err != nil {
			t.Errorf("%d forgotten, %v", n, err)
		}
		if n, err := r.Questions.ForgetUploads(r.Ctx(), 100); n != 31 || err != nil || r.count("uploads", "1 = 1") != 0 {
			t.Errorf("%d forgotten, %v", n, err)
		}
		if got := r.sees(r.dana, unsent); got != "none" {
			t.Errorf("what nobody sent is %s", got)
		}
		if got := r.sees(r.dana, kept); got != "ok" {
			t.Errorf("what was sent is %s", got)
		}
	})
}

// The uploads of one at the same time do not get past the cap, and one who was
// erased uploads nothing more.
func TestUploadsAtTheSameTime(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		r := newRoom(t, db)
		for _, caller := range []access.Caller{r.dana, r.first} {
			for range 36 {
				r.upload(caller)
			}
			var all sync.WaitGroup
			file := snapshotPNG(t, 77)
			for range 12 {
				all.Go(func() {
					if _, err := r.Questions.Upload(r.Ctx(), caller, file, ""); err != nil && !errors.Is(err, question.ErrUploadCap) {
						t.Errorf("refused with %v", err)
					}
				})
			}
			all.Wait()
		}
		if n := r.count("uploads", "1 = 1"); n != 80 {
			t.Errorf("%d were uploaded", n)
		}
		r.must("erase", r.Customers.Erase(r.Ctx(), r.Manager, r.Brand, r.dana.Customer))
		if _, err := r.Questions.Upload(r.Ctx(), r.dana, snapshotPNG(t, 1), ""); !errors.Is(err, customer.ErrErased) {
			t.Errorf("the erased customer uploads: %v", err)
		}
		if n := r.count("uploads", "1 = 1"); n != 40 {
			t.Errorf("%d are left", n)
		}
	})
}
