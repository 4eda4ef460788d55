package marketplace

import "time"

// Refused tells whether Writable will try to write.
func (s *Store) Refused() bool { return s.refused.Load() }

// StayOpen has shared transactions be joined for as long as a busy machine may take.
func (s *Store) StayOpen() { s.shared.open = time.Minute }
