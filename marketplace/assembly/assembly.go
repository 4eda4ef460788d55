// Package assembly puts the rooms of the marketplace together, lowest floor
// first: the one place where services are constructed and subscriptions, jobs
// and deadlines come to be registered. cmd calls it with an open database, and
// so do tests.
package assembly

import (
	"context"
	"log/slog"
	"net/url"

	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/admission"
	"knowhow/marketplace/community"
	"knowhow/marketplace/conduct"
	"knowhow/marketplace/customer"
	"knowhow/marketplace/earnings"
	"knowhow/marketplace/event"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/insight"
	"knowhow/marketplace/insight/workrecord"
	"knowhow/marketplace/invitation"
	"knowhow/marketplace/job"
	"knowhow/marketplace/notify"
	"knowhow/marketplace/program"
	"knowhow/marketplace/quality"
	"knowhow/marketplace/question"
	"knowhow/marketplace/redact"
	"knowhow/marketplace/signin"
	"knowhow/marketplace/training"
	"knowhow/payouts"
	"knowhow/payouts/country"
	"knowhow/payouts/sandbox"
)

// Parts are what the house is built of. Provider may be nil: then it is the
// sandbox, which moves no real money.
type Parts struct {
	Store    *marketplace.Store
	Clock    marketplace.Clock
	Log      *slog.Logger
	Keys     *redact.Keyring
	Mailer   notify.Mailer
	Provider payouts.Provider
	// News reads the provider's webhooks; nil: it sends none.
	News earnings.News
	// Doors is the clock of sessions and tokens, where days are passed in the rest
	// of the house in which nobody is to be signed out; nil: Clock.
	Doors marketplace.Clock
	// Payday has the queue make the weekly payouts and send them.
	Payday bool

	// DrawKey is what the draw of work to review hangs on; nil: one made of Keys,
	// which nobody knows. Only a story that is to be the same again has its own.
	DrawKey []byte

	// Country is our own, of our account with the provider, by which it is known where
	// experts can be paid, and how; empty: the USA.
	Country string

	// Base is where the outside reaches the web pages, for the links in mails;
	// nil: the default address of a local server.
	Base *url.URL
	// Environment stands in the API keys made here; empty: "live".
	Environment string
	// OperatorsNeedTOTP limits operators without an authenticator to setting one
	// up.
	OperatorsNeedTOTP bool
	// Hashing is how passwords are hashed; zero: signin.DefaultHashing.
	Hashing signin.Hashing
}

// House is every service, ready for use.
type House struct {
	Store       *marketplace.Store
	Clock       marketplace.Clock
	Doors       marketplace.Clock // of sessions and tokens
	Queue       *job.Queue
	Events      *event.Log
	Access      *access.Service
	Notify      *notify.Service
	SignIn      *signin.Service
	Programs    *program.Service
	Customers   *customer.Service
	Experts     *expert.Service
	Invitations *invitation.Service
	Conduct     *conduct.Service
	Training    *training.Service
	Admission   *admission.Service
	Community   *community.Service
	Questions   *question.Service
	Quality     *quality.Service
	Insight     *insight.Service
	Payouts     *payouts.Service
	Earnings    *earnings.Service
	keys        *redact.Keyring
}

// New builds the house.
func New(p Parts) *House {
	global := func(ctx context.Context, fn func(tx *gorm.DB) error) error {
		return p.Store.InTx(ctx, marketplace.AllBrands, fn)
	}
	if p.Provider == nil {
		p.Provider = &sandbox.Provider{InTx: global, Now: p.Clock.Now}
	}
	if p.Doors == nil {
		p.Doors = p.Clock
	}
	h := &House{Store: p.Store, Clock: p.Clock, Doors: p.Doors, Queue: job.NewQueue(p.Store, p.Clock, p.Log), keys: p.Keys}
	h.Events = event.NewLog(h.Queue)
	h.Access = access.New(p.Store, p.Clock, h.Events, p.Keys)
	h.Notify = notify.New(p.Store, p.Clock, h.Queue, h.Access, p.Keys, p.Mailer)
	h.Notify.Base = p.Base
	if p.Environment != "" {
		h.Access.Environment = p.Environment
	}
	h.SignIn = signin.New(signin.Rooms{
		Store: p.Store, Clock: p.Doors, Log: h.Events, People: h.Access, Notify: h.Notify, Keys: p.Keys,
		Base: p.Base, OperatorsNeedTOTP: p.OperatorsNeedTOTP, BrandName: program.BrandNameTx, Hashing: p.Hashing,
	})
	h.Programs = program.New(p.Store, p.Clock, h.Events, h.Access, p.Provider.Label())
	h.Customers = customer.New(p.Store, p.Clock, h.Events, p.Keys)
	h.hire(p)
	h.Community = community.New(community.Rooms{
		Store: p.Store, Clock: p.Clock, Queue: h.Queue, Events: h.Events, Programs: h.Programs, Notify: h.Notify, Keys: p.Keys,
		Redactor: redact.New(redact.Options{Key: p.Keys.Derive("community.redact")}),
	})
	h.Questions = question.New(question.Rooms{
		Store: p.Store, Clock: p.Clock, Queue: h.Queue, Events: h.Events, Keys: p.Keys, Customers: h.Customers,
		Programs: h.Programs, Experts: h.Experts, Notify: h.Notify, Sandbox: p.Provider.Sandbox(),
	})
	// After question, which locks the customer's questions: nobody writes a mail
	// about one any more.
	h.Customers.RegisterEraser("notify", notify.ErasedColumns, h.Notify.EraseCustomerTx)
	h.Quality = quality.New(quality.Rooms{
		Store: p.Store, Clock: p.Clock, Queue: h.Queue, Events: h.Events, Keys: p.Keys, Questions: h.Questions,
		Experts: h.Experts, Customers: h.Customers, Programs: h.Programs, Notify: h.Notify, DrawKey: p.DrawKey,
		Redactor: redact.New(redact.Options{Key: p.Keys.Derive("quality.redact")}),
	})
	h.Insight = insight.New(insight.Rooms{
		Store: p.Store, Clock: p.Clock, Queue: h.Queue, Events: h.Events, Access: h.Access, Programs: h.Programs, Experts: h.Experts, Admission: h.Admission,
		RecordKey: workrecord.NewKey(p.Keys.Derive("insight.record")), Base: h.Notify.Link("", ""),
	})
	h.Payouts = &payouts.Service{InTx: global, Now: p.Clock.Now, Provider: p.Provider, Floor: country.Floor, Instant: p.instant}
	cashier := &payouts.Cashier{
		InTx: global, Now: p.Clock.Now, Collector: p.Provider, Label: p.Provider.Label(), Programs: h.Programs.ProgramsTx,
	}
	h.Programs.Cashier, h.Payouts.Missed = cashier, cashier.Explain
	h.Earnings = earnings.New(earnings.Rooms{
		Cashier: cashier, News: p.News, Countries: p.countries, Redactor: redact.New(redact.Options{Key: p.Keys.Derive("earnings.redact")}),
		Store: p.Store, Clock: p.Clock, Queue: h.Queue, Events: h.Events, Programs: h.Programs, Experts: h.Experts, Payouts: h.Payouts, Notify: h.Notify, Payday: p.Payday,
	})
	return h
}
