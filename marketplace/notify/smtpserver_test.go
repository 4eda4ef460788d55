package notify_test

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"net"
	"net/textproto"
	"strings"
	"sync"
	"testing"
)

// received is one message the test's server took.
type received struct{ from, to, data string }

// smtpServer speaks as much of RFC 5321 as a sender needs.
type smtpServer struct {
	host string
	port int

	tls      *tls.Config // nil: STARTTLS is not offered
	implicit bool        // TLS from the first byte
	refused  bool        // refuse every AUTH
	rudeQuit bool        // drop the connection instead of answering QUIT

	mu       sync.Mutex
	replies  []string // to the next RCPT commands, instead of 250
	messages []received
	sessions int
	secure   int    // messages taken over TLS
	login    string // the last AUTH PLAIN
}

// newSMTPServer starts a server that setup may have changed first.
func newSMTPServer(t *testing.T, setup ...func(s *smtpServer)) *smtpServer {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &smtpServer{host: "127.0.0.1", port: l.Addr().(*net.TCPAddr).Port}
	for _, change := range setup {
		change(s)
	}
	if s.implicit {
		l = tls.NewListener(l, s.tls)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			wg.Go(func() { s.serve(conn) })
		}
	})
	t.Cleanup(func() { l.Close(); wg.Wait() })
	return s
}

func (s *smtpServer) serve(conn net.Conn) {
	defer func() { conn.Close() }()
	_, secure := conn.(*tls.Conn)
	s.mu.Lock()
	s.sessions++
	s.mu.Unlock()
	in, m := textproto.NewReader(bufio.NewReader(conn)), received{}
	say := func(line string) { fmt.Fprintf(conn, "%s\r\n", line) }
	say("220 test")
	for {
		line, err := in.ReadLine()
		if err != nil {
			return
		}
		switch verb, rest, _ := strings.Cut(line, " "); strings.ToUpper(verb) {
		case "EHLO":
			say("250-test\r\n250-ENHANCEDSTATUSCODES\r\n250-8BITMIME")
			if s.tls != nil && !secure {
				say("250-STARTTLS")
			}
			say("250 AUTH PLAIN")
		case "STARTTLS":
			say("220 go")
			conn = tls.Server(conn, s.tls)
			in, secure = textproto.NewReader(bufio.NewReader(conn)), true
		case "AUTH":
			s.mu.Lock()
			s.login = rest
			s.mu.Unlock()
			if s.refused {
				say("535 5.7.8 user@example.org: wrong password")
				continue
			}
			say("235 welcome")
		case "MAIL":
			m = received{from: rest}
			say("250 ok")
		case "RCPT":
			m.to = rest
			say(s.reply())
		case "DATA":
			say("354 go")
			lines, err := in.ReadDotLines()
			if err != nil {
				return
			}
			m.data = strings.Join(lines, "\n")
			s.take(m, secure)
			say("250 taken")
		case "QUIT":
			if s.rudeQuit {
				return
			}
			say("221 bye")
			return
		default:
			say("250 ok")
		}
	}
}

func (s *smtpServer) reply() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.replies) == 0 {
		return "250 ok"
	}
	r := s.replies[0]
	s.replies = s.replies[1:]
	return r
}

func (s *smtpServer) take(m received, secure bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.messages = append(s.messages, m)
	if secure {
		s.secure++
	}
}

// seen gives how many connected, how many messages came over TLS, and the last
// login.
func (s *smtpServer) seen() (sessions, secure int, login string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sessions, s.secure, s.login
}

func (s *smtpServer) taken() []received {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]received(nil), s.messages...)
}
