-- +goose Up
-- Persons are global: one human has one row, whatever roles they hold. The
-- blind index of an e-mail address is keyed, so equal addresses meet without
-- being readable.
CREATE TABLE persons (
  id           TEXT PRIMARY KEY NOT NULL,
  name         TEXT NOT NULL CHECK (name <> ''),
  email_sealed BLOB,
  email_index  BLOB UNIQUE,
  operator     BOOLEAN NOT NULL DEFAULT false,
  created_at   DATETIME NOT NULL,
  CHECK ((email_sealed IS NULL) = (email_index IS NULL))
);

CREATE TABLE memberships (
  brand_id   TEXT NOT NULL,
  person_id  TEXT NOT NULL REFERENCES persons (id),
  role       TEXT NOT NULL CHECK (role IN ('owner', 'manager', 'agent', 'reviewer', 'finance', 'viewer')),
  created_at DATETIME NOT NULL,
  PRIMARY KEY (brand_id, person_id, role)
);
CREATE INDEX memberships_person ON memberships (person_id);

-- +goose Down
DROP TABLE memberships;
DROP TABLE persons;
