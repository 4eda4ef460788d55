-- +goose Up
-- An API key lets a brand's own software act for the brand. Its secret is shown
-- once and kept as a hash.
CREATE TABLE api_keys (
  id           TEXT PRIMARY KEY NOT NULL,
  brand_id     TEXT NOT NULL,
  name         TEXT NOT NULL CHECK (name <> ''),
  scopes       TEXT NOT NULL CHECK (scopes <> ''),
  secret_hash  BLOB NOT NULL UNIQUE,
  created_by   TEXT NOT NULL REFERENCES persons (id),
  created_at   DATETIME NOT NULL,
  last_used_at DATETIME,
  expires_at   DATETIME CHECK (expires_at > created_at),
  revoked_at   DATETIME
);
CREATE INDEX api_keys_brand ON api_keys (brand_id);
CREATE INDEX api_keys_created_by ON api_keys (created_by);

-- +goose Down
DROP TABLE api_keys;
