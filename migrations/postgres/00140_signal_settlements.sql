-- +goose Up
-- What a named person of the brand, or an operator, said who looked into a signal.
-- Rows are added only: of each signal the highest round counts.
CREATE TABLE signal_settlements (
  program_id uuid NOT NULL,
  signal     text NOT NULL,
  round      integer NOT NULL CHECK (round > 0),
  brand_id   uuid NOT NULL,
  kind       text NOT NULL,
  outcome    text NOT NULL CHECK (outcome IN ('nothing', 'acted', 'reopened')),
  note       text NOT NULL CHECK (note <> ''),
  as_of      timestamptz NOT NULL,
  settled_by uuid NOT NULL REFERENCES persons (id),
  settled_at timestamptz NOT NULL,
  PRIMARY KEY (program_id, signal, round),
  FOREIGN KEY (program_id, brand_id) REFERENCES programs (id, brand_id)
);
CREATE INDEX signal_settlements_settled_by ON signal_settlements (settled_by);
ALTER TABLE signal_settlements ENABLE ROW LEVEL SECURITY;
ALTER TABLE signal_settlements FORCE ROW LEVEL SECURITY;
CREATE POLICY brand ON signal_settlements USING (knowhow_sees(brand_id));

-- Whom a signal is about of which something was said. Its name hangs on them, so
-- that they are the same in each round.
CREATE TABLE settled_people (
  program_id uuid NOT NULL,
  signal     text NOT NULL,
  round      integer NOT NULL,
  brand_id   uuid NOT NULL,
  person_id  uuid NOT NULL REFERENCES experts (person_id),
  PRIMARY KEY (program_id, signal, round, person_id),
  FOREIGN KEY (program_id, brand_id) REFERENCES programs (id, brand_id),
  FOREIGN KEY (program_id, signal, round) REFERENCES signal_settlements (program_id, signal, round)
);
CREATE INDEX settled_people_person ON settled_people (person_id);
ALTER TABLE settled_people ENABLE ROW LEVEL SECURITY;
ALTER TABLE settled_people FORCE ROW LEVEL SECURITY;
CREATE POLICY brand ON settled_people USING (knowhow_sees(brand_id));

-- +goose Down
DROP TABLE settled_people;
DROP TABLE signal_settlements;
