package bench

import (
	"fmt"
	"os"
	"sync"
	"time"
)

// progress tells on a terminal what the bench is at, in one line; elsewhere a
// line for each stage.
type progress struct {
	to       *os.File
	terminal bool

	mu    sync.Mutex
	stage string
	last  time.Time
}

func newProgress(to *os.File) *progress {
	info, err := to.Stat()
	return &progress{to: to, terminal: err == nil && info.Mode()&os.ModeCharDevice != 0}
}

// say tells that a stage begins.
func (p *progress) say(stage string) { p.bar(stage, 0, 0) }

// bar tells how far a stage has come; of is 0 where nobody knows.
func (p *progress) bar(stage string, done, of int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	fresh := stage != p.stage
	if !fresh && (!p.terminal || time.Since(p.last) < 200*time.Millisecond && (done < of || of == 0)) {
		return
	}
	p.stage, p.last = stage, time.Now()
	switch {
	case !p.terminal:
		fmt.Fprintf(p.to, "bench: %s\n", stage)
	case of > 0:
		fmt.Fprintf(p.to, "\r\033[K%s: %d of %d", stage, done, of)
	case done > 0:
		fmt.Fprintf(p.to, "\r\033[K%s: %d", stage, done)
	default:
		fmt.Fprintf(p.to, "\r\033[K%s", stage)
	}
}

// clear removes the line.
func (p *progress) clear() {
	if p.terminal {
		fmt.Fprint(p.to, "\r\033[K")
	}
}
