package payouts

// SetStep calls fn at each numbered point of the payout protocol.
func (s *Service) SetStep(fn func(point string)) { s.step = fn }

// SetBatch makes a run take on n experts per transaction.
func (s *Service) SetBatch(n int) { s.batch = n }
