-- +goose Up
CREATE TABLE jobs (
  seq         INTEGER PRIMARY KEY AUTOINCREMENT,
  brand_id    TEXT,
  kind        TEXT NOT NULL,
  args        TEXT NOT NULL,
  unique_key  TEXT UNIQUE,
  state       TEXT NOT NULL CHECK (state IN ('ready', 'running', 'buried')),
  run_at      DATETIME NOT NULL,
  attempts    INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
  lease_owner TEXT,
  lease_until DATETIME,
  last_error  TEXT NOT NULL DEFAULT '',
  created_at  DATETIME NOT NULL,
  CHECK ((state = 'running') = (lease_until IS NOT NULL))
);
CREATE INDEX jobs_ready ON jobs (run_at, seq) WHERE state = 'ready';
CREATE INDEX jobs_running ON jobs (lease_until) WHERE state = 'running';

CREATE TABLE events (
  seq          INTEGER PRIMARY KEY AUTOINCREMENT,
  brand_id     TEXT NOT NULL,
  kind         TEXT NOT NULL,
  subject      TEXT NOT NULL,
  at           DATETIME NOT NULL,
  data         TEXT NOT NULL
);
CREATE INDEX events_subject ON events (subject, seq);

-- +goose Down
DROP TABLE events;
DROP TABLE jobs;
