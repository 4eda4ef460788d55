-- +goose Up
-- The country an expert's account is in, as far as the provider told: what is least paid out goes by it.
ALTER TABLE payout_accounts ADD COLUMN country TEXT NOT NULL DEFAULT '' CHECK (country = '' OR country GLOB '[A-Z][A-Z]');

-- An expert can be kept from being paid out. SQLite changes a CHECK by making the table anew.
CREATE TABLE payout_freezes_new (
	scope     TEXT NOT NULL CHECK (scope IN ('brand', 'program', 'payouts', 'expert')),
	owner_id  TEXT NOT NULL,
	reason    TEXT NOT NULL,
	frozen_at DATETIME NOT NULL,
	PRIMARY KEY (scope, owner_id)
);
INSERT INTO payout_freezes_new (scope, owner_id, reason, frozen_at) SELECT scope, owner_id, reason, frozen_at FROM payout_freezes;
DROP TABLE payout_freezes;
ALTER TABLE payout_freezes_new RENAME TO payout_freezes;

-- What is told of grows; who reads it knows the kinds.
CREATE TABLE payout_facts_new (
	id         INTEGER PRIMARY KEY AUTOINCREMENT,
	tx_id      INTEGER NOT NULL DEFAULT 0,
	kind       TEXT NOT NULL CHECK (kind <> ''),
	brand_id   TEXT,
	program_id TEXT,
	expert_id  TEXT,
	subject_id TEXT NOT NULL,
	currency   TEXT,
	minor      INTEGER NOT NULL DEFAULT 0,
	reason     TEXT NOT NULL DEFAULT '',
	at         DATETIME NOT NULL
);
INSERT INTO payout_facts_new (id, tx_id, kind, brand_id, program_id, expert_id, subject_id, currency, minor, reason, at)
	SELECT id, tx_id, kind, brand_id, program_id, expert_id, subject_id, currency, minor, reason, at FROM payout_facts;
DROP TABLE payout_facts;
ALTER TABLE payout_facts_new RENAME TO payout_facts;
CREATE INDEX payout_facts_cursor ON payout_facts (tx_id, id);
-- +goose StatementBegin
CREATE TRIGGER payout_facts_no_update BEFORE UPDATE ON payout_facts
BEGIN
	SELECT RAISE(ABORT, 'payout_facts is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER payout_facts_no_delete BEFORE DELETE ON payout_facts
BEGIN
	SELECT RAISE(ABORT, 'payout_facts is append-only');
END;
-- +goose StatementEnd

-- What else is asked of the provider, in the same protocol as payouts: to take a transfer back, to pay an
-- expert's account out at once, to give a brand's payment back. owner_id is the expert, or the brand of a refund.
CREATE TABLE payout_orders (
	id            TEXT PRIMARY KEY,
	kind          TEXT NOT NULL CHECK (kind IN ('reversal', 'instant', 'refund')),
	owner_id      TEXT NOT NULL,
	payout_id     TEXT REFERENCES payouts (id),
	currency      TEXT NOT NULL CHECK (currency GLOB '[A-Z][A-Z][A-Z]'),
	amount_minor  INTEGER NOT NULL CHECK (amount_minor > 0),
	fee_minor     INTEGER NOT NULL CHECK (fee_minor >= 0),
	provider      TEXT NOT NULL,
	account       TEXT NOT NULL,
	of_id         TEXT NOT NULL,
	state         TEXT NOT NULL CHECK (state IN ('created', 'sending', 'sent', 'failed')),
	attempt       INTEGER NOT NULL CHECK (attempt >= 1),
	tries         INTEGER NOT NULL CHECK (tries >= 0),
	first_sent_at DATETIME,
	ambiguous     BOOLEAN NOT NULL,
	not_before    DATETIME NOT NULL,
	lease_token   TEXT,
	lease_until   DATETIME,
	object_id     TEXT UNIQUE,
	failure       TEXT NOT NULL DEFAULT '',
	bank_state    TEXT NOT NULL DEFAULT '' CHECK (bank_state IN ('', 'done', 'pending', 'failed')),
	arrives_at    DATETIME,
	next_look_at  DATETIME,
	created_at    DATETIME NOT NULL,
	ended_at      DATETIME,
	CHECK ((kind = 'refund') = (payout_id IS NULL)),
	CHECK ((kind = 'refund') = (account = '')),
	CHECK ((kind = 'instant') = (of_id = '')),
	CHECK (kind = 'instant' OR fee_minor = 0),
	CHECK (state <> 'created' OR (first_sent_at IS NULL AND attempt = 1)),
	CHECK ((state = 'sent') = (object_id IS NOT NULL)),
	CHECK ((state = 'sent') = (bank_state <> '')),
	CHECK ((state IN ('sent', 'failed')) = (ended_at IS NOT NULL)),
	CHECK ((lease_token IS NULL) = (lease_until IS NULL))
);
CREATE INDEX payout_orders_open ON payout_orders (not_before, id) WHERE state IN ('created', 'sending');
CREATE INDEX payout_orders_look ON payout_orders (next_look_at, id) WHERE next_look_at IS NOT NULL;
CREATE INDEX payout_orders_owner ON payout_orders (owner_id, created_at);
CREATE INDEX payout_orders_payout ON payout_orders (payout_id);
CREATE INDEX payout_orders_of ON payout_orders (of_id, kind);
-- A payout is asked to arrive at once no more than once.
CREATE UNIQUE INDEX payout_orders_instant ON payout_orders (payout_id) WHERE kind = 'instant';

-- The provider's books of our balance as read from it, each entry once, and the posting that it is in ours.
CREATE TABLE provider_entries (
	provider     TEXT NOT NULL,
	id           TEXT NOT NULL CHECK (id <> ''),
	kind         TEXT NOT NULL CHECK (kind <> ''),
	currency     TEXT NOT NULL CHECK (currency GLOB '[A-Z][A-Z][A-Z]'),
	gross_minor  INTEGER NOT NULL,
	fee_minor    INTEGER NOT NULL,
	net_minor    INTEGER NOT NULL CHECK (net_minor = gross_minor - fee_minor),
	source       TEXT NOT NULL,
	of_id        TEXT NOT NULL,
	subject_id   TEXT,
	made_at      DATETIME NOT NULL,
	seen_at      DATETIME NOT NULL,
	state        TEXT NOT NULL CHECK (state IN ('waiting', 'matched', 'suspense')),
	posting_key  TEXT,
	PRIMARY KEY (provider, id),
	UNIQUE (provider, posting_key),
	CHECK ((state = 'waiting') = (posting_key IS NULL))
);
CREATE INDEX provider_entries_open ON provider_entries (made_at, id) WHERE state <> 'matched';

-- How far the provider's books have been read, and when both were last compared.
CREATE TABLE reconciliations (
	provider    TEXT PRIMARY KEY,
	read_to     DATETIME NOT NULL,
	done_at     DATETIME NOT NULL,
	compared_at DATETIME
);

INSERT INTO timetable (id, brand_id, name, next_due_at) VALUES
	('00000000-0000-7000-8000-000000000086', '00000000-0000-0000-0000-000000000001', 'reconcile payouts', '1970-01-01 00:00:00+00:00');

-- +goose Down
DELETE FROM timetable WHERE name = 'reconcile payouts';
DROP TABLE reconciliations;
DROP TABLE provider_entries;
DROP TABLE payout_orders;
DELETE FROM payout_freezes WHERE scope = 'expert';
CREATE TABLE payout_freezes_new (
	scope     TEXT NOT NULL CHECK (scope IN ('brand', 'program', 'payouts')),
	owner_id  TEXT NOT NULL,
	reason    TEXT NOT NULL,
	frozen_at DATETIME NOT NULL,
	PRIMARY KEY (scope, owner_id)
);
INSERT INTO payout_freezes_new (scope, owner_id, reason, frozen_at) SELECT scope, owner_id, reason, frozen_at FROM payout_freezes;
DROP TABLE payout_freezes;
ALTER TABLE payout_freezes_new RENAME TO payout_freezes;
ALTER TABLE payout_accounts DROP COLUMN country;
