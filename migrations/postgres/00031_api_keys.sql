-- +goose Up
-- An API key lets a brand's own software act for the brand. Its secret is shown
-- once and kept as a hash.
CREATE TABLE api_keys (
  id           uuid PRIMARY KEY,
  brand_id     uuid NOT NULL,
  name         text NOT NULL CHECK (name <> ''),
  scopes       text NOT NULL CHECK (scopes <> ''),
  secret_hash  bytea NOT NULL UNIQUE,
  created_by   uuid NOT NULL REFERENCES persons (id),
  created_at   timestamptz NOT NULL,
  last_used_at timestamptz,
  expires_at   timestamptz CHECK (expires_at > created_at),
  revoked_at   timestamptz
);
CREATE INDEX api_keys_brand ON api_keys (brand_id);
CREATE INDEX api_keys_created_by ON api_keys (created_by);
ALTER TABLE api_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE api_keys FORCE ROW LEVEL SECURITY;
CREATE POLICY brand ON api_keys USING (knowhow_sees(brand_id));

-- +goose Down
DROP TABLE api_keys;
