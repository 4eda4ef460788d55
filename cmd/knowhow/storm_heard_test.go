package main

import (
	"slices"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/event"
	"knowhow/marketplace/question"
	"knowhow/web/stream"
)

// past is all that happened, with who hears of it as things stand in the end.
type past struct {
	events   []event.Event
	hearings []question.Hearing
	roll     access.Roll
	turns    map[question.ID][]access.PersonID // who ever had the question
}

// remembered reads the past from the database, through the rules that streams
// go by, but not through streams.
func (s *storm) remembered() past {
	p := past{turns: map[question.ID][]access.PersonID{}}
	ctx := s.t.Context()
	err := s.m.Store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) (err error) {
		if p.events, _, err = s.m.Events.AfterTx(ctx, tx, marketplace.AllBrands, event.Cursor{}, 10_000_000); err != nil {
			return err
		}
		for part := range slices.Chunk(p.events, 1000) { // one statement takes only so many ids
			some, err := question.Audience(ctx, tx, stream.Rules(), question.Ears{Customers: true, Persons: true, Keys: true}, part)
			if err != nil {
				return err
			}
			p.hearings = append(p.hearings, some...)
		}
		if p.roll, err = access.CallTx(ctx, tx, []marketplace.BrandID{s.m.brand}, s.m.Clock.Now()); err != nil {
			return err
		}
		var turns []question.Assignment
		if err := tx.Find(&turns).Error; err != nil {
			return err
		}
		for _, a := range turns {
			p.turns[a.QuestionID] = append(p.turns[a.QuestionID], a.PersonID)
		}
		return nil
	})
	if err != nil {
		s.t.Fatalf("read the past: %v", err)
	}
	return p
}

// told is what who must have heard of event i, empty for nothing; may says that
// it depends on who had the question in hands when it was told, so that another
// name, or nothing, is right too.
func (p past) told(i int, who access.Caller) (name string, may bool) {
	h, e := p.hearings[i], p.events[i]
	if who.Kind == access.KindCustomer {
		if h.ToCustomer.Type != "" && h.Customer == who.Customer {
			name = h.ToCustomer.Type
		}
		return name, false
	}
	if h.ToBrand.Type != "" && slices.Contains(p.roll.Of(h.Brand, h.May), who) {
		name = h.ToBrand.Type
	}
	if who.Kind != access.KindPerson {
		return name, false
	}
	for _, x := range slices.Backward(h.Experts) {
		if x.Person == who.Person {
			name = x.Notice.Type
		}
	}
	var d question.Detail
	if err := e.Decode(&d); err != nil {
		return name, false
	}
	depends := stream.Rules()[e.Kind].Expert != "" && d.Assignment == nil
	return name, depends && slices.Contains(p.turns[question.ID(e.Subject)], who.Person)
}

// awaits is the place of the last thing the listener must hear.
func (l *listener) awaits(p past) (at event.Cursor) {
	for i, e := range p.events {
		if name, may := p.told(i, l.who); name != "" && !may && e.Cursor().Compare(l.begin) > 0 {
			at = e.Cursor()
		}
	}
	return at
}

// checkHeard fails the test unless every listener heard, since it began, what it
// had to hear, once and in order, and nothing else.
func (s *storm) checkHeard(p past, list []*listener) (notices int) {
	s.t.Helper()
	for _, l := range list {
		l.mu.Lock()
		got := slices.Clone(l.heard)
		l.mu.Unlock()
		notices += len(got)
		if l.begin == (event.Cursor{}) {
			s.t.Errorf("%s never had a stream", l.name)
		}
		for i, e := range p.events {
			at := e.Cursor()
			if at.Compare(l.begin) <= 0 {
				continue
			}
			name, may := p.told(i, l.who)
			came := len(got) > 0 && got[0].at == at
			switch {
			case came && !may && got[0].name != name:
				s.t.Errorf("%s heard %s %x-%x, want %q (%s of %s)", l.name, got[0].name, at.Xid, at.Seq, name, e.Kind, e.Subject)
			case !came && !may && name != "":
				s.t.Errorf("%s did not hear %s %x-%x (%s of %s)", l.name, name, at.Xid, at.Seq, e.Kind, e.Subject)
			}
			if came {
				got = got[1:]
			}
		}
		for _, more := range got {
			s.t.Errorf("%s heard %s %x-%x, which is not there, or not in this order", l.name, more.name, more.at.Xid, more.at.Seq)
		}
	}
	return notices
}

// caughtUp waits until every listener has come to the last thing it must hear.
func (s *storm) caughtUp(p past, list []*listener) {
	s.t.Helper()
	deadline := time.Now().Add(5 * time.Minute)
	for _, l := range list {
		for last := l.awaits(p); l.reached().Compare(last) < 0; time.Sleep(20 * time.Millisecond) {
			if time.Now().After(deadline) {
				s.t.Errorf("%s has not come to %x-%x, only to %x-%x", l.name, last.Xid, last.Seq, l.reached().Xid, l.reached().Seq)
				break
			}
		}
	}
	time.Sleep(500 * time.Millisecond) // in which nothing more may come
}
