package marketplace

import "time"

// Refused tells whether Writable will try to write.
func (s *Store) Refused() bool { return s.refused.Load() }

// StayOpen has shared transactions be joined for as long as a busy machine may take.
func (s *Store) StayOpen() { s.shared.open = time.Hour }

// InLine is how many wait for their turn to write.
func (s *Store) InLine() int {
	s.shared.mu.Lock()
	defer s.shared.mu.Unlock()
	return len(s.shared.waiting)
}
