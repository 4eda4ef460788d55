package customer

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/redact"
)

// Channel is a way a customer reaches a brand.
type Channel string

const (
	Web      Channel = "web"      // the handle is what the browser keeps, made by us
	Email    Channel = "email"    // an e-mail address
	Phone    Channel = "phone"    // a telephone number
	External Channel = "external" // the customer's id in the brand's own system
)

// Channels lists every channel.
var Channels = []Channel{Web, Email, Phone, External}

func (c Channel) check() error {
	if !slices.Contains(Channels, c) {
		return &marketplace.InvalidError{Field: "channel", Reason: fmt.Sprintf("must be one of %v", Channels)}
	}
	return nil
}

const (
	maxHandle = 254
	minDigits = 5 // of a telephone number; fewer name nobody
)

// Identity is how a customer reaches their brand on one channel.
type Identity struct {
	BrandID      marketplace.BrandID `gorm:"primaryKey"`
	Channel      Channel             `gorm:"primaryKey"`
	HandleIndex  []byte              `gorm:"primaryKey"`
	HandleSealed []byte
	CustomerID   ID
	CreatedAt    time.Time
}

var handleColumn = redact.SealedColumn{
	Table: "identities", Column: "handle_sealed", Prefix: "identities/handle_sealed/",
	Key: []string{"brand_id", "channel", "handle_index"}, Names: []string{"brand_id", "customer_id", "channel"},
}

func handleContext(i Identity) string {
	return handleColumn.Context(i.BrandID.String(), i.CustomerID.String(), string(i.Channel))
}

// Contact is how somebody presents themselves.
type Contact struct {
	Channel Channel
	Handle  string // 1 to 254 bytes
	Name    string // up to 200 bytes; empty: not given
	Locale  string // BCP 47; empty: not known
}

// Identify finds the customer of brand with this handle, or makes them;
// however many race for a handle, there is one customer. They are verified, by
// the word of the caller. A name or locale not
// known before is kept; one known before is not changed, since the handle may
// not be proven. Errors: *access.ForbiddenError, *marketplace.InvalidError;
// none quotes the handle.
func (s *Service) Identify(ctx context.Context, caller access.Caller, brand marketplace.BrandID, contact Contact) (Customer, error) {
	var c Customer
	err := s.store.InTx(ctx, brand, func(tx *gorm.DB) (err error) {
		c, err = s.IdentifyTx(ctx, tx, caller, brand, contact)
		marketplace.Made(ctx, c.ID)
		return err
	})
	if err != nil {
		return Customer{}, err
	}
	return c, nil
}

// IdentifyTx is Identify in the caller's transaction, which must see brand's
// rows and keeps the customer's row to itself until it ends.
func (s *Service) IdentifyTx(ctx context.Context, tx *gorm.DB, caller access.Caller, brand marketplace.BrandID, contact Contact) (Customer, error) {
	if err := access.CheckBrand(brand); err != nil {
		return Customer{}, err
	}
	contact, err := contact.normal()
	if err != nil {
		return Customer{}, err
	}
	if err := access.AuthorizeTx(ctx, tx, caller, brand, access.IdentifyCustomers); err != nil {
		return Customer{}, err
	}
	index := s.keys.BlindIndex(brand, string(contact.Channel), contact.Handle)
	for range 3 { // an erasure in between makes the handle free again
		c, err := findTx(ctx, tx, brand, contact.Channel, index)
		if err == nil {
			return s.completeTx(ctx, tx, c, contact)
		}
		if !errors.Is(err, gorm.ErrRecordNotFound) {
			return Customer{}, fmt.Errorf("find a customer by handle: %w", err)
		}
		c, made, err := s.createTx(ctx, tx, brand, contact, index)
		if err != nil || made {
			return c, err
		}
	}
	return Customer{}, fmt.Errorf("the handle keeps changing hands: %w", marketplace.ErrConflict)
}

// normal checks the contact and puts its parts into normal form.
func (c Contact) normal() (Contact, error) {
	var err error
	if c.Handle, err = normalHandle(c.Channel, c.Handle); err != nil {
		return c, err
	}
	if c.Name, err = normalName(c.Name); err != nil {
		return c, err
	}
	c.Locale, err = normalLocale(c.Locale)
	return c, err
}

func normalHandle(channel Channel, handle string) (string, error) {
	if err := channel.check(); err != nil {
		return "", err
	}
	if channel == Email {
		return access.NormalEmail(handle)
	}
	handle = strings.TrimSpace(handle)
	if err := marketplace.CheckText("handle", handle, 1, maxHandle); err != nil {
		return "", err
	}
	if strings.ContainsFunc(handle, unicode.IsControl) {
		return "", &marketplace.InvalidError{Field: "handle", Reason: "holds a control character"}
	}
	handle = redact.NormalizeHandle(string(channel), handle)
	if handle == "" || (channel == Phone && countDigits(handle) < minDigits) {
		return "", &marketplace.InvalidError{Field: "handle", Reason: fmt.Sprintf("is none of the channel %s", channel)}
	}
	return handle, nil
}

func countDigits(s string) (n int) {
	for _, r := range s {
		if r >= '0' && r <= '9' {
			n++
		}
	}
	return n
}

// findTx finds and locks the living customer behind a handle; gorm's not found
// is left for IdentifyTx.
func findTx(ctx context.Context, tx *gorm.DB, brand marketplace.BrandID, channel Channel, index []byte) (Customer, error) {
	var c Customer
	find := tx.WithContext(ctx).
		Joins("JOIN identities i ON i.brand_id = customers.brand_id AND i.customer_id = customers.id").
		Where("i.brand_id = ? AND i.channel = ? AND i.handle_index = ?", brand, channel, index).
		Where("customers.erased_at IS NULL")
	if marketplace.Postgres(tx) {
		find = find.Clauses(clause.Locking{Strength: "UPDATE", Table: clause.Table{Name: "customers"}})
	}
	return c, find.Take(&c).Error
}

// createTx makes the customer, identity first: of many who race the others
// wait there for the first to commit, and then find its customer.
func (s *Service) createTx(ctx context.Context, tx *gorm.DB, brand marketplace.BrandID, contact Contact, index []byte) (Customer, bool, error) {
	now := s.clock.Now()
	c := Customer{ID: access.NewCustomerID(), BrandID: brand, Locale: contact.Locale, Verified: true, CreatedAt: now}
	i := Identity{BrandID: brand, Channel: contact.Channel, HandleIndex: index, CustomerID: c.ID, CreatedAt: now}
	var err error
	if i.HandleSealed, err = s.keys.Seal([]byte(contact.Handle), handleContext(i)); err != nil {
		return c, false, fmt.Errorf("seal the handle of customer %s: %w", c.ID, err)
	}
	if c.NameSealed, err = s.sealName(c.ID, contact.Name); err != nil {
		return c, false, err
	}
	done := tx.WithContext(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&i)
	if done.Error != nil || done.RowsAffected == 0 {
		return c, false, wrap(done.Error, "insert the identity of customer", c.ID)
	}
	if err := tx.WithContext(ctx).Create(&c).Error; err != nil {
		return c, false, wrap(err, "insert customer", c.ID)
	}
	data := map[string]Channel{"channel": contact.Channel}
	return c, true, s.appendTx(ctx, tx, Created, brand, c.ID, now, data)
}

func wrap(err error, doing string, id ID) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s %s: %w", doing, id, err)
}

func (s *Service) sealName(id ID, name string) ([]byte, error) {
	if name == "" {
		return nil, nil
	}
	sealed, err := s.keys.Seal([]byte(name), nameContext(id))
	return sealed, wrap(err, "seal the name of customer", id)
}

// completeTx keeps what the contact tells of c that was not known, and that they
// are verified.
func (s *Service) completeTx(ctx context.Context, tx *gorm.DB, c Customer, contact Contact) (Customer, error) {
	change := map[string]any{}
	if c.NameSealed == nil && contact.Name != "" {
		sealed, err := s.sealName(c.ID, contact.Name)
		if err != nil {
			return c, err
		}
		c.NameSealed, change["name_sealed"] = sealed, sealed
	}
	if c.Locale == "" && contact.Locale != "" {
		c.Locale, change["locale"] = contact.Locale, contact.Locale
	}
	if !c.Verified {
		c.Verified, change["verified"] = true, true
	}
	if len(change) == 0 {
		return c, nil
	}
	err := tx.WithContext(ctx).Model(&Customer{}).Where("id = ?", c.ID).Updates(change).Error
	return c, wrap(err, "complete customer", c.ID)
}

// OpenHandleTx opens the customer's newest handle on a channel, for sending to
// it and nothing else; it must not be stored or logged in clear. Errors:
// ErrNoHandle, *marketplace.InvalidError.
func (s *Service) OpenHandleTx(ctx context.Context, tx *gorm.DB, brand marketplace.BrandID, id ID, channel Channel) (string, error) {
	if err := channel.check(); err != nil {
		return "", err
	}
	var i Identity
	err := tx.WithContext(ctx).Where("brand_id = ? AND customer_id = ? AND channel = ?", brand, id, channel).
		Order("created_at DESC").Take(&i).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return "", ErrNoHandle
	}
	if err != nil {
		return "", wrap(err, "find a handle of customer", id)
	}
	handle, err := s.keys.Open(i.HandleSealed, handleContext(i))
	return string(handle), wrap(err, "open a handle of customer", id)
}

// EmailHoldersTx tells which of a brand's customers have one of the addresses, by
// blind index: no customer's handle is opened.
func EmailHoldersTx(ctx context.Context, tx *gorm.DB, keys *redact.Keyring, brand marketplace.BrandID, addresses []string) (map[string]ID, error) {
	indexes, spelled := make([][]byte, 0, len(addresses)), map[string]string{}
	for _, address := range addresses {
		handle, err := normalHandle(Email, address)
		if err != nil {
			continue // which no customer has
		}
		index := keys.BlindIndex(brand, string(Email), handle)
		indexes, spelled[string(index)] = append(indexes, index), address
	}
	var found []Identity
	if err := tx.WithContext(ctx).Where("brand_id = ? AND channel = ? AND handle_index IN ?", brand, Email, indexes).Find(&found).Error; err != nil {
		return nil, fmt.Errorf("look for customers by address: %w", err)
	}
	holders := map[string]ID{}
	for _, i := range found {
		holders[spelled[string(i.HandleIndex)]] = i.CustomerID
	}
	return holders, nil
}
