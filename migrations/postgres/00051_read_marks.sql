-- +goose Up
-- Up to which message a question's customer, and its experts, have read.
CREATE TABLE read_marks (
  question_id uuid PRIMARY KEY REFERENCES questions (id),
  brand_id    uuid NOT NULL,
  customer    integer NOT NULL DEFAULT 0 CHECK (customer >= 0),
  expert      integer NOT NULL DEFAULT 0 CHECK (expert >= 0)
);
ALTER TABLE read_marks ENABLE ROW LEVEL SECURITY;
ALTER TABLE read_marks FORCE ROW LEVEL SECURITY;
CREATE POLICY brand ON read_marks USING (knowhow_sees(brand_id));

-- +goose Down
DROP TABLE read_marks;
