package payouts

// SetStep calls fn at each numbered point of the payout protocol.
func (s *Service) SetStep(fn func(point string)) { s.step = fn }

// SetBatch makes a run take on n experts per transaction.
func (s *Service) SetBatch(n int) { s.batch = n }

// Guards are the names of the protocol's safeguards.
var Guards = []string{string(guardLook), string(guardWindow), string(guardSettle), string(guardKey), string(guardLease), string(guardFence)}

// TakeAway takes a safeguard away.
func (s *Service) TakeAway(name string) { s.unguarded = map[guard]bool{guard(name): true} }
