-- +goose Up
CREATE TABLE payout_accounts (
	expert_id       TEXT NOT NULL,
	provider        TEXT NOT NULL,
	reference       TEXT NOT NULL CHECK (reference <> ''),
	payouts_enabled BOOLEAN NOT NULL,
	created_at      DATETIME NOT NULL,
	updated_at      DATETIME NOT NULL,
	PRIMARY KEY (expert_id, provider),
	UNIQUE (provider, reference)
);

CREATE TABLE payout_runs (
	id           TEXT PRIMARY KEY,
	kind         TEXT NOT NULL CHECK (kind IN ('weekly', 'on_demand')),
	period       TEXT NOT NULL CHECK (period <> ''),
	position     TEXT NOT NULL DEFAULT '',
	created_at   DATETIME NOT NULL,
	completed_at DATETIME,
	UNIQUE (kind, period)
);

CREATE TABLE payouts (
	id            TEXT PRIMARY KEY,
	run_id        TEXT NOT NULL REFERENCES payout_runs (id),
	expert_id     TEXT NOT NULL,
	currency      TEXT NOT NULL CHECK (currency GLOB '[A-Z][A-Z][A-Z]'),
	amount_minor  INTEGER NOT NULL CHECK (amount_minor > 0),
	provider      TEXT NOT NULL,
	destination   TEXT NOT NULL CHECK (destination <> ''),
	state         TEXT NOT NULL CHECK (state IN ('created', 'sending', 'sent', 'failed')),
	attempt       INTEGER NOT NULL CHECK (attempt >= 1),
	tries         INTEGER NOT NULL CHECK (tries >= 0),
	first_sent_at DATETIME,
	ambiguous     BOOLEAN NOT NULL,
	not_before    DATETIME NOT NULL,
	lease_token   TEXT,
	lease_until   DATETIME,
	transfer_id   TEXT UNIQUE,
	failure       TEXT NOT NULL DEFAULT '',
	created_at    DATETIME NOT NULL,
	ended_at      DATETIME,
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
	id              TEXT PRIMARY KEY,
	key             TEXT NOT NULL UNIQUE,
	payouts_enabled BOOLEAN NOT NULL,
	created_at      DATETIME NOT NULL
);

CREATE TABLE sandbox_transfers (
	id             TEXT PRIMARY KEY,
	transfer_group TEXT NOT NULL,
	payout_id      TEXT NOT NULL,
	currency       TEXT NOT NULL,
	amount_minor   INTEGER NOT NULL CHECK (amount_minor > 0),
	destination    TEXT NOT NULL REFERENCES sandbox_accounts (id),
	created_at     DATETIME NOT NULL
);
CREATE INDEX sandbox_transfers_group ON sandbox_transfers (transfer_group);

CREATE TABLE sandbox_keys (
	key         TEXT PRIMARY KEY,
	params      BLOB NOT NULL,
	code        TEXT NOT NULL,
	transfer_id TEXT NOT NULL,
	created_at  DATETIME NOT NULL
);

-- +goose Down
DROP TABLE sandbox_keys;
DROP TABLE sandbox_transfers;
DROP TABLE sandbox_accounts;
DROP TABLE payouts;
DROP TABLE payout_runs;
DROP TABLE payout_accounts;
