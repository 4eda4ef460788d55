package pages

import "knowhow/payouts/money"

// openBooks are what anybody may know of a program's money. What too few share is
// nil.
type openBooks struct {
	FeeBP int       `json:"fee_bp"`
	Pay   []payLine `json:"pay"`
	Work  struct {
		HandoffBP int         `json:"handoff_bp"`
		Review    money.Money `json:"review"`
		Training  money.Money `json:"training"`
	} `json:"work"`
	Split *struct {
		ExpertsBP int `json:"experts_bp"`
		FeesBP    int `json:"fees_bp"`
		RefusedBP int `json:"refused_bp"`
	} `json:"split"`
	Weekly *paySpread `json:"weekly"`
	Hourly *paySpread `json:"hourly"`
}

// payLine is what an answer pays: on a topic, or on any that is not named.
type payLine struct {
	Name   string      `json:"name"`
	Reward money.Money `json:"reward"`
	Fee    money.Money `json:"fee"`
}

// paySpread is how what experts earned is spread.
type paySpread struct {
	Experts int         `json:"experts"`
	Low     money.Money `json:"low"`
	Median  money.Money `json:"median"`
	High    money.Money `json:"high"`
}
