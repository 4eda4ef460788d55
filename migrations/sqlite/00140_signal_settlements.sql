-- +goose Up
-- What a named person of the brand, or an operator, said who looked into a signal.
-- Rows are added only: of each signal the highest round counts.
CREATE TABLE signal_settlements (
  program_id TEXT NOT NULL,
  signal     TEXT NOT NULL,
  round      INTEGER NOT NULL CHECK (round > 0),
  brand_id   TEXT NOT NULL,
  kind       TEXT NOT NULL,
  outcome    TEXT NOT NULL CHECK (outcome IN ('nothing', 'acted', 'reopened')),
  note       TEXT NOT NULL CHECK (note <> ''),
  as_of      DATETIME NOT NULL,
  settled_by TEXT NOT NULL REFERENCES persons (id),
  settled_at DATETIME NOT NULL,
  PRIMARY KEY (program_id, signal, round),
  FOREIGN KEY (program_id, brand_id) REFERENCES programs (id, brand_id)
);
CREATE INDEX signal_settlements_settled_by ON signal_settlements (settled_by);

-- Whom a signal is about of which something was said. Its name hangs on them, so
-- that they are the same in each round.
CREATE TABLE settled_people (
  program_id TEXT NOT NULL,
  signal     TEXT NOT NULL,
  round      INTEGER NOT NULL,
  brand_id   TEXT NOT NULL,
  person_id  TEXT NOT NULL REFERENCES experts (person_id),
  PRIMARY KEY (program_id, signal, round, person_id),
  FOREIGN KEY (program_id, brand_id) REFERENCES programs (id, brand_id),
  FOREIGN KEY (program_id, signal, round) REFERENCES signal_settlements (program_id, signal, round)
);
CREATE INDEX settled_people_person ON settled_people (person_id);

-- +goose Down
DROP TABLE settled_people;
DROP TABLE signal_settlements;
