package topic

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// What a model takes.
const (
	MaxTopics      = 1000
	MaxName        = 200  // bytes of a topic's name
	MaxDescription = 4000 // bytes of its description
	MaxID          = 64   // bytes of a text's id
)

var (
	// ErrTopic is a name that is empty, too long, taken or not known, or a topic too many.
	ErrTopic = errors.New("no such topic, or none that can be had")
	// ErrID is a text's id that is empty or too long.
	ErrID = errors.New("the text's id is empty or too long")
	// ErrHalted is a fit that was told to stop. The model is as before.
	ErrHalted = errors.New("halted before the fit was done")
	// ErrOutdated is a fit of what has since been forgotten or renamed. The model is as before.
	ErrOutdated = errors.New("what was fitted has since been taken back: fit again")
)

// Model is a program's topics, the texts it learned them from, as grams, and
// what was fitted to them. The zero value is an empty model. Reading may be
// done by many at once while nobody changes it; changes are for one at a time.
type Model struct {
	topics   []described
	examples []example // in the order in which they were learned
	place    map[string]int
	fitted   *fitted
	since    int    // texts learned since the fit
	taken    uint64 // how often something was taken back, which a fit must not bring again
	stale    bool   // the fit still bears what was taken back
}

type described struct {
	name  string
	grams []gram // of name and description
}

type example struct {
	id    string
	topic string
	grams []gram
}

// Describe adds a topic, or gives one a new description. Its name and
// description are learned from like texts at the next fit.
func (m *Model) Describe(name, description string) error {
	if err := checkName(name); err != nil {
		return err
	}
	if len(description) > MaxDescription {
		return fmt.Errorf("describe %q in %d bytes, at most %d: %w", name, len(description), MaxDescription, ErrTopic)
	}
	d := described{name: name, grams: grams(name + "\n" + description)}
	at := m.topic(name)
	switch {
	case at >= 0 && slices.Equal(m.topics[at].grams, d.grams):
		return nil
	case at >= 0:
		m.topics[at].grams = d.grams
		m.takenBack()
	case len(m.topics) == MaxTopics:
		return fmt.Errorf("add topic %q to %d: %w", name, MaxTopics, ErrTopic)
	default:
		m.topics = append(m.topics, d)
		m.since++
	}
	return nil
}

func checkName(name string) error {
	if strings.TrimSpace(name) == "" || len(name) > MaxName || !utf8.ValidString(name) {
		return fmt.Errorf("name a topic %.40q: %w", name, ErrTopic)
	}
	return nil
}

func (m *Model) topic(name string) int {
	return slices.IndexFunc(m.topics, func(d described) bool { return d.name == name })
}

// takenBack notes that the fit knows what it should not.
func (m *Model) takenBack() {
	m.taken++
	m.stale = m.fitted != nil
}

// Rename gives a topic another name, with its texts, and a description in
// which the old name need not be.
func (m *Model) Rename(old, name, description string) error {
	at := m.topic(old)
	if at < 0 {
		return fmt.Errorf("rename topic %.40q: %w", old, ErrTopic)
	}
	if err := checkName(name); err != nil {
		return err
	}
	if name != old && m.topic(name) >= 0 {
		return fmt.Errorf("rename a topic to %q, which is another: %w", name, ErrTopic)
	}
	if len(description) > MaxDescription {
		return fmt.Errorf("describe %q in %d bytes, at most %d: %w", name, len(description), MaxDescription, ErrTopic)
	}
	m.topics[at].name, m.topics[at].grams = name, grams(name+"\n"+description)
	for i := range m.examples {
		if m.examples[i].topic == old {
			m.examples[i].topic = name
		}
	}
	if f := m.fitted; f != nil {
		if t := slices.Index(f.topics, old); t >= 0 {
			f.topics = slices.Clone(f.topics) // an unadopted draft may share them
			f.topics[t] = name
		}
	}
	m.takenBack()
	return nil
}

// Remove takes a topic away with all its texts. It is not guessed from then on.
func (m *Model) Remove(name string) error {
	at := m.topic(name)
	if at < 0 {
		return fmt.Errorf("remove topic %.40q: %w", name, ErrTopic)
	}
	m.topics = slices.Delete(m.topics, at, at+1)
	m.examples = slices.DeleteFunc(m.examples, func(e example) bool { return e.topic == name })
	m.renumber()
	if f := m.fitted; f != nil {
		if t := slices.Index(f.topics, name); t >= 0 {
			f.topics = slices.Clone(f.topics)
			f.topics[t] = ""
		}
	}
	m.takenBack()
	return nil
}

func (m *Model) renumber() {
	m.place = make(map[string]int, len(m.examples))
	for i, e := range m.examples {
		m.place[e.id] = i
	}
}

// Learn takes in a text of a known topic: a resolved question, or one whose
// topic was put right, which replaces what was learned under the same id. What
// is guessed leans towards it at once; its new words count from the next fit.
func (m *Model) Learn(id, text, topic string) error {
	if id == "" || len(id) > MaxID {
		return fmt.Errorf("learn text %.70q: %w", id, ErrID)
	}
	if m.topic(topic) < 0 {
		return fmt.Errorf("learn a text of topic %.40q: %w", topic, ErrTopic)
	}
	m.Forget(id)
	e := example{id, topic, grams(text)}
	if m.place == nil {
		m.place = make(map[string]int)
	}
	m.place[id] = len(m.examples)
	m.examples = append(m.examples, e)
	m.since++
	m.fitted.lean(e)
	return nil
}

// lean takes the steps of the linear model that one more text asks for.
func (f *fitted) lean(e example) {
	if f == nil {
		return
	}
	t := slices.Index(f.topics, e.topic)
	if t < 0 {
		return // the topic is younger than the fit
	}
	v, _ := f.space.vector(e.grams, linearSees)
	p, pulls := f.linear.puller(), make(pull, len(f.topics))
	for range leanings {
		p.step(v, t, pulls)
	}
}

const leanings = 3

// Forget erases what was learned under an id, and reports whether anything
// was. The text's grams are gone at once; the fit bears its influence until
// the next (see Stale), and is not in a snapshot until then.
func (m *Model) Forget(id string) bool {
	at, there := m.place[id]
	if !there {
		return false
	}
	delete(m.place, id)
	m.examples = slices.Delete(m.examples, at, at+1)
	for i := at; i < len(m.examples); i++ {
		m.place[m.examples[i].id] = i
	}
	m.takenBack()
	return true
}

// Stale reports whether the fit still bears what was forgotten, removed,
// renamed or described anew: fit soon.
func (m *Model) Stale() bool { return m.stale }

// Due reports whether a fit is worth its while: there is none, it is stale, or
// a tenth more was learned since.
func (m *Model) Due() bool {
	return len(m.topics) > 0 && (m.fitted == nil || m.stale || m.since*10 > len(m.examples))
}

// Draft is a fit under way beside the model, which may be read and changed
// meanwhile.
type Draft struct {
	topics   []described
	examples []example
	taken    uint64
	fitted   *fitted
}

// Draft begins a fit of what the model knows now.
func (m *Model) Draft() *Draft {
	return &Draft{topics: slices.Clone(m.topics), examples: slices.Clone(m.examples), taken: m.taken}
}

// Fit does the work, on at most two threads. The same texts in the same order
// give the same bits, whatever was learned and forgotten between. Halt, which
// may be nil, is asked now and then whether to stop with ErrHalted.
func (d *Draft) Fit(halt func() bool) error {
	if halt == nil {
		halt = func() bool { return false }
	}
	if len(d.topics) == 0 {
		return fmt.Errorf("fit a model without topics: %w", ErrTopic)
	}
	names, number := make([]string, len(d.topics)), map[string]int{}
	hints, texts := make([]labelled, len(d.topics)), make([]labelled, len(d.examples))
	for i, t := range d.topics {
		names[i], number[t.name], hints[i] = t.name, i, labelled{i, t.grams}
	}
	for i, e := range d.examples {
		texts[i] = labelled{number[e.topic], e.grams}
	}
	if d.fitted = fit(names, hints, texts, halt); d.fitted == nil {
		return ErrHalted
	}
	return nil
}

// Adopt puts a finished draft in place. What was learned since is leaned
// towards as by Learn. ErrOutdated where something was taken back since.
func (m *Model) Adopt(d *Draft) error {
	if d.taken != m.taken {
		return ErrOutdated
	}
	if d.fitted == nil {
		return ErrHalted
	}
	m.fitted, m.stale = d.fitted, false
	late := m.examples[len(d.examples):]
	for _, e := range late {
		m.fitted.lean(e)
	}
	m.since = len(late) + len(m.topics) - len(d.topics)
	return nil
}

// Fit fits the model to all that it knows, here and now. See Draft.Fit.
func (m *Model) Fit(halt func() bool) error {
	d := m.Draft()
	if err := d.Fit(halt); err != nil {
		return err
	}
	return m.Adopt(d)
}

// Topics are the names of the topics, in the order in which they came.
func (m *Model) Topics() []string {
	names := make([]string, len(m.topics))
	for i, t := range m.topics {
		names[i] = t.name
	}
	return names
}

// Texts is how many texts the model has learned and not forgotten.
func (m *Model) Texts() int { return len(m.examples) }

// Size is about how many bytes the texts and what was fitted to them take.
func (m *Model) Size() (texts, fit int) {
	for _, e := range m.examples {
		texts += cap(e.grams)*4 + len(e.id)*2 + 80
	}
	if f := m.fitted; f != nil {
		fit = 4*len(f.linear.weight) + 4*len(f.space.weight) + 20*len(f.space.feature)
		for _, n := range f.nets {
			fit += 4 * (len(n.in) + len(n.out))
		}
	}
	return texts, fit
}
