-- +goose Up
CREATE TABLE payout_accounts (
	expert_id       uuid NOT NULL,
	provider        text NOT NULL,
	reference       text NOT NULL CHECK (reference <> ''),
	payouts_enabled boolean NOT NULL,
	created_at      timestamptz NOT NULL,
	updated_at      timestamptz NOT NULL,
	PRIMARY KEY (expert_id, provider),
	UNIQUE (provider, reference)
);

CREATE TABLE payout_runs (
	id           uuid PRIMARY KEY,
	kind         text NOT NULL CHECK (kind IN ('weekly', 'on_demand')),
	period       text NOT NULL CHECK (period <> ''),
	position     text NOT NULL DEFAULT '',
	created_at   timestamptz NOT NULL,
	completed_at timestamptz,
	UNIQUE (kind, period)
);

CREATE TABLE payouts (
	id            uuid PRIMARY KEY,
	run_id        uuid NOT NULL REFERENCES payout_runs (id),
	expert_id     uuid NOT NULL,
	currency      text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
	amount_minor  bigint NOT NULL CHECK (amount_minor > 0),
	provider      text NOT NULL,
	destination   text NOT NULL CHECK (destination <> ''),
	state         text NOT NULL CHECK (state IN ('created', 'sending', 'sent', 'failed')),
	attempt       integer NOT NULL CHECK (attempt >= 1),
	tries         integer NOT NULL CHECK (tries >= 0),
	first_sent_at timestamptz,
	ambiguous     boolean NOT NULL,
	not_before    timestamptz NOT NULL,
	lease_token   uuid,
	lease_until   timestamptz,
	transfer_id   text UNIQUE,
	failure       text NOT NULL DEFAULT '',
	created_at    timestamptz NOT NULL,
	ended_at      timestamptz,
	UNIQUE (run_id, expert_id, currency),
	CHECK (state <> 'created' OR (first_sent_at IS NULL AND attempt = 1)),
	CHECK ((state = 'sent') = (transfer_id IS NOT NULL)),
	CHECK ((state IN ('sent', 'failed')) = (ended_at IS NOT NULL)),
	CHECK ((lease_token IS NULL) = (lease_until IS NULL))
);
CREATE INDEX payouts_open ON payouts (not_before, id) WHERE state IN ('created', 'sending');
CREATE INDEX payouts_expert ON payouts (expert_id, created_at);

-- The sandbox provider's own state: what would be at the payment provider's.
CREATE TABLE sandbox_accounts (
	id              text PRIMARY KEY,
	key             text NOT NULL UNIQUE,
	payouts_enabled boolean NOT NULL,
	created_at      timestamptz NOT NULL
);

CREATE TABLE sandbox_transfers (
	id             text PRIMARY KEY,
	transfer_group text NOT NULL,
	payout_id      uuid NOT NULL,
	currency       text NOT NULL,
	amount_minor   bigint NOT NULL CHECK (amount_minor > 0),
	destination    text NOT NULL REFERENCES sandbox_accounts (id),
	created_at     timestamptz NOT NULL
);
CREATE INDEX sandbox_transfers_group ON sandbox_transfers (transfer_group);

CREATE TABLE sandbox_keys (
	key         text PRIMARY KEY,
	params      bytea NOT NULL,
	code        text NOT NULL,
	transfer_id text NOT NULL,
	created_at  timestamptz NOT NULL
);

-- +goose Down
DROP TABLE sandbox_keys;
DROP TABLE sandbox_transfers;
DROP TABLE sandbox_accounts;
DROP TABLE payouts;
DROP TABLE payout_runs;
DROP TABLE payout_accounts;
