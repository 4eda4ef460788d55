package payouts

import (
	"strings"

	"knowhow/payouts/ledger"
)

// rules compare two views of the same money by adding one and taking off the
// other: what does not come to zero differs.
func rules() []ledger.Rule {
	return append(append(workRules(), otherRules()...), orderViews()...)
}

// An expert's accounts, as expressions over a table with expert_id and currency.
const (
	pendingOf   = `'expert:' || CAST(expert_id AS text) || ':pending:' || currency`
	availableOf = `'expert:' || CAST(expert_id AS text) || ':available:' || currency`
	owesOf      = `'recv:expert:' || CAST(expert_id AS text) || ':' || currency`
)

// taken are the clawbacks with what they are of.
const taken = `(SELECT r.expert_id, r.currency, r.amount_minor, r.fee_minor, c.debt_minor FROM clawbacks AS c JOIN rewards AS r ON r.id = c.reward_id) AS taken`

// workRules are about holds, rewards and payouts.
func workRules() []ledger.Rule {
	return []ledger.Rule{
		differ("program:hold is the open holds", balances(ledger.ProgramHold),
			`SELECT 'program:' || CAST(program_id AS text) || ':hold:' || currency, -(reward_minor + fee_minor) FROM holds WHERE state = 'open'`),
		differ("expert:pending is the pending rewards", balances(ledger.ExpertPending),
			`SELECT `+pendingOf+`, -amount_minor FROM rewards WHERE state = 'pending'`),
		differ("expert:available is the released rewards less the payouts", balances(ledger.ExpertAvailable),
			`SELECT `+availableOf+`, -(amount_minor - netted_minor) FROM rewards WHERE state = 'released'`,
			`SELECT `+availableOf+`, amount_minor - debt_minor FROM `+taken,
			`SELECT `+availableOf+`, amount_minor FROM payouts WHERE state <> 'failed'`,
			`SELECT `+availableOf+`, -amount_minor FROM bonuses`,
			`SELECT `+availableOf+`, amount_minor FROM withholdings`,
			otherEntries("expert:%:available:%", "-amount", "release", "claw_back", "payout_intend", "payout_fail", "bonus", "withhold")),
		differ("in_transit:payouts is the open payouts", balances(ledger.InTransitPayouts),
			`SELECT 'in_transit:payouts:' || currency, -amount_minor FROM payouts WHERE state IN ('created', 'sending')`),
		differ("fee:pending is the fees of pending rewards", entries(ledger.FeePending),
			`SELECT 'fee:pending:' || currency, -fee_minor FROM rewards WHERE state = 'pending'`),
		differ("revenue:platform_fee is the fees of released rewards", entries(ledger.PlatformFee),
			`SELECT 'revenue:platform_fee:' || currency, -fee_minor FROM rewards WHERE state = 'released'`,
			`SELECT 'revenue:platform_fee:' || currency, fee_minor FROM `+taken),
		differ("an earned hold is its rewards and fees",
			`SELECT CAST(id AS text) AS subject, earned_minor AS v FROM holds`,
			`SELECT CAST(hold_id AS text), -(amount_minor + fee_minor) FROM rewards`),
		differ("every step has one posting, and no other", postedKeys, expectedKeys),
	}
}

// otherRules are about what moves otherwise than by work. What owes and is owed
// grows by debits, which are the negative entries.
func otherRules() []ledger.Rule {
	return []ledger.Rule{
		asideRule, asideThereRule,
		{Name: "only a released reward is taken back", Query: `SELECT CAST(r.id AS text) AS subject, r.state AS detail
			FROM clawbacks AS c JOIN rewards AS r ON r.id = c.reward_id WHERE r.state <> 'released' OR c.debt_minor > r.amount_minor`},
		differ("recv:expert is what was taken back and not paid", balances(ledger.ExpertOwes),
			`SELECT `+owesOf+`, -debt_minor FROM `+taken,
			`SELECT `+owesOf+`, netted_minor FROM rewards WHERE state = 'released'`,
			otherEntries("recv:expert:%", "amount", "claw_back", "release")),
		differ("recv:brand is the lost disputes not paid, and the credit", balances(ledger.BrandOwes),
			`SELECT 'recv:brand:' || CAST(brand_id AS text) || ':' || currency, -owed_minor FROM disputes`,
			otherEntries("recv:brand:%", "amount", "dispute_lose")),
		{Name: "what was cleared from suspense had been brought there", Query: `SELECT c.key AS subject, c.kind AS detail FROM ledger_postings AS c
			WHERE c.kind = 'clear_suspense' AND NOT EXISTS (SELECT 1 FROM ledger_postings AS s
				WHERE s.kind = 'suspend' AND s.key = substr(c.key, 1, length(c.key) - length(':clear')))`},
		differ("disputes:open is the open disputes", balances(ledger.DisputesOpen),
			`SELECT 'disputes:' || 'open:' || CAST(id AS text) || ':' || currency, -amount_minor FROM disputes WHERE state = 'open'`),
		differ("expense:dispute_fees is the disputes' fees", entries(ledger.DisputeFees),
			`SELECT 'expense:dispute_fees:' || currency, fee_minor FROM disputes`),
		differ("expense:bonus is our bonuses", entries(ledger.Bonuses),
			`SELECT 'expense:bonus:' || currency, amount_minor FROM bonuses WHERE program_id IS NULL`),
		differ("tax:withheld is the withholdings not remitted", entries(ledger.TaxWithheld),
			`SELECT 'tax:withheld:' || currency, -amount_minor FROM withholdings`,
			otherEntries("tax:withheld:%", "-amount", "withhold")),
		differ("fx is the exchanges", entries(ledger.FX),
			`SELECT 'fx:' || from_currency, -from_minor FROM exchanges`,
			`SELECT 'fx:' || to_currency, to_minor FROM exchanges`),
	}
}

// postedKeys and expectedKeys are the steps as posted, and as the rows tell.
const (
	postedKeys = `SELECT key AS subject, 1 AS v FROM ledger_postings WHERE kind IN ('hold', 'earn', 'void',
		'release', 'refuse', 'claw_back', 'payout_intend', 'payout_send', 'payout_fail', 'bonus', 'withhold', 'exchange',
		'dispute_open', 'dispute_win', 'dispute_lose')`
	expectedKeys = `SELECT 'hold:' || CAST(id AS text) || ':hold', -1 FROM holds
		UNION ALL SELECT 'hold:' || CAST(id AS text) || ':earn', -1 FROM holds WHERE state = 'earned'
		UNION ALL SELECT 'hold:' || CAST(id AS text) || ':void', -1 FROM holds WHERE state = 'voided'
		UNION ALL SELECT 'reward:' || CAST(id AS text) || ':release', -1 FROM rewards WHERE state = 'released'
		UNION ALL SELECT 'reward:' || CAST(id AS text) || ':refuse', -1 FROM rewards WHERE state = 'refused'
		UNION ALL SELECT 'reward:' || CAST(reward_id AS text) || ':claw_back', -1 FROM clawbacks
		UNION ALL SELECT 'payout:' || CAST(id AS text) || ':intend', -1 FROM payouts
		UNION ALL SELECT 'payout:' || CAST(id AS text) || ':send', -1 FROM payouts WHERE state = 'sent'
		UNION ALL SELECT 'payout:' || CAST(id AS text) || ':fail', -1 FROM payouts WHERE state = 'failed'
		UNION ALL SELECT 'bonus:' || CAST(id AS text) || ':grant', -1 FROM bonuses
		UNION ALL SELECT 'withholding:' || CAST(id AS text) || ':withhold', -1 FROM withholdings
		UNION ALL SELECT 'exchange:' || CAST(id AS text) || ':exchange', -1 FROM exchanges
		UNION ALL SELECT 'dispute:' || CAST(id AS text) || ':open', -1 FROM disputes
		UNION ALL SELECT 'dispute:' || CAST(id AS text) || ':win', -1 FROM disputes WHERE state = 'won'
		UNION ALL SELECT 'dispute:' || CAST(id AS text) || ':lose', -1 FROM disputes WHERE state = 'lost'`
)

// whole is the account that a row is of, which may be one of its stripes.
const whole = `rtrim(rtrim(id, '0123456789'), '#')`

func balances(kind ledger.Kind) string {
	return `SELECT ` + whole + ` AS subject, balance AS v FROM ledger_accounts WHERE kind = '` + string(kind) + `'`
}

func entries(kind ledger.Kind) string {
	return `SELECT account_id AS subject, amount AS v FROM ledger_entries WHERE account_id LIKE '` + string(kind) + `:%'`
}

// otherEntries is v for the entries of accounts like these whose postings are of
// none of the kinds, which rows tell of.
func otherEntries(like, v string, kinds ...string) string {
	return `SELECT e.account_id, ` + v + ` FROM ledger_entries AS e JOIN ledger_postings AS p ON p.id = e.posting_id
		WHERE e.account_id LIKE '` + like + `' AND p.kind NOT IN ('` + strings.Join(kinds, "', '") + `')`
}

func differ(name, first string, others ...string) ledger.Rule {
	union := first
	for _, other := range others {
		union += "\nUNION ALL " + other
	}
	return ledger.Rule{Name: name, Query: `SELECT subject, CAST(SUM(v) AS text) AS detail
		FROM (` + union + `) AS views GROUP BY subject HAVING SUM(v) <> 0`}
}
