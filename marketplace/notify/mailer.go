package notify

import (
	"context"
	"errors"
	"fmt"
	"net/mail"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"knowhow/marketplace"
)

// Mailer hands one message over. It returns nil only when the message is safe
// on the other side, a *RefusedError when it will never be taken, and any
// other error when trying again may help. No error holds the address.
type Mailer interface {
	Send(ctx context.Context, m Message) error
}

// Message is a mail opened for handing over.
type Message struct {
	ID      string // the Message-ID up to the @
	To      string // an address in clear: do not store or log it
	Subject string
	Text    string
	At      time.Time // when it was written

	Language    string // BCP 47; empty: not known
	Unsubscribe string // where a POST turns mails like this off (RFC 8058); empty: they cannot be
}

// ErrRefused: the message will never be taken.
var ErrRefused = errors.New("the message was refused for good")

// RefusedError says by which SMTP reply code (0: before it was sent) and
// enhanced status code (RFC 3463, may be empty) a message was refused. It Is
// ErrRefused.
type RefusedError struct {
	Code   int
	Status string
}

func (e *RefusedError) Error() string {
	if e.Code == 0 {
		return "the message was refused for good: it cannot be composed"
	}
	return fmt.Sprintf("the message was refused for good: %d %s", e.Code, e.Status)
}

// Is makes errors.Is(err, ErrRefused) true.
func (e *RefusedError) Is(target error) bool { return target == ErrRefused }

// sender is a From address, checked.
type sender struct {
	from   *mail.Address
	domain string
}

func newSender(from string) (sender, error) {
	a, err := mail.ParseAddress(from)
	if err != nil {
		return sender{}, &marketplace.InvalidError{Field: "from", Reason: "is not an e-mail address"}
	}
	return sender{from: a, domain: a.Address[strings.LastIndexByte(a.Address, '@')+1:]}, nil
}

// compose makes the RFC 5322 message. It is the same for the same m.
func (s sender) compose(m Message) (*gomail.Msg, error) {
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	msg.FromMailAddress(s.from)
	if err := msg.To("<" + m.To + ">"); err != nil {
		return nil, &RefusedError{} // the cause would quote the address
	}
	msg.SetMessageIDWithValue(m.ID + "@" + s.domain)
	msg.SetDateWithValue(m.At)
	msg.Subject(m.Subject)
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	if m.Language != "" {
		msg.SetGenHeader("Content-Language", m.Language)
	}
	if m.Unsubscribe != "" {
		msg.SetGenHeader("List-Unsubscribe", "<"+m.Unsubscribe+">")
		msg.SetGenHeader("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
	}
	msg.SetBodyString(gomail.TypeTextPlain, m.Text)
	return msg, nil
}
