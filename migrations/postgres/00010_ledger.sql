-- +goose Up
-- The ledger is global: it holds no personal data, only ids, and experts earn across brands.

-- +goose StatementBegin
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END
$$;
-- +goose StatementEnd

-- A balance row exists only for accounts that must never fall below zero.
CREATE TABLE ledger_accounts (
	id       text COLLATE "C" PRIMARY KEY,
	kind     text NOT NULL,
	owner_id uuid,
	currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
	balance  bigint NOT NULL DEFAULT 0 CHECK (balance >= 0),
	version  bigint NOT NULL DEFAULT 0 CHECK (version >= 0)
) WITH (fillfactor = 50);
CREATE INDEX ledger_accounts_kind ON ledger_accounts (kind, id);
CREATE INDEX ledger_accounts_owner ON ledger_accounts (owner_id, kind);

CREATE TABLE ledger_postings (
	id        uuid PRIMARY KEY,
	key       text NOT NULL UNIQUE CHECK (key <> ''),
	kind      text NOT NULL CHECK (kind <> ''),
	digest    bytea NOT NULL CHECK (length(digest) = 32),
	posted_at timestamptz NOT NULL
);
CREATE TRIGGER ledger_postings_append_only BEFORE UPDATE OR DELETE ON ledger_postings
	FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- amount: credits positive, debits negative. No foreign key to ledger_accounts: hot accounts have no row there.
CREATE TABLE ledger_entries (
	posting_id    uuid NOT NULL REFERENCES ledger_postings (id),
	line          integer NOT NULL CHECK (line > 0),
	account_id    text COLLATE "C" NOT NULL,
	currency      text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
	amount        bigint NOT NULL CHECK (amount <> 0),
	balance_after bigint CHECK (balance_after >= 0),
	version       bigint CHECK (version > 0),
	PRIMARY KEY (posting_id, line),
	UNIQUE (account_id, version),
	CHECK ((balance_after IS NULL) = (version IS NULL))
);
CREATE TRIGGER ledger_entries_append_only BEFORE UPDATE OR DELETE ON ledger_entries
	FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TABLE holds (
	id               uuid PRIMARY KEY,
	brand_id         uuid NOT NULL,
	program_id       uuid NOT NULL,
	question_id      uuid NOT NULL,
	purpose          text NOT NULL CHECK (purpose IN ('question', 'review', 'training', 'knowledge')),
	currency         text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
	authorised_minor bigint NOT NULL CHECK (authorised_minor > 0),
	asked_reward     bigint NOT NULL CHECK (asked_reward > 0),
	reward_minor     bigint NOT NULL CHECK (reward_minor > 0),
	fee_minor        bigint NOT NULL CHECK (fee_minor >= 0),
	returned_minor   bigint NOT NULL DEFAULT 0 CHECK (returned_minor >= 0),
	earned_minor     bigint NOT NULL DEFAULT 0 CHECK (earned_minor >= 0),
	state            text NOT NULL CHECK (state IN ('open', 'earned', 'voided')),
	created_at       timestamptz NOT NULL,
	ended_at         timestamptz,
	CHECK ((state = 'open') = (ended_at IS NULL)),
	CHECK (CASE state
		WHEN 'open' THEN earned_minor = 0 AND reward_minor + fee_minor + returned_minor = authorised_minor
		WHEN 'earned' THEN earned_minor > 0 AND earned_minor + returned_minor = authorised_minor
		ELSE earned_minor = 0 AND returned_minor = authorised_minor END)
);
CREATE INDEX holds_question ON holds (question_id);

-- A reward's id is its assignment's (or its review's): there is no second reward for one piece of work.
CREATE TABLE rewards (
	id           uuid PRIMARY KEY,
	hold_id      uuid NOT NULL REFERENCES holds (id),
	brand_id     uuid NOT NULL,
	program_id   uuid NOT NULL,
	question_id  uuid NOT NULL,
	expert_id    uuid NOT NULL,
	kind         text NOT NULL CHECK (kind IN ('assignment', 'handoff', 'review', 'training', 'knowledge')),
	currency     text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
	amount_minor bigint NOT NULL CHECK (amount_minor > 0),
	fee_minor    bigint NOT NULL CHECK (fee_minor >= 0),
	state        text NOT NULL CHECK (state IN ('pending', 'released', 'refused')),
	refusal_id   uuid UNIQUE,
	earned_at    timestamptz NOT NULL,
	release_at   timestamptz NOT NULL,
	decided_at   timestamptz,
	CHECK (release_at >= earned_at),
	CHECK ((state = 'pending') = (decided_at IS NULL)),
	CHECK ((state = 'refused') = (refusal_id IS NOT NULL))
);
CREATE INDEX rewards_hold ON rewards (hold_id);
CREATE INDEX rewards_question ON rewards (question_id);
CREATE INDEX rewards_expert ON rewards (expert_id, earned_at);

CREATE TABLE payout_freezes (
	scope     text NOT NULL CHECK (scope IN ('brand', 'program', 'payouts')),
	owner_id  uuid NOT NULL,
	reason    text NOT NULL,
	frozen_at timestamptz NOT NULL,
	PRIMARY KEY (scope, owner_id)
);

-- tx_id and id together are a cursor in commit order: readers stop below the oldest transaction still running.
CREATE TABLE payout_facts (
	id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	tx_id      bigint NOT NULL DEFAULT (pg_current_xact_id()::text::bigint),
	kind       text NOT NULL CHECK (kind IN ('funded', 'frozen', 'unfrozen', 'payout_sent', 'payout_failed',
		'account_enabled', 'account_restricted', 'payouts_paused')),
	brand_id   uuid,
	program_id uuid,
	expert_id  uuid,
	subject_id uuid NOT NULL,
	currency   text,
	minor      bigint NOT NULL DEFAULT 0,
	reason     text NOT NULL DEFAULT '',
	at         timestamptz NOT NULL
);
CREATE INDEX payout_facts_cursor ON payout_facts (tx_id, id);
CREATE TRIGGER payout_facts_append_only BEFORE UPDATE OR DELETE ON payout_facts
	FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- +goose Down
DROP TABLE payout_facts;
DROP TABLE payout_freezes;
DROP TABLE rewards;
DROP TABLE holds;
DROP TABLE ledger_entries;
DROP TABLE ledger_postings;
DROP TABLE ledger_accounts;
DROP FUNCTION refuse_change();
