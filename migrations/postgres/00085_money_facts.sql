-- +goose Up
ALTER TABLE payout_facts DROP CONSTRAINT payout_facts_kind_check;
ALTER TABLE payout_facts ADD CONSTRAINT payout_facts_kind_check CHECK (kind IN ('funded', 'frozen', 'unfrozen', 'payout_sent', 'payout_failed',
		'account_enabled', 'account_restricted', 'payouts_paused', 'clawed_back', 'bonus', 'dispute_opened', 'dispute_won',
		'dispute_lost', 'refund_sent', 'refund_failed', 'unmatched', 'reversed'));

-- +goose Down
-- Facts that the schema before does not know stay, unchecked.
ALTER TABLE payout_facts DROP CONSTRAINT payout_facts_kind_check;
ALTER TABLE payout_facts ADD CONSTRAINT payout_facts_kind_check CHECK (kind IN ('funded', 'frozen', 'unfrozen', 'payout_sent', 'payout_failed',
		'account_enabled', 'account_restricted', 'payouts_paused')) NOT VALID;
