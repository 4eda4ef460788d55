package assembly

import (
	"knowhow/marketplace/admission"
	"knowhow/marketplace/conduct"
	"knowhow/marketplace/expert"
	"knowhow/marketplace/invitation"
	"knowhow/marketplace/redact"
	"knowhow/marketplace/training"
)

// hire builds the rooms of who works: how they are asked, come in, learn, stand,
// are judged and go.
func (h *House) hire(p Parts) {
	redactor := redact.New(redact.Options{Key: p.Keys.Derive("expert.import")})
	h.Experts = expert.New(expert.Rooms{
		Store: p.Store, Clock: p.Clock, Queue: h.Queue, Events: h.Events, Programs: h.Programs, Redactor: redactor, Keys: p.Keys, Payable: p.payable, PaidIn: p.paidIn,
	})
	h.Invitations = invitation.New(invitation.Rooms{
		Store: p.Store, Clock: p.Clock, Queue: h.Queue, Programs: h.Programs, Experts: h.Experts, Notify: h.Notify, People: h.Access, Keys: p.Keys,
	})
	h.Customers.RegisterFirstEraser("invitation", invitation.ErasedColumns, h.Invitations.EraseInviteeTx)
	h.Conduct = conduct.New(conduct.Rooms{
		Store: p.Store, Clock: p.Clock, Queue: h.Queue, Programs: h.Programs, Experts: h.Experts, Notify: h.Notify, Redactor: redactor,
	})
	h.Training = training.New(training.Rooms{
		Store: p.Store, Clock: p.Clock, Events: h.Events, Programs: h.Programs, Experts: h.Experts, Keys: p.Keys,
	})
	h.Admission = admission.New(admission.Rooms{
		Store: p.Store, Clock: p.Clock, Events: h.Events, Programs: h.Programs, Experts: h.Experts, Invitations: h.Invitations,
		Conduct: h.Conduct, Training: h.Training, Notify: h.Notify,
	})
}
