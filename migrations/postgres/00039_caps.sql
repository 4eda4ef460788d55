-- +goose Up
-- What customers nobody vouches for have asked of a program on a day (UTC): as
-- one customer, from one address, in questions; all together, in minor units.
-- A key is a keyed hash that is another every day.
CREATE TABLE ask_caps (
  brand_id   uuid NOT NULL,
  program_id uuid NOT NULL,
  day        timestamptz NOT NULL,
  kind       text NOT NULL CHECK (kind IN ('customer', 'source', 'budget')),
  key        bytea NOT NULL,
  used       bigint NOT NULL CHECK (used > 0),
  PRIMARY KEY (program_id, day, kind, key),
  FOREIGN KEY (program_id, brand_id) REFERENCES programs (id, brand_id)
);
CREATE INDEX ask_caps_day ON ask_caps (day);
ALTER TABLE ask_caps ENABLE ROW LEVEL SECURITY;
ALTER TABLE ask_caps FORCE ROW LEVEL SECURITY;
CREATE POLICY brand ON ask_caps USING (knowhow_sees(brand_id));

-- Whose pages may ask in a browser.
ALTER TABLE programs ADD COLUMN origins jsonb NOT NULL DEFAULT '[]';
CREATE INDEX programs_origins ON programs (brand_id) WHERE state = 'live' AND origins <> '[]';

ALTER TABLE reviews DROP CONSTRAINT reviews_cause_check;
ALTER TABLE reviews ADD CONSTRAINT reviews_cause_check CHECK (cause IN ('sample', 'probation', 'unverified'));

-- A brand's history, which leaves out what happens all the time.
CREATE INDEX events_history ON events (brand_id, seq)
  WHERE kind NOT LIKE 'question.%' AND kind NOT LIKE 'assignment.%' AND kind NOT LIKE 'review.%' AND kind NOT LIKE 'customer.%';

-- +goose Down
DROP INDEX events_history;
UPDATE reviews SET cause = 'sample' WHERE cause = 'unverified';
ALTER TABLE reviews DROP CONSTRAINT reviews_cause_check;
ALTER TABLE reviews ADD CONSTRAINT reviews_cause_check CHECK (cause IN ('sample', 'probation'));
DROP INDEX programs_origins;
ALTER TABLE programs DROP COLUMN origins;
DROP TABLE ask_caps;
