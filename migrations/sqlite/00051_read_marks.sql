-- +goose Up
-- Up to which message a question's customer, and its experts, have read.
CREATE TABLE read_marks (
  question_id TEXT PRIMARY KEY REFERENCES questions (id),
  brand_id    TEXT NOT NULL,
  customer    INTEGER NOT NULL DEFAULT 0 CHECK (customer >= 0),
  expert      INTEGER NOT NULL DEFAULT 0 CHECK (expert >= 0)
);

-- +goose Down
DROP TABLE read_marks;
