-- +goose Up
-- How persons prove who they are. Persons are global, and so is all of this but
-- invitations, which are one brand's. Tokens and codes are kept as hashes.
CREATE TABLE credentials (
  person_id     TEXT PRIMARY KEY NOT NULL REFERENCES persons (id),
  password_hash TEXT NOT NULL CHECK (password_hash LIKE '$argon2id$%'),
  changed_at    DATETIME NOT NULL
);

-- A sign-up waits until its link is followed; only then is there a person, and
-- what was given goes from here.
CREATE TABLE signups (
  id             TEXT PRIMARY KEY NOT NULL,
  contact_sealed BLOB,
  password_hash  TEXT,
  token_hash     BLOB NOT NULL UNIQUE,
  created_at     DATETIME NOT NULL,
  expires_at     DATETIME NOT NULL,
  used_at        DATETIME,
  CHECK ((used_at IS NULL) = (contact_sealed IS NOT NULL)),
  CHECK ((used_at IS NULL) = (password_hash IS NOT NULL))
);
CREATE INDEX signups_expires ON signups (expires_at);

CREATE TABLE resets (
  id         TEXT PRIMARY KEY NOT NULL,
  person_id  TEXT NOT NULL REFERENCES persons (id),
  token_hash BLOB NOT NULL UNIQUE,
  created_at DATETIME NOT NULL,
  expires_at DATETIME NOT NULL,
  used_at    DATETIME
);
CREATE INDEX resets_person ON resets (person_id);
CREATE INDEX resets_expires ON resets (expires_at);

-- A session's token changes each time it is used; the one before is kept to
-- tell a late repeat from a stolen copy.
CREATE TABLE sessions (
  id            TEXT PRIMARY KEY NOT NULL,
  person_id     TEXT NOT NULL REFERENCES persons (id),
  token_hash    BLOB NOT NULL,
  previous_hash BLOB,
  rotated_at    DATETIME,
  user_agent    TEXT NOT NULL,
  created_at    DATETIME NOT NULL,
  last_used_at  DATETIME NOT NULL,
  expires_at    DATETIME NOT NULL,
  ended_at      DATETIME,
  end_reason    TEXT NOT NULL DEFAULT '',
  CHECK ((previous_hash IS NULL) = (rotated_at IS NULL)),
  CHECK ((ended_at IS NULL) = (end_reason = '')),
  CHECK (expires_at > created_at)
);
CREATE INDEX sessions_person ON sessions (person_id);
CREATE INDEX sessions_expires ON sessions (expires_at);

-- The device that makes a person's one-time codes. It counts once confirmed.
CREATE TABLE authenticators (
  person_id     TEXT PRIMARY KEY NOT NULL REFERENCES persons (id),
  secret_sealed BLOB NOT NULL,
  created_at    DATETIME NOT NULL,
  confirmed_at  DATETIME,
  last_step     INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE recovery_codes (
  person_id TEXT NOT NULL REFERENCES persons (id),
  code_hash BLOB NOT NULL,
  used_at   DATETIME,
  PRIMARY KEY (person_id, code_hash)
);

-- How often something was tried of late; the key is a keyed hash of who and what.
CREATE TABLE throttles (
  key     BLOB PRIMARY KEY,
  taken   INTEGER NOT NULL CHECK (taken >= 0),
  ends_at DATETIME NOT NULL
);
CREATE INDEX throttles_ends ON throttles (ends_at);

CREATE TABLE invitations (
  id           TEXT PRIMARY KEY NOT NULL,
  brand_id     TEXT NOT NULL,
  email_index  BLOB NOT NULL,
  email_sealed BLOB,
  role         TEXT NOT NULL CHECK (role IN ('owner', 'manager', 'agent', 'reviewer', 'finance', 'viewer')),
  token_hash   BLOB NOT NULL UNIQUE,
  invited_by   TEXT NOT NULL REFERENCES persons (id),
  created_at   DATETIME NOT NULL,
  expires_at   DATETIME NOT NULL,
  accepted_at  DATETIME,
  withdrawn_at DATETIME,
  CHECK (accepted_at IS NULL OR withdrawn_at IS NULL),
  CHECK ((accepted_at IS NULL AND withdrawn_at IS NULL) = (email_sealed IS NOT NULL))
);
CREATE UNIQUE INDEX invitations_open ON invitations (brand_id, email_index) WHERE accepted_at IS NULL AND withdrawn_at IS NULL;
CREATE INDEX invitations_invited_by ON invitations (invited_by);
CREATE INDEX invitations_expires ON invitations (expires_at);

-- +goose Down
DROP TABLE invitations;
DROP TABLE throttles;
DROP TABLE recovery_codes;
DROP TABLE authenticators;
DROP TABLE sessions;
DROP TABLE resets;
DROP TABLE signups;
DROP TABLE credentials;
