-- +goose Up
-- How a program asks people to become its experts: by a link that is passed on,
-- by addresses, by a file of the brand's own customers. next_due_at is when more
-- mails go out, and then when it is over and its addresses are forgotten.
CREATE TABLE expert_invitations (
  id          uuid PRIMARY KEY,
  brand_id    uuid NOT NULL,
  program_id  uuid NOT NULL,
  kind        text NOT NULL CHECK (kind IN ('link', 'addresses', 'file')),
  label       text NOT NULL,
  language    text NOT NULL,
  file_index  bytea CHECK ((file_index IS NOT NULL) = (kind = 'file')),
  most        integer NOT NULL CHECK (most >= 0),
  invited     integer NOT NULL CHECK (invited >= 0),
  created_by  uuid NOT NULL REFERENCES persons (id),
  created_at  timestamptz NOT NULL,
  expires_at  timestamptz NOT NULL,
  revoked_at  timestamptz,
  next_due_at timestamptz,
  UNIQUE (id, brand_id),
  FOREIGN KEY (program_id, brand_id) REFERENCES programs (id, brand_id)
);
CREATE INDEX expert_invitations_program ON expert_invitations (program_id, created_at);
CREATE INDEX expert_invitations_file ON expert_invitations (program_id, file_index) WHERE file_index IS NOT NULL;
CREATE INDEX expert_invitations_due ON expert_invitations (next_due_at, id) WHERE next_due_at IS NOT NULL;
ALTER TABLE expert_invitations ENABLE ROW LEVEL SECURITY;
ALTER TABLE expert_invitations FORCE ROW LEVEL SECURITY;
CREATE POLICY brand ON expert_invitations USING (knowhow_sees(brand_id));

-- Whom an invitation is for. The address goes when it is not needed any more;
-- its blind index stays, so that nobody is invited twice.
CREATE TABLE invitees (
  id            uuid PRIMARY KEY,
  brand_id      uuid NOT NULL,
  program_id    uuid NOT NULL,
  invitation_id uuid NOT NULL,
  email_index   bytea NOT NULL,
  email_sealed  bytea,
  language      text NOT NULL,
  token_hash    bytea UNIQUE,
  state         text NOT NULL CHECK (state IN ('waiting', 'sent', 'used', 'withdrawn')),
  sent_at       timestamptz,
  UNIQUE (program_id, email_index),
  FOREIGN KEY (invitation_id, brand_id) REFERENCES expert_invitations (id, brand_id),
  CHECK (state NOT IN ('used', 'withdrawn') OR email_sealed IS NULL)
);
CREATE INDEX invitees_invitation ON invitees (invitation_id, id);
CREATE INDEX invitees_address ON invitees (brand_id, email_index);
ALTER TABLE invitees ENABLE ROW LEVEL SECURITY;
ALTER TABLE invitees FORCE ROW LEVEL SECURITY;
CREATE POLICY brand ON invitees USING (knowhow_sees(brand_id));

-- Who applied by which.
CREATE TABLE invitation_uses (
  invitation_id uuid NOT NULL,
  person_id     uuid NOT NULL REFERENCES experts (person_id),
  brand_id      uuid NOT NULL,
  used_at       timestamptz NOT NULL,
  PRIMARY KEY (invitation_id, person_id),
  FOREIGN KEY (invitation_id, brand_id) REFERENCES expert_invitations (id, brand_id)
);
CREATE INDEX invitation_uses_person ON invitation_uses (person_id);
ALTER TABLE invitation_uses ENABLE ROW LEVEL SECURITY;
ALTER TABLE invitation_uses FORCE ROW LEVEL SECURITY;
CREATE POLICY brand ON invitation_uses USING (knowhow_sees(brand_id));

-- How many mails a brand's invitations have sent on a day.
CREATE TABLE invitation_days (
  brand_id uuid NOT NULL REFERENCES brands (id),
  day      text NOT NULL CHECK (day <> ''),
  sent     integer NOT NULL CHECK (sent >= 0),
  PRIMARY KEY (brand_id, day)
);
ALTER TABLE invitation_days ENABLE ROW LEVEL SECURITY;
ALTER TABLE invitation_days FORCE ROW LEVEL SECURITY;
CREATE POLICY brand ON invitation_days USING (knowhow_sees(brand_id));

-- Addresses that want no more invitations from a brand: as a hash only.
CREATE TABLE address_refusals (
  brand_id      uuid NOT NULL REFERENCES brands (id),
  address_index bytea NOT NULL,
  refused_at    timestamptz NOT NULL,
  PRIMARY KEY (brand_id, address_index)
);
ALTER TABLE address_refusals ENABLE ROW LEVEL SECURITY;
ALTER TABLE address_refusals FORCE ROW LEVEL SECURITY;
CREATE POLICY brand ON address_refusals USING (knowhow_sees(brand_id));

-- +goose Down
DROP TABLE address_refusals;
DROP TABLE invitation_days;
DROP TABLE invitation_uses;
DROP TABLE invitees;
DROP TABLE expert_invitations;
