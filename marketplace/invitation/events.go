package invitation

import "knowhow/marketplace/event"

// The events of this room, with the program as subject and expert.Change as data.
const (
	ExpertsInvited event.Kind = "expert.invited"
	InviteRevoked  event.Kind = "expert.invite_revoked"
)
