package stream

import (
	"context"
	"maps"
	"slices"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/customer"
	"knowhow/marketplace/event"
	"knowhow/marketplace/quality"
	"knowhow/marketplace/question"
	"knowhow/marketplace/signin"
)

// Rules are all the kinds of events that somebody hears of; docs/streams.md
// lists them. Whatever else happens is silent.
func Rules() map[event.Kind]question.Rule {
	all := maps.Clone(question.Rules)
	maps.Copy(all, question.Measures)
	maps.Copy(all, quality.Rules)
	return all
}

// sessionsEnded are the events of sessions that have ended, by whatever way.
var sessionsEnded = []event.Kind{signin.SessionsEnded, customer.SessionsEnded}

// page is some events in commit order, with who may hear of each.
type page struct {
	events   []event.Event
	hearings []question.Hearing
	roll     access.Roll
	end      event.Cursor // the place behind the last
	full     bool         // there may be more
	ended    []string     // sessions
}

// read reads brand's next events after a place, and who of the given kinds of
// listeners may hear of them: at most six statements.
func (h *Hub) read(ctx context.Context, brand marketplace.BrandID, after event.Cursor, ears question.Ears) (p page, err error) {
	err = h.transaction(ctx, brand, func(ctx context.Context, tx *gorm.DB) error {
		p = page{}
		if p.events, p.end, err = h.o.Events.AfterTx(ctx, tx, brand, after, pageSize); err != nil {
			return err
		}
		p.full = len(p.events) == pageSize
		if p.hearings, err = question.Audience(ctx, tx, h.o.Rules, ears, p.events); err != nil {
			return err
		}
		if p.ended, err = ended(p.events); err != nil || !ears.Persons && !ears.Keys {
			return err
		}
		p.roll, err = access.CallTx(ctx, tx, p.brands(), h.o.Clock.Now())
		return err
	})
	return p, err
}

// brands are those whose people may hear of something, each once.
func (p page) brands() []marketplace.BrandID {
	var list []marketplace.BrandID
	for _, heard := range p.hearings {
		if heard.ToBrand.Type != "" && !slices.Contains(list, heard.Brand) {
			list = append(list, heard.Brand)
		}
	}
	return list
}

func ended(events []event.Event) ([]string, error) {
	var list []string
	for _, e := range events {
		if !slices.Contains(sessionsEnded, e.Kind) {
			continue
		}
		var d struct {
			Sessions []string `json:"sessions"`
		}
		if err := e.Decode(&d); err != nil {
			return nil, err
		}
		list = append(list, d.Sessions...)
	}
	return list, nil
}

// each calls fn for every listener of every event, in their order, once for an
// event and listener. text makes the frame.
func (p page) each(fn func(who listener, at event.Cursor, text func() []byte)) {
	for i, heard := range p.hearings {
		at := p.events[i].Cursor()
		tell := func(who listener, n question.Notice) {
			fn(who, at, func() []byte { return frame(n, at) })
		}
		if heard.ToCustomer.Type != "" {
			tell(listener{access.KindCustomer, heard.Customer}, heard.ToCustomer)
		}
		var told []access.PersonID
		for _, x := range heard.Experts {
			if !slices.Contains(told, x.Person) {
				told = append(told, x.Person)
				tell(listener{access.KindPerson, x.Person}, x.Notice)
			}
		}
		if heard.ToBrand.Type != "" {
			p.tellBrand(heard, append(told, heard.Apart...), at, fn)
		}
	}
}

// tellBrand makes one frame for all of a brand's people.
func (p page) tellBrand(heard question.Hearing, not []access.PersonID, at event.Cursor, fn func(listener, event.Cursor, func() []byte)) {
	var made []byte
	text := func() []byte {
		if made == nil {
			made = frame(heard.ToBrand, at)
		}
		return made
	}
	for _, caller := range p.roll.Of(heard.Brand, heard.May) {
		if who, ok := listen(caller); ok && (caller.Kind != access.KindPerson || !slices.Contains(not, caller.Person)) {
			fn(who, at, text)
		}
	}
}
