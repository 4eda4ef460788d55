-- +goose Up
-- Money that moves otherwise than by work: pay taken back, bonuses, disputes, credit, withheld tax, exchanges.

-- What a released reward paid of what its expert owed.
ALTER TABLE rewards ADD COLUMN netted_minor INTEGER NOT NULL DEFAULT 0 CHECK (netted_minor >= 0 AND netted_minor <= amount_minor);

-- A released reward taken back by a person's decision. debt_minor is what the expert did not have any more.
CREATE TABLE clawbacks (
	reward_id   TEXT PRIMARY KEY REFERENCES rewards (id),
	decision_id TEXT NOT NULL UNIQUE,
	debt_minor  INTEGER NOT NULL CHECK (debt_minor >= 0),
	clawed_at   DATETIME NOT NULL
);

-- A bonus is a program's, or ours where it has neither brand nor program.
CREATE TABLE bonuses (
	id           TEXT PRIMARY KEY,
	brand_id     TEXT,
	program_id   TEXT,
	expert_id    TEXT NOT NULL,
	granted_by   TEXT NOT NULL,
	currency     TEXT NOT NULL CHECK (currency GLOB '[A-Z][A-Z][A-Z]'),
	amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
	granted_at   DATETIME NOT NULL,
	CHECK ((brand_id IS NULL) = (program_id IS NULL))
);
CREATE INDEX bonuses_expert ON bonuses (expert_id, granted_at);
CREATE INDEX bonuses_program ON bonuses (program_id, granted_at);

-- A payment that its bank has taken back. owed_minor is what of a lost one the brand did not have.
CREATE TABLE disputes (
	id           TEXT PRIMARY KEY,
	brand_id     TEXT NOT NULL,
	provider     TEXT NOT NULL,
	currency     TEXT NOT NULL CHECK (currency GLOB '[A-Z][A-Z][A-Z]'),
	amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
	fee_minor    INTEGER NOT NULL CHECK (fee_minor >= 0),
	owed_minor   INTEGER NOT NULL DEFAULT 0 CHECK (owed_minor >= 0 AND owed_minor <= amount_minor),
	state        TEXT NOT NULL CHECK (state IN ('open', 'won', 'lost')),
	opened_at    DATETIME NOT NULL,
	decided_at   DATETIME,
	CHECK ((state = 'open') = (decided_at IS NULL)),
	CHECK (state = 'lost' OR owed_minor = 0)
);
CREATE INDEX disputes_brand ON disputes (brand_id, opened_at);

-- What an operator signed that a brand may owe; the newest is in force.
CREATE TABLE credit_limits (
	id          TEXT PRIMARY KEY,
	brand_id    TEXT NOT NULL,
	currency    TEXT NOT NULL CHECK (currency GLOB '[A-Z][A-Z][A-Z]'),
	limit_minor INTEGER NOT NULL CHECK (limit_minor >= 0),
	signed_by   TEXT NOT NULL,
	signed_at   DATETIME NOT NULL
);
CREATE INDEX credit_limits_brand ON credit_limits (brand_id, currency, signed_at);
-- +goose StatementBegin
CREATE TRIGGER credit_limits_no_update BEFORE UPDATE ON credit_limits
BEGIN
	SELECT RAISE(ABORT, 'credit_limits is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER credit_limits_no_delete BEFORE DELETE ON credit_limits
BEGIN
	SELECT RAISE(ABORT, 'credit_limits is append-only');
END;
-- +goose StatementEnd

CREATE TABLE withholdings (
	id           TEXT PRIMARY KEY,
	expert_id    TEXT NOT NULL,
	currency     TEXT NOT NULL CHECK (currency GLOB '[A-Z][A-Z][A-Z]'),
	amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
	withheld_at  DATETIME NOT NULL
);
CREATE INDEX withholdings_expert ON withholdings (expert_id, withheld_at);

-- to_minor = from_minor * rate_num / rate_den, rounded down; the rate is between minor units.
CREATE TABLE exchanges (
	id            TEXT PRIMARY KEY,
	brand_id      TEXT NOT NULL,
	from_currency TEXT NOT NULL CHECK (from_currency GLOB '[A-Z][A-Z][A-Z]'),
	from_minor    INTEGER NOT NULL CHECK (from_minor > 0),
	to_currency   TEXT NOT NULL CHECK (to_currency GLOB '[A-Z][A-Z][A-Z]' AND to_currency <> from_currency),
	to_minor      INTEGER NOT NULL CHECK (to_minor > 0),
	rate_num      INTEGER NOT NULL CHECK (rate_num > 0),
	rate_den      INTEGER NOT NULL CHECK (rate_den > 0),
	exchanged_at  DATETIME NOT NULL
);
CREATE INDEX exchanges_brand ON exchanges (brand_id, exchanged_at);

-- +goose Down
DROP TABLE exchanges;
DROP TABLE withholdings;
DROP TABLE credit_limits;
DROP TABLE disputes;
DROP TABLE bonuses;
DROP TABLE clawbacks;
ALTER TABLE rewards DROP COLUMN netted_minor;
