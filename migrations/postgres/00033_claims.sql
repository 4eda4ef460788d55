-- +goose Up
-- Keys of requests that were done, so that a repeat does nothing. Scope says
-- who asked for what and may be of any brand, so the table is global.
CREATE TABLE claims (
  scope       text NOT NULL,
  key         text NOT NULL,
  fingerprint bytea NOT NULL,
  result      text NOT NULL,
  created_at  timestamptz NOT NULL,
  PRIMARY KEY (scope, key)
);
CREATE INDEX claims_created ON claims (created_at);

-- +goose Down
DROP TABLE claims;
