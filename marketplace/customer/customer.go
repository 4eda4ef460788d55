package customer

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"
	"gorm.io/gorm"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/event"
	"knowhow/marketplace/redact"
)

// ID identifies a customer.
type ID = access.CustomerID

// Customer is a person as one brand knows them.
type Customer struct {
	ID         ID `gorm:"primaryKey"`
	BrandID    marketplace.BrandID
	NameSealed []byte // nil where no name is known
	Locale     string // BCP 47, or empty where not known
	// Verified: their brand vouches for who they are. Who came with nothing but a
	// browser is not.
	Verified  bool
	CreatedAt time.Time
	ErasedAt  *time.Time // set once they were forgotten
}

// The events of this room; their subject is the customer, or the identity key.
const (
	Created          event.Kind = "customer.created"           // data: channel
	Erased           event.Kind = "customer.erased"            // data: by
	ConsentGiven     event.Kind = "customer.consent_given"     // data: purpose, version
	ConsentWithdrawn event.Kind = "customer.consent_withdrawn" // data: purpose
	LinkMade         event.Kind = "customer.resume_link"       // a link to resume by was made
	LinksRevoked     event.Kind = "customer.links_revoked"     // the open links work no more
	WasResumed       event.Kind = "customer.resumed"           // went on in another browser
	SessionsEnded    event.Kind = "customer.session_ended"     // data: EndedSessions
	KeyCreated       event.Kind = "identity_key.created"       // data: by
	KeyRevoked       event.Kind = "identity_key.revoked"       // data: by
)

// Service keeps customers. Register every eraser first; after that it is safe
// for concurrent use.
type Service struct {
	store   *marketplace.Store
	clock   marketplace.Clock
	log     *event.Log
	keys    *redact.Keyring
	erasers []Eraser
}

// New makes the service with this room's own eraser.
func New(store *marketplace.Store, clock marketplace.Clock, log *event.Log, keys *redact.Keyring) *Service {
	s := &Service{store: store, clock: clock, log: log, keys: keys}
	s.RegisterEraser("customer", []string{"customers.name_sealed", "identities.handle_sealed"}, s.eraseTx)
	return s
}

const (
	maxName   = 200
	maxLocale = 35 // RFC 5646, 4.4.1
)

var nameColumn = redact.SealedColumn{Table: "customers", Column: "name_sealed", Prefix: "customers/name_sealed/", Key: []string{"id"}}

// Sealed lists this room's sealed columns.
var Sealed = []redact.SealedColumn{nameColumn, handleColumn, keyColumn}

func nameContext(id ID) string { return nameColumn.Context(id.String()) }

// CustomerTx loads brand's customer, erased or not. One of another brand is a
// *marketplace.NotFoundError like one that never was.
func CustomerTx(ctx context.Context, tx *gorm.DB, brand marketplace.BrandID, id ID) (Customer, error) {
	var c Customer
	err := tx.WithContext(ctx).Where("brand_id = ? AND id = ?", brand, id).Take(&c).Error
	return c, marketplace.OnlyOne(err, "customer", id)
}

// LockTx is CustomerTx for a customer who is not erased, else ErrErased; their
// row stays this transaction's until it ends, so they are not erased meanwhile.
func LockTx(ctx context.Context, tx *gorm.DB, brand marketplace.BrandID, id ID) (Customer, error) {
	c, err := CustomerTx(ctx, marketplace.ForUpdate(tx), brand, id)
	if err == nil && c.ErasedAt != nil {
		err = ErrErased
	}
	return c, err
}

// LockWithTx is LockTx in one statement with more columns, each after a comma,
// which are read into into.
func LockWithTx(ctx context.Context, tx *gorm.DB, brand marketplace.BrandID, id ID, more string, args []any, into ...any) (Customer, error) {
	c := Customer{ID: id, BrandID: brand}
	err := marketplace.ScanTx(tx.WithContext(ctx),
		"SELECT name_sealed, locale, verified, created_at, erased_at"+more+" FROM customers WHERE brand_id = ? AND id = ?"+marketplace.ForUpdateSQL(tx),
		append(args, brand, id), append([]any{&c.NameSealed, &c.Locale, &c.Verified, &c.CreatedAt, &c.ErasedAt}, into...)...)
	if err = marketplace.OnlyOne(err, "customer", id); err == nil && c.ErasedAt != nil {
		err = ErrErased
	}
	return c, err
}

// HeldSQL is LockTx as an expression for queries of the rooms above, of the
// brand and the id: the id again, or NULL where LockTx has an error.
func HeldSQL(tx *gorm.DB) string {
	return "(SELECT id FROM customers WHERE brand_id = ? AND id = ? AND erased_at IS NULL" + marketplace.ForUpdateSQL(tx) + ")"
}

// NameSQL is a customer's sealed name, for OpenNames, as such an expression of
// the columns brand and id of another table.
func NameSQL(brand, id string) string {
	return "(SELECT name_sealed FROM customers WHERE brand_id = " + brand + " AND id = " + id + ")"
}

// ReachableSQL tells whether a customer has an e-mail address, as NameSQL gives
// their name.
func ReachableSQL(brand, id string) string {
	return "EXISTS (SELECT 1 FROM identities WHERE brand_id = " + brand + " AND customer_id = " + id + " AND channel = 'email')"
}

// Reachable tells whether an e-mail address of the calling customer is known.
// Errors: *access.ForbiddenError for who is no customer.
func (s *Service) Reachable(ctx context.Context, caller access.Caller) (reachable bool, err error) {
	if caller.Kind != access.KindCustomer || !caller.Valid() {
		return false, &access.ForbiddenError{Permission: resumeOwn}
	}
	err = s.store.Read(ctx, caller.Brand, func(tx *gorm.DB) error {
		return tx.WithContext(ctx).Raw("SELECT "+ReachableSQL("?", "?"), caller.Brand, caller.Customer).Scan(&reachable).Error
	})
	return reachable, wrap(err, "look for the address of customer", caller.Customer)
}

// VerifiedSQL tells whether a customer is verified, as such an expression.
const VerifiedSQL = "EXISTS (SELECT 1 FROM customers WHERE brand_id = ? AND id = ? AND verified)"

// KnownNamesTx opens the names the customer is known by, each whole, as the
// redactor takes them (redact.Options.Names) and for nothing else: they must
// not be stored or logged in clear. No name, or an erased customer, gives none.
func (s *Service) KnownNamesTx(ctx context.Context, tx *gorm.DB, brand marketplace.BrandID, id ID) ([]string, error) {
	c, err := CustomerTx(ctx, tx, brand, id)
	if err != nil || c.NameSealed == nil {
		return nil, err
	}
	name, err := s.keys.Open(c.NameSealed, nameContext(id))
	if err != nil {
		return nil, fmt.Errorf("open the name of customer %s: %w", id, err)
	}
	return []string{string(name)}, nil
}

// normalName checks a name, which may be empty, and trims it.
func normalName(name string) (string, error) {
	name = strings.TrimSpace(name)
	if err := marketplace.CheckText("name", name, 0, maxName); err != nil {
		return "", err
	}
	if strings.ContainsFunc(name, unicode.IsControl) {
		return "", &marketplace.InvalidError{Field: "name", Reason: "holds a control character"}
	}
	return name, nil
}

// normalLocale checks a locale, which may be empty, and gives its canonical
// form.
func normalLocale(locale string) (string, error) {
	if locale == "" {
		return "", nil
	}
	invalid := &marketplace.InvalidError{Field: "locale", Reason: "is not a BCP 47 language tag"}
	if len(locale) > maxLocale || !utf8.ValidString(locale) {
		return "", invalid
	}
	tag, err := language.Parse(locale)
	if err != nil {
		return "", invalid
	}
	return tag.String(), nil
}

// appendTx records what happened to a customer.
func (s *Service) appendTx(ctx context.Context, tx *gorm.DB, kind event.Kind, brand marketplace.BrandID, id ID, now time.Time, data any) error {
	e := event.Event{Brand: brand, Kind: kind, Subject: event.Subject(id), At: now}
	return s.log.AppendTx(ctx, tx, e, data)
}
