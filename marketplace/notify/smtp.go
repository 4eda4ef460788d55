package notify

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/textproto"
	"slices"
	"time"

	gomail "github.com/wneessen/go-mail"

	"knowhow/marketplace"
)

// TLS says how a connection to an SMTP server is encrypted.
type TLS string

const (
	StartTLS TLS = "starttls" // in clear at first, then encrypted, or not at all
	Implicit TLS = "tls"      // encrypted from the first byte
	NoTLS    TLS = "none"     // in clear: for a server on the same machine
)

// SMTPConfig says how to reach an SMTP server.
type SMTPConfig struct {
	Host     string
	Port     int // 0: 587, or 465 with Implicit
	Username string
	Password string        // never logged
	From     string        // "name <address>" or an address
	TLS      TLS           // empty: StartTLS
	Timeout  time.Duration // of one exchange; 0: 15 s
	Trust    *tls.Config   // whom to trust; nil: the system's roots, for Host
}

// String leaves the credentials out, wherever the configuration is printed.
func (c SMTPConfig) String() string {
	return fmt.Sprintf("%s:%d (tls %q)", c.Host, c.Port, c.TLS)
}

// LogValue leaves them out of logs.
func (c SMTPConfig) LogValue() slog.Value { return slog.StringValue(c.String()) }

// defaultTimeout bounds one exchange with the server, well below a job's
// lease.
const defaultTimeout = 15 * time.Second

// SMTP hands mail to a server, one connection a message. Safe for concurrent
// use.
type SMTP struct {
	config  SMTPConfig
	options []gomail.Option
	sender  sender
}

// NewSMTP checks the configuration; it does not connect.
func NewSMTP(c SMTPConfig) (*SMTP, error) {
	from, err := newSender(c.From)
	if err != nil {
		return nil, err
	}
	if c, err = c.complete(); err != nil {
		return nil, err
	}
	s := &SMTP{config: c, options: c.options(), sender: from}
	if _, err := gomail.NewClient(c.Host, s.options...); err != nil {
		return nil, &marketplace.InvalidError{Field: "smtp", Reason: err.Error()}
	}
	return s, nil
}

// complete fills in what was left out.
func (c SMTPConfig) complete() (SMTPConfig, error) {
	port := 587
	switch c.TLS {
	case StartTLS, NoTLS:
	case "":
		c.TLS = StartTLS
	case Implicit:
		port = 465
	default:
		return c, &marketplace.InvalidError{Field: "tls", Reason: fmt.Sprintf("%.20q is none of starttls, tls, none", c.TLS)}
	}
	if c.Port == 0 {
		c.Port = port
	}
	if c.Timeout == 0 {
		c.Timeout = defaultTimeout
	}
	trust := &tls.Config{}
	if c.Trust != nil {
		trust = c.Trust.Clone()
	}
	if trust.ServerName == "" {
		trust.ServerName = c.Host
	}
	trust.MinVersion = max(trust.MinVersion, tls.VersionTLS12)
	c.Trust = trust
	return c, nil
}

func (c SMTPConfig) options() []gomail.Option {
	policy := gomail.NoTLS // with Implicit, dial encrypts
	if c.TLS == StartTLS {
		policy = gomail.TLSMandatory
	}
	options := []gomail.Option{
		gomail.WithTLSPolicy(policy), gomail.WithTLSConfig(c.Trust), gomail.WithPort(c.Port), gomail.WithTimeout(c.Timeout),
	}
	if c.Username != "" {
		options = append(options, gomail.WithUsername(c.Username), gomail.WithPassword(c.Password),
			gomail.WithOpportunisticSMTPAuth(gomail.SMTPAuthSCRAMSHA256, gomail.SMTPAuthPlain, gomail.SMTPAuthLogin))
	}
	return options
}

func (s *SMTP) dial(ctx context.Context, network, address string) (net.Conn, error) {
	if s.config.TLS == Implicit {
		return (&tls.Dialer{Config: s.config.Trust}).DialContext(ctx, network, address)
	}
	return (&net.Dialer{}).DialContext(ctx, network, address)
}

// Send implements Mailer. It closes the connection itself: go-mail leaves it
// open when it fails before the first message.
func (s *SMTP) Send(ctx context.Context, m Message) error {
	msg, err := s.sender.compose(m)
	if err != nil {
		return err
	}
	var conn net.Conn
	dial := func(ctx context.Context, network, address string) (_ net.Conn, err error) {
		conn, err = s.dial(ctx, network, address)
		return conn, err
	}
	defer func() {
		if conn != nil {
			_ = conn.Close() // closed twice where all went well
		}
	}()
	client, err := gomail.NewClient(s.config.Host, append(slices.Clone(s.options), gomail.WithDialContextFunc(dial))...)
	if err != nil {
		return fmt.Errorf("make the SMTP client: %w", err)
	}
	err = client.DialAndSendWithContext(ctx, msg)
	if err == nil || msg.IsDelivered() { // parting badly after the server took it is no failure
		return nil
	}
	return explain(err)
}

// explain keeps of an error what may be logged. The server's words may quote
// the address, so only its codes are kept. Only a refusal of this reader or
// this message is for good; a refused sender or password is ours to mend.
func explain(err error) error {
	var send *gomail.SendError
	if errors.As(err, &send) {
		code, status := send.ErrorCode(), send.EnhancedStatusCode()
		switch {
		case code == 0:
			return fmt.Errorf("the connection to the SMTP server broke (%s)", send.Reason)
		case code >= 500 && aboutMessage(send.Reason):
			return &RefusedError{Code: code, Status: status}
		default:
			return fmt.Errorf("the SMTP server answered %d %s (%s)", code, status, send.Reason)
		}
	}
	var reply *textproto.Error
	if errors.As(err, &reply) {
		return fmt.Errorf("the SMTP server answered %d", reply.Code)
	}
	return fmt.Errorf("talk to the SMTP server: %w", err)
}

func aboutMessage(r gomail.SendErrReason) bool {
	return r == gomail.ErrSMTPRcptTo || r == gomail.ErrSMTPData || r == gomail.ErrSMTPDataClose
}
