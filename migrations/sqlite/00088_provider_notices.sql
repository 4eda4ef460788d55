-- +goose Up
-- What the payment provider tells us by webhook, each once. Hints only: no amounts, no personal data. Not a
-- brand's: most are about experts' accounts and our own books.
CREATE TABLE provider_notices (
	provider    TEXT NOT NULL,
	id          TEXT NOT NULL CHECK (id <> ''),
	endpoint    TEXT NOT NULL CHECK (endpoint IN ('platform', 'connected')),
	kind        TEXT NOT NULL CHECK (kind <> ''),
	account     TEXT NOT NULL,
	object      TEXT NOT NULL,
	subject     TEXT NOT NULL,
	sent_at     DATETIME NOT NULL,
	received_at DATETIME NOT NULL,
	handled_at  DATETIME,
	PRIMARY KEY (provider, id)
);
CREATE INDEX provider_notices_handled ON provider_notices (handled_at) WHERE handled_at IS NOT NULL;

-- How an expert's account stands with the provider: whether its owner has told what was asked at first, why it is
-- not paid, and how much is still asked, by when.
ALTER TABLE payout_accounts ADD COLUMN submitted BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE payout_accounts ADD COLUMN disabled TEXT NOT NULL DEFAULT '';
ALTER TABLE payout_accounts ADD COLUMN due INTEGER NOT NULL DEFAULT 0 CHECK (due >= 0);
ALTER TABLE payout_accounts ADD COLUMN due_by DATETIME;

-- Whose money is in the books: the sandbox's play money and real money must never meet.
CREATE TABLE payment_provider (
	only_one INTEGER PRIMARY KEY CHECK (only_one = 1),
	name     TEXT NOT NULL CHECK (name <> ''),
	since    DATETIME NOT NULL
);

-- +goose Down
DROP TABLE payment_provider;
ALTER TABLE payout_accounts DROP COLUMN due_by;
ALTER TABLE payout_accounts DROP COLUMN due;
ALTER TABLE payout_accounts DROP COLUMN disabled;
ALTER TABLE payout_accounts DROP COLUMN submitted;
DROP TABLE provider_notices;
