-- +goose Up
-- What the payment provider tells us by webhook, each once. Hints only: no amounts, no personal data. Not a
-- brand's: most are about experts' accounts and our own books.
CREATE TABLE provider_notices (
	provider    text NOT NULL,
	id          text NOT NULL CHECK (id <> ''),
	endpoint    text NOT NULL CHECK (endpoint IN ('platform', 'connected')),
	kind        text NOT NULL CHECK (kind <> ''),
	account     text NOT NULL,
	object      text NOT NULL,
	subject     uuid NOT NULL,
	sent_at     timestamptz NOT NULL,
	received_at timestamptz NOT NULL,
	handled_at  timestamptz,
	PRIMARY KEY (provider, id)
);
CREATE INDEX provider_notices_handled ON provider_notices (handled_at) WHERE handled_at IS NOT NULL;

-- How an expert's account stands with the provider: whether its owner has told what was asked at first, why it is
-- not paid, and how much is still asked, by when.
ALTER TABLE payout_accounts ADD COLUMN submitted boolean NOT NULL DEFAULT false;
ALTER TABLE payout_accounts ADD COLUMN disabled text NOT NULL DEFAULT '';
ALTER TABLE payout_accounts ADD COLUMN due integer NOT NULL DEFAULT 0 CHECK (due >= 0);
ALTER TABLE payout_accounts ADD COLUMN due_by timestamptz;

-- Whose money is in the books: the sandbox's play money and real money must never meet.
CREATE TABLE payment_provider (
	only_one smallint PRIMARY KEY CHECK (only_one = 1),
	name     text NOT NULL CHECK (name <> ''),
	since    timestamptz NOT NULL
);

-- +goose Down
DROP TABLE payment_provider;
ALTER TABLE payout_accounts DROP COLUMN due_by;
ALTER TABLE payout_accounts DROP COLUMN due;
ALTER TABLE payout_accounts DROP COLUMN disabled;
ALTER TABLE payout_accounts DROP COLUMN submitted;
DROP TABLE provider_notices;
