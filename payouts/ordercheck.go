package payouts

import "knowhow/payouts/ledger"

// orderViews are rules about orders.
func orderViews() []ledger.Rule {
	return []ledger.Rule{
		differ("in_transit:refunds is the open refunds", balances(ledger.InTransitRefunds),
			`SELECT 'in_transit:refunds:' || currency, -amount_minor FROM payout_orders WHERE kind = 'refund' AND state IN ('created', 'sending')`),
		differ("revenue:instant_fee is the fees of instant payouts that did not fail", entries(ledger.InstantFee),
			`SELECT 'revenue:instant_fee:' || currency, -fee_minor FROM payout_orders WHERE kind = 'instant' AND state <> 'failed' AND bank_state <> 'failed'`),
		differ("every step of an order has one posting, and no other",
			`SELECT key AS subject, 1 AS v FROM ledger_postings WHERE kind IN ('refund_intend', 'refund_send', 'refund_fail', 'refund_bounce',
				'instant_intend', 'instant_fail', 'instant_bounce', 'reversal_send')`,
			`SELECT 'order:' || CAST(id AS text) || ':intend', -1 FROM payout_orders WHERE kind = 'refund' OR kind = 'instant' AND fee_minor > 0`,
			`SELECT 'order:' || CAST(id AS text) || ':send', -1 FROM payout_orders WHERE kind <> 'instant' AND state = 'sent'`,
			`SELECT 'order:' || CAST(id AS text) || ':fail', -1 FROM payout_orders WHERE (kind = 'refund' OR kind = 'instant' AND fee_minor > 0) AND state = 'failed'`,
			`SELECT 'order:' || CAST(id AS text) || ':bounce', -1 FROM payout_orders WHERE (kind = 'refund' OR kind = 'instant' AND fee_minor > 0) AND bank_state = 'failed'`),
	}
}
