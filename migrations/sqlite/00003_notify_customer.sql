-- +goose Up
-- A mail waits as queued until its job has handed it over. What it says and an
-- address that is not a person's are sealed, and gone once it was sent. Mails
-- of the platform itself carry the brand id that stands for all.
CREATE TABLE mails (
  id             TEXT PRIMARY KEY NOT NULL,
  brand_id       TEXT NOT NULL,
  mail_key       TEXT NOT NULL CHECK (mail_key <> ''),
  person_id      TEXT REFERENCES persons (id),
  customer_id    TEXT,
  to_sealed      BLOB,
  content_sealed BLOB,
  state          TEXT NOT NULL CHECK (state IN ('queued', 'sent', 'failed', 'withdrawn')),
  reason         TEXT NOT NULL DEFAULT '',
  created_at     DATETIME NOT NULL,
  ended_at       DATETIME,
  UNIQUE (brand_id, mail_key),
  CHECK ((state = 'queued') = (ended_at IS NULL)),
  CHECK ((state IN ('queued', 'failed')) = (content_sealed IS NOT NULL)),
  CHECK (to_sealed IS NULL OR (person_id IS NULL AND content_sealed IS NOT NULL))
);
CREATE INDEX mails_customer ON mails (brand_id, customer_id) WHERE customer_id IS NOT NULL;
CREATE INDEX mails_person ON mails (person_id) WHERE person_id IS NOT NULL;

-- A customer is a person as one brand knows them. Columns ending in _sealed
-- hold personal data; erasing a customer empties them.
CREATE TABLE customers (
  id          TEXT PRIMARY KEY NOT NULL,
  brand_id    TEXT NOT NULL,
  name_sealed BLOB,
  locale      TEXT NOT NULL DEFAULT '',
  created_at  DATETIME NOT NULL,
  erased_at   DATETIME,
  UNIQUE (brand_id, id),
  CHECK (erased_at IS NULL OR name_sealed IS NULL)
);

-- The identity is inserted before its customer, so that one of many who race
-- for a handle wins; hence the deferred reference.
CREATE TABLE identities (
  brand_id      TEXT NOT NULL,
  channel       TEXT NOT NULL CHECK (channel IN ('web', 'email', 'phone', 'external')),
  handle_index  BLOB NOT NULL,
  handle_sealed BLOB NOT NULL,
  customer_id   TEXT NOT NULL,
  created_at    DATETIME NOT NULL,
  PRIMARY KEY (brand_id, channel, handle_index),
  FOREIGN KEY (brand_id, customer_id) REFERENCES customers (brand_id, id) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX identities_customer ON identities (brand_id, customer_id);

CREATE TABLE consents (
  id           TEXT PRIMARY KEY NOT NULL,
  brand_id     TEXT NOT NULL,
  customer_id  TEXT NOT NULL,
  purpose      TEXT NOT NULL CHECK (purpose <> ''),
  version      TEXT NOT NULL CHECK (version <> ''),
  given_at     DATETIME NOT NULL,
  withdrawn_at DATETIME,
  FOREIGN KEY (brand_id, customer_id) REFERENCES customers (brand_id, id),
  CHECK (withdrawn_at >= given_at)
);
CREATE UNIQUE INDEX consents_standing ON consents (brand_id, customer_id, purpose, version) WHERE withdrawn_at IS NULL;
CREATE INDEX consents_customer ON consents (brand_id, customer_id);

-- +goose Down
DROP TABLE consents;
DROP TABLE identities;
DROP TABLE customers;
DROP TABLE mails;
