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
  settled_by TEXT NOT NULL REFERENCES persons (id),
  settled_at DATETIME NOT NULL,
  PRIMARY KEY (program_id, signal, round),
  FOREIGN KEY (program_id, brand_id) REFERENCES programs (id, brand_id)
);
CREATE INDEX signal_settlements_settled_by ON signal_settlements (settled_by);

-- +goose Down
DROP TABLE signal_settlements;
