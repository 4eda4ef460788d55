-- +goose Up
-- Persons are global: one human has one row, whatever roles they hold. The
-- blind index of an e-mail address is keyed, so equal addresses meet without
-- being readable.
CREATE TABLE persons (
  id           uuid PRIMARY KEY,
  name         text NOT NULL CHECK (name <> ''),
  email_sealed bytea,
  email_index  bytea UNIQUE,
  operator     boolean NOT NULL DEFAULT false,
  created_at   timestamptz NOT NULL,
  CHECK ((email_sealed IS NULL) = (email_index IS NULL))
);

CREATE TABLE memberships (
  brand_id   uuid NOT NULL,
  person_id  uuid NOT NULL REFERENCES persons (id),
  role       text NOT NULL CHECK (role IN ('owner', 'manager', 'agent', 'reviewer', 'finance', 'viewer')),
  created_at timestamptz NOT NULL,
  PRIMARY KEY (brand_id, person_id, role)
);
CREATE INDEX memberships_person ON memberships (person_id);
ALTER TABLE memberships ENABLE ROW LEVEL SECURITY;
ALTER TABLE memberships FORCE ROW LEVEL SECURITY;
CREATE POLICY brand ON memberships USING (knowhow_sees(brand_id));

-- +goose Down
DROP TABLE memberships;
DROP TABLE persons;
