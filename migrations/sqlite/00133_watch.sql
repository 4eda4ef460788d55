-- +goose Up
-- Whose work is drawn for review more often than others', until the daily look
-- finds no reason to any more.
ALTER TABLE enrolments ADD COLUMN watch TEXT NOT NULL DEFAULT '' CHECK (watch IN ('', 'doubt', 'signal'));

-- SQLite changes a CHECK by making the table anew. Votes refer to reviews, which are
-- back before the transaction ends.
PRAGMA defer_foreign_keys = ON;
CREATE TABLE reviews_kept AS SELECT * FROM reviews;
DROP TABLE reviews;
CREATE TABLE reviews (
  id            TEXT PRIMARY KEY,
  brand_id      TEXT NOT NULL,
  question_id   TEXT NOT NULL REFERENCES questions (id),
  assignment_id TEXT NOT NULL UNIQUE REFERENCES assignments (id),
  state         TEXT NOT NULL CHECK (state IN ('open', 'decided', 'lapsed')),
  cause         TEXT NOT NULL CHECK (cause IN ('sample', 'probation', 'unverified', 'ended', 'rating', 'doubt', 'signal')),
  reward_minor  INTEGER NOT NULL CHECK (reward_minor >= 0),
  currency      TEXT NOT NULL,
  created_at    DATETIME NOT NULL,
  passed        BOOLEAN,
  scores        TEXT,
  note          TEXT NOT NULL DEFAULT '',
  reviewer_id   TEXT REFERENCES persons (id),
  ended_at      DATETIME,
  next_due_at   DATETIME,
  votes         INTEGER NOT NULL DEFAULT 0 CHECK (votes >= 0),
  bad           REAL CHECK (bad BETWEEN 0 AND 1),
  CHECK ((state = 'open') = (next_due_at IS NOT NULL)),
  CHECK ((state = 'open') = (ended_at IS NULL)),
  CHECK ((state = 'decided') = (reviewer_id IS NOT NULL)),
  CHECK ((state = 'decided') = (passed IS NOT NULL))
);
INSERT INTO reviews (id, brand_id, question_id, assignment_id, state, cause, reward_minor, currency, created_at, passed, scores, note, reviewer_id, ended_at, next_due_at, votes, bad) SELECT id, brand_id, question_id, assignment_id, state, cause, reward_minor, currency, created_at, passed, scores, note, reviewer_id, ended_at, next_due_at, votes, bad FROM reviews_kept;
DROP TABLE reviews_kept;
CREATE INDEX reviews_due ON reviews (next_due_at, id) WHERE next_due_at IS NOT NULL;
CREATE INDEX reviews_open ON reviews (brand_id, next_due_at) WHERE state = 'open';
CREATE INDEX reviews_failed ON reviews (brand_id, ended_at) WHERE NOT passed;
CREATE INDEX reviews_question ON reviews (question_id);

-- +goose Down
UPDATE reviews SET cause = 'sample' WHERE cause IN ('doubt', 'signal');
PRAGMA defer_foreign_keys = ON;
CREATE TABLE reviews_kept AS SELECT * FROM reviews;
DROP TABLE reviews;
CREATE TABLE reviews (
  id            TEXT PRIMARY KEY,
  brand_id      TEXT NOT NULL,
  question_id   TEXT NOT NULL REFERENCES questions (id),
  assignment_id TEXT NOT NULL UNIQUE REFERENCES assignments (id),
  state         TEXT NOT NULL CHECK (state IN ('open', 'decided', 'lapsed')),
  cause         TEXT NOT NULL CHECK (cause IN ('sample', 'probation', 'unverified', 'ended', 'rating')),
  reward_minor  INTEGER NOT NULL CHECK (reward_minor >= 0),
  currency      TEXT NOT NULL,
  created_at    DATETIME NOT NULL,
  passed        BOOLEAN,
  scores        TEXT,
  note          TEXT NOT NULL DEFAULT '',
  reviewer_id   TEXT REFERENCES persons (id),
  ended_at      DATETIME,
  next_due_at   DATETIME,
  votes         INTEGER NOT NULL DEFAULT 0 CHECK (votes >= 0),
  bad           REAL CHECK (bad BETWEEN 0 AND 1),
  CHECK ((state = 'open') = (next_due_at IS NOT NULL)),
  CHECK ((state = 'open') = (ended_at IS NULL)),
  CHECK ((state = 'decided') = (reviewer_id IS NOT NULL)),
  CHECK ((state = 'decided') = (passed IS NOT NULL))
);
INSERT INTO reviews (id, brand_id, question_id, assignment_id, state, cause, reward_minor, currency, created_at, passed, scores, note, reviewer_id, ended_at, next_due_at, votes, bad) SELECT id, brand_id, question_id, assignment_id, state, cause, reward_minor, currency, created_at, passed, scores, note, reviewer_id, ended_at, next_due_at, votes, bad FROM reviews_kept;
DROP TABLE reviews_kept;
CREATE INDEX reviews_due ON reviews (next_due_at, id) WHERE next_due_at IS NOT NULL;
CREATE INDEX reviews_open ON reviews (brand_id, next_due_at) WHERE state = 'open';
CREATE INDEX reviews_failed ON reviews (brand_id, ended_at) WHERE NOT passed;
CREATE INDEX reviews_question ON reviews (question_id);
ALTER TABLE enrolments DROP COLUMN watch;
