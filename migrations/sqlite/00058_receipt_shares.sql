-- +goose Up
-- Links by which anybody reads a receipt, because its customer wants it. They
-- end with the consent they were made under.
CREATE TABLE receipt_shares (
  id          TEXT PRIMARY KEY NOT NULL,
  brand_id    TEXT NOT NULL,
  question_id TEXT NOT NULL REFERENCES questions (id),
  consent_id  TEXT NOT NULL REFERENCES consents (id),
  token_hash  BLOB NOT NULL UNIQUE,
  created_at  DATETIME NOT NULL,
  expires_at  DATETIME NOT NULL CHECK (expires_at > created_at),
  revoked_at  DATETIME
);
CREATE INDEX receipt_shares_question ON receipt_shares (question_id);
CREATE INDEX receipt_shares_consent ON receipt_shares (consent_id);

-- +goose Down
DROP TABLE receipt_shares;
