package event

import (
	"context"

	"gorm.io/gorm"

	"knowhow/marketplace"
)

// Reaction is what follows from an event at once: what is written with it, and
// what is told after it. data is what the event is appended with. It must only
// read, and what it reads tx may yet change; nothing follows from what it tells.
// Its error ends the transaction of the event.
type Reaction func(ctx context.Context, tx *gorm.DB, e Event, data any) ([]marketplace.Statement, []News, error)

// React has react called for every later event of the kinds, in the transaction
// in which it happens: it costs no delivery, and must be cheap and certain.
// What may take long or fail for reasons of its own is for Subscribe.
func (l *Log) React(react Reaction, kinds ...Kind) {
	for _, k := range kinds {
		l.reactions[k] = append(l.reactions[k], react)
	}
}

// follow is what follows from the news.
func (l *Log) follow(ctx context.Context, tx *gorm.DB, news []News) (list []marketplace.Statement, more []News, err error) {
	for _, n := range news {
		for _, react := range l.reactions[n.Event.Kind] {
			statements, told, err := react(ctx, tx, n.Event, n.Data)
			if err != nil {
				return nil, nil, err
			}
			list, more = append(list, statements...), append(more, told...)
		}
	}
	return list, more, nil
}
