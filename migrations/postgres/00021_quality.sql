-- +goose Up
-- What a customer said of an answer; without an assignment, of the brand's own.
CREATE TABLE feedback (
  id             uuid PRIMARY KEY,
  brand_id       uuid NOT NULL,
  question_id    uuid NOT NULL REFERENCES questions (id),
  assignment_id  uuid REFERENCES assignments (id),
  customer_id    uuid NOT NULL,
  solved         boolean NOT NULL,
  csat           integer NOT NULL CHECK (csat BETWEEN 0 AND 5),
  reason         text NOT NULL CHECK (reason IN ('', 'wrong', 'incomplete', 'unclear', 'unfriendly', 'waiting_time', 'product_defect', 'policy')),
  comment        text NOT NULL,
  comment_sealed bytea NOT NULL,
  given_at       timestamptz NOT NULL,
  changed_at     timestamptz NOT NULL,
  next_due_at    timestamptz,
  UNIQUE (question_id, assignment_id),
  CHECK (csat NOT IN (1, 2) OR reason <> ''),
  CHECK (changed_at >= given_at)
);
CREATE UNIQUE INDEX feedback_brand_answer ON feedback (question_id) WHERE assignment_id IS NULL;
CREATE INDEX feedback_due ON feedback (next_due_at, id) WHERE next_due_at IS NOT NULL;
CREATE INDEX feedback_customer ON feedback (customer_id);
CREATE INDEX feedback_assignment ON feedback (assignment_id);

CREATE TABLE reviews (
  id            uuid PRIMARY KEY,
  brand_id      uuid NOT NULL,
  question_id   uuid NOT NULL REFERENCES questions (id),
  assignment_id uuid NOT NULL UNIQUE REFERENCES assignments (id),
  state         text NOT NULL CHECK (state IN ('open', 'decided', 'lapsed')),
  cause         text NOT NULL CHECK (cause IN ('sample', 'probation')),
  reward_minor  bigint NOT NULL CHECK (reward_minor >= 0),
  currency      text NOT NULL,
  created_at    timestamptz NOT NULL,
  passed        boolean,
  scores        text,
  note          text NOT NULL DEFAULT '',
  reviewer_id   uuid REFERENCES persons (id),
  ended_at      timestamptz,
  next_due_at   timestamptz,
  CHECK ((state = 'open') = (next_due_at IS NOT NULL)),
  CHECK ((state = 'open') = (ended_at IS NULL)),
  CHECK ((state = 'decided') = (reviewer_id IS NOT NULL)),
  CHECK ((state = 'decided') = (passed IS NOT NULL))
);
CREATE INDEX reviews_due ON reviews (next_due_at, id) WHERE next_due_at IS NOT NULL;
CREATE INDEX reviews_open ON reviews (brand_id, next_due_at) WHERE state = 'open';
CREATE INDEX reviews_failed ON reviews (brand_id, ended_at) WHERE NOT passed;
CREATE INDEX reviews_question ON reviews (question_id);

-- Each row is one named human's decision not to pay, and what became of it.
CREATE TABLE refusals (
  id            uuid PRIMARY KEY,
  brand_id      uuid NOT NULL,
  question_id   uuid NOT NULL REFERENCES questions (id),
  assignment_id uuid NOT NULL UNIQUE REFERENCES assignments (id),
  person_id     uuid NOT NULL REFERENCES persons (id),
  state         text NOT NULL CHECK (state IN ('appealable', 'appealed', 'final', 'overturned', 'lapsed')),
  reason        text NOT NULL CHECK (reason IN ('no_answer', 'wrong', 'unsafe', 'abusive', 'privacy', 'copied', 'fraud')),
  evidence      text NOT NULL CHECK (evidence <> ''),
  refused_by    uuid NOT NULL REFERENCES persons (id),
  refused_at    timestamptz NOT NULL,
  appeal_until  timestamptz NOT NULL,
  statement     text NOT NULL DEFAULT '',
  appealed_at   timestamptz,
  decide_by     timestamptz,
  decided_by    uuid REFERENCES persons (id),
  decision      text NOT NULL DEFAULT '',
  ended_at      timestamptz,
  next_due_at   timestamptz,
  CHECK (refused_by <> person_id),
  CHECK ((state IN ('appealable', 'appealed')) = (next_due_at IS NOT NULL)),
  CHECK ((state IN ('appealable', 'appealed')) = (ended_at IS NULL)),
  CHECK ((appealed_at IS NULL) = (statement = '')),
  CHECK ((appealed_at IS NULL) = (decide_by IS NULL)),
  CHECK (state <> 'appealable' OR appealed_at IS NULL),
  CHECK (state NOT IN ('appealed', 'overturned', 'lapsed') OR appealed_at IS NOT NULL),
  CHECK (state NOT IN ('appealable', 'appealed', 'lapsed') OR decided_by IS NULL),
  CHECK (state <> 'overturned' OR decided_by IS NOT NULL),
  CHECK (state <> 'final' OR (appealed_at IS NULL) = (decided_by IS NULL)),
  CHECK ((decided_by IS NULL) = (decision = '')),
  CHECK (decided_by IS NULL OR (decided_by <> refused_by AND decided_by <> person_id))
);
CREATE INDEX refusals_due ON refusals (next_due_at, id) WHERE next_due_at IS NOT NULL;
CREATE INDEX refusals_person ON refusals (person_id, refused_at);
CREATE INDEX refusals_question ON refusals (question_id);
CREATE INDEX refusals_appealed ON refusals (brand_id, decide_by) WHERE state = 'appealed';

-- +goose StatementBegin
DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['feedback', 'reviews', 'refusals'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY brand ON %I USING (knowhow_sees(brand_id))', t);
  END LOOP;
END $$;
-- +goose StatementEnd

-- +goose Down
DROP TABLE refusals;
DROP TABLE reviews;
DROP TABLE feedback;
