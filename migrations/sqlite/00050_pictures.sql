-- +goose Up
-- Pictures that their uploader has not sent yet: theirs alone, and of no brand.
-- A row whose picture was sent stays for a day, to be counted.
CREATE TABLE uploads (
  id             TEXT PRIMARY KEY,
  owner_kind     TEXT NOT NULL CHECK (owner_kind IN ('customer', 'person', 'key')),
  owner_id       TEXT NOT NULL,
  type           TEXT NOT NULL CHECK (type IN ('image/png', 'image/jpeg')),
  width          INTEGER NOT NULL CHECK (width >= 1),
  height         INTEGER NOT NULL CHECK (height >= 1),
  size           INTEGER NOT NULL CHECK (size >= 1),
  content_sealed BLOB NOT NULL,
  sent           BOOLEAN NOT NULL DEFAULT false,
  uploaded_at    DATETIME NOT NULL
);
CREATE INDEX uploads_owner ON uploads (owner_id, uploaded_at);
CREATE INDEX uploads_age ON uploads (uploaded_at);

-- Pictures that messages show. What else is known of one stands in its message.
CREATE TABLE pictures (
  id             TEXT PRIMARY KEY,
  brand_id       TEXT NOT NULL,
  question_id    TEXT NOT NULL REFERENCES questions (id),
  message_id     TEXT NOT NULL REFERENCES messages (id),
  type           TEXT NOT NULL CHECK (type IN ('image/png', 'image/jpeg')),
  content_sealed BLOB NOT NULL
);
CREATE INDEX pictures_question ON pictures (question_id);
CREATE INDEX pictures_message ON pictures (message_id);

ALTER TABLE messages ADD COLUMN pictures TEXT NOT NULL DEFAULT '[]';

-- +goose Down
ALTER TABLE messages DROP COLUMN pictures;
DROP TABLE pictures;
DROP TABLE uploads;
