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
  settled_by uuid NOT NULL REFERENCES persons (id),
  settled_at timestamptz NOT NULL,
  PRIMARY KEY (program_id, signal, round),
  FOREIGN KEY (program_id, brand_id) REFERENCES programs (id, brand_id)
);
CREATE INDEX signal_settlements_settled_by ON signal_settlements (settled_by);
ALTER TABLE signal_settlements ENABLE ROW LEVEL SECURITY;
ALTER TABLE signal_settlements FORCE ROW LEVEL SECURITY;
CREATE POLICY brand ON signal_settlements USING (knowhow_sees(brand_id));

-- +goose Down
DROP TABLE signal_settlements;
