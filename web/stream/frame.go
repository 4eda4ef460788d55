package stream

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"knowhow/marketplace"
	"knowhow/marketplace/event"
	"knowhow/marketplace/question"
)

// Data is what the data line of a notice holds, as JSON.
type Data struct {
	Type       string                `json:"type" doc:"What happened, the same as the event's name."`
	Object     string                `json:"object" doc:"The noun that it happened to."`
	ID         event.Subject         `json:"id" doc:"Which one."`
	Brand      marketplace.BrandID   `json:"brand" doc:"The brand it belongs to."`
	Question   question.ID           `json:"question,omitzero" doc:"The question it is about."`
	Assignment question.AssignmentID `json:"assignment,omitzero" doc:"Your own turn on the question."`
	At         time.Time             `json:"at" doc:"When it happened."`
}

// frame writes a notice with the id to resume after.
func frame(n question.Notice, at event.Cursor) []byte {
	return append([]byte("id: "+format(at)+"\n"), aside(n)...)
}

// aside writes a notice without an id.
func aside(n question.Notice) []byte {
	data, err := json.Marshal(Data{
		Type: n.Type, Object: event.Kind(n.Type).Room(), ID: n.ID, Brand: n.Brand,
		Question: n.Question, Assignment: n.Assignment, At: n.At.UTC(),
	})
	if err != nil {
		panic(fmt.Sprintf("write a notice: %v", err)) // ids and times can always be written
	}
	return fmt.Appendf(nil, "event: %s\ndata: %s\n\n", n.Type, data)
}

// begin opens the stream: how long to wait before coming back, and a place to
// come back to for who never gets a notice.
func begin(at event.Cursor) []byte {
	return fmt.Appendf(nil, "retry: %d\n\nid: %s\nevent: ready\ndata: {}\n\n", retry.Milliseconds(), format(at))
}

// quiet is a heartbeat before the client has caught up with the hub.
var quiet = []byte(":\n\n")

// beat is a heartbeat that also moves the client's place on, past what did not
// concern it. An event without data is dispatched to nobody.
func beat(at event.Cursor) []byte { return []byte(":\nid: " + format(at) + "\n\n") }

// goodbye asks the client to come back after the given time.
func goodbye(after time.Duration) []byte {
	return []byte("retry: " + strconv.FormatInt(after.Milliseconds(), 10) + "\n\n")
}
