package question

import (
	"time"

	"github.com/google/uuid"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/program"
	"knowhow/marketplace/redact"
	"knowhow/payouts"
)

// The nouns' ids.
type (
	ID           = marketplace.ID[Question]
	MessageID    = marketplace.ID[Message]
	OfferID      = marketplace.ID[Offer]
	AssignmentID = marketplace.ID[Assignment]
)

// Question is one customer need. Title, Body and Context are redacted: what
// experts read. The originals are in the sealed columns and in the messages'.
type Question struct {
	ID          ID `gorm:"primaryKey"`
	BrandID     marketplace.BrandID
	ProgramID   program.ID
	CustomerID  access.CustomerID
	AskerPerson access.PersonID // who asked, where they signed in as a person; never offered their own question
	TopicID     program.TopicID
	TopicBy     TopicBy  // how it came by its topic, or by none
	TopicRead   *float64 // the probability with which it was read; nil: it was not
	Reference   *string  // the brand's own id of the question, unique per program
	Language    string   // BCP 47
	Tags        []string `gorm:"serializer:json"`
	Title       string
	Body        string
	Context     string // page and product, one "key: value" a line

	TitleSealed   []byte
	ContextSealed []byte
	Redaction     redact.State `gorm:"serializer:json"` // the placeholders given so far, without their values

	State     State
	EndReason string // why it was escalated or withdrawn, how it was resolved
	Attempt   int    // from 1; a hand-back, a lapse or a reopening starts the next
	Wave      int    // of this attempt; 0 before the first
	Messages  int    // how many the conversation has

	AskedAt            time.Time
	FirstResponseDueAt time.Time // these two are set once and never move
	ResolutionDueAt    time.Time
	FirstRespondedAt   *time.Time
	ResolvedAt         *time.Time
	EndedAt            *time.Time
	ResponseBreached   bool
	ResolutionBreached bool
	Nudged             bool       // the customer was told that silence will resolve it
	StageDueAt         *time.Time // when the present state is over by itself
	NextDueAt          *time.Time // the soonest of the above that is still ahead; swept

	// What was forecast when it was asked of the wait for a first response, in
	// seconds: as many are answered sooner as later, and nine in ten sooner. Nil
	// where nothing was known.
	ForecastMedianS *int
	ForecastP90S    *int `gorm:"column:forecast_p90_s"`

	// What was loaded with the question; nil where it was not.
	nameSealed *[]byte // the customer's name
	reachable  bool    // the customer has an e-mail address; known where the name is
	known      *program.Known
	present    *present
}

// Message is one turn of the conversation. Body is redacted.
type Message struct {
	ID           MessageID `gorm:"primaryKey"`
	BrandID      marketplace.BrandID
	QuestionID   ID
	Position     int
	Author       Author
	PersonID     access.PersonID // of experts and the brand's people
	AssignmentID AssignmentID    // of experts
	Body         string
	BodySealed   []byte
	Pictures     []Picture `gorm:"serializer:json"`
	At           time.Time

	enclosing []PictureID // the uploads to move with it, where it is new
}

// Author says in which role somebody wrote.
type Author string

const (
	ByCustomer Author = "customer"
	ByExpert   Author = "expert"
	ByBrand    Author = "brand"
)

// Offer is a question put to one expert at a quoted reward.
type Offer struct {
	ID          OfferID `gorm:"primaryKey"`
	BrandID     marketplace.BrandID
	QuestionID  ID
	PersonID    access.PersonID
	Attempt     int
	Wave        int
	Position    int // in the order of offering, over the whole attempt
	State       OfferState
	RewardMinor int64
	FeeMinor    int64
	Currency    payouts.Currency
	EffortS     int    // expected handling time, seconds
	Why         string // matching.Reason of this expert alone, as JSON
	Items       string // the lines of the reward, as JSON; see Lines
	OfferedAt   time.Time
	ExpiresAt   time.Time
	SettledAt   *time.Time
}

// Assignment is one expert's accepted turn on a question.
type Assignment struct {
	ID          AssignmentID `gorm:"primaryKey"`
	BrandID     marketplace.BrandID
	QuestionID  ID
	Attempt     int
	PersonID    access.PersonID
	OfferID     OfferID
	State       AssignmentState
	RewardMinor int64 // locked at acceptance; of a hand-back the share it earns if confirmed
	FeeMinor    int64
	Currency    payouts.Currency
	Note        string // what the next expert should know, redacted
	EndReason   string
	AcceptedAt  time.Time
	DeliveredAt *time.Time
	EarnedAt    *time.Time
	ReleaseAt   *time.Time // when it is paid at the latest
	ConfirmedAt *time.Time // when the next expert confirmed the handoff
	SettledAt   *time.Time
	NextDueAt   *time.Time // release_at while earned; swept
}

// Reward is what the expert earns for the assignment.
func (a Assignment) Reward() payouts.Money {
	return payouts.Money{Minor: a.RewardMinor, Currency: a.Currency}
}

// Decision is one routing's record: features, weights and seed, no text.
type Decision struct {
	ID         marketplace.ID[Decision] `gorm:"primaryKey"`
	BrandID    marketplace.BrandID
	QuestionID ID
	Attempt    int
	Wave       int
	At         time.Time
	Record     string // DecisionRecord as JSON
}

// holdID is the key of the one hold of an attempt.
func holdID(id ID, attempt int) uuid.UUID {
	return uuid.NewSHA1(uuid.UUID(id), []byte{byte(attempt >> 8), byte(attempt)})
}

// schedule sets NextDueAt to the soonest deadline still ahead: the state's
// own, and the SLA marks not yet passed or met.
func (q *Question) schedule() {
	q.NextDueAt = q.StageDueAt
	if q.FirstRespondedAt == nil && !q.ResponseBreached {
		q.NextDueAt = sooner(q.NextDueAt, q.FirstResponseDueAt)
	}
	if q.ResolvedAt == nil && !q.ResolutionBreached {
		q.NextDueAt = sooner(q.NextDueAt, q.ResolutionDueAt)
	}
	if q.State == Resolved || q.State == Withdrawn {
		q.NextDueAt = nil
	}
}

func sooner(a *time.Time, b time.Time) *time.Time {
	if a != nil && a.Before(b) {
		return a
	}
	return &b
}

// enter moves the question by verb at now; the state's own deadline is due, nil
// for none. Reopening clears the end but no SLA mark.
func (q *Question) enter(v Verb, now time.Time, due *time.Time) error {
	next, err := q.State.after(v)
	if err != nil {
		return err
	}
	q.State, q.StageDueAt, q.EndedAt, q.Nudged = next, due, nil, false
	if next.Ended() {
		q.EndedAt = &now
	} else {
		q.EndReason = ""
	}
	switch v {
	case VerbResolve:
		q.ResolvedAt = &now
	case VerbReopen:
		q.ResolvedAt = nil
	}
	q.schedule()
	return nil
}

// routeWithin is when the sweep routes a question whose routing job has not,
// so that no question waits for ever.
const routeWithin = 10 * time.Minute

// nextAttempt starts over with another expert.
func (q *Question) nextAttempt() { q.Attempt, q.Wave = q.Attempt+1, 0 }
