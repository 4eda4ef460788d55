-- +goose Up
-- What a customer said of an answer; without an assignment, of the brand's own.
CREATE TABLE feedback (
  id             TEXT PRIMARY KEY,
  brand_id       TEXT NOT NULL,
  question_id    TEXT NOT NULL REFERENCES questions (id),
  assignment_id  TEXT REFERENCES assignments (id),
  customer_id    TEXT NOT NULL,
  solved         BOOLEAN NOT NULL,
  csat           INTEGER NOT NULL CHECK (csat BETWEEN 0 AND 5),
  reason         TEXT NOT NULL CHECK (reason IN ('', 'wrong', 'incomplete', 'unclear', 'unfriendly', 'waiting_time', 'product_defect', 'policy')),
  comment        TEXT NOT NULL,
  comment_sealed BLOB NOT NULL,
  given_at       DATETIME NOT NULL,
  changed_at     DATETIME NOT NULL,
  next_due_at    DATETIME,
  UNIQUE (question_id, assignment_id),
  CHECK (csat NOT IN (1, 2) OR reason <> ''),
  CHECK (changed_at >= given_at)
);
CREATE UNIQUE INDEX feedback_brand_answer ON feedback (question_id) WHERE assignment_id IS NULL;
CREATE INDEX feedback_due ON feedback (next_due_at, id) WHERE next_due_at IS NOT NULL;
CREATE INDEX feedback_customer ON feedback (customer_id);
CREATE INDEX feedback_assignment ON feedback (assignment_id);

CREATE TABLE reviews (
  id            TEXT PRIMARY KEY,
  brand_id      TEXT NOT NULL,
  question_id   TEXT NOT NULL REFERENCES questions (id),
  assignment_id TEXT NOT NULL UNIQUE REFERENCES assignments (id),
  state         TEXT NOT NULL CHECK (state IN ('open', 'decided', 'lapsed')),
  cause         TEXT NOT NULL CHECK (cause IN ('sample', 'probation')),
  reward_minor  INTEGER NOT NULL CHECK (reward_minor >= 0),
  currency      TEXT NOT NULL,
  created_at    DATETIME NOT NULL,
  passed        BOOLEAN,
  scores        TEXT,
  note          TEXT NOT NULL DEFAULT '',
  reviewer_id   TEXT REFERENCES persons (id),
  ended_at      DATETIME,
  next_due_at   DATETIME,
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
  id            TEXT PRIMARY KEY,
  brand_id      TEXT NOT NULL,
  question_id   TEXT NOT NULL REFERENCES questions (id),
  assignment_id TEXT NOT NULL UNIQUE REFERENCES assignments (id),
  person_id     TEXT NOT NULL REFERENCES persons (id),
  state         TEXT NOT NULL CHECK (state IN ('appealable', 'appealed', 'final', 'overturned', 'lapsed')),
  reason        TEXT NOT NULL CHECK (reason IN ('no_answer', 'wrong', 'unsafe', 'abusive', 'privacy', 'copied', 'fraud')),
  evidence      TEXT NOT NULL CHECK (evidence <> ''),
  refused_by    TEXT NOT NULL REFERENCES persons (id),
  refused_at    DATETIME NOT NULL,
  appeal_until  DATETIME NOT NULL,
  statement     TEXT NOT NULL DEFAULT '',
  appealed_at   DATETIME,
  decide_by     DATETIME,
  decided_by    TEXT REFERENCES persons (id),
  decision      TEXT NOT NULL DEFAULT '',
  ended_at      DATETIME,
  next_due_at   DATETIME,
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

-- +goose Down
DROP TABLE refusals;
DROP TABLE reviews;
DROP TABLE feedback;
