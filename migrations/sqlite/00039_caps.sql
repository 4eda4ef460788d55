-- +goose Up
-- What customers nobody vouches for have asked of a program on a day (UTC): as
-- one customer, from one address, in questions; all together, in minor units.
-- A key is a keyed hash that is another every day.
CREATE TABLE ask_caps (
  brand_id   TEXT NOT NULL,
  program_id TEXT NOT NULL,
  day        DATETIME NOT NULL,
  kind       TEXT NOT NULL CHECK (kind IN ('customer', 'source', 'budget')),
  key        BLOB NOT NULL,
  used       INTEGER NOT NULL CHECK (used > 0),
  PRIMARY KEY (program_id, day, kind, key),
  FOREIGN KEY (program_id, brand_id) REFERENCES programs (id, brand_id)
);
CREATE INDEX ask_caps_day ON ask_caps (day);

-- Whose pages may ask in a browser.
ALTER TABLE programs ADD COLUMN origins TEXT NOT NULL DEFAULT '[]';
CREATE INDEX programs_origins ON programs (brand_id) WHERE state = 'live' AND origins <> '[]';

-- SQLite changes a CHECK by making the table anew. Nothing refers to it.
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
INSERT INTO reviews_new (id, brand_id, question_id, assignment_id, state, cause, reward_minor, currency, created_at, passed, scores, note, reviewer_id, ended_at, next_due_at) SELECT id, brand_id, question_id, assignment_id, state, cause, reward_minor, currency, created_at, passed, scores, note, reviewer_id, ended_at, next_due_at FROM reviews;
DROP TABLE reviews;
ALTER TABLE reviews_new RENAME TO reviews;
CREATE INDEX reviews_due ON reviews (next_due_at, id) WHERE next_due_at IS NOT NULL;
CREATE INDEX reviews_open ON reviews (brand_id, next_due_at) WHERE state = 'open';
CREATE INDEX reviews_failed ON reviews (brand_id, ended_at) WHERE NOT passed;
CREATE INDEX reviews_question ON reviews (question_id);

-- A brand's history, which leaves out what happens all the time.
CREATE INDEX events_history ON events (brand_id, seq)
  WHERE kind NOT LIKE 'question.%' AND kind NOT LIKE 'assignment.%' AND kind NOT LIKE 'review.%' AND kind NOT LIKE 'customer.%';

-- +goose Down
DROP INDEX events_history;
CREATE TABLE reviews_new (
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
INSERT INTO reviews_new (id, brand_id, question_id, assignment_id, state, cause, reward_minor, currency, created_at, passed, scores, note, reviewer_id, ended_at, next_due_at) SELECT id, brand_id, question_id, assignment_id, state, REPLACE(cause, 'unverified', 'sample'), reward_minor, currency, created_at, passed, scores, note, reviewer_id, ended_at, next_due_at FROM reviews;
DROP TABLE reviews;
ALTER TABLE reviews_new RENAME TO reviews;
CREATE INDEX reviews_due ON reviews (next_due_at, id) WHERE next_due_at IS NOT NULL;
CREATE INDEX reviews_open ON reviews (brand_id, next_due_at) WHERE state = 'open';
CREATE INDEX reviews_failed ON reviews (brand_id, ended_at) WHERE NOT passed;
CREATE INDEX reviews_question ON reviews (question_id);
DROP INDEX programs_origins;
ALTER TABLE programs DROP COLUMN origins;
DROP TABLE ask_caps;
