package markettest

import (
	"knowhow/marketplace/assembly"
	"knowhow/marketplace/earnings"
	"knowhow/payouts"
)

// Provide builds the house anew, with another payment provider, nil: the sandbox,
// and what reads its news.
func (m *Market) Provide(p payouts.Provider, news earnings.News) {
	m.parts.Provider, m.parts.News = p, news
	m.House = assembly.New(m.parts)
}
