-- +goose Up
-- How a program asks people to become its experts: by a link that is passed on,
-- by addresses, by a file of the brand's own customers. next_due_at is when more
-- mails go out, and then when it is over and its addresses are forgotten.
CREATE TABLE expert_invitations (
  id          TEXT PRIMARY KEY NOT NULL,
  brand_id    TEXT NOT NULL,
  program_id  TEXT NOT NULL,
  kind        TEXT NOT NULL CHECK (kind IN ('link', 'addresses', 'file')),
  label       TEXT NOT NULL,
  language    TEXT NOT NULL,
  file_index  BLOB CHECK ((file_index IS NOT NULL) = (kind = 'file')),
  most        INTEGER NOT NULL CHECK (most >= 0),
  invited     INTEGER NOT NULL CHECK (invited >= 0),
  created_by  TEXT NOT NULL REFERENCES persons (id),
  created_at  DATETIME NOT NULL,
  expires_at  DATETIME NOT NULL,
  revoked_at  DATETIME,
  next_due_at DATETIME,
  UNIQUE (id, brand_id),
  FOREIGN KEY (program_id, brand_id) REFERENCES programs (id, brand_id)
);
CREATE INDEX expert_invitations_program ON expert_invitations (program_id, created_at);
CREATE INDEX expert_invitations_file ON expert_invitations (program_id, file_index) WHERE file_index IS NOT NULL;
CREATE INDEX expert_invitations_due ON expert_invitations (next_due_at, id) WHERE next_due_at IS NOT NULL;

-- Whom an invitation is for. The address goes when it is not needed any more;
-- its blind index stays, so that nobody is invited twice.
CREATE TABLE invitees (
  id            TEXT PRIMARY KEY NOT NULL,
  brand_id      TEXT NOT NULL,
  program_id    TEXT NOT NULL,
  invitation_id TEXT NOT NULL,
  email_index   BLOB NOT NULL,
  email_sealed  BLOB,
  language      TEXT NOT NULL,
  token_hash    BLOB UNIQUE,
  state         TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'used', 'withdrawn')),
  sent_at       DATETIME,
  UNIQUE (program_id, email_index),
  FOREIGN KEY (invitation_id, brand_id) REFERENCES expert_invitations (id, brand_id),
  CHECK (state NOT IN ('used', 'withdrawn') OR email_sealed IS NULL)
);
CREATE INDEX invitees_invitation ON invitees (invitation_id, id);
CREATE INDEX invitees_address ON invitees (brand_id, email_index);

-- Who applied by which.
CREATE TABLE invitation_uses (
  invitation_id TEXT NOT NULL,
  person_id     TEXT NOT NULL REFERENCES experts (person_id),
  brand_id      TEXT NOT NULL,
  used_at       DATETIME NOT NULL,
  PRIMARY KEY (invitation_id, person_id),
  FOREIGN KEY (invitation_id, brand_id) REFERENCES expert_invitations (id, brand_id)
);
CREATE INDEX invitation_uses_person ON invitation_uses (person_id);

-- How many mails a brand's invitations have sent on a day.
CREATE TABLE invitation_days (
  brand_id TEXT NOT NULL REFERENCES brands (id),
  day      TEXT NOT NULL CHECK (day <> ''),
  sent     INTEGER NOT NULL CHECK (sent >= 0),
  PRIMARY KEY (brand_id, day)
);

-- Addresses that want no more invitations from a brand: as a hash only.
CREATE TABLE address_refusals (
  brand_id      TEXT NOT NULL REFERENCES brands (id),
  address_index BLOB NOT NULL,
  refused_at    DATETIME NOT NULL,
  PRIMARY KEY (brand_id, address_index)
);

-- +goose Down
DROP TABLE address_refusals;
DROP TABLE invitation_days;
DROP TABLE invitation_uses;
DROP TABLE invitees;
DROP TABLE expert_invitations;
