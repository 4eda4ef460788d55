package notify

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode"

	"knowhow/marketplace"
	"knowhow/marketplace/access"
	"knowhow/marketplace/redact"
)

// Mail is a message to one reader: a person, or an address.
type Mail struct {
	Brand     marketplace.BrandID // whose mail it is; marketplace.AllBrands for the platform's own
	Kind      Kind                // by which its reader may turn it off; empty: they may not
	Key       string              // what it is about, unique per brand: the same key is written once
	To        access.PersonID     // a person, whose address is looked up when it is sent,
	ToAddress string              // or an address in clear, kept sealed
	Customer  access.CustomerID   // whose address ToAddress is, so that erasing them reaches it; may be zero
	Says      Letter              // what it says, in the language of its reader
	Language  string              // BCP 47; empty: the person's own, or English
	Subject   string              // 1 to 200 bytes on one line; of what says nothing of the catalogue
	Text      string              // plain text, 1 byte to 64 kB; likewise
}

const (
	maxKey     = 200
	maxSubject = 200
	maxText    = 64 << 10
)

// State says where a mail stands.
type State string

const (
	Queued    State = "queued"    // waits for its job, which moves it on
	Sent      State = "sent"      // handed over; what it said is gone
	Failed    State = "failed"    // refused, or tried too often; a person may retry its job
	Withdrawn State = "withdrawn" // its reader was erased before it was sent
)

type recordNoun struct{}

// RecordID identifies a mail's record.
type RecordID = marketplace.ID[recordNoun]

// Record is what is kept of a mail.
type Record struct {
	ID            RecordID `gorm:"primaryKey"`
	BrandID       marketplace.BrandID
	MailKey       string
	Kind          Kind
	PersonID      access.PersonID   // zero: it went to an address
	CustomerID    access.CustomerID // zero: no customer's
	ToSealed      []byte
	ContentSealed []byte // content, while it may still be sent
	State         State
	Reason        string // why it failed, in codes
	CreatedAt     time.Time
	EndedAt       *time.Time
}

// TableName implements gorm's Tabler.
func (Record) TableName() string { return "mails" }

// content is what of a mail is sealed.
type content struct {
	Subject  string `json:"subject"`
	Text     string `json:"text"`
	Language string `json:"language,omitempty"`
}

var (
	toColumn      = redact.SealedColumn{Table: "mails", Column: "to_sealed", Prefix: "mails/to_sealed/", Key: []string{"id"}}
	contentColumn = redact.SealedColumn{Table: "mails", Column: "content_sealed", Prefix: "mails/content_sealed/", Key: []string{"id"}}
)

// Sealed lists this room's sealed columns.
var Sealed = []redact.SealedColumn{toColumn, contentColumn}

// messageID is the mail's Message-ID up to the @: the same for the same brand
// and key, so that a repeat is recognised.
func (r Record) messageID() string {
	h := sha256.New()
	h.Write(r.BrandID[:])
	h.Write([]byte(r.MailKey))
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// worded is the mail in a language.
func (m Mail) worded(language string) Mail {
	m.Language = language
	if m.Says.Name != "" {
		m.Subject, m.Text = m.Says.In(language)
	}
	return m
}

// check refuses a mail that cannot be sent and returns it with its address in
// normal form. No error quotes the address.
func (m Mail) check() (Mail, error) {
	if m.Brand.IsZero() {
		return m, &marketplace.InvalidError{Field: "brand", Reason: "must not be empty"}
	}
	if err := marketplace.CheckText("key", m.Key, 1, maxKey); err != nil {
		return m, err
	}
	if err := marketplace.CheckText("subject", m.Subject, 1, maxSubject); err != nil {
		return m, err
	}
	if strings.ContainsFunc(m.Subject, unicode.IsControl) {
		return m, &marketplace.InvalidError{Field: "subject", Reason: "holds a control character"}
	}
	if err := marketplace.CheckText("text", m.Text, 1, maxText); err != nil {
		return m, err
	}
	return m.checkReader()
}

func (m Mail) checkReader() (Mail, error) {
	if m.To.IsZero() == (m.ToAddress == "") {
		return m, &marketplace.InvalidError{Field: "to", Reason: "must be either a person or an address"}
	}
	if m.ToAddress == "" {
		return m, nil
	}
	address, err := access.NormalEmail(m.ToAddress)
	m.ToAddress = address
	return m, err
}

func (m Mail) content() ([]byte, error) {
	text := strings.ReplaceAll(m.Text, "\r\n", "\n")
	c, err := json.Marshal(content{Subject: m.Subject, Text: text, Language: m.Language})
	if err != nil {
		return nil, fmt.Errorf("write a mail's content: %w", err)
	}
	return c, nil
}
