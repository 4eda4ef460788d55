-- +goose Up
-- Links by which anybody reads a receipt, because its customer wants it. They
-- end with the consent they were made under.
CREATE TABLE receipt_shares (
  id          uuid PRIMARY KEY,
  brand_id    uuid NOT NULL,
  question_id uuid NOT NULL REFERENCES questions (id),
  consent_id  uuid NOT NULL REFERENCES consents (id),
  token_hash  bytea NOT NULL UNIQUE,
  created_at  timestamptz NOT NULL,
  expires_at  timestamptz NOT NULL CHECK (expires_at > created_at),
  revoked_at  timestamptz
);
CREATE INDEX receipt_shares_question ON receipt_shares (question_id);
CREATE INDEX receipt_shares_consent ON receipt_shares (consent_id);
ALTER TABLE receipt_shares ENABLE ROW LEVEL SECURITY;
ALTER TABLE receipt_shares FORCE ROW LEVEL SECURITY;
CREATE POLICY brand ON receipt_shares USING (knowhow_sees(brand_id));

-- +goose Down
DROP TABLE receipt_shares;
