package invitation

import (
	"time"

	"knowhow/marketplace/notify"
)

// letter is what an invited address is written. It quotes nothing but the names of
// the brand and the program.
func letter(head letterhead, link string, until time.Time) notify.Letter {
	return notify.Letter{Name: "invitation", Values: notify.Values{
		"brand": head.brand, "program": head.program, "link": link, "until": notify.Day(until),
	}}
}
