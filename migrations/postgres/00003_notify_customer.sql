-- +goose Up
-- A mail waits as queued until its job has handed it over. What it says and an
-- address that is not a person's are sealed, and gone once it was sent. Mails
-- of the platform itself carry the brand id that stands for all.
CREATE TABLE mails (
  id             uuid PRIMARY KEY,
  brand_id       uuid NOT NULL,
  mail_key       text NOT NULL CHECK (mail_key <> ''),
  person_id      uuid REFERENCES persons (id),
  customer_id    uuid,
  to_sealed      bytea,
  content_sealed bytea,
  state          text NOT NULL CHECK (state IN ('queued', 'sent', 'failed', 'withdrawn')),
  reason         text NOT NULL DEFAULT '',
  created_at     timestamptz NOT NULL,
  ended_at       timestamptz,
  UNIQUE (brand_id, mail_key),
  CHECK ((state = 'queued') = (ended_at IS NULL)),
  CHECK ((state IN ('queued', 'failed')) = (content_sealed IS NOT NULL)),
  CHECK (to_sealed IS NULL OR (person_id IS NULL AND content_sealed IS NOT NULL))
);
CREATE INDEX mails_customer ON mails (brand_id, customer_id) WHERE customer_id IS NOT NULL;
CREATE INDEX mails_person ON mails (person_id) WHERE person_id IS NOT NULL;
ALTER TABLE mails ENABLE ROW LEVEL SECURITY;
ALTER TABLE mails FORCE ROW LEVEL SECURITY;
CREATE POLICY brand ON mails USING (knowhow_sees(brand_id));

-- A customer is a person as one brand knows them. Columns ending in _sealed
-- hold personal data; erasing a customer empties them.
CREATE TABLE customers (
  id          uuid PRIMARY KEY,
  brand_id    uuid NOT NULL,
  name_sealed bytea,
  locale      text NOT NULL DEFAULT '',
  created_at  timestamptz NOT NULL,
  erased_at   timestamptz,
  UNIQUE (brand_id, id),
  CHECK (erased_at IS NULL OR name_sealed IS NULL)
);
ALTER TABLE customers ENABLE ROW LEVEL SECURITY;
ALTER TABLE customers FORCE ROW LEVEL SECURITY;
CREATE POLICY brand ON customers USING (knowhow_sees(brand_id));

-- The identity is inserted before its customer, so that one of many who race
-- for a handle wins; hence the deferred reference.
CREATE TABLE identities (
  brand_id      uuid NOT NULL,
  channel       text NOT NULL CHECK (channel IN ('web', 'email', 'phone', 'external')),
  handle_index  bytea NOT NULL,
  handle_sealed bytea NOT NULL,
  customer_id   uuid NOT NULL,
  created_at    timestamptz NOT NULL,
  PRIMARY KEY (brand_id, channel, handle_index),
  FOREIGN KEY (brand_id, customer_id) REFERENCES customers (brand_id, id) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX identities_customer ON identities (brand_id, customer_id);
ALTER TABLE identities ENABLE ROW LEVEL SECURITY;
ALTER TABLE identities FORCE ROW LEVEL SECURITY;
CREATE POLICY brand ON identities USING (knowhow_sees(brand_id));

CREATE TABLE consents (
  id           uuid PRIMARY KEY,
  brand_id     uuid NOT NULL,
  customer_id  uuid NOT NULL,
  purpose      text NOT NULL CHECK (purpose <> ''),
  version      text NOT NULL CHECK (version <> ''),
  given_at     timestamptz NOT NULL,
  withdrawn_at timestamptz,
  FOREIGN KEY (brand_id, customer_id) REFERENCES customers (brand_id, id),
  CHECK (withdrawn_at >= given_at)
);
CREATE UNIQUE INDEX consents_standing ON consents (brand_id, customer_id, purpose, version) WHERE withdrawn_at IS NULL;
CREATE INDEX consents_customer ON consents (brand_id, customer_id);
ALTER TABLE consents ENABLE ROW LEVEL SECURITY;
ALTER TABLE consents FORCE ROW LEVEL SECURITY;
CREATE POLICY brand ON consents USING (knowhow_sees(brand_id));

-- +goose Down
DROP TABLE consents;
DROP TABLE identities;
DROP TABLE customers;
DROP TABLE mails;
