package webtest

import "knowhow/payouts"

// earned has the expert earn something, which their statements tell of.
func (s *Scene) earned() {
	s.T.Helper()
	s.Stage = Resolved
	s.play()
	s.person = s.expert
}

// month is the present one.
func (s *Scene) month() string { return payouts.MonthOf(s.Clock.Now()).String() }
