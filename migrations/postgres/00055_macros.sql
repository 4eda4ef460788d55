-- +goose Up
-- Answers an expert keeps to use again: their own, and nobody else's. What they
-- say is sealed, since names get into them.
CREATE TABLE macros (
  id          uuid PRIMARY KEY,
  person_id   uuid NOT NULL REFERENCES persons (id),
  name        text NOT NULL CHECK (name <> ''),
  language    text NOT NULL DEFAULT '',
  text_sealed bytea NOT NULL,
  created_at  timestamptz NOT NULL,
  changed_at  timestamptz NOT NULL
);
CREATE INDEX macros_person ON macros (person_id);

-- +goose Down
DROP TABLE macros;
