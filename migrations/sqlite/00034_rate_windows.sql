-- +goose Up
-- How many requests of a key were taken from a window's limit, by all processes.
CREATE TABLE rate_windows (
  policy    TEXT NOT NULL,
  key       TEXT NOT NULL,
  window_at DATETIME NOT NULL,
  used      INTEGER NOT NULL CHECK (used > 0),
  PRIMARY KEY (policy, key, window_at)
);
CREATE INDEX rate_windows_at ON rate_windows (window_at);

-- +goose Down
DROP TABLE rate_windows;
