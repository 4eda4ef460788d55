-- +goose Up
-- Customers who were there before were all identified by their brand.
ALTER TABLE customers ADD COLUMN verified boolean NOT NULL DEFAULT true;
ALTER TABLE customers ALTER COLUMN verified SET DEFAULT false;

-- A browser that a customer came with. Its token is kept as a hash.
CREATE TABLE devices (
  id           uuid PRIMARY KEY,
  brand_id     uuid NOT NULL,
  customer_id  uuid NOT NULL,
  token_hash   bytea NOT NULL UNIQUE,
  identified   boolean NOT NULL,
  created_at   timestamptz NOT NULL,
  last_used_at timestamptz NOT NULL,
  expires_at   timestamptz NOT NULL CHECK (expires_at > created_at),
  FOREIGN KEY (brand_id, customer_id) REFERENCES customers (brand_id, id)
);
CREATE INDEX devices_customer ON devices (brand_id, customer_id);
CREATE INDEX devices_expires ON devices (expires_at);
ALTER TABLE devices ENABLE ROW LEVEL SECURITY;
ALTER TABLE devices FORCE ROW LEVEL SECURITY;
CREATE POLICY brand ON devices USING (knowhow_sees(brand_id));

-- A link by which a customer goes on in another browser, once.
CREATE TABLE resume_links (
  id          uuid PRIMARY KEY,
  brand_id    uuid NOT NULL,
  customer_id uuid NOT NULL,
  token_hash  bytea NOT NULL UNIQUE,
  created_at  timestamptz NOT NULL,
  expires_at  timestamptz NOT NULL CHECK (expires_at > created_at),
  used_at     timestamptz,
  revoked_at  timestamptz,
  CHECK (used_at IS NULL OR revoked_at IS NULL),
  FOREIGN KEY (brand_id, customer_id) REFERENCES customers (brand_id, id)
);
CREATE INDEX resume_links_customer ON resume_links (brand_id, customer_id);
CREATE INDEX resume_links_expires ON resume_links (expires_at);
ALTER TABLE resume_links ENABLE ROW LEVEL SECURITY;
ALTER TABLE resume_links FORCE ROW LEVEL SECURITY;
CREATE POLICY brand ON resume_links USING (knowhow_sees(brand_id));

-- A secret with which a brand signs who its customers are. Once revoked, it is
-- gone.
CREATE TABLE identity_keys (
  id            uuid PRIMARY KEY,
  brand_id      uuid NOT NULL,
  name          text NOT NULL CHECK (name <> ''),
  secret_sealed bytea,
  created_by    uuid NOT NULL REFERENCES persons (id),
  created_at    timestamptz NOT NULL,
  revoked_at    timestamptz,
  CHECK ((revoked_at IS NULL) = (secret_sealed IS NOT NULL))
);
CREATE INDEX identity_keys_brand ON identity_keys (brand_id);
CREATE INDEX identity_keys_created_by ON identity_keys (created_by);
ALTER TABLE identity_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE identity_keys FORCE ROW LEVEL SECURITY;
CREATE POLICY brand ON identity_keys USING (knowhow_sees(brand_id));

-- Signed tokens that named themselves (jti) and were used; kept until they
-- expire.
CREATE TABLE used_tokens (
  brand_id   uuid NOT NULL,
  token_hash bytea NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (brand_id, token_hash)
);
CREATE INDEX used_tokens_expires ON used_tokens (expires_at);
ALTER TABLE used_tokens ENABLE ROW LEVEL SECURITY;
ALTER TABLE used_tokens FORCE ROW LEVEL SECURITY;
CREATE POLICY brand ON used_tokens USING (knowhow_sees(brand_id));

-- +goose Down
DROP TABLE used_tokens;
DROP TABLE identity_keys;
DROP TABLE resume_links;
DROP TABLE devices;
ALTER TABLE customers DROP COLUMN verified;
