-- +goose Up
-- What a program's questions are ranked with: weights fitted to its own history,
-- as it was known before known_until. The newest count; all are kept, since
-- decision records name them. They hold numbers for features, and no words.
CREATE TABLE program_weights (
  program_id  TEXT NOT NULL,
  number      INTEGER NOT NULL CHECK (number > 0),
  brand_id    TEXT NOT NULL,
  version     TEXT NOT NULL CHECK (version <> ''),
  drawn_to    TEXT NOT NULL CHECK (drawn_to <> ''),
  known_until DATETIME NOT NULL,
  resolved    INTEGER NOT NULL CHECK (resolved > 0),
  lessons     INTEGER NOT NULL CHECK (lessons BETWEEN 0 AND resolved),
  tagged      INTEGER NOT NULL CHECK (tagged BETWEEN 0 AND lessons),
  parameters  TEXT NOT NULL,
  fitted_at   DATETIME NOT NULL,
  PRIMARY KEY (program_id, number),
  UNIQUE (program_id, version),
  FOREIGN KEY (program_id, brand_id) REFERENCES programs (id, brand_id)
);

-- +goose Down
DROP TABLE program_weights;
