-- +goose Up
-- Answers an expert keeps to use again: their own, and nobody else's. What they
-- say is sealed, since names get into them.
CREATE TABLE macros (
  id          TEXT PRIMARY KEY NOT NULL,
  person_id   TEXT NOT NULL REFERENCES persons (id),
  name        TEXT NOT NULL CHECK (name <> ''),
  language    TEXT NOT NULL DEFAULT '',
  text_sealed BLOB NOT NULL,
  created_at  DATETIME NOT NULL,
  changed_at  DATETIME NOT NULL
);
CREATE INDEX macros_person ON macros (person_id);

-- +goose Down
DROP TABLE macros;
