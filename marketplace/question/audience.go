package question

import (
	"context"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/conduct"
	"knowhow/marketplace/event"
)

// Rule says who hears of one kind of event, and by what name. Where a name is
// empty, they hear nothing. A name's first word is the noun the notice is
// about: question, offer, assignment, review, refusal or measure.
type Rule struct {
	Customer string // for who asked the question

	// Expert is for the expert whose assignment the event names; where it names
	// none, for whoever has the question in hands now.
	Expert string

	// Offers is for the experts whose offers it made (OfferOpen: all of the
	// wave), or brought to this state. It is what they hear about their offer.
	Offers OfferState

	// Member is for the expert whom the event names, of an event about an
	// enrolment; they alone, whatever their turns.
	Member string

	Brand string            // for the brand's members and API keys
	May   access.Permission // which of them
	Blind bool              // without the question, and not to who had a part in it
}

// What an expert hears about an offer of theirs.
const (
	OfferCreated = "offer.created"
	OfferGone    = "offer.gone"
)

// Rules are the events of this room that somebody hears of, all that happens
// to questions and assignments. Nobody hears what an event's data holds: it
// names other people.
var Rules = map[event.Kind]Rule{
	EventAsked:          {Customer: "question.asked", Brand: "question.asked", May: access.SeeQuestions},
	EventOffered:        {Customer: "question.offered", Offers: OfferOpen, Brand: "question.offered", May: access.SeeQuestions},
	EventDeclined:       {Offers: OfferDeclined, Brand: "question.offer_declined", May: access.SeeQuestions},
	EventExpired:        {Offers: OfferExpired, Brand: "question.wave_expired", May: access.SeeQuestions},
	EventAccepted:       all("question.accepted").with(OfferWithdrawn),
	EventMessage:        all("question.message"),
	EventAnswered:       all("question.answered"),
	EventHandedBack:     all("question.handed_back").toCustomer("question.waiting"),
	EventHandoff:        all("question.handoff_confirmed").toCustomer(""),
	EventLapsed:         all("question.lapsed").toCustomer("question.waiting"),
	EventNudged:         all("question.nudged"),
	EventResolved:       all("question.resolved"),
	EventReopened:       all("question.reopened"),
	EventRoutedBack:     {Customer: "question.waiting", Brand: "question.routed_back", May: access.SeeQuestions},
	EventEscalated:      all("question.escalated").with(OfferWithdrawn),
	EventBrandAnswered:  all("question.answered"),
	EventEnded:          all("question.ended"),
	EventTopicSet:       {Brand: "question.topic_set", May: access.SeeQuestions},
	EventWithdrawn:      all("question.withdrawn").with(OfferWithdrawn),
	EventResponseMissed: {Brand: "question.first_response_missed", May: access.SeeQuestions},
	EventSLAMissed:      {Brand: "question.resolution_missed", May: access.SeeQuestions},
	EventThanked:        all("assignment.thanked").toCustomer(""),
	EventEarned:         all("assignment.earned").toCustomer(""),
	EventReleased:       all("assignment.released").toCustomer(""),
	EventContested:      all("assignment.contested").toCustomer(""),
	EventRefused:        all("assignment.refused").toCustomer(""),
}

// Measures are the events of the room below that somebody hears of: what a person
// decided against an expert, and what became of it.
var Measures = map[event.Kind]Rule{
	conduct.WasSuspended:  {Member: "measure.imposed"},
	conduct.WasRestricted: {Member: "measure.imposed"},
	conduct.WasContested:  {Member: "measure.appealed", Brand: "measure.appealed", May: access.DecideAppeal},
	conduct.WasDecided:    {Member: "measure.decided", Brand: "measure.decided", May: access.SuspendExperts},
	conduct.Reinstated:    {Member: "measure.ended"},
	conduct.Unrestricted:  {Member: "measure.ended"},
}

// all is what customer, expert and brand hear by the same name.
func all(name string) Rule {
	return Rule{Customer: name, Expert: name, Brand: name, May: access.SeeQuestions}
}

func (r Rule) with(offers OfferState) Rule { r.Offers = offers; return r }

func (r Rule) toCustomer(name string) Rule { r.Customer = name; return r }

// Notice tells one listener that something happened, by ids alone. What they
// may know of it they read through the methods that check who asks.
type Notice struct {
	Type       string
	ID         event.Subject // of the noun in Type
	Brand      marketplace.BrandID
	Question   ID           // zero where it is kept from the listener
	Assignment AssignmentID // the expert's own; else zero
	At         time.Time
}

// Hearing is who hears of one event. The brand's notice is for its members and
// keys who have May, but for those who are Apart.
type Hearing struct {
	Customer   access.CustomerID
	ToCustomer Notice
	Experts    []ExpertNotice
	Brand      marketplace.BrandID
	May        access.Permission
	ToBrand    Notice
	Apart      []access.PersonID
}

// ExpertNotice is what one expert hears.
type ExpertNotice struct {
	Person access.PersonID
	Notice Notice
}

// Ears say for which kinds of listeners an Audience is looked up; looking up
// the others is left out.
type Ears struct{ Customers, Persons, Keys bool }

// Audience looks up who hears of each event, by rules, and as things stand now:
// of a question, its customer; of offers, assignments and measures, their experts; and
// the brand by permission, of which a Roll knows who has it. One Hearing for
// each event, in their order, empty where nobody hears of it. tx must see the
// rows of every event's brand. At most three statements, however many events.
func Audience(ctx context.Context, tx *gorm.DB, rules map[event.Kind]Rule, ears Ears, events []event.Event) ([]Hearing, error) {
	known, err := factsTx(ctx, tx, rules, ears, events)
	if err != nil {
		return nil, err
	}
	list := make([]Hearing, len(events))
	for i, e := range events {
		rule, ok := rules[e.Kind]
		if !ok {
			continue
		}
		var c concern
		if err := e.Decode(&c); err != nil {
			return nil, err
		}
		list[i] = rule.hearing(e, c, known)
	}
	return list, nil
}

// concern is what the events of this room and the one above say of whom they
// are about.
type concern struct {
	Attempt    int           `json:"attempt"`
	Wave       int           `json:"wave"`
	Assignment AssignmentID  `json:"assignment"`
	Review     event.Subject `json:"review"`
	Refusal    event.Subject `json:"refusal"`
	Measure    event.Subject `json:"measure"`

	Person access.PersonID `json:"person"` // of an enrolment
}

func (r Rule) hearing(e event.Event, c concern, known facts) Hearing {
	if r.Member != "" {
		return r.ofMember(e, c)
	}
	id := ID(e.Subject)
	about := Notice{Brand: e.Brand, Question: id, At: e.At}
	h := Hearing{Brand: e.Brand, May: r.May}
	if q, ok := known.questions[id]; ok && r.Customer != "" {
		h.Customer, h.ToCustomer = q.CustomerID, about.named(r.Customer, c)
	}
	if r.Brand != "" {
		h.ToBrand = about.named(r.Brand, c)
		if r.Blind {
			h.ToBrand.Question, h.Apart = ID{}, known.parts(id)
		}
	}
	if r.Expert != "" {
		for _, a := range known.turns[id] {
			if a.ID == c.Assignment || c.Assignment.IsZero() && a.inHands() {
				own := about
				own.Assignment = a.ID
				h.Experts = append(h.Experts, ExpertNotice{a.PersonID, own.named(r.Expert, c)})
			}
		}
	}
	for _, o := range known.offers[id] {
		if name := r.ofOffer(o, c, e.At); name != "" {
			own := about.named(name, c)
			own.ID = event.Subject(o.ID)
			h.Experts = append(h.Experts, ExpertNotice{o.PersonID, own})
		}
	}
	return h
}

// ofMember is who hears of what a person decided about an expert. The expert does
// not hear it as one of the brand's people: they do not decide it. Nobody hears of
// the end of what was imposed before there were measures, which has no id.
func (r Rule) ofMember(e event.Event, c concern) Hearing {
	about := Notice{Brand: e.Brand, At: e.At}
	h := Hearing{Brand: e.Brand, May: r.May}
	if c.Measure == (event.Subject{}) {
		return h
	}
	h.Experts = []ExpertNotice{{c.Person, about.named(r.Member, c)}}
	if r.Brand != "" {
		h.ToBrand = about.named(r.Brand, c)
	}
	return h
}

// ofOffer is what the offer's expert hears, if the event concerns it. That it
// came to its state by this event shows in the time, which the event's
// transaction wrote in both.
func (r Rule) ofOffer(o Offer, c concern, at time.Time) string {
	switch {
	case o.Attempt != c.Attempt:
		return ""
	case r.Offers == OfferOpen && o.Wave == c.Wave:
		return OfferCreated
	case r.Offers != "" && o.State == r.Offers && o.SettledAt != nil && o.SettledAt.Equal(at):
		return OfferGone
	}
	return ""
}

// inHands reports whether the expert has the question now.
func (a Assignment) inHands() bool { return a.State == Working || a.State == Delivered }

// named gives the notice its name and the id of the noun in it.
func (n Notice) named(name string, c concern) Notice {
	n.Type = name
	switch event.Kind(name).Room() {
	case "assignment":
		n.ID = event.Subject(c.Assignment)
	case "review":
		n.ID = c.Review
	case "refusal":
		n.ID = c.Refusal
	case "measure":
		n.ID = c.Measure
	default:
		n.ID = event.Subject(n.Question)
	}
	return n
}

// facts are what decides who hears of some events, by question.
type facts struct {
	questions map[ID]Question
	turns     map[ID][]Assignment
	offers    map[ID][]Offer
}

// parts is who had a part in the question.
func (f facts) parts(id ID) []access.PersonID {
	var list []access.PersonID
	if asker := f.questions[id].AskerPerson; !asker.IsZero() {
		list = append(list, asker)
	}
	for _, a := range f.turns[id] {
		list = append(list, a.PersonID)
	}
	return list
}

func factsTx(ctx context.Context, tx *gorm.DB, rules map[event.Kind]Rule, ears Ears, events []event.Event) (facts, error) {
	var all, offered []ID
	for _, e := range events {
		rule, ok := rules[e.Kind]
		if !ok || rule.Member != "" {
			continue
		}
		all = append(all, ID(e.Subject))
		if rule.Offers != "" {
			offered = append(offered, ID(e.Subject))
		}
	}
	f := facts{questions: map[ID]Question{}, turns: map[ID][]Assignment{}, offers: map[ID][]Offer{}}
	var questions []Question
	var turns []Assignment
	var offers []Offer
	err := ofQuestions(ctx, tx, ears.Customers || ears.Persons, "id", all, &questions, "id", "customer_id", "asker_person")
	if err == nil {
		err = ofQuestions(ctx, tx, ears.Persons, "question_id", all, &turns, "id", "question_id", "person_id", "state")
	}
	if err == nil {
		err = ofQuestions(ctx, tx, ears.Persons, "question_id", offered, &offers,
			"id", "question_id", "person_id", "attempt", "wave", "state", "settled_at")
	}
	for _, q := range questions {
		f.questions[q.ID] = q
	}
	for _, a := range turns {
		f.turns[a.QuestionID] = append(f.turns[a.QuestionID], a)
	}
	for _, o := range offers {
		f.offers[o.QuestionID] = append(f.offers[o.QuestionID], o)
	}
	return f, err
}

// ofQuestions fills list with some columns of the rows whose key is one of the
// questions.
func ofQuestions(ctx context.Context, tx *gorm.DB, wanted bool, key string, ids []ID, list any, columns ...string) error {
	if !wanted || len(ids) == 0 {
		return nil
	}
	ids = slices.Clone(ids)
	slices.SortFunc(ids, func(a, b ID) int { return slices.Compare(a[:], b[:]) })
	err := tx.WithContext(ctx).Select(columns).Where(key+" IN ?", slices.Compact(ids)).Find(list).Error
	if err != nil {
		return fmt.Errorf("look up who hears of %d questions: %w", len(ids), err)
	}
	return nil
}
