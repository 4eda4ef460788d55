-- +goose Up
-- What brands gave experts for a piece of work beside its reward, and why. The
-- money is the bonus of the same id.
CREATE TABLE thanks (
  id            uuid PRIMARY KEY,
  brand_id      uuid NOT NULL,
  question_id   uuid NOT NULL REFERENCES questions (id),
  assignment_id uuid NOT NULL REFERENCES assignments (id),
  person_id     uuid NOT NULL,
  given_by      uuid NOT NULL,
  amount_minor  bigint NOT NULL CHECK (amount_minor > 0),
  currency      text NOT NULL,
  reason        text NOT NULL,
  given_at      timestamptz NOT NULL
);
CREATE INDEX thanks_question ON thanks (question_id);
CREATE INDEX thanks_assignment ON thanks (assignment_id);
ALTER TABLE thanks ENABLE ROW LEVEL SECURITY;
ALTER TABLE thanks FORCE ROW LEVEL SECURITY;
CREATE POLICY brand ON thanks USING (knowhow_sees(brand_id));

-- +goose Down
DROP TABLE thanks;
