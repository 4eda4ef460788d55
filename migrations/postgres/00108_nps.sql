-- +goose Up
-- Whether a customer would recommend the program, 0 to 10; NULL: they would rather
-- not say. Few are asked, and nobody twice within 90 days.
CREATE TABLE nps (
  id          uuid PRIMARY KEY,
  brand_id    uuid NOT NULL,
  program_id  uuid NOT NULL,
  question_id uuid NOT NULL REFERENCES questions (id),
  customer_id uuid NOT NULL,
  score       integer CHECK (score BETWEEN 0 AND 10),
  given_at    timestamptz NOT NULL,
  FOREIGN KEY (program_id, brand_id) REFERENCES programs (id, brand_id)
);
CREATE INDEX nps_customer ON nps (customer_id, given_at);
CREATE INDEX nps_program ON nps (program_id, given_at);
CREATE INDEX nps_question ON nps (question_id);
ALTER TABLE nps ENABLE ROW LEVEL SECURITY;
ALTER TABLE nps FORCE ROW LEVEL SECURITY;
CREATE POLICY brand ON nps USING (knowhow_sees(brand_id));

-- +goose Down
DROP TABLE nps;
