-- +goose Up
-- How persons prove who they are. Persons are global, and so is all of this but
-- invitations, which are one brand's. Tokens and codes are kept as hashes.
CREATE TABLE credentials (
  person_id     uuid PRIMARY KEY REFERENCES persons (id),
  password_hash text NOT NULL CHECK (password_hash LIKE '$argon2id$%'),
  changed_at    timestamptz NOT NULL
);

-- A sign-up waits until its link is followed; only then is there a person, and
-- what was given goes from here.
CREATE TABLE signups (
  id             uuid PRIMARY KEY,
  contact_sealed bytea,
  password_hash  text,
  token_hash     bytea NOT NULL UNIQUE,
  created_at     timestamptz NOT NULL,
  expires_at     timestamptz NOT NULL,
  used_at        timestamptz,
  CHECK ((used_at IS NULL) = (contact_sealed IS NOT NULL)),
  CHECK ((used_at IS NULL) = (password_hash IS NOT NULL))
);
CREATE INDEX signups_expires ON signups (expires_at);

CREATE TABLE resets (
  id         uuid PRIMARY KEY,
  person_id  uuid NOT NULL REFERENCES persons (id),
  token_hash bytea NOT NULL UNIQUE,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  used_at    timestamptz
);
CREATE INDEX resets_person ON resets (person_id);
CREATE INDEX resets_expires ON resets (expires_at);

-- A session's token changes each time it is used; the one before is kept to
-- tell a late repeat from a stolen copy.
CREATE TABLE sessions (
  id            uuid PRIMARY KEY,
  person_id     uuid NOT NULL REFERENCES persons (id),
  token_hash    bytea NOT NULL,
  previous_hash bytea,
  rotated_at    timestamptz,
  user_agent    text NOT NULL,
  created_at    timestamptz NOT NULL,
  last_used_at  timestamptz NOT NULL,
  expires_at    timestamptz NOT NULL,
  ended_at      timestamptz,
  end_reason    text NOT NULL DEFAULT '',
  CHECK ((previous_hash IS NULL) = (rotated_at IS NULL)),
  CHECK ((ended_at IS NULL) = (end_reason = '')),
  CHECK (expires_at > created_at)
);
CREATE INDEX sessions_person ON sessions (person_id);
CREATE INDEX sessions_expires ON sessions (expires_at);

-- The device that makes a person's one-time codes. It counts once confirmed.
CREATE TABLE authenticators (
  person_id     uuid PRIMARY KEY REFERENCES persons (id),
  secret_sealed bytea NOT NULL,
  created_at    timestamptz NOT NULL,
  confirmed_at  timestamptz,
  last_step     bigint NOT NULL DEFAULT 0
);

CREATE TABLE recovery_codes (
  person_id uuid NOT NULL REFERENCES persons (id),
  code_hash bytea NOT NULL,
  used_at   timestamptz,
  PRIMARY KEY (person_id, code_hash)
);

-- How often something was tried of late; the key is a keyed hash of who and what.
CREATE TABLE throttles (
  key     bytea PRIMARY KEY,
  taken   integer NOT NULL CHECK (taken >= 0),
  ends_at timestamptz NOT NULL
);
CREATE INDEX throttles_ends ON throttles (ends_at);

CREATE TABLE invitations (
  id           uuid PRIMARY KEY,
  brand_id     uuid NOT NULL,
  email_index  bytea NOT NULL,
  email_sealed bytea,
  role         text NOT NULL CHECK (role IN ('owner', 'manager', 'agent', 'reviewer', 'finance', 'viewer')),
  token_hash   bytea NOT NULL UNIQUE,
  invited_by   uuid NOT NULL REFERENCES persons (id),
  created_at   timestamptz NOT NULL,
  expires_at   timestamptz NOT NULL,
  accepted_at  timestamptz,
  withdrawn_at timestamptz,
  CHECK (accepted_at IS NULL OR withdrawn_at IS NULL),
  CHECK ((accepted_at IS NULL AND withdrawn_at IS NULL) = (email_sealed IS NOT NULL))
);
CREATE UNIQUE INDEX invitations_open ON invitations (brand_id, email_index) WHERE accepted_at IS NULL AND withdrawn_at IS NULL;
CREATE INDEX invitations_invited_by ON invitations (invited_by);
CREATE INDEX invitations_expires ON invitations (expires_at);
ALTER TABLE invitations ENABLE ROW LEVEL SECURITY;
ALTER TABLE invitations FORCE ROW LEVEL SECURITY;
CREATE POLICY brand ON invitations USING (knowhow_sees(brand_id));

-- +goose Down
DROP TABLE invitations;
DROP TABLE throttles;
DROP TABLE recovery_codes;
DROP TABLE authenticators;
DROP TABLE sessions;
DROP TABLE resets;
DROP TABLE signups;
DROP TABLE credentials;
