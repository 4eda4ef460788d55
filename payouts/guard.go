package payouts

// guard is one of the protocol's safeguards. Tests take them away one by one, to
// see that each is needed.
type guard string

const (
	// guardLook: what may have been sent is looked for before anything is sent.
	guardLook guard = "look"
	// guardWindow: a key is not sent again once the provider may have forgotten it.
	guardWindow guard = "window"
	// guardSettle: after a doubtful answer only looks follow, until no effect can
	// come late any more.
	guardSettle guard = "settle"
	// guardKey: all tries of an attempt have one key.
	guardKey guard = "key"
	// guardLease: what one worker has leased no other takes on, and who has lost the
	// lease does not write.
	guardLease guard = "lease"
	// guardFence: who has slept over the lease, or will, does not send.
	guardFence guard = "fence"
)

func (s *Service) guarded(g guard) bool { return !s.unguarded[g] }
