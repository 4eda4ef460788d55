package replay

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"
)

// progress draws a bar on a terminal, and nothing elsewhere.
type progress struct {
	to    io.Writer
	start time.Time
	last  time.Time
}

func newProgress() *progress {
	p := &progress{start: time.Now()}
	if info, err := os.Stderr.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
		p.to = os.Stderr
	}
	return p
}

// step returns a function that tells how far a stage has come.
func (p *progress) step(stage string) func(done, of int) {
	return func(done, of int) {
		if p.to == nil || (time.Since(p.last) < 100*time.Millisecond && done < of) {
			return
		}
		p.last = time.Now()
		const width = 30
		full := width * done / max(of, 1)
		fmt.Fprintf(p.to, "\r%-10s [%s%s] %d/%d  %s ", stage, strings.Repeat("█", full), strings.Repeat("·", width-full),
			done, of, time.Since(p.start).Round(time.Second))
	}
}

// clear removes the bar.
func (p *progress) clear() {
	if p.to != nil {
		fmt.Fprint(p.to, "\r\033[K")
	}
}
