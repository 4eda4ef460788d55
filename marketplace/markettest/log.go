package markettest

import (
	"io"
	"strings"
	"sync"
)

// log keeps what the services log, and shows it with the test.
type log struct {
	mu   sync.Mutex
	text strings.Builder
	show io.Writer
}

// Write implements io.Writer.
func (l *log) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text.Write(line)
	return l.show.Write(line)
}

// Logged is everything that was logged so far.
func (m *Market) Logged() string {
	m.logged.mu.Lock()
	defer m.logged.mu.Unlock()
	return m.logged.text.String()
}
