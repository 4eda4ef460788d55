-- +goose Up
-- Customers who were there before were all identified by their brand.
ALTER TABLE customers ADD COLUMN verified BOOLEAN NOT NULL DEFAULT false;
UPDATE customers SET verified = true;

-- A browser that a customer came with. Its token is kept as a hash.
CREATE TABLE devices (
  id           TEXT PRIMARY KEY NOT NULL,
  brand_id     TEXT NOT NULL,
  customer_id  TEXT NOT NULL,
  token_hash   BLOB NOT NULL UNIQUE,
  identified   BOOLEAN NOT NULL,
  created_at   DATETIME NOT NULL,
  last_used_at DATETIME NOT NULL,
  expires_at   DATETIME NOT NULL CHECK (expires_at > created_at),
  FOREIGN KEY (brand_id, customer_id) REFERENCES customers (brand_id, id)
);
CREATE INDEX devices_customer ON devices (brand_id, customer_id);
CREATE INDEX devices_expires ON devices (expires_at);

-- A link by which a customer goes on in another browser, once.
CREATE TABLE resume_links (
  id          TEXT PRIMARY KEY NOT NULL,
  brand_id    TEXT NOT NULL,
  customer_id TEXT NOT NULL,
  token_hash  BLOB NOT NULL UNIQUE,
  created_at  DATETIME NOT NULL,
  expires_at  DATETIME NOT NULL CHECK (expires_at > created_at),
  used_at     DATETIME,
  revoked_at  DATETIME,
  CHECK (used_at IS NULL OR revoked_at IS NULL),
  FOREIGN KEY (brand_id, customer_id) REFERENCES customers (brand_id, id)
);
CREATE INDEX resume_links_customer ON resume_links (brand_id, customer_id);
CREATE INDEX resume_links_expires ON resume_links (expires_at);

-- A secret with which a brand signs who its customers are. Once revoked, it is
-- gone.
CREATE TABLE identity_keys (
  id            TEXT PRIMARY KEY NOT NULL,
  brand_id      TEXT NOT NULL,
  name          TEXT NOT NULL CHECK (name <> ''),
  secret_sealed BLOB,
  created_by    TEXT NOT NULL REFERENCES persons (id),
  created_at    DATETIME NOT NULL,
  revoked_at    DATETIME,
  CHECK ((revoked_at IS NULL) = (secret_sealed IS NOT NULL))
);
CREATE INDEX identity_keys_brand ON identity_keys (brand_id);
CREATE INDEX identity_keys_created_by ON identity_keys (created_by);

-- Signed tokens that named themselves (jti) and were used; kept until they
-- expire.
CREATE TABLE used_tokens (
  brand_id   TEXT NOT NULL,
  token_hash BLOB NOT NULL,
  expires_at DATETIME NOT NULL,
  PRIMARY KEY (brand_id, token_hash)
);
CREATE INDEX used_tokens_expires ON used_tokens (expires_at);

-- +goose Down
DROP TABLE used_tokens;
DROP TABLE identity_keys;
DROP TABLE resume_links;
DROP TABLE devices;
ALTER TABLE customers DROP COLUMN verified;
