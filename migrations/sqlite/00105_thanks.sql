-- +goose Up
-- What brands gave experts for a piece of work beside its reward, and why. The
-- money is the bonus of the same id.
CREATE TABLE thanks (
  id            TEXT PRIMARY KEY,
  brand_id      TEXT NOT NULL,
  question_id   TEXT NOT NULL REFERENCES questions (id),
  assignment_id TEXT NOT NULL REFERENCES assignments (id),
  person_id     TEXT NOT NULL,
  given_by      TEXT NOT NULL,
  amount_minor  INTEGER NOT NULL CHECK (amount_minor > 0),
  currency      TEXT NOT NULL,
  reason        TEXT NOT NULL,
  given_at      DATETIME NOT NULL
);
CREATE INDEX thanks_question ON thanks (question_id);
CREATE INDEX thanks_assignment ON thanks (assignment_id);

-- +goose Down
DROP TABLE thanks;
