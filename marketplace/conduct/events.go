package conduct

import "knowhow/marketplace/event"

// The events of this room, with the enrolment as subject and expert.Change as data.
const (
	WasSuspended  event.Kind = "expert.suspended"
	Reinstated    event.Kind = "expert.reinstated"
	WasRestricted event.Kind = "expert.restricted"
	Unrestricted  event.Kind = "expert.unrestricted"
	WasContested  event.Kind = "expert.measure_appealed"
	WasDecided    event.Kind = "expert.measure_decided" // code: upheld, rejected or undecided
)
