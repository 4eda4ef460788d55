package notify_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http/httptest"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"knowhow/marketplace"
	"knowhow/marketplace/notify"
)

var message = notify.Message{
	ID: "0123abc", To: "ada@example.org", Subject: "Grüße: your answer", Text: "Hello\n.\nFrom here on",
	At: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
}

// certified gives a server's TLS configuration and a client's that trusts it.
func certified(t *testing.T) (server, client *tls.Config) {
	t.Helper()
	web := httptest.NewTLSServer(nil) // for its certificate of 127.0.0.1
	defer web.Close()
	roots := x509.NewCertPool()
	roots.AddCert(web.Certificate())
	return &tls.Config{Certificates: web.TLS.Certificates}, &tls.Config{RootCAs: roots}
}

func (s *smtpServer) config() notify.SMTPConfig {
	return notify.SMTPConfig{
		Host: s.host, Port: s.port, From: "noreply@knowhow.test", Username: "user", Password: "hunter2", Timeout: 5 * time.Minute,
	}
}

// deliver sends message as c says.
func deliver(t *testing.T, c notify.SMTPConfig) error {
	t.Helper()
	m, err := notify.NewSMTP(c)
	if err != nil {
		t.Fatal(err)
	}
	err = m.Send(t.Context(), message)
	if errors.Is(err, notify.ErrRefused) || (err != nil && strings.Contains(err.Error(), "example.org")) {
		t.Errorf("Send = %v", err)
	}
	return err
}

func TestEncryptedWithLogin(t *testing.T) {
	server, client := certified(t)
	for _, how := range []notify.TLS{notify.StartTLS, notify.Implicit} {
		s := newSMTPServer(t, func(s *smtpServer) { s.tls, s.implicit = server, how == notify.Implicit })
		c := s.config()
		c.TLS = how
		if err := deliver(t, c); err == nil {
			t.Errorf("%s: sent to a server nobody vouches for", how)
		}
		c.Trust = client
		err := deliver(t, c)
		if _, secure, login := s.seen(); err != nil || secure != 1 || !strings.HasPrefix(login, "PLAIN ") {
			t.Errorf("%s: %v, %d messages over TLS, login %q", how, err, secure, login)
		}
	}
}

func TestRefusedLoginIsTriedAgain(t *testing.T) {
	server, client := certified(t)
	s := newSMTPServer(t, func(s *smtpServer) { s.tls, s.refused = server, true })
	c := s.config()
	c.Trust = client
	if err := deliver(t, c); err == nil || !strings.Contains(err.Error(), "535") {
		t.Errorf("Send = %v", err)
	}
}

func TestConfigurationHidesItsPassword(t *testing.T) {
	c := (&smtpServer{host: "h"}).config()
	var text strings.Builder
	slog.New(slog.NewTextHandler(&text, nil)).Info("start", "smtp", c)
	fmt.Fprintf(&text, "%v %+v %s", c, c, c)
	if strings.Contains(text.String(), "hunter2") {
		t.Errorf("the configuration shows its password: %s", &text)
	}
}

func TestNothingInClearUnlessToldSo(t *testing.T) {
	s := newSMTPServer(t)
	if err := deliver(t, s.config()); err == nil || len(s.taken()) != 0 {
		t.Errorf("sent in clear to a server without STARTTLS: %v", err)
	}
}

func TestConfigurationIsChecked(t *testing.T) {
	for name, c := range map[string]notify.SMTPConfig{
		"host": {From: "a@b.c"}, "from": {Host: "h", From: "nobody"}, "tls": {Host: "h", From: "a@b.c", TLS: "perhaps"},
		"port": {Host: "h", From: "a@b.c", Port: -1},
	} {
		if _, err := notify.NewSMTP(c); !errors.Is(err, marketplace.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestMailboxKeepsOneFileAMessage(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "mail")
	box, err := notify.NewMailbox(dir, "Knowhow <noreply@knowhow.test>")
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := box.Send(t.Context(), message); err != nil {
			t.Fatal(err)
		}
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 1 || files[0].Name() != "0123abc.eml" {
		t.Fatalf("files %v, %v", files, err)
	}
	if info, err := files[0].Info(); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	f, err := os.Open(filepath.Join(dir, files[0].Name()))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	got, err := mail.ReadMessage(f)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(got.Body)
	if err != nil || strings.TrimSpace(string(body)) != "Hello\r\n.\r\nFrom here on" {
		t.Errorf("body %q, %v", body, err)
	}
	for header, want := range map[string]string{
		"To": "<ada@example.org>", "Message-ID": "<0123abc@knowhow.test>", "From": `"Knowhow" <noreply@knowhow.test>`,
		"Date": "Fri, 02 Jan 2026 03:04:05 +0000",
	} {
		if got := got.Header.Get(header); got != want {
			t.Errorf("%s: %q, want %q", header, got, want)
		}
	}
}

func TestMailboxThatCannotBeWritten(t *testing.T) {
	dir := t.TempDir()
	box, err := notify.NewMailbox(dir, "noreply@knowhow.test")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if err := box.Send(t.Context(), message); err == nil || errors.Is(err, notify.ErrRefused) {
		t.Errorf("into a directory that is gone: %v", err)
	}
}

func TestComposeRefusesWhatIsNoAddress(t *testing.T) {
	box, err := notify.NewMailbox(t.TempDir(), "noreply@knowhow.test")
	if err != nil {
		t.Fatal(err)
	}
	bad := message
	bad.To = "ada@example.org>\r\nBcc: <x@y.z"
	if err := box.Send(t.Context(), bad); !errors.Is(err, notify.ErrRefused) || strings.Contains(err.Error(), "example") {
		t.Errorf("a spoilt address: %v", err)
	}
}
