-- +goose Up
-- A conversation that its expert ended is always reviewed. SQLite changes a CHECK
-- by making the table anew. Nothing refers to it.
CREATE TABLE reviews_new (
  id            TEXT PRIMARY KEY,
  brand_id      TEXT NOT NULL,
  question_id   TEXT NOT NULL REFERENCES questions (id),
  assignment_id TEXT NOT NULL UNIQUE REFERENCES assignments (id),
  state         TEXT NOT NULL CHECK (state IN ('open', 'decided', 'lapsed')),
  cause         TEXT NOT NULL CHECK (cause IN ('sample', 'probation', 'unverified', 'ended')),
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
INSERT INTO reviews_new (id, brand_id, question_id, assignment_id, state, cause, reward_minor, currency, created_at, passed, scores, note, reviewer_id, ended_at, next_due_at) SELECT id, brand_id, question_id, assignment_id, state, cause, reward_minor, currency, created_at, passed, scores, note, reviewer_id, ended_at, next_due_at FROM reviews;
DROP TABLE reviews;
ALTER TABLE reviews_new RENAME TO reviews;
CREATE INDEX reviews_due ON reviews (next_due_at, id) WHERE next_due_at IS NOT NULL;
CREATE INDEX reviews_open ON reviews (brand_id, next_due_at) WHERE state = 'open';
CREATE INDEX reviews_failed ON reviews (brand_id, ended_at) WHERE NOT passed;
CREATE INDEX reviews_question ON reviews (question_id);

-- +goose Down
CREATE TABLE reviews_new (
  id            TEXT PRIMARY KEY,
  brand_id      TEXT NOT NULL,
  question_id   TEXT NOT NULL REFERENCES questions (id),
  assignment_id TEXT NOT NULL UNIQUE REFERENCES assignments (id),
  state         TEXT NOT NULL CHECK (state IN ('open', 'decided', 'lapsed')),
  cause         TEXT NOT NULL CHECK (cause IN ('sample', 'probation', 'unverified')),
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
INSERT INTO reviews_new (id, brand_id, question_id, assignment_id, state, cause, reward_minor, currency, created_at, passed, scores, note, reviewer_id, ended_at, next_due_at) SELECT id, brand_id, question_id, assignment_id, state, REPLACE(cause, 'ended', 'sample'), reward_minor, currency, created_at, passed, scores, note, reviewer_id, ended_at, next_due_at FROM reviews;
DROP TABLE reviews;
ALTER TABLE reviews_new RENAME TO reviews;
CREATE INDEX reviews_due ON reviews (next_due_at, id) WHERE next_due_at IS NOT NULL;
CREATE INDEX reviews_open ON reviews (brand_id, next_due_at) WHERE state = 'open';
CREATE INDEX reviews_failed ON reviews (brand_id, ended_at) WHERE NOT passed;
CREATE INDEX reviews_question ON reviews (question_id);
