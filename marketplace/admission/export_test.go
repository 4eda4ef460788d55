package admission

// SetAtOnce has so many who wait be given a place in one transaction.
func (s *Service) SetAtOnce(n int64) { s.atOnce = n }
