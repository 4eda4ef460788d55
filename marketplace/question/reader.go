package question

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/program"
	"knowhow/matching/topic"
)

// fitEvery is how far apart a program's topics are fitted anew, at the least.
// So long after an erasure what was fitted may still lean towards what is gone.
const fitEvery = 10 * time.Minute

// reader reads the topics of one program's questions, with what it learned from
// past ones and from the topics' names and descriptions. It is as transient as the index beside it.
type reader struct {
	teaching sync.Mutex  // held by who changes the model
	fitted   atomic.Bool // there is something to read with
	of       atomic.Pointer[marketplace.BrandID]

	mu     sync.RWMutex // of the model, held for a moment
	model  topic.Model
	taught map[expert.PastQuestionID]uint64 // what was learned, hashed
	order  []expert.PastQuestionID          // in which it was, with what was forgotten since
	at     time.Time                        // of the last fit
	said   map[string]string                // lines of descriptions that were learned
}

// knows tells whether a past question was learned.
func (r *reader) knows(id expert.PastQuestionID) bool {
	r.mu.RLock()
	defer r.mu.RUnlock()
	_, ok := r.taught[id]
	return ok
}

// read is the likeliest topic of a text and its probability; or the probability
// that it is of none of them, where it is likely so. Before the first fit, and
// where there are no two topics to tell apart, it is nothing, with probability 0.
func (r *reader) read(text string) (slug string, p float64, none bool) {
	if !r.fitted.Load() {
		return "", 0, false
	}
	r.mu.RLock()
	found := r.model.Read(text)
	r.mu.RUnlock()
	switch {
	case len(found.Topics) < 2:
		return "", 0, false
	case found.None():
		return "", found.Strange, true
	}
	return found.Topics[0].Topic, found.Topics[0].Probability, false
}

// teach takes in the program's topics and what is to be learned of them, and
// fits the model to it where that is worth its while and the last fit is not of
// just now. Asking goes on meanwhile.
func (r *reader) teach(ctx context.Context, topics []program.Topic, list []lesson, now time.Time) error {
	r.teaching.Lock()
	defer r.teaching.Unlock()
	if len(topics) > topic.MaxTopics {
		topics = nil
	}
	if err := r.name(topics); err != nil {
		return err
	}
	for _, one := range list {
		if err := r.learn(one); err != nil {
			return err
		}
	}
	r.keepLatest()
	if len(topics) < 2 || !r.model.Due() || r.fitted.Load() && now.Sub(r.at) < fitEvery {
		return nil
	}
	draft := r.model.Draft()
	if err := draft.Fit(func() bool { return ctx.Err() != nil }); err != nil {
		return fmt.Errorf("fit the reading of topics: %w", err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.model.Adopt(draft); err != nil {
		return fmt.Errorf("adopt the reading of topics: %w", err)
	}
	r.at = now
	r.fitted.Store(true)
	return nil
}

// name makes the model's topics the program's: each by its slug, described by
// its name, what the brand says of it in one line, and the same of the topics above
// it. Of several lines each is learned as a text instead.
func (r *reader) name(topics []program.Topic) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	slugs := make(map[string]bool, len(topics))
	for _, t := range topics {
		slugs[t.Slug] = true
	}
	for _, gone := range r.model.Topics() {
		if slugs[gone] {
			continue
		}
		if err := r.model.Remove(gone); err != nil {
			return err
		}
	}
	for _, t := range topics {
		if err := r.model.Describe(t.Slug, aboutAll(t, topics)); err != nil {
			return fmt.Errorf("describe topic %s: %w", t.ID, err)
		}
	}
	return r.exemplify(topics)
}

// exemplify has each line of a description learned as a text of its own, where it
// has several: a brand without a history begins with them.
func (r *reader) exemplify(topics []program.Topic) error {
	said := map[string]string{} // by id
	for _, t := range topics {
		for i, line := range examples(t) {
			id := fmt.Sprint(t.ID, "/", i)
			said[id] = line
			if r.said[id] == line {
				continue
			}
			if err := r.model.Learn(id, line, t.Slug); err != nil {
				return fmt.Errorf("learn line %d of what topic %s is about: %w", i, t.ID, err)
			}
		}
	}
	for id := range r.said {
		if _, still := said[id]; !still {
			r.model.Forget(id)
		}
	}
	r.said = said
	return nil
}

// examples are the lines of a topic's description, where it has several.
func examples(t program.Topic) []string {
	lines := strings.FieldsFunc(t.Description, func(c rune) bool { return c == '\n' || c == '\r' })
	if len(lines) < 2 {
		return nil
	}
	return lines
}

// about is what a topic is called and, in one line, said to be about. What is
// learned line by line is not said here too: a line that is left out, to test on,
// would still be known.
func about(t program.Topic) string {
	if examples(t) != nil {
		return t.Name
	}
	return t.Name + "\n" + t.Description
}

// aboutAll is what is said about a topic and those it lies below, itself first.
func aboutAll(t program.Topic, topics []program.Topic) string {
	said := []string{about(t)}
	for parent, depth := t.ParentID, 0; parent != nil && depth < len(topics); depth++ {
		i := slices.IndexFunc(topics, func(o program.Topic) bool { return o.ID == *parent })
		if i < 0 {
			break
		}
		said, parent = append(said, about(topics[i])), topics[i].ParentID
	}
	all := strings.Join(said, "\n")
	return strings.ToValidUTF8(all[:min(len(all), topic.MaxDescription)], "")
}

// learn takes one lesson in; one that says what is known already changes nothing.
// A topic that the program does not have teaches nothing.
func (r *reader) learn(one lesson) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	id, sum := one.id.String(), one.sum()
	switch before, known := r.taught[one.id]; {
	case one.topic == "":
		r.model.Forget(id)
		delete(r.taught, one.id)
		return nil
	case known && before == sum:
		return nil
	}
	err := r.model.Learn(id, one.text, one.topic)
	if errors.Is(err, topic.ErrTopic) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("learn the topic of question %s: %w", one.id, err)
	}
	if r.taught == nil {
		r.taught = map[expert.PastQuestionID]uint64{}
	}
	r.taught[one.id] = sum
	r.order = append(r.order, one.id)
	return nil
}

func (l lesson) sum() uint64 {
	h := fnv.New64a()
	h.Write([]byte(l.topic + "\n" + l.text))
	return h.Sum64()
}

// keepLatest forgets the oldest lessons, where there are a tenth too many.
func (r *reader) keepLatest() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.taught) <= mostTaught+mostTaught/10 {
		return
	}
	latest := map[expert.PastQuestionID]int{} // where one that was put right was learned again
	for i, id := range r.order {
		latest[id] = i
	}
	kept := r.order[:0]
	for i, id := range r.order {
		_, known := r.taught[id]
		switch {
		case !known || latest[id] != i:
		case len(r.taught) > mostTaught:
			r.model.Forget(id.String())
			delete(r.taught, id)
		default:
			kept = append(kept, id)
		}
	}
	r.order = kept
}

// RefreshTopics takes in, of each program in which somebody asked here, what
// there is to learn about the topics of questions, and fits what they are read
// with. Until it was called, no topic is read. Call it every minute: what is
// erased is unlearned by it.
func (s *Service) RefreshTopics(ctx context.Context) error {
	wanted := s.memory.read()
	for _, one := range s.forecasts.still(s.clock.Now()) {
		wanted[one.program] = one.brand
	}
	for id, brand := range wanted {
		if err := s.teach(ctx, brand, id); err != nil {
			return fmt.Errorf("refresh the reading of topics of program %s: %w", id, err)
		}
	}
	return nil
}

// read are the programs whose topics are read here, with their brands.
func (m *memory) read() map[program.ID]marketplace.BrandID {
	m.mu.Lock()
	defer m.mu.Unlock()
	list := map[program.ID]marketplace.BrandID{}
	for id, r := range m.programs {
		if brand := r.reader.of.Load(); brand != nil {
			list[id] = *brand
		}
	}
	return list
}

func (s *Service) teach(ctx context.Context, brand marketplace.BrandID, id program.ID) error {
	var topics []program.Topic
	err := s.store.Read(ctx, brand, func(tx *gorm.DB) (err error) {
		if _, err = s.indexTx(ctx, tx, id, patient); err == nil { // first: what is learned is of topics that are there
			topics, err = s.programs.TopicsTx(ctx, tx, id)
		}
		return err
	})
	if err != nil {
		return err
	}
	r := s.memory.of(id)
	r.reader.of.Store(&brand)
	r.mu.Lock()
	list := r.lessons.all()
	r.mu.Unlock()
	return r.reader.teach(ctx, topics, list, s.clock.Now())
}
