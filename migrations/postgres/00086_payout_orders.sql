-- +goose Up
-- The country an expert's account is in, as far as the provider told: what is least paid out goes by it.
ALTER TABLE payout_accounts ADD COLUMN country text NOT NULL DEFAULT '' CHECK (country ~ '^([A-Z]{2})?$');

-- An expert can be kept from being paid out.
ALTER TABLE payout_freezes DROP CONSTRAINT payout_freezes_scope_check;
ALTER TABLE payout_freezes ADD CONSTRAINT payout_freezes_scope_check CHECK (scope IN ('brand', 'program', 'payouts', 'expert'));

-- What is told of grows; who reads it knows the kinds.
ALTER TABLE payout_facts DROP CONSTRAINT IF EXISTS payout_facts_kind_check;
ALTER TABLE payout_facts ADD CONSTRAINT payout_facts_kind_check CHECK (kind <> '');

-- What else is asked of the provider, in the same protocol as payouts: to take a transfer back, to pay an
-- expert's account out at once, to give a brand's payment back. owner_id is the expert, or the brand of a refund.
CREATE TABLE payout_orders (
	id            uuid PRIMARY KEY,
	kind          text NOT NULL CHECK (kind IN ('reversal', 'instant', 'refund')),
	owner_id      uuid NOT NULL,
	payout_id     uuid REFERENCES payouts (id),
	currency      text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
	amount_minor  bigint NOT NULL CHECK (amount_minor > 0),
	fee_minor     bigint NOT NULL CHECK (fee_minor >= 0),
	provider      text NOT NULL,
	account       text NOT NULL,
	of_id         text NOT NULL,
	state         text NOT NULL CHECK (state IN ('created', 'sending', 'sent', 'failed')),
	attempt       integer NOT NULL CHECK (attempt >= 1),
	tries         integer NOT NULL CHECK (tries >= 0),
	first_sent_at timestamptz,
	ambiguous     boolean NOT NULL,
	not_before    timestamptz NOT NULL,
	lease_token   uuid,
	lease_until   timestamptz,
	object_id     text UNIQUE,
	failure       text NOT NULL DEFAULT '',
	bank_state    text NOT NULL DEFAULT '' CHECK (bank_state IN ('', 'done', 'pending', 'failed')),
	arrives_at    timestamptz,
	next_look_at  timestamptz,
	created_at    timestamptz NOT NULL,
	ended_at      timestamptz,
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
	provider     text NOT NULL,
	id           text NOT NULL CHECK (id <> ''),
	kind         text NOT NULL CHECK (kind <> ''),
	currency     text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
	gross_minor  bigint NOT NULL,
	fee_minor    bigint NOT NULL,
	net_minor    bigint NOT NULL CHECK (net_minor = gross_minor - fee_minor),
	source       text NOT NULL,
	of_id        text NOT NULL,
	subject_id   uuid,
	made_at      timestamptz NOT NULL,
	seen_at      timestamptz NOT NULL,
	state        text NOT NULL CHECK (state IN ('waiting', 'matched', 'suspense')),
	posting_key  text,
	PRIMARY KEY (provider, id),
	UNIQUE (provider, posting_key),
	CHECK ((state = 'waiting') = (posting_key IS NULL))
);
CREATE INDEX provider_entries_open ON provider_entries (made_at, id) WHERE state <> 'matched';

-- How far the provider's books have been read, and when both were last compared.
CREATE TABLE reconciliations (
	provider    text PRIMARY KEY,
	read_to     timestamptz NOT NULL,
	done_at     timestamptz NOT NULL,
	compared_at timestamptz
);

INSERT INTO timetable (id, brand_id, name, next_due_at) VALUES
	('00000000-0000-7000-8000-000000000086', '00000000-0000-0000-0000-000000000001', 'reconcile payouts', '1970-01-01 00:00:00+00:00');

-- +goose Down
DELETE FROM timetable WHERE name = 'reconcile payouts';
DROP TABLE reconciliations;
DROP TABLE provider_entries;
DROP TABLE payout_orders;
DELETE FROM payout_freezes WHERE scope = 'expert';
ALTER TABLE payout_freezes DROP CONSTRAINT payout_freezes_scope_check;
ALTER TABLE payout_freezes ADD CONSTRAINT payout_freezes_scope_check CHECK (scope IN ('brand', 'program', 'payouts'));
ALTER TABLE payout_accounts DROP COLUMN country;
