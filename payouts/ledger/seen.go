package ledger

import (
	"slices"
	"sync"
)

// seen holds ids of accounts that were there, or were about to be. It only says
// which way is the shorter one: a posting whose accounts are not all there is
// not written at once.
var seen = accountsSeen{ids: map[string]struct{}{}}

// mostSeen bounds the memory of accounts.
const mostSeen = 100_000

type accountsSeen struct {
	mu  sync.Mutex
	ids map[string]struct{}
}

// all reports whether every constrained account of p was seen.
func (s *accountsSeen) all(p prepared) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return !slices.ContainsFunc(p.Entries, func(e Entry) bool {
		_, ok := s.ids[e.Account.ID()]
		return e.Account.Constrained() && !ok
	})
}

func (s *accountsSeen) add(rows map[string]Account) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range rows {
		if len(s.ids) >= mostSeen {
			clear(s.ids)
		}
		s.ids[a.ID()] = struct{}{}
	}
}
