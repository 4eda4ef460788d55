-- +goose Up
-- Whether a customer would recommend the program, 0 to 10; NULL: they would rather
-- not say. Few are asked, and nobody twice within 90 days.
CREATE TABLE nps (
  id          TEXT PRIMARY KEY NOT NULL,
  brand_id    TEXT NOT NULL,
  program_id  TEXT NOT NULL,
  question_id TEXT NOT NULL REFERENCES questions (id),
  customer_id TEXT NOT NULL,
  score       INTEGER CHECK (score BETWEEN 0 AND 10),
  given_at    DATETIME NOT NULL,
  FOREIGN KEY (program_id, brand_id) REFERENCES programs (id, brand_id)
);
CREATE INDEX nps_customer ON nps (customer_id, given_at);
CREATE INDEX nps_program ON nps (program_id, given_at);
CREATE INDEX nps_question ON nps (question_id);

-- +goose Down
DROP TABLE nps;
