-- +goose Up
-- A CHECK cannot be changed here: the table is made anew, with the same ids.
CREATE TABLE payout_facts_new (
	id         INTEGER PRIMARY KEY AUTOINCREMENT,
	tx_id      INTEGER NOT NULL DEFAULT 0,
	kind       TEXT NOT NULL CHECK (kind IN ('funded', 'frozen', 'unfrozen', 'payout_sent', 'payout_failed',
		'account_enabled', 'account_restricted', 'payouts_paused', 'clawed_back', 'bonus', 'dispute_opened', 'dispute_won',
		'dispute_lost', 'refund_sent', 'refund_failed', 'unmatched', 'reversed')),
	brand_id   TEXT,
	program_id TEXT,
	expert_id  TEXT,
	subject_id TEXT NOT NULL,
	currency   TEXT,
	minor      INTEGER NOT NULL DEFAULT 0,
	reason     TEXT NOT NULL DEFAULT '',
	at         DATETIME NOT NULL
);
INSERT INTO payout_facts_new SELECT id, tx_id, kind, brand_id, program_id, expert_id, subject_id, currency, minor, reason, at FROM payout_facts;
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

-- +goose Down
-- The schema before does not know the newer kinds; they go.
CREATE TABLE payout_facts_new (
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
INSERT INTO payout_facts_new SELECT id, tx_id, kind, brand_id, program_id, expert_id, subject_id, currency, minor, reason, at FROM payout_facts
	WHERE kind IN ('funded', 'frozen', 'unfrozen', 'payout_sent', 'payout_failed',
		'account_enabled', 'account_restricted', 'payouts_paused');
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
