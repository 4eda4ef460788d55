-- +goose Up
-- Pictures that their uploader has not sent yet: theirs alone, and of no brand.
-- A row whose picture was sent stays for a day, to be counted.
CREATE TABLE uploads (
  id             uuid PRIMARY KEY,
  owner_kind     text NOT NULL CHECK (owner_kind IN ('customer', 'person', 'key')),
  owner_id       uuid NOT NULL,
  type           text NOT NULL CHECK (type IN ('image/png', 'image/jpeg')),
  width          integer NOT NULL CHECK (width >= 1),
  height         integer NOT NULL CHECK (height >= 1),
  size           integer NOT NULL CHECK (size >= 1),
  content_sealed bytea NOT NULL,
  sent           boolean NOT NULL DEFAULT false,
  uploaded_at    timestamptz NOT NULL
);
CREATE INDEX uploads_owner ON uploads (owner_id, uploaded_at);
CREATE INDEX uploads_age ON uploads (uploaded_at);

-- Pictures that messages show. What else is known of one stands in its message.
CREATE TABLE pictures (
  id             uuid PRIMARY KEY,
  brand_id       uuid NOT NULL,
  question_id    uuid NOT NULL REFERENCES questions (id),
  message_id     uuid NOT NULL REFERENCES messages (id),
  type           text NOT NULL CHECK (type IN ('image/png', 'image/jpeg')),
  content_sealed bytea NOT NULL
);
CREATE INDEX pictures_question ON pictures (question_id);
CREATE INDEX pictures_message ON pictures (message_id);
-- Sealed bytes do not get smaller.
ALTER TABLE uploads ALTER COLUMN content_sealed SET STORAGE EXTERNAL;
ALTER TABLE pictures ALTER COLUMN content_sealed SET STORAGE EXTERNAL;
ALTER TABLE pictures ENABLE ROW LEVEL SECURITY;
ALTER TABLE pictures FORCE ROW LEVEL SECURITY;
CREATE POLICY brand ON pictures USING (knowhow_sees(brand_id));

ALTER TABLE messages ADD COLUMN pictures text NOT NULL DEFAULT '[]';

-- +goose Down
ALTER TABLE messages DROP COLUMN pictures;
DROP TABLE pictures;
DROP TABLE uploads;
