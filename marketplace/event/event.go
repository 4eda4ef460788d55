// Package event records what happened, in the transaction in which it
// happened, and hands it to the rooms that asked for its kind. Every event is
// read by cursor in commit order; a subscription's delivery is a job committed
// with the event, so it is neither lost nor doubled.
//
// It owns the table events. An event's data holds ids, codes and numbers,
// never people's text or personal data.
package event

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/job"
)

// Kind names what happened, room first: "question.asked".
type Kind string

// In gives the kind's name within room, and whether it is that room's.
func (k Kind) In(room string) (name string, ok bool) { return strings.CutPrefix(string(k), room+".") }

// Room is the first word of the kind's name.
func (k Kind) Room() string { room, _, _ := strings.Cut(string(k), "."); return room }

type subjectNoun struct{}

// Subject is the id of what the event is about; convert the noun's own id.
type Subject = marketplace.ID[subjectNoun]

// Event is one thing that happened.
type Event struct {
	Seq     int64
	Brand   marketplace.BrandID
	Kind    Kind
	Subject Subject
	At      time.Time
	Data    json.RawMessage
	xid     uint64 // where AfterTx read it; see Cursor
}

// Cursor is the event's own place in commit order, of one that AfterTx read.
func (e Event) Cursor() Cursor { return Cursor{Xid: e.xid, Seq: e.Seq} }

// Decode reads the event's data into v.
func (e Event) Decode(v any) error {
	if err := json.Unmarshal(e.Data, v); err != nil {
		return fmt.Errorf("read the data of %s event %d: %w", e.Kind, e.Seq, err)
	}
	return nil
}

// row is the table events. PostgreSQL's column xid fills itself.
type row struct {
	Seq     int64 `gorm:"primaryKey"`
	BrandID marketplace.BrandID
	Kind    Kind
	Subject Subject
	At      time.Time
	Data    string
}

func (row) TableName() string { return "events" }

func (r row) event() Event {
	return Event{Seq: r.Seq, Brand: r.BrandID, Kind: r.Kind, Subject: r.Subject, At: r.At, Data: json.RawMessage(r.Data)}
}

// Handler reacts to one event, in a transaction of the event's brand.
type Handler func(ctx context.Context, tx *gorm.DB, e Event) error

// Log appends events and delivers them. Subscribe before the first append;
// after that it is safe for concurrent use.
type Log struct {
	queue  *job.Queue
	wanted map[Kind][]subscription // to deliver to, in their order

	reactions map[Kind][]Reaction
}

type subscription struct {
	name  string
	wants func(e Event, data any) bool // nil: all
}

// NewLog makes a log without subscriptions that delivers through queue.
func NewLog(queue *job.Queue) *Log {
	return &Log{queue: queue, wanted: map[Kind][]subscription{}, reactions: map[Kind][]Reaction{}}
}

const deliveryPrefix = "deliver:"

type delivery struct {
	Seq int64 `json:"seq"`
}

// Subscribe has handle called once for every later event of the kinds. name
// tells subscriptions apart and must stay the same across versions.
func (l *Log) Subscribe(name string, handle Handler, kinds ...Kind) {
	l.SubscribeIf(name, nil, handle, kinds...)
}

// SubscribeIf is Subscribe for those events only which wants says yes to, given
// the event and the data that AppendTx was called with. It saves deliveries of
// which it is known at once that they would do nothing; where wants cannot tell
// it must say yes.
func (l *Log) SubscribeIf(name string, wants func(e Event, data any) bool, handle Handler, kinds ...Kind) {
	for _, k := range kinds {
		l.wanted[k] = append(l.wanted[k], subscription{name, wants})
	}
	l.queue.Handle(deliveryPrefix+name, func(ctx context.Context, tx *gorm.DB, j job.Job) error {
		if e, ok := j.Known().(Event); ok {
			return handle(ctx, tx, e)
		}
		var d delivery
		if err := j.Decode(&d); err != nil {
			return fmt.Errorf("%w: %w", job.ErrGiveUp, err)
		}
		var r row
		if err := tx.Where("seq = ?", d.Seq).Take(&r).Error; err != nil {
			return fmt.Errorf("load event %d: %w", d.Seq, err)
		}
		return handle(ctx, tx, r.event())
	})
}

// check refuses an event that does not say whose, what, about what and when.
func (e Event) check() error {
	field := ""
	switch {
	case e.Brand.IsZero():
		field = "brand"
	case e.Kind == "":
		field = "kind"
	case e.Subject.IsZero():
		field = "subject"
	case e.At.IsZero():
		field = "at"
	default:
		return nil
	}
	return &marketplace.InvalidError{Field: field, Reason: "an event needs one"}
}

// with is a valid event with its data, marshalled.
func (e Event) with(data any) (Event, error) {
	if err := e.check(); err != nil {
		return e, err
	}
	e.Data = []byte("{}")
	if data == nil {
		return e, nil
	}
	var err error
	if e.Data, err = json.Marshal(data); err != nil {
		return e, fmt.Errorf("write the data of a %s event: %w", e.Kind, err)
	}
	return e, nil
}

const (
	insertEvents = "INSERT INTO events (brand_id, kind, subject, at, data) VALUES "
	insertEvent  = insertEvents + "(?, ?, ?, ?, ?)"
)

func (e Event) values() []any { return []any{e.Brand, e.Kind, e.Subject, e.At, string(e.Data)} }

// deliveries names the subscriptions that want the event.
func (l *Log) deliveries(e Event, data any) []string {
	var names []string
	for _, s := range l.wanted[e.Kind] {
		if s.wants == nil || s.wants(e, data) {
			names = append(names, s.name)
		}
	}
	return names
}

// AppendTx records e with data, marshalled to JSON (nil for none), and its
// deliveries; they exist once tx commits. An event without brand, kind, subject
// or time is an InvalidError.
func (l *Log) AppendTx(ctx context.Context, tx *gorm.DB, e Event, data any) error {
	if len(l.reactions[e.Kind]) > 0 {
		return l.WriteTx(ctx, tx, []News{{Event: e, Data: data}})
	}
	return l.appendTx(ctx, tx, e, data)
}

func (l *Log) appendTx(ctx context.Context, tx *gorm.DB, e Event, data any) error {
	e, err := e.with(data)
	if err != nil {
		return err
	}
	if err := marketplace.ScanTx(tx.WithContext(ctx), insertEvent+" RETURNING seq", e.values(), &e.Seq); err != nil {
		return fmt.Errorf("append a %s event: %w", e.Kind, err)
	}
	for _, name := range l.deliveries(e, data) {
		n := job.New{Kind: deliveryPrefix + name, Args: delivery{e.Seq}, Brand: e.Brand, RunAt: e.At, Known: e}
		if err := l.queue.EnqueueTx(ctx, tx, n); err != nil {
			return err
		}
	}
	return nil
}

// OfTx lists brand's events about subject, oldest first; every brand's with
// marketplace.AllBrands.
func (l *Log) OfTx(ctx context.Context, tx *gorm.DB, brand marketplace.BrandID, subject Subject) ([]Event, error) {
	var rows []row
	if err := of(tx.WithContext(ctx), brand).Where("subject = ?", subject).Order("seq").Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("list the events of %s: %w", subject, err)
	}
	return events(rows), nil
}

// of keeps to one brand's events, also where no row-level security does.
func of(find *gorm.DB, brand marketplace.BrandID) *gorm.DB {
	if brand == marketplace.AllBrands {
		return find
	}
	return find.Where("brand_id = ?", brand)
}

func events(rows []row) []Event {
	list := make([]Event, 0, len(rows))
	for _, r := range rows {
		list = append(list, r.event())
	}
	return list
}
