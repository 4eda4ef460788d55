package serve

import (
	"fmt"
	"net/mail"

	"knowhow/cmd/knowhow/internal/house"
	"knowhow/marketplace/notify"
)

// mailFlags say where mail goes.
type mailFlags struct {
	SMTPHost string `name:"smtp-host" env:"KNOWHOW_SMTP_HOST" placeholder:"HOST" help:"The mail server."`
	SMTPPort int    `name:"smtp-port" env:"KNOWHOW_SMTP_PORT" default:"0" placeholder:"PORT" help:"Its port (default: 587, or 465 with --smtp-tls=tls)."`
	SMTPUser string `name:"smtp-user" env:"KNOWHOW_SMTP_USER" placeholder:"NAME" help:"Who we are to it; the password is $$KNOWHOW_SMTP_PASSWORD."`
	SMTPTLS  string `name:"smtp-tls" env:"KNOWHOW_SMTP_TLS" enum:"starttls,tls,none" default:"starttls" placeholder:"HOW" help:"How mail is encrypted on its way: starttls, tls or none (default: ${default})."`
	MailDir  string `name:"mail-dir" env:"KNOWHOW_MAIL_DIR" placeholder:"DIR" help:"Instead of a mail server: a directory, into which each mail is written as a file."`
	MailFrom string `name:"mail-from" env:"KNOWHOW_MAIL_FROM" placeholder:"ADDRESS" help:"Whom mail comes from: an address, or NAME <ADDRESS>."`
}

const (
	passwordVariable   = "KNOWHOW_SMTP_PASSWORD"
	passwordCredential = "knowhow.smtp-password"
	demoFrom           = "Knowhow <knowhow@localhost>"
)

// checkMail refuses flags by which no mail could go anywhere. The demo has a
// directory of its own.
func (f mailFlags) checkMail(demo bool) error {
	switch {
	case f.SMTPHost != "" && f.MailDir != "":
		return refuse("mail-dir", "is instead of --smtp-host: give one of them")
	case f.SMTPHost == "" && f.MailDir == "" && !demo:
		return refuse("smtp-host", "or --mail-dir must be given where workers run")
	case f.SMTPPort < 0 || f.SMTPPort > 65535:
		return refuse("smtp-port", "must be 1 to 65535")
	case f.MailFrom == "" && !demo:
		return refuse("mail-from", "must be given where workers run")
	}
	if f.MailFrom != "" && !sender(f.MailFrom) {
		return refuse("mail-from", "is not an e-mail address")
	}
	return nil
}

// mailer is where the flags say mail goes; fallback is the demo's directory.
func (f mailFlags) mailer(fallback string) (notify.Mailer, error) {
	from := f.MailFrom
	if from == "" {
		from = demoFrom
	}
	if f.SMTPHost == "" {
		dir := f.MailDir
		if dir == "" {
			dir = fallback
		}
		box, err := notify.NewMailbox(dir, from)
		if err != nil {
			return nil, fmt.Errorf("--mail-dir: %w", err)
		}
		return box, nil
	}
	password, err := house.Secret(passwordVariable, passwordCredential)
	if err != nil {
		return nil, err
	}
	server, err := notify.NewSMTP(notify.SMTPConfig{
		Host: f.SMTPHost, Port: f.SMTPPort, Username: f.SMTPUser, Password: password, From: from, TLS: notify.TLS(f.SMTPTLS),
	})
	if err != nil {
		return nil, fmt.Errorf("--smtp-host: %w", err)
	}
	return server, nil
}

// sender reports whether mail can come from text.
func sender(text string) bool {
	_, err := mail.ParseAddress(text)
	return err == nil
}
