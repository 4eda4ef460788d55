-- +goose Up
-- What is opened at the provider once for somebody: an expert's account, a brand's payer. The attempt is part of
-- the key that it is asked for under; it is kept before, so that a lost answer is asked for again, and goes up
-- with each refusal.
CREATE TABLE payout_openings (
	provider  TEXT NOT NULL CHECK (provider <> ''),
	name      TEXT NOT NULL CHECK (name <> ''),
	owner_id  TEXT NOT NULL,
	attempt   INTEGER NOT NULL CHECK (attempt >= 1),
	PRIMARY KEY (provider, name)
);

-- +goose Down
DROP TABLE payout_openings;
