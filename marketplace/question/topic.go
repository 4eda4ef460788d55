package question

import (
	"context"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/program"
)

// TopicBy says how a question came by its topic, or by none. Migration 00080
// mirrors the list.
type TopicBy string

const (
	TopicUnknown TopicBy = ""      // nobody named one, and none could be read
	TopicAsker   TopicBy = "asker" // the asker named it
	TopicRead    TopicBy = "read"  // it was read from the text
	TopicNone    TopicBy = "none"  // from the text it is of none of the program's topics
	TopicBrand   TopicBy = "brand" // the brand put it right, also where that is none
)

// How sure reading must be, as a probability, for its topic to count.
const (
	// readSure: three in five are right of those just as sure.
	readSure = 0.6
	// brandOnlySure is for a topic that keeps the question from experts altogether.
	brandOnlySure = 0.8
)

// DecidedTopic is the topic by which a decision was made.
type DecidedTopic struct {
	Slug        string   `json:"slug"` // empty: none
	By          TopicBy  `json:"by"`
	Probability *float64 `json:"probability,omitempty"` // with which it was read
}

// decided names the topic in a decision record; nil where nothing is known of
// one. topic may be nil.
func (q *Question) decided(topic *program.Topic) *DecidedTopic {
	if q.TopicBy == TopicUnknown {
		return nil
	}
	d := &DecidedTopic{By: q.TopicBy, Probability: q.TopicRead}
	if topic != nil {
		d.Slug = topic.Slug
	}
	return d
}

// readTopic reads the topic of a question that names none from its redacted
// text, with what this process has learned of the program's. It looks nothing up:
// where nothing was learned yet, or the reading is not sure, the question stays
// without a topic. One that only the brand answers must be surer than others.
func (s *Service) readTopic(q *Question, g grounds) {
	slug, p, none := s.memory.of(q.ProgramID).reader.read(lessonText(q.Title, q.Body))
	if none {
		q.TopicBy, q.TopicRead = TopicNone, &p
		return
	}
	topic, err := g.TopicBySlug(slug)
	if err != nil || p < readSure || topic.Mode == program.BrandOnly && p < brandOnlySure {
		return
	}
	q.TopicID, q.TopicBy, q.TopicRead = topic.ID, TopicRead, &p
}

// SetTopic says what a question of the brand is about, in place of what its
// asker said or was read; an empty slug is none of the program's topics. It holds
// from the next wave on: offers that are out stand as they are. The reading of
// topics learns it. Again changes nothing. Errors: *access.ForbiddenError,
// *marketplace.NotFoundError for a question or a topic that is not there.
func (s *Service) SetTopic(ctx context.Context, caller access.Caller, brand marketplace.BrandID, id ID, slug string) error {
	return s.onBrands(ctx, caller, brand, access.ManageProgram, id, func(tx *gorm.DB, q *Question) error {
		var topic program.Topic
		if slug != "" {
			var err error
			if topic, err = s.programs.TopicBySlugTx(ctx, tx, q.ProgramID, slug); err != nil {
				return err
			}
		}
		if q.TopicBy == TopicBrand && q.TopicID == topic.ID {
			return nil
		}
		q.TopicID, q.TopicBy, q.TopicRead = topic.ID, TopicBrand, nil
		list, err := s.remember(tx, q, slug)
		if err != nil {
			return err
		}
		var w writes
		w.add(q.saveTopic())
		w.add(list...)
		w.tell(EventTopicSet, q, s.clock.Now(), TopicSet{By: caller.String(), Topic: slug})
		return s.events.WriteTx(ctx, tx, w.news, w.list...)
	})
}

// TopicSet is the data of EventTopicSet.
type TopicSet struct {
	By    string `json:"by"`
	Topic string `json:"topic"` // slug; empty: none
}

func (q *Question) saveTopic() marketplace.Statement {
	return marketplace.Statement{
		Doing: "save the topic of question " + q.ID.String(),
		SQL:   "UPDATE questions SET topic_id = ?, topic_by = ?, topic_read = ? WHERE id = ?",
		Args:  []any{q.TopicID, q.TopicBy, q.TopicRead, q.ID},
	}
}
