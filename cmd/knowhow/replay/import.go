package replay

import (
	"context"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/customer"
	"knowhow/marketplace/expert"
)

// importHistory brings in everything before the window: the users as persons,
// and the questions with their answers as evidence. Run again it adds what is
// missing.
func (w *world) importHistory(ctx context.Context, tell func(done, of int)) error {
	if err := w.createPeople(ctx); err != nil {
		return err
	}
	const batch = 100
	for start := 0; start < len(w.history); start += batch {
		part := w.history[start:min(start+batch, len(w.history))]
		list, err := w.pastQuestions(ctx, part)
		if err != nil {
			return err
		}
		if _, err := w.Experts.Import(ctx, w.owner, w.program.ID, list); err != nil {
			return fmt.Errorf("import history: %w", err)
		}
		tell(start+len(part), len(w.history))
	}
	return w.readEvidence(ctx)
}

// createPeople makes a person of everybody who ever answers.
func (w *world) createPeople(ctx context.Context) error {
	if err := w.readPeople(ctx); err != nil {
		return err
	}
	var missing []access.NewPerson
	queued := map[string]bool{}
	for _, p := range slices.Concat(w.history, w.window) {
		for _, r := range p.Answers {
			if _, known := w.people[r.By]; !known && !queued[r.By] {
				queued[r.By] = true
				missing = append(missing, access.NewPerson{Name: r.By, Email: "user-" + address(r.By)})
			}
		}
	}
	for part := range slices.Chunk(missing, access.MaxPersons) {
		if _, err := w.Access.CreatePersons(ctx, w.operator, part); err != nil {
			return fmt.Errorf("create the users: %w", err)
		}
	}
	return w.readPeople(ctx)
}

// readPeople knows users by the names they were created with.
func (w *world) readPeople(ctx context.Context) error {
	var rows []struct {
		ID   access.PersonID
		Name string
	}
	err := w.Store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		return tx.Table("persons").Select("id, name").Scan(&rows).Error
	})
	if err != nil {
		return fmt.Errorf("read the users: %w", err)
	}
	w.people, w.users = map[string]access.PersonID{}, map[access.PersonID]string{}
	for _, r := range rows {
		if !w.isStaff(r.ID) {
			w.people[r.Name], w.users[r.ID] = r.ID, r.Name
		}
	}
	return nil
}

func (w *world) pastQuestions(ctx context.Context, posts []post) ([]expert.ImportQuestion, error) {
	list := make([]expert.ImportQuestion, len(posts))
	for i, p := range posts {
		asker, err := w.askerOf(ctx, p)
		if err != nil {
			return nil, err
		}
		q := expert.ImportQuestion{Reference: p.ID, PastQuestion: expert.PastQuestion{
			Title: p.Title, Body: p.Body, Tags: p.Tags, AskedAt: p.Created.Time, Asker: expert.AskerID(asker.Customer),
		}}
		for _, r := range p.Answers {
			if r.At.Before(w.window[0].Created.Time) {
				q.Answers = append(q.Answers, w.evidence(p, r))
			}
		}
		list[i] = q
	}
	return list, nil
}

// evidence is what the file says of an answer, as of its time.
func (w *world) evidence(p post, r reply) expert.Evidence {
	at := latest(r.At.Time, p.Created.Time)
	e := expert.Evidence{Person: w.people[r.By], AnsweredAt: at, Score: r.Score}
	if p.labelled() && p.Best == r.By {
		e.ResolvedAt = at.Add(knownAfter)
	}
	return e
}

func latest(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// askerOf is the customer who asked; where the file does not say, somebody of
// their own.
func (w *world) askerOf(ctx context.Context, p post) (access.Caller, error) {
	c, err := w.Customers.Identify(ctx, w.owner, w.brand, customer.Contact{
		Channel: customer.External, Handle: orElse(p.Asker, "asker of "+p.ID), Locale: spoken,
	})
	if err != nil {
		return access.Caller{}, fmt.Errorf("identify the asker of %s: %w", p.ID, err)
	}
	return access.CustomerCaller(w.brand, c.ID), nil
}

// readEvidence counts answers by user, and reads who is enrolled.
func (w *world) readEvidence(ctx context.Context) error {
	w.answers, w.enrolled = map[string]int{}, map[string]bool{}
	return w.Store.Read(ctx, w.brand, func(tx *gorm.DB) error {
		var counts []struct {
			PersonID access.PersonID
			N        int
		}
		if err := tx.Raw("SELECT person_id, COUNT(*) AS n FROM evidence GROUP BY person_id").Scan(&counts).Error; err != nil {
			return fmt.Errorf("count the evidence: %w", err)
		}
		for _, c := range counts {
			w.answers[w.users[c.PersonID]] = c.N
		}
		var enrolled []access.PersonID
		if err := tx.Model(&expert.Enrolment{}).Where("program_id = ?", w.program.ID).Pluck("person_id", &enrolled).Error; err != nil {
			return fmt.Errorf("read the enrolments: %w", err)
		}
		for _, id := range enrolled {
			w.enrolled[w.users[id]] = true
		}
		return nil
	})
}
