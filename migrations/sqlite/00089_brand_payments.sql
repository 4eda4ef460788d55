-- +goose Up
-- What brands pay in. A payment's id is its funding's. What the provider knows it by is set when it is known.
CREATE TABLE brand_payments (
	id            TEXT PRIMARY KEY,
	brand_id      TEXT NOT NULL,
	method        TEXT NOT NULL CHECK (method IN ('card', 'bank_transfer', 'top_up', 'nothing')),
	provider      TEXT NOT NULL CHECK (provider <> ''),
	currency      TEXT NOT NULL CHECK (currency GLOB '[A-Z][A-Z][A-Z]'),
	amount_minor  INTEGER NOT NULL,
	state         TEXT NOT NULL CHECK (state IN ('created', 'open', 'paid', 'failed')),
	checkout      TEXT,
	url           TEXT NOT NULL DEFAULT '',
	charge        TEXT,
	charge_id     TEXT,
	book_line     TEXT,
	fee_minor     INTEGER NOT NULL DEFAULT 0 CHECK (fee_minor >= 0),
	first_sent_at DATETIME,
	ambiguous     BOOLEAN NOT NULL DEFAULT FALSE,
	available_at  DATETIME,
	failure       TEXT NOT NULL DEFAULT '',
	next_due_at   DATETIME,
	created_at    DATETIME NOT NULL,
	ended_at      DATETIME,
	UNIQUE (provider, checkout),
	UNIQUE (provider, charge),
	UNIQUE (provider, charge_id),
	UNIQUE (provider, book_line),
	CHECK (CASE WHEN method = 'nothing' THEN amount_minor = 0 ELSE amount_minor > 0 END),
	CHECK (fee_minor <= amount_minor),
	CHECK ((state IN ('paid', 'failed')) = (ended_at IS NOT NULL)),
	CHECK ((ended_at IS NULL) = (next_due_at IS NOT NULL)),
	CHECK (state <> 'paid' OR method = 'nothing' OR charge IS NOT NULL)
);
CREATE INDEX brand_payments_brand ON brand_payments (brand_id, created_at, id);
CREATE INDEX brand_payments_due ON brand_payments (next_due_at, id) WHERE next_due_at IS NOT NULL;
-- A brand's wallet of one currency is topped up by one payment at a time.
CREATE UNIQUE INDEX brand_payments_top_up ON brand_payments (brand_id, currency)
	WHERE method = 'top_up' AND state IN ('created', 'open');

-- The provider's customer that a brand's payments belong to, and the card that was left to be charged later, both
-- by the provider's ids.
CREATE TABLE brand_payers (
	brand_id   TEXT NOT NULL,
	provider   TEXT NOT NULL CHECK (provider <> ''),
	reference  TEXT NOT NULL CHECK (reference <> ''),
	card       TEXT NOT NULL DEFAULT '',
	created_at DATETIME NOT NULL,
	PRIMARY KEY (brand_id, provider),
	UNIQUE (provider, reference)
);

-- When a brand's wallet is topped up by that card: below_minor and by how much, and the most in one calendar month.
CREATE TABLE brand_top_ups (
	brand_id     TEXT NOT NULL,
	currency     TEXT NOT NULL CHECK (currency GLOB '[A-Z][A-Z][A-Z]'),
	active       BOOLEAN NOT NULL,
	below_minor  INTEGER NOT NULL CHECK (below_minor > 0),
	amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
	month_minor  INTEGER NOT NULL CHECK (month_minor >= amount_minor),
	failure      TEXT NOT NULL DEFAULT '',
	updated_at   DATETIME NOT NULL,
	PRIMARY KEY (brand_id, currency),
	CHECK (failure = '' OR NOT active)
);
CREATE INDEX brand_top_ups_active ON brand_top_ups (brand_id) WHERE active;

-- What would be at the provider: the sandbox's payments.
CREATE TABLE sandbox_charges (
	payment_id   TEXT PRIMARY KEY,
	payer        TEXT NOT NULL,
	currency     TEXT NOT NULL,
	amount_minor INTEGER NOT NULL CHECK (amount_minor >= 0),
	declined     TEXT NOT NULL DEFAULT '',
	created_at   DATETIME NOT NULL
);
CREATE INDEX sandbox_charges_payer ON sandbox_charges (payer);

INSERT INTO timetable (id, brand_id, name, next_due_at) VALUES
	('00000000-0000-7000-8000-000000000089', '00000000-0000-0000-0000-000000000001', 'top up wallets', '1970-01-01 00:00:00+00:00');

-- +goose Down
DELETE FROM timetable WHERE name = 'top up wallets';
DROP TABLE sandbox_charges;
DROP TABLE brand_top_ups;
DROP TABLE brand_payers;
DROP TABLE brand_payments;
