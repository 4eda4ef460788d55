package stream

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"knowhow/marketplace/access"
	"knowhow/marketplace/question"
)

// passed is a whisper on its way to other processes.
type passed struct {
	Kind   access.Kind     `json:"k"`
	ID     uuid.UUID       `json:"id"`
	Notice question.Notice `json:"n"`
}

// mostPassed bounds a whisper in bytes; it is ids and a name.
const mostPassed = 2000

// Whisper tells one listener something that is in no log: their connections
// here, at once, and through Options.Pass those in other processes. It has no
// id, so that where a client resumes is not touched; who is not connected, or
// catches up, misses it. It returns at once.
func (h *Hub) Whisper(w question.Whisper) {
	who, ok := listen(w.To)
	if !ok {
		return
	}
	h.whisper(who, w.Notice)
	if h.o.Pass == nil {
		return
	}
	text, err := json.Marshal(passed{Kind: who.kind, ID: who.id, Notice: w.Notice})
	if err != nil {
		panic(fmt.Sprintf("write a whisper: %v", err)) // ids, names and times can always be written
	}
	h.o.Pass(string(text))
}

// Passed is told what another process's hub gave to its Options.Pass. What is no
// whisper is nobody's.
func (h *Hub) Passed(text string) {
	var p passed
	if len(text) > mostPassed || json.Unmarshal([]byte(text), &p) != nil {
		return
	}
	h.whisper(listener{p.Kind, p.ID}, p.Notice)
}

func (h *Hub) whisper(who listener, n question.Notice) {
	h.mu.Lock()
	list := slices.Clone(h.conns[who])
	list = slices.DeleteFunc(list, func(c *conn) bool { return !c.live })
	h.mu.Unlock()
	if len(list) == 0 {
		return
	}
	text := aside(n)
	for _, c := range list {
		h.sendTo(c, [][]byte{text})
	}
}
