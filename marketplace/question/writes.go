package question

import (
	"context"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/event"
)

// writes collects what a move writes beside the question, to send it at once.
type writes struct {
	list []marketplace.Statement
	news []event.News
}

func (w *writes) add(list ...marketplace.Statement) { w.list = append(w.list, list...) }

func (w *writes) tell(kind event.Kind, q *Question, now time.Time, data any) {
	e := event.Event{Brand: q.BrandID, Kind: kind, Subject: event.Subject(q.ID), At: now}
	w.news = append(w.news, event.News{Event: e, Data: data})
}

// writeTx writes all of w, and saves the question.
func (s *Service) writeTx(ctx context.Context, tx *gorm.DB, q *Question, w writes) error {
	save, err := q.save()
	if err != nil {
		return err
	}
	w.add(save)
	return s.events.WriteTx(ctx, tx, w.news, w.list...)
}
