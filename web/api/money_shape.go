package api

import "github.com/danielgtaylor/huma/v2"

// describeMoney adds to the schema of Money, whose type is the ledger's and
// knows nothing of documentation, what it means.
func describeMoney(schemas huma.Registry) {
	s := schemas.Map()["Money"]
	if s == nil {
		return
	}
	amount, currency, three := s.Properties["amount"], s.Properties["currency"], 3
	amount.Description, amount.Examples = "In minor units of the currency, such as cents.", []any{250}
	currency.Description, currency.Examples = "ISO 4217.", []any{"EUR"}
	currency.MinLength, currency.MaxLength = &three, &three
	currency.PrecomputeMessages()
}
