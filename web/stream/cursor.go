package stream

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"knowhow/marketplace/event"
	"knowhow/web/problem"
)

// format writes a cursor as clients keep it: they need not know what it means.
func format(c event.Cursor) string { return fmt.Sprintf("%x-%x", c.Xid, c.Seq) }

// parse reads what format wrote, and nothing else.
func parse(text string) (event.Cursor, error) {
	xid, seq, _ := strings.Cut(text, "-")
	x, errXid := strconv.ParseUint(xid, 16, 63)
	n, errSeq := strconv.ParseUint(seq, 16, 63)
	c := event.Cursor{Xid: x, Seq: int64(n)}
	if errXid != nil || errSeq != nil || format(c) != text {
		return event.Cursor{}, problem.New("malformed", "Last-Event-ID is not the id of an event of this stream")
	}
	return c, nil
}

// resumes says after which event the request wants to go on: the header
// Last-Event-ID, or the parameter after, which a client can set on its first
// request. Without either it begins now.
func resumes(r *http.Request) (after event.Cursor, wanted bool, err error) {
	text := r.Header.Get("Last-Event-ID")
	if text == "" {
		text = r.URL.Query().Get("after")
	}
	if text == "" {
		return event.Cursor{}, false, nil
	}
	after, err = parse(text)
	return after, true, err
}
