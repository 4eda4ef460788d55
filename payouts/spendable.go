package payouts

import "knowhow/payouts/ledger"

// SpendableSQL is two columns for queries of what a program can spend: whether
// new holds are refused, as IsFrozen tells, and what its budget has free just
// now, in minor units of the currency, which is an expression too. Arguments are
// the brand, and the program twice.
func SpendableSQL(currency string) string {
	return FrozenSQL + ", COALESCE((SELECT CAST(SUM(balance) AS bigint) FROM ledger_accounts WHERE owner_id = ? AND kind = '" +
		string(ledger.ProgramBudget) + "' AND currency = " + currency + "), 0)"
}
