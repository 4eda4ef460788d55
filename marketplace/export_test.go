package marketplace

// Refused tells whether Writable will try to write.
func (s *Store) Refused() bool { return s.refused.Load() }
