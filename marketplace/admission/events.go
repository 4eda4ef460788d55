package admission

import "knowhow/marketplace/event"

// The events of this room, with the enrolment as subject and expert.Change as data.
const (
	HasApplied      event.Kind = "expert.applied"
	HasPlace        event.Kind = "expert.has_place" // the wait for one is over
	Approved        event.Kind = "expert.approved"
	Activated       event.Kind = "expert.activated"
	WasRejected     event.Kind = "expert.rejected"
	EnrolledByHuman event.Kind = "expert.enrolled_experienced"
	HasLeft         event.Kind = "expert.left"
)
