-- +goose Up
-- What brands pay in. A payment's id is its funding's. What the provider knows it by is set when it is known.
CREATE TABLE brand_payments (
	id            uuid PRIMARY KEY,
	brand_id      uuid NOT NULL,
	method        text NOT NULL CHECK (method IN ('card', 'bank_transfer', 'top_up', 'nothing')),
	provider      text NOT NULL CHECK (provider <> ''),
	currency      text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
	amount_minor  bigint NOT NULL,
	state         text NOT NULL CHECK (state IN ('created', 'open', 'paid', 'failed')),
	checkout      text,
	url           text NOT NULL DEFAULT '',
	charge        text,
	charge_id     text,
	book_line     text,
	fee_minor     bigint NOT NULL DEFAULT 0 CHECK (fee_minor >= 0),
	first_sent_at timestamptz,
	ambiguous     boolean NOT NULL DEFAULT false,
	available_at  timestamptz,
	failure       text NOT NULL DEFAULT '',
	next_due_at   timestamptz,
	created_at    timestamptz NOT NULL,
	ended_at      timestamptz,
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
ALTER TABLE brand_payments ENABLE ROW LEVEL SECURITY;
ALTER TABLE brand_payments FORCE ROW LEVEL SECURITY;
CREATE POLICY brand ON brand_payments USING (knowhow_sees(brand_id));

-- The provider's customer that a brand's payments belong to, and the card that was left to be charged later, both
-- by the provider's ids.
CREATE TABLE brand_payers (
	brand_id   uuid NOT NULL,
	provider   text NOT NULL CHECK (provider <> ''),
	reference  text NOT NULL CHECK (reference <> ''),
	card       text NOT NULL DEFAULT '',
	created_at timestamptz NOT NULL,
	PRIMARY KEY (brand_id, provider),
	UNIQUE (provider, reference)
);
ALTER TABLE brand_payers ENABLE ROW LEVEL SECURITY;
ALTER TABLE brand_payers FORCE ROW LEVEL SECURITY;
CREATE POLICY brand ON brand_payers USING (knowhow_sees(brand_id));

-- When a brand's wallet is topped up by that card: below_minor and by how much, and the most in one calendar month.
CREATE TABLE brand_top_ups (
	brand_id     uuid NOT NULL,
	currency     text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
	active       boolean NOT NULL,
	below_minor  bigint NOT NULL CHECK (below_minor > 0),
	amount_minor bigint NOT NULL CHECK (amount_minor > 0),
	month_minor  bigint NOT NULL CHECK (month_minor >= amount_minor),
	failure      text NOT NULL DEFAULT '',
	updated_at   timestamptz NOT NULL,
	PRIMARY KEY (brand_id, currency),
	CHECK (failure = '' OR NOT active)
);
CREATE INDEX brand_top_ups_active ON brand_top_ups (brand_id) WHERE active;
ALTER TABLE brand_top_ups ENABLE ROW LEVEL SECURITY;
ALTER TABLE brand_top_ups FORCE ROW LEVEL SECURITY;
CREATE POLICY brand ON brand_top_ups USING (knowhow_sees(brand_id));

-- What would be at the provider: the sandbox's payments.
CREATE TABLE sandbox_charges (
	payment_id   uuid PRIMARY KEY,
	payer        text NOT NULL,
	currency     text NOT NULL,
	amount_minor bigint NOT NULL CHECK (amount_minor >= 0),
	declined     text NOT NULL DEFAULT '',
	created_at   timestamptz NOT NULL
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
