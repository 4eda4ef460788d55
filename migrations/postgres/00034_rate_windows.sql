-- +goose Up
-- How many requests of a key were taken from a window's limit, by all processes.
CREATE UNLOGGED TABLE rate_windows (
  policy    text NOT NULL,
  key       text NOT NULL,
  window_at timestamptz NOT NULL,
  used      bigint NOT NULL CHECK (used > 0),
  PRIMARY KEY (policy, key, window_at)
);
CREATE INDEX rate_windows_at ON rate_windows (window_at);

-- +goose Down
DROP TABLE rate_windows;
