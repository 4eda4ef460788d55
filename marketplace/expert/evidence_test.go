package expert_test

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/program"
	"knowhow/migrations/dbtest"
	"knowhow/migrations/sqldb"
)

// reading is a reader of evidence and what it knows.
type reading struct {
	h      *house
	cursor expert.Cursor
	known  map[string]int // by id or ids: how often it was told
	gone   int
	last   []expert.EvidenceChange
}

func (r *reading) on(t *testing.T) *reading {
	t.Helper()
	must(t, r.h.Store.Read(t.Context(), r.h.Program.BrandID, func(tx *gorm.DB) error { return r.tx(t, tx) }))
	return r
}

func (r *reading) tx(t *testing.T, tx *gorm.DB) (err error) {
	r.last, r.cursor, err = r.h.ChangesAfterTx(t.Context(), tx, r.h.Program.ID, r.cursor)
	for _, c := range r.last {
		switch {
		case c.Question != nil:
			r.known[c.Question.ID.String()]++
		case c.Answer != nil:
			r.known[c.Answer.Question.String()+c.Answer.Person.String()]++
		default:
			r.gone++
		}
	}
	return err
}

func (h *house) reading() *reading { return &reading{h: h, known: map[string]int{}} }

func TestImportIsIdempotent(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		ctx, p, a, b := t.Context(), h.Program.ID, h.NewPerson(t).Person, h.NewPerson(t).Person
		var list []expert.ImportQuestion
		for i := range 1_200 {
			list = append(list, h.Question(fmt.Sprintf("q-%d", i), a))
		}
		n, err := h.Import(ctx, h.Owner, p, list)
		if err != nil || n != (expert.Imported{Questions: 1_200, Answers: 1_200}) {
			t.Fatalf("Import = %+v, %v", n, err)
		}
		r := h.reading().on(t)
		if len(r.known) != 2_400 {
			t.Fatalf("read %d changes", len(r.known))
		}
		// SQLite's count of writes goes up by trying; that much may change.
		count := regexp.MustCompile(`(?m)^evidence_writes: .*$`)
		before := count.ReplaceAllString(dbtest.Dump(t, h.DB), "")
		if n, err := h.Import(ctx, h.Owner, p, list); err != nil || n != (expert.Imported{}) {
			t.Errorf("again: %+v, %v", n, err)
		}
		if count.ReplaceAllString(dbtest.Dump(t, h.DB), "") != before {
			t.Error("again changed something")
		}
		list[7] = h.Question("q-7", a, b)
		list[7].Answers = append(list[7].Answers, list[7].Answers[0]) // twice in one go
		if n, err := h.Import(ctx, h.Owner, p, list[:10]); err != nil || n != (expert.Imported{Answers: 1}) {
			t.Errorf("one answer more: %+v, %v", n, err)
		}
		if r.on(t); len(r.last) != 1 || r.last[0].Answer.Person != b || r.last[0].Answer.Score != 1 {
			t.Errorf("then read %+v", r.last)
		}
	})
}

func TestImportHidesPersonalData(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		q := h.Question("q-1")
		q.Title, q.Body = "Write to dana.whitlow@example.com", "My card is 4111 1111 1111 1111, mail dana.whitlow@example.com"
		_, err := h.Import(t.Context(), h.Owner, h.Program.ID, []expert.ImportQuestion{q})
		must(t, err)
		got := h.reading().on(t).last[0].Question
		if got.Title != "Write to [email 1]" || got.Body != "My card is [card 1], mail [email 1]" {
			t.Errorf("stored %q, %q", got.Title, got.Body)
		}
	})
}

func TestRecordAndForget(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		ctx, x := t.Context(), h.NewPerson(t)
		now := h.Clock.Now()
		q := expert.PastQuestion{
			ID: marketplace.NewID[expert.PastQuestion](), Brand: h.Program.BrandID, Program: h.Program.ID,
			Title: "Visa?", Body: "Do I?", Tags: []string{"visas"}, Topic: "visa", Asker: expert.AskerID(x.Person), AskedAt: now,
		}
		e := expert.Evidence{Question: q.ID, Brand: q.Brand, Program: q.Program, Person: x.Person, AnsweredAt: now.Add(time.Minute)}
		r := h.reading()
		h.InTx(t, func(tx *gorm.DB) error {
			return errors.Join(h.RecordQuestionTx(ctx, tx, q), h.RecordAnswerTx(ctx, tx, e))
		})
		if r.on(t); len(r.last) != 2 || !reflect.DeepEqual(*r.last[0].Question, q) || !reflect.DeepEqual(*r.last[1].Answer, e) {
			t.Fatalf("read %+v", r.last)
		}
		h.InTx(t, func(tx *gorm.DB) error { return h.RecordAnswerTx(ctx, tx, e) })
		if r.on(t); len(r.last) != 0 {
			t.Errorf("the same answer again: read %+v", r.last)
		}
		e.ResolvedAt, e.Score = now.Add(time.Hour), 4
		h.InTx(t, func(tx *gorm.DB) error { return h.RecordAnswerTx(ctx, tx, e) })
		if r.on(t); len(r.last) != 1 || !reflect.DeepEqual(*r.last[0].Answer, e) {
			t.Errorf("resolved: read %+v", r.last)
		}
		for range 2 {
			h.InTx(t, func(tx *gorm.DB) error { return h.ForgetQuestionTx(ctx, tx, q.ID, now) })
		}
		h.InTx(t, func(tx *gorm.DB) error { // neither comes back
			return errors.Join(h.RecordQuestionTx(ctx, tx, q), h.RecordAnswerTx(ctx, tx, e))
		})
		if r.on(t); len(r.last) != 1 || r.last[0].Forgotten != q.ID {
			t.Errorf("forgotten: read %+v", r.last)
		}
		if text := dbtest.Dump(t, h.DB); strings.Contains(text, "Visa?") || strings.Contains(text, "Do I?") {
			t.Error("the text is still there")
		}
		fresh := h.reading().on(t)
		if len(fresh.known) != 0 || fresh.gone != 1 {
			t.Errorf("a fresh reader knows %v", fresh.known)
		}
	})
}

func TestForgottenImportStaysForgotten(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		ctx, x := t.Context(), h.NewPerson(t)
		list := []expert.ImportQuestion{h.Question("q-1", x.Person)}
		_, err := h.Import(ctx, h.Owner, h.Program.ID, list)
		must(t, err)
		h.InTx(t, func(tx *gorm.DB) error {
			id, err := h.PastQuestionTx(ctx, tx, h.Program.ID, "q-1")
			if err != nil {
				return err
			}
			return h.ForgetQuestionTx(ctx, tx, id, h.Clock.Now())
		})
		if n, err := h.Import(ctx, h.Owner, h.Program.ID, list); err != nil || n != (expert.Imported{}) {
			t.Errorf("imported again: %+v, %v", n, err)
		}
		if r := h.reading().on(t); len(r.known) != 0 || r.gone != 1 {
			t.Errorf("a reader knows %v", r.known)
		}
	})
}

// TestNoChangeIsMissed: on PostgreSQL a slow transaction writes first and
// commits last, while others write and commit and a reader reads on. Everybody's
// rows are seen at once when they are committed, each once.
func TestNoChangeIsMissed(t *testing.T) {
	h := newHouse(t, dbtest.Open(t, "postgres"))
	ctx, x := t.Context(), h.NewPerson(t)
	record := func(tx *gorm.DB) expert.PastQuestionID {
		q := expert.PastQuestion{
			ID: marketplace.NewID[expert.PastQuestion](), Brand: h.Program.BrandID, Program: h.Program.ID,
			Title: "Visa?", AskedAt: h.Clock.Now(),
		}
		e := expert.Evidence{Question: q.ID, Brand: q.Brand, Program: q.Program, Person: x.Person, AnsweredAt: q.AskedAt}
		must(t, h.RecordQuestionTx(ctx, tx, q))
		must(t, h.RecordAnswerTx(ctx, tx, e))
		return q.ID
	}
	r := h.reading().on(t)
	var want []expert.PastQuestionID
	for range 5 {
		wrote, commit, done := make(chan expert.PastQuestionID), make(chan struct{}), make(chan error)
		go func() {
			done <- h.Store.InTx(ctx, h.Program.BrandID, func(tx *gorm.DB) error {
				wrote <- record(tx)
				<-commit
				return nil
			})
		}()
		slow := <-wrote
		for range 3 { // begun later, committed earlier
			h.InTx(t, func(tx *gorm.DB) error { want = append(want, record(tx)); return nil })
			if r.on(t); r.known[want[len(want)-1].String()] != 1 || len(r.last) != 2 {
				t.Fatalf("not read at once: %+v", r.last)
			}
			if r.known[slow.String()] != 0 {
				t.Fatal("read before it was committed")
			}
		}
		close(commit)
		must(t, <-done)
		want = append(want, slow)
		if r.on(t); len(r.last) != 2 {
			t.Fatalf("the slow transaction: read %+v", r.last)
		}
	}
	for _, id := range want {
		if r.known[id.String()] != 1 || r.known[id.String()+x.Person.String()] != 1 {
			t.Errorf("question %s read %d times, its answer %d", id, r.known[id.String()], r.known[id.String()+x.Person.String()])
		}
	}
}

// TestReadersWhoWriteLater: a transaction that has locked something reads, others
// of later numbers having committed, and writes only then: PostgreSQL's snapshot
// takes it for seen, the next read finds what it wrote all the same.
func TestReadersWhoWriteLater(t *testing.T) {
	h := newHouse(t, dbtest.Open(t, "postgres"))
	ctx := t.Context()
	asked := func() expert.PastQuestion {
		return expert.PastQuestion{
			ID: marketplace.NewID[expert.PastQuestion](), Brand: h.Program.BrandID, Program: h.Program.ID,
			Title: "Visa?", AskedAt: h.Clock.Now(),
		}
	}
	ada, _ := h.Active(t, "ada")
	need := expert.Requirement{Brand: h.Program.BrandID, Program: h.Program.ID, Now: h.Clock.Now()}
	free := func(tx *gorm.DB) int {
		list, err := h.CandidatesTx(ctx, tx, need)
		must(t, err)
		return len(list.Eligible)
	}
	h.InTx(t, func(tx *gorm.DB) error { free(tx); return nil })
	r := h.reading().on(t)
	later, own := asked(), asked()
	h.InTx(t, func(tx *gorm.DB) error {
		must(t, tx.Exec("SELECT pg_current_xact_id()").Error)
		h.InTx(t, func(other *gorm.DB) error { return h.RecordQuestionTx(ctx, other, later) })
		h.Active(t, "bo")
		must(t, r.tx(t, tx))
		free(tx)
		must(t, h.RecordQuestionTx(ctx, tx, own))
		return tx.Exec("UPDATE experts SET available = NOT available WHERE person_id = ?", ada.Person).Error
	})
	r.on(t)
	for _, q := range []expert.PastQuestion{later, own} {
		if n := r.known[q.ID.String()]; n != 1 {
			t.Errorf("read %d times", n)
		}
	}
	h.InTx(t, func(tx *gorm.DB) error {
		if n := free(tx); n != 1 {
			t.Errorf("%d are free, want bo", n)
		}
		return nil
	})
}

// TestReadersBesideWriters: many writers at once on either database, and a
// reader that reads as it likes; in the end it knows everything, once.
func TestReadersBesideWriters(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		x := h.NewPerson(t)
		done := make(chan error)
		for w := range 8 {
			go func() {
				for i := range 5 {
					if _, err := h.Import(t.Context(), h.Owner, h.Program.ID, []expert.ImportQuestion{h.Question(fmt.Sprintf("q-%d-%d", w, i), x.Person)}); err != nil {
						done <- err
						return
					}
				}
				done <- nil
			}()
		}
		r := h.reading()
		for running := 8; running > 0; {
			select {
			case err := <-done:
				must(t, err)
				running--
			default:
				r.on(t)
			}
		}
		r.on(t)
		if len(r.known) != 80 {
			t.Errorf("knows %d changes, want 80", len(r.known))
		}
		for id, n := range r.known {
			if n != 1 {
				t.Errorf("%s was read %d times", id, n)
			}
		}
	})
}

func TestBadEvidenceChangesNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		h := newHouse(t, db)
		ctx, p, x := t.Context(), h.Program.ID, h.NewPerson(t).Person
		other, stranger := h.NewProgram(t)
		_, err := h.Import(ctx, h.Owner, p, []expert.ImportQuestion{h.Question("q-0", x)})
		must(t, err)
		known := h.reading().on(t).last[0].Question.ID
		before := dbtest.Dump(t, h.DB)
		imports := func(caller access.Caller, edit func(q *expert.ImportQuestion)) error {
			bad := h.Question("q-2", x)
			edit(&bad)
			_, err := h.Import(ctx, caller, p, []expert.ImportQuestion{h.Question("q-1", x), bad})
			return err
		}
		answer := func(edit func(e *expert.Evidence)) error {
			e := expert.Evidence{Question: known, Person: x, AnsweredAt: h.Clock.Now()}
			edit(&e)
			_, err := h.ImportAnswers(ctx, h.Owner, p, []expert.Evidence{e})
			return err
		}
		foreign := func() error { // another brand's question
			e := expert.Evidence{Question: known, Person: x, AnsweredAt: h.Clock.Now()}
			_, err := h.ImportAnswers(ctx, stranger, other.ID, []expert.Evidence{e})
			return err
		}
		record := func(id program.ID) error {
			q := expert.PastQuestion{ID: marketplace.NewID[expert.PastQuestion](), Brand: h.Program.BrandID, Program: id, AskedAt: h.Clock.Now()}
			return h.Store.InTx(ctx, h.Program.BrandID, func(tx *gorm.DB) error { return h.RecordQuestionTx(ctx, tx, q) })
		}
		find := func(reference string) error {
			return h.Store.Read(ctx, h.Program.BrandID, func(tx *gorm.DB) error {
				_, err := h.PastQuestionTx(ctx, tx, p, reference)
				return err
			})
		}
		for name, c := range map[string]struct{ err, want error }{
			"by a stranger":       {imports(stranger, func(*expert.ImportQuestion) {}), marketplace.ErrNotFound},
			"no reference":        {imports(h.Owner, func(q *expert.ImportQuestion) { q.Reference = "" }), marketplace.ErrInvalid},
			"invalid UTF-8":       {imports(h.Owner, func(q *expert.ImportQuestion) { q.Body = "a\xff" }), marketplace.ErrInvalid},
			"NUL":                 {imports(h.Owner, func(q *expert.ImportQuestion) { q.Title = "a\x00" }), marketplace.ErrInvalid},
			"too long":            {imports(h.Owner, func(q *expert.ImportQuestion) { q.Body = strings.Repeat("x", 100_001) }), marketplace.ErrInvalid},
			"too many tags":       {imports(h.Owner, func(q *expert.ImportQuestion) { q.Tags = make([]string, 51) }), marketplace.ErrInvalid},
			"empty tag":           {imports(h.Owner, func(q *expert.ImportQuestion) { q.Tags = []string{""} }), marketplace.ErrInvalid},
			"no time":             {imports(h.Owner, func(q *expert.ImportQuestion) { q.AskedAt = time.Time{} }), marketplace.ErrInvalid},
			"no database's time":  {imports(h.Owner, func(q *expert.ImportQuestion) { q.AskedAt = q.AskedAt.AddDate(10_000, 0, 0) }), marketplace.ErrInvalid},
			"answered too late":   {answer(func(e *expert.Evidence) { e.AnsweredAt = e.AnsweredAt.AddDate(10_000, 0, 0) }), marketplace.ErrInvalid},
			"of no program":       {record(program.ID{}), marketplace.ErrInvalid},
			"reference of bytes":  {find("\xff\x00"), marketplace.ErrInvalid},
			"answer of nobody":    {imports(h.Owner, func(q *expert.ImportQuestion) { q.Answers[0].Person = access.PersonID{} }), marketplace.ErrInvalid},
			"answer of a ghost":   {imports(h.Owner, func(q *expert.ImportQuestion) { q.Answers[0].Person = marketplace.NewID[access.Person]() }), marketplace.ErrNotFound},
			"resolved too early":  {answer(func(e *expert.Evidence) { e.ResolvedAt = e.AnsweredAt.Add(-1) }), marketplace.ErrInvalid},
			"score out of bounds": {answer(func(e *expert.Evidence) { e.Score = 1 << 40 }), marketplace.ErrInvalid},
			"unknown question":    {answer(func(e *expert.Evidence) { e.Question = marketplace.NewID[expert.PastQuestion]() }), marketplace.ErrNotFound},
			"other brand's":       {foreign(), marketplace.ErrNotFound},
		} {
			if !errors.Is(c.err, c.want) {
				t.Errorf("%s: %v, want %v", name, c.err, c.want)
			}
		}
		if dbtest.Dump(t, h.DB) != before {
			t.Error("a refusal changed something")
		}
	})
}
