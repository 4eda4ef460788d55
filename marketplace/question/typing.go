package question

import (
	"context"
	"sync"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/event"
)

// What one side of a conversation is told of the other, in passing: it is in no
// log, and who is not there misses it.
const (
	WhisperTyping = "question.typing"
	WhisperRead   = "question.read"
)

// typingEvery is how often one side is told that the other is typing.
const typingEvery = 2 * time.Second

// Whisper is a notice for one listener that is kept nowhere. The zero value is
// for nobody.
type Whisper struct {
	To     access.Caller // a customer or a person
	Notice Notice
}

// IsZero reports whether nobody is told.
func (w Whisper) IsZero() bool { return !w.To.Valid() }

// face is who faces whom in a conversation, from one side.
type face struct {
	question    ID
	brand       marketplace.BrandID
	messages    int
	attempt     int           // the question's
	turnAttempt int           // of the expert whose side it is
	other       access.Caller // on the other side; invalid: nobody
	turn        AssignmentID  // of the expert on the other side; zero: it is the customer
}

// Typing has the expert who has the caller's own question told that the customer
// is typing. Nothing is written. Nobody is told where no expert has it, or where
// they were told a moment ago.
func (s *Service) Typing(ctx context.Context, caller access.Caller, id ID) (w Whisper, err error) {
	if caller.Kind != access.KindCustomer || !caller.Valid() {
		return w, &access.ForbiddenError{Permission: "own_question"}
	}
	err = s.store.Read(ctx, caller.Brand, func(tx *gorm.DB) error {
		f, err := s.customersFaceTx(ctx, tx, caller, id)
		if err == nil {
			w = s.typing(caller, f)
		}
		return err
	})
	return w, err
}

// TypingAtWork is Typing for the expert, who has the question in hands. The
// customer is told.
func (s *Service) TypingAtWork(ctx context.Context, caller access.Caller, id AssignmentID) (w Whisper, err error) {
	err = s.store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		f, err := s.expertsFaceTx(ctx, tx, caller, id)
		if err == nil {
			w = s.typing(caller, f)
		}
		return err
	})
	return w, err
}

func (s *Service) typing(caller access.Caller, f face) Whisper {
	w := s.whisper(WhisperTyping, f)
	if w.IsZero() || !s.typed.due(caller.String()+f.question.String(), s.clock.Now()) {
		return Whisper{}
	}
	return w
}

// whisper is what the other side hears.
func (s *Service) whisper(kind string, f face) Whisper {
	if !f.other.Valid() {
		return Whisper{}
	}
	return Whisper{To: f.other, Notice: Notice{
		Type: kind, ID: event.Subject(f.question), Brand: f.brand, Question: f.question, Assignment: f.turn, At: s.clock.Now(),
	}}
}

// customersFaceTx is a question as its customer faces it: opposite is the expert
// who has it in hands. To anybody else there is no such question.
func (s *Service) customersFaceTx(ctx context.Context, tx *gorm.DB, caller access.Caller, id ID) (face, error) {
	f := face{question: id}
	var expert access.PersonID
	err := marketplace.ScanTx(tx.WithContext(ctx), `SELECT q.brand_id, q.messages, q.attempt, a.id, a.person_id FROM questions q
		LEFT JOIN assignments a ON a.question_id = q.id AND a.attempt = q.attempt AND a.state IN ('working', 'delivered')
		WHERE q.id = ? AND q.brand_id = ? AND q.customer_id = ?
		AND EXISTS (SELECT 1 FROM customers c WHERE c.id = q.customer_id AND c.erased_at IS NULL)`,
		[]any{id, caller.Brand, caller.Customer}, &f.brand, &f.messages, &f.attempt, &f.turn, &expert)
	if err != nil {
		return face{}, marketplace.OnlyOne(err, "question", id)
	}
	f.other = access.PersonCaller(expert)
	return f, nil
}

// expertsFaceTx is a question as an expert faces it who has, or had, a turn on
// it: opposite is the customer, while the turn is in their hands. To anybody
// else there is no such assignment.
func (s *Service) expertsFaceTx(ctx context.Context, tx *gorm.DB, caller access.Caller, id AssignmentID) (face, error) {
	if !caller.IsPerson(caller.Person) {
		return face{}, marketplace.NotFound("assignment", id)
	}
	var f face
	var customer access.CustomerID
	var state AssignmentState
	err := marketplace.ScanTx(tx.WithContext(ctx), `SELECT q.id, q.brand_id, q.customer_id, q.messages, q.attempt, a.attempt, a.state FROM assignments a
		JOIN questions q ON q.id = a.question_id WHERE a.id = ? AND a.person_id = ?`,
		[]any{id, caller.Person}, &f.question, &f.brand, &customer, &f.messages, &f.attempt, &f.turnAttempt, &state)
	if err != nil {
		return face{}, marketplace.OnlyOne(err, "assignment", id)
	}
	if state == Working || state == Delivered {
		f.other = access.CustomerCaller(f.brand, customer)
	}
	return f, nil
}

// pace lets each of many do something every so often. Safe for concurrent use.
type pace struct {
	every time.Duration
	mu    sync.Mutex
	last  map[string]time.Time
}

// mostPaced is how many are remembered before those whose time is over are
// forgotten.
const mostPaced = 4096

func newPace(every time.Duration) *pace { return &pace{every: every, last: map[string]time.Time{}} }

// due reports whether it is time again for who, and notes it.
func (p *pace) due(who string, now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if last, ok := p.last[who]; ok && now.Sub(last) < p.every {
		return false
	}
	if len(p.last) >= mostPaced {
		for other, last := range p.last {
			if now.Sub(last) >= p.every {
				delete(p.last, other)
			}
		}
	}
	p.last[who] = now
	return true
}
