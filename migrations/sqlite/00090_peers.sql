-- +goose Up
-- How many votes a verdict was made of, 0: it is one person's of the brand; and
-- the chance on that the work is bad that they came to. SQLite changes a CHECK by
-- making the table anew. Nothing refers to it.
CREATE TABLE reviews_new (
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
INSERT INTO reviews_new (id, brand_id, question_id, assignment_id, state, cause, reward_minor, currency, created_at, passed, scores, note, reviewer_id, ended_at, next_due_at) SELECT id, brand_id, question_id, assignment_id, state, cause, reward_minor, currency, created_at, passed, scores, note, reviewer_id, ended_at, next_due_at FROM reviews;
DROP TABLE reviews;
ALTER TABLE reviews_new RENAME TO reviews;
CREATE INDEX reviews_due ON reviews (next_due_at, id) WHERE next_due_at IS NOT NULL;
CREATE INDEX reviews_open ON reviews (brand_id, next_due_at) WHERE state = 'open';
CREATE INDEX reviews_failed ON reviews (brand_id, ended_at) WHERE NOT passed;
CREATE INDEX reviews_question ON reviews (question_id);

-- Peers judge one another's work: who reviews, what is known of how they judge,
-- items of known quality, and the votes of which a verdict is made.
CREATE TABLE reviewers (
  brand_id   TEXT NOT NULL,
  program_id TEXT NOT NULL,
  person_id  TEXT NOT NULL REFERENCES experts (person_id),
  active     BOOLEAN NOT NULL,
  caught     REAL NOT NULL DEFAULT 0 CHECK (caught >= 0),
  missed     REAL NOT NULL DEFAULT 0 CHECK (missed >= 0),
  passed     REAL NOT NULL DEFAULT 0 CHECK (passed >= 0),
  rejected   REAL NOT NULL DEFAULT 0 CHECK (rejected >= 0),
  gold       INTEGER NOT NULL DEFAULT 0 CHECK (gold >= 0),
  known_at   DATETIME NOT NULL,
  joined_at  DATETIME NOT NULL,
  PRIMARY KEY (program_id, person_id),
  FOREIGN KEY (program_id, brand_id) REFERENCES programs (id, brand_id)
);
CREATE INDEX reviewers_person ON reviewers (person_id);

CREATE TABLE gold_items (
  id          TEXT PRIMARY KEY NOT NULL,
  brand_id    TEXT NOT NULL,
  program_id  TEXT NOT NULL,
  title       TEXT NOT NULL CHECK (title <> ''),
  question    TEXT NOT NULL CHECK (question <> ''),
  answer      TEXT NOT NULL CHECK (answer <> ''),
  language    TEXT NOT NULL CHECK (language <> ''),
  bad         BOOLEAN NOT NULL,
  because     TEXT NOT NULL CHECK (because <> ''),
  made_by     TEXT NOT NULL CHECK (made_by <> ''),
  made_at     DATETIME NOT NULL,
  retired_at  DATETIME,
  FOREIGN KEY (program_id, brand_id) REFERENCES programs (id, brand_id)
);
CREATE INDEX gold_items_program ON gold_items (program_id, made_at);

-- One peer's part in a review, or in an item of gold, which they cannot tell
-- apart. author_id is whose work it is, so that people who have lately judged one
-- another are not asked to again.
CREATE TABLE review_votes (
  id           TEXT PRIMARY KEY NOT NULL,
  brand_id     TEXT NOT NULL,
  program_id   TEXT NOT NULL,
  review_id    TEXT REFERENCES reviews (id),
  gold_id      TEXT REFERENCES gold_items (id),
  author_id    TEXT REFERENCES persons (id),
  person_id    TEXT NOT NULL REFERENCES persons (id),
  state        TEXT NOT NULL CHECK (state IN ('asked', 'given', 'lapsed', 'withdrawn')),
  passed       BOOLEAN,
  scores       TEXT,
  note         TEXT NOT NULL DEFAULT '',
  reward_minor INTEGER NOT NULL CHECK (reward_minor > 0),
  currency     TEXT NOT NULL,
  asked_at     DATETIME NOT NULL,
  ended_at     DATETIME,
  next_due_at  DATETIME,
  UNIQUE (review_id, person_id),
  UNIQUE (gold_id, person_id),
  FOREIGN KEY (program_id, person_id) REFERENCES reviewers (program_id, person_id),
  CHECK ((review_id IS NULL) <> (gold_id IS NULL)),
  CHECK ((review_id IS NULL) = (author_id IS NULL)),
  CHECK (person_id <> author_id),
  CHECK ((state = 'asked') = (next_due_at IS NOT NULL)),
  CHECK ((state = 'asked') = (ended_at IS NULL)),
  CHECK ((state = 'given') = (passed IS NOT NULL))
);
CREATE INDEX review_votes_due ON review_votes (next_due_at, id) WHERE next_due_at IS NOT NULL;
CREATE INDEX review_votes_person ON review_votes (person_id, asked_at);
CREATE INDEX review_votes_author ON review_votes (author_id, asked_at);
CREATE INDEX review_votes_program ON review_votes (program_id, asked_at);

-- The bank accounts that experts' money goes to, as their provider tells them
-- apart, so that who has several accounts here does not judge themselves.
CREATE TABLE payout_fingerprints (
  expert_id   TEXT NOT NULL REFERENCES persons (id),
  provider    TEXT NOT NULL,
  fingerprint TEXT NOT NULL CHECK (fingerprint <> ''),
  noted_at    DATETIME NOT NULL,
  PRIMARY KEY (expert_id, provider, fingerprint)
);
CREATE INDEX payout_fingerprints_same ON payout_fingerprints (fingerprint, provider);

-- +goose Down
DROP TABLE payout_fingerprints;
DROP TABLE review_votes;
DROP TABLE gold_items;
DROP TABLE reviewers;
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
INSERT INTO reviews_new (id, brand_id, question_id, assignment_id, state, cause, reward_minor, currency, created_at, passed, scores, note, reviewer_id, ended_at, next_due_at) SELECT id, brand_id, question_id, assignment_id, state, REPLACE(cause, 'rating', 'sample'), reward_minor, currency, created_at, passed, scores, note, reviewer_id, ended_at, next_due_at FROM reviews;
DROP TABLE reviews;
ALTER TABLE reviews_new RENAME TO reviews;
CREATE INDEX reviews_due ON reviews (next_due_at, id) WHERE next_due_at IS NOT NULL;
CREATE INDEX reviews_open ON reviews (brand_id, next_due_at) WHERE state = 'open';
CREATE INDEX reviews_failed ON reviews (brand_id, ended_at) WHERE NOT passed;
CREATE INDEX reviews_question ON reviews (question_id);
