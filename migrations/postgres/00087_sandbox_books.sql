-- +goose Up
-- The sandbox keeps books of the platform's balance, as a provider does.
CREATE TABLE sandbox_entries (
	id           text PRIMARY KEY,
	kind         text NOT NULL CHECK (kind <> ''),
	currency     text NOT NULL,
	gross_minor  bigint NOT NULL,
	fee_minor    bigint NOT NULL CHECK (fee_minor >= 0),
	net_minor    bigint NOT NULL CHECK (net_minor = gross_minor - fee_minor),
	source       text NOT NULL,
	of_id        text NOT NULL DEFAULT '',
	subject_id   uuid,
	made_at      timestamptz NOT NULL,
	available_at timestamptz NOT NULL,
	UNIQUE (source, kind)
);
CREATE INDEX sandbox_entries_made ON sandbox_entries (made_at, id);

CREATE TABLE sandbox_balances (
	currency text PRIMARY KEY,
	minor    bigint NOT NULL
) WITH (fillfactor = 50);

-- What was moved but by transfers.
CREATE TABLE sandbox_moves (
	id           text PRIMARY KEY,
	kind         text NOT NULL CHECK (kind IN ('reversal', 'instant', 'refund')),
	subject_id   uuid NOT NULL,
	currency     text NOT NULL,
	amount_minor bigint NOT NULL CHECK (amount_minor > 0),
	account      text NOT NULL,
	of_id        text NOT NULL,
	state        text NOT NULL CHECK (state IN ('done', 'pending', 'failed')),
	failure      text NOT NULL DEFAULT '',
	arrives_at   timestamptz,
	created_at   timestamptz NOT NULL
);
CREATE INDEX sandbox_moves_subject ON sandbox_moves (subject_id);
CREATE INDEX sandbox_moves_of ON sandbox_moves (of_id, kind);

-- What was paid in and out before there were books.
INSERT INTO sandbox_entries (id, kind, currency, gross_minor, fee_minor, net_minor, source, subject_id, made_at, available_at)
	SELECT 'sandbox_txn_' || substr(p.key, 9), 'payment', e.currency, -e.amount, 0, -e.amount, 'sandbox_ch_' || substr(p.key, 9),
		CAST(substr(p.key, 9) AS uuid), p.posted_at, p.posted_at
	FROM ledger_entries AS e JOIN ledger_postings AS p ON p.id = e.posting_id
	WHERE e.account_id LIKE 'sandbox:balance:%' AND p.kind = 'fund';
INSERT INTO sandbox_entries (id, kind, currency, gross_minor, fee_minor, net_minor, source, subject_id, made_at, available_at)
	SELECT 'sandbox_txn_' || id, 'transfer', currency, -amount_minor, 0, -amount_minor, id, payout_id, created_at, created_at
	FROM sandbox_transfers;
INSERT INTO sandbox_balances (currency, minor) SELECT currency, SUM(net_minor) FROM sandbox_entries GROUP BY currency;

-- +goose Down
DROP TABLE sandbox_moves;
DROP TABLE sandbox_balances;
DROP TABLE sandbox_entries;
