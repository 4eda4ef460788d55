-- +goose Up
-- What a program's questions are ranked with: weights fitted to its own history,
-- as it was known before known_until. The newest count; all are kept, since
-- decision records name them. They hold numbers for features, and no words.
CREATE TABLE program_weights (
  program_id  uuid NOT NULL,
  number      integer NOT NULL CHECK (number > 0),
  brand_id    uuid NOT NULL,
  version     text NOT NULL CHECK (version <> ''),
  drawn_to    text NOT NULL CHECK (drawn_to <> ''),
  known_until timestamptz NOT NULL,
  resolved    integer NOT NULL CHECK (resolved > 0),
  lessons     integer NOT NULL CHECK (lessons BETWEEN 0 AND resolved),
  tagged      integer NOT NULL CHECK (tagged BETWEEN 0 AND lessons),
  parameters  text NOT NULL,
  fitted_at   timestamptz NOT NULL,
  PRIMARY KEY (program_id, number),
  UNIQUE (program_id, version),
  FOREIGN KEY (program_id, brand_id) REFERENCES programs (id, brand_id)
);
ALTER TABLE program_weights ENABLE ROW LEVEL SECURITY;
ALTER TABLE program_weights FORCE ROW LEVEL SECURITY;
CREATE POLICY brand ON program_weights USING (knowhow_sees(brand_id));

-- +goose Down
DROP TABLE program_weights;
