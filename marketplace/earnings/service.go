package earnings

import (
	"context"
	"time"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/event"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/job"
	"knowhow/marketplace/notify"
	"knowhow/marketplace/program"
	"knowhow/marketplace/redact"
	"knowhow/payouts"
	"knowhow/payouts/country"
)

// The events of this room, of marketplace.AllBrands; subject: who did it.
const (
	RunMade event.Kind = "earnings.run_made"        // data: RunDone
	Resumed event.Kind = "earnings.payouts_resumed" // data: PausedBy
	Paused  event.Kind = "earnings.payouts_paused"  // data: PausedBy
)

// Rooms are what this one stands on.
type Rooms struct {
	Store    *marketplace.Store
	Clock    marketplace.Clock
	Queue    *job.Queue
	Events   *event.Log
	Programs *program.Service
	Experts  *expert.Service
	Payouts  *payouts.Service
	Notify   *notify.Service
	Cashier  *payouts.Cashier
	// Redactor reads what experts and operators write about pay taken back.
	Redactor *redact.Redactor
	News     News // nil: the provider sends none
	// Countries are those that experts can be paid in at a time, as we pay them.
	Countries func(at time.Time) []country.Country
	// Payday has the queue make the weekly payouts and send them. Without it
	// they are made by hand.
	Payday bool
}

// Service is safe for concurrent use.
type Service struct {
	store    *marketplace.Store
	clock    marketplace.Clock
	queue    *job.Queue
	events   *event.Log
	programs *program.Service
	experts  *expert.Service
	payouts  *payouts.Service
	notify   *notify.Service
	cashier  *payouts.Cashier
	redactor *redact.Redactor
	news     News
	payday   bool

	countries func(at time.Time) []country.Country
}

// New makes the service and, where Payday is set, registers the timetable.
func New(r Rooms) *Service {
	s := &Service{
		store: r.Store, clock: r.Clock, queue: r.Queue, events: r.Events, programs: r.Programs, experts: r.Experts, payouts: r.Payouts, notify: r.Notify, payday: r.Payday,
		cashier: r.Cashier, news: r.News, redactor: r.Redactor, countries: r.Countries,
	}
	s.queue.Sweep(job.Sweep{Name: "take_backs", Table: "take_backs", Do: s.takeBackDueTx})
	s.queue.HandleCall(heedJob, s.heed)
	s.queue.HandleCall(booksJob, s.readBooks)
	s.queue.HandleCall(settleJob, s.settle)
	if s.payday {
		s.keepTimetable()
	}
	return s
}

// readOwn runs fn in a reading transaction for the calling person; permission
// names what others lack.
func (s *Service) readOwn(ctx context.Context, caller access.Caller, fn func(tx *gorm.DB) error) error {
	if !caller.IsPerson(caller.Person) {
		return &access.ForbiddenError{Permission: "own_earnings"}
	}
	return s.store.Read(ctx, marketplace.AllBrands, fn)
}

// readAll runs fn in a reading transaction for those who may RunPayouts.
func (s *Service) readAll(ctx context.Context, caller access.Caller, fn func(tx *gorm.DB) error) error {
	return s.store.Read(ctx, marketplace.AllBrands, func(tx *gorm.DB) error {
		if err := access.AuthorizeTx(ctx, tx, caller, marketplace.AllBrands, access.RunPayouts); err != nil {
			return err
		}
		return fn(tx)
	})
}
