-- +goose Up
-- The ledger is global: it holds no personal data, only ids, and experts earn across brands.

-- A balance row exists only for accounts that must never fall below zero.
CREATE TABLE ledger_accounts (
	id       TEXT PRIMARY KEY,
	kind     TEXT NOT NULL,
	owner_id TEXT,
	currency TEXT NOT NULL CHECK (currency GLOB '[A-Z][A-Z][A-Z]'),
	balance  INTEGER NOT NULL DEFAULT 0 CHECK (balance >= 0),
	version  INTEGER NOT NULL DEFAULT 0 CHECK (version >= 0)
);
CREATE INDEX ledger_accounts_kind ON ledger_accounts (kind, id);
CREATE INDEX ledger_accounts_owner ON ledger_accounts (owner_id, kind);

CREATE TABLE ledger_postings (
	id        TEXT PRIMARY KEY,
	key       TEXT NOT NULL UNIQUE CHECK (key <> ''),
	kind      TEXT NOT NULL CHECK (kind <> ''),
	digest    BLOB NOT NULL CHECK (length(digest) = 32),
	posted_at DATETIME NOT NULL
);
-- +goose StatementBegin
CREATE TRIGGER ledger_postings_no_update BEFORE UPDATE ON ledger_postings
BEGIN
	SELECT RAISE(ABORT, 'ledger_postings is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER ledger_postings_no_delete BEFORE DELETE ON ledger_postings
BEGIN
	SELECT RAISE(ABORT, 'ledger_postings is append-only');
END;
-- +goose StatementEnd

-- amount: credits positive, debits negative. No foreign key to ledger_accounts: hot accounts have no row there.
CREATE TABLE ledger_entries (
	posting_id    TEXT NOT NULL REFERENCES ledger_postings (id),
	line          INTEGER NOT NULL CHECK (line > 0),
	account_id    TEXT NOT NULL,
	currency      TEXT NOT NULL CHECK (currency GLOB '[A-Z][A-Z][A-Z]'),
	amount        INTEGER NOT NULL CHECK (amount <> 0),
	balance_after INTEGER CHECK (balance_after >= 0),
	version       INTEGER CHECK (version > 0),
	PRIMARY KEY (posting_id, line),
	UNIQUE (account_id, version),
	CHECK ((balance_after IS NULL) = (version IS NULL))
);
-- +goose StatementBegin
CREATE TRIGGER ledger_entries_no_update BEFORE UPDATE ON ledger_entries
BEGIN
	SELECT RAISE(ABORT, 'ledger_entries is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER ledger_entries_no_delete BEFORE DELETE ON ledger_entries
BEGIN
	SELECT RAISE(ABORT, 'ledger_entries is append-only');
END;
-- +goose StatementEnd

CREATE TABLE holds (
	id               TEXT PRIMARY KEY,
	brand_id         TEXT NOT NULL,
	program_id       TEXT NOT NULL,
	question_id      TEXT NOT NULL,
	purpose          TEXT NOT NULL CHECK (purpose IN ('question', 'review', 'training', 'knowledge')),
	currency         TEXT NOT NULL CHECK (currency GLOB '[A-Z][A-Z][A-Z]'),
	authorised_minor INTEGER NOT NULL CHECK (authorised_minor > 0),
	asked_reward     INTEGER NOT NULL CHECK (asked_reward > 0),
	reward_minor     INTEGER NOT NULL CHECK (reward_minor > 0),
	fee_minor        INTEGER NOT NULL CHECK (fee_minor >= 0),
	returned_minor   INTEGER NOT NULL DEFAULT 0 CHECK (returned_minor >= 0),
	earned_minor     INTEGER NOT NULL DEFAULT 0 CHECK (earned_minor >= 0),
	state            TEXT NOT NULL CHECK (state IN ('open', 'earned', 'voided')),
	created_at       DATETIME NOT NULL,
	ended_at         DATETIME,
	CHECK ((state = 'open') = (ended_at IS NULL)),
	CHECK (CASE state
		WHEN 'open' THEN earned_minor = 0 AND reward_minor + fee_minor + returned_minor = authorised_minor
		WHEN 'earned' THEN earned_minor > 0 AND earned_minor + returned_minor = authorised_minor
		ELSE earned_minor = 0 AND returned_minor = authorised_minor END)
);
CREATE INDEX holds_question ON holds (question_id);

-- A reward's id is its assignment's (or its review's): there is no second reward for one piece of work.
CREATE TABLE rewards (
	id           TEXT PRIMARY KEY,
	hold_id      TEXT NOT NULL REFERENCES holds (id),
	brand_id     TEXT NOT NULL,
	program_id   TEXT NOT NULL,
	question_id  TEXT NOT NULL,
	expert_id    TEXT NOT NULL,
	kind         TEXT NOT NULL CHECK (kind IN ('assignment', 'handoff', 'review', 'training', 'knowledge')),
	currency     TEXT NOT NULL CHECK (currency GLOB '[A-Z][A-Z][A-Z]'),
	amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
	fee_minor    INTEGER NOT NULL CHECK (fee_minor >= 0),
	state        TEXT NOT NULL CHECK (state IN ('pending', 'released', 'refused')),
	refusal_id   TEXT UNIQUE,
	earned_at    DATETIME NOT NULL,
	release_at   DATETIME NOT NULL,
	decided_at   DATETIME,
	CHECK (release_at >= earned_at),
	CHECK ((state = 'pending') = (decided_at IS NULL)),
	CHECK ((state = 'refused') = (refusal_id IS NOT NULL))
);
CREATE INDEX rewards_hold ON rewards (hold_id);
CREATE INDEX rewards_question ON rewards (question_id);
CREATE INDEX rewards_expert ON rewards (expert_id, earned_at);

CREATE TABLE payout_freezes (
	scope     TEXT NOT NULL CHECK (scope IN ('brand', 'program', 'payouts')),
	owner_id  TEXT NOT NULL,
	reason    TEXT NOT NULL,
	frozen_at DATETIME NOT NULL,
	PRIMARY KEY (scope, owner_id)
);

-- One writer: id alone is in commit order; tx_id keeps the shape of the cursor that PostgreSQL needs.
CREATE TABLE payout_facts (
	id         INTEGER PRIMARY KEY AUTOINCREMENT,
	tx_id      INTEGER NOT NULL DEFAULT 0,
	kind       TEXT NOT NULL CHECK (kind IN ('funded', 'frozen', 'unfrozen', 'payout_sent', 'payout_failed',
		'account_enabled', 'account_restricted', 'payouts_paused')),
	brand_id   TEXT,
	program_id TEXT,
	expert_id  TEXT,
	subject_id TEXT NOT NULL,
	currency   TEXT,
	minor      INTEGER NOT NULL DEFAULT 0,
	reason     TEXT NOT NULL DEFAULT '',
	at         DATETIME NOT NULL
);
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

-- +goose Down
DROP TABLE payout_facts;
DROP TABLE payout_freezes;
DROP TABLE rewards;
DROP TABLE holds;
DROP TABLE ledger_entries;
DROP TABLE ledger_postings;
DROP TABLE ledger_accounts;
