-- +goose Up
CREATE TABLE questions (
  id                    TEXT PRIMARY KEY,
  brand_id              TEXT NOT NULL,
  program_id            TEXT NOT NULL,
  customer_id           TEXT NOT NULL,
  asker_person          TEXT,
  topic_id              TEXT,
  reference             TEXT,
  language              TEXT NOT NULL,
  tags                  TEXT NOT NULL,
  title                 TEXT NOT NULL,
  body                  TEXT NOT NULL,
  context               TEXT NOT NULL,
  title_sealed          BLOB NOT NULL,
  context_sealed        BLOB NOT NULL,
  redaction             TEXT NOT NULL,
  state                 TEXT NOT NULL CHECK (state IN ('asked', 'offered', 'assigned', 'answered', 'resolved', 'escalated', 'withdrawn')),
  end_reason            TEXT NOT NULL DEFAULT '',
  attempt               INTEGER NOT NULL CHECK (attempt >= 1),
  wave                  INTEGER NOT NULL CHECK (wave >= 0),
  messages              INTEGER NOT NULL CHECK (messages >= 1),
  asked_at              DATETIME NOT NULL,
  first_response_due_at DATETIME NOT NULL,
  resolution_due_at     DATETIME NOT NULL,
  first_responded_at    DATETIME,
  resolved_at           DATETIME,
  ended_at              DATETIME,
  response_breached     BOOLEAN NOT NULL DEFAULT false,
  resolution_breached   BOOLEAN NOT NULL DEFAULT false,
  nudged                BOOLEAN NOT NULL DEFAULT false,
  stage_due_at          DATETIME,
  next_due_at           DATETIME,
  UNIQUE (program_id, reference),
  CHECK ((state IN ('resolved', 'escalated', 'withdrawn')) = (ended_at IS NOT NULL)),
  CHECK (state <> 'offered' OR wave >= 1)
);
CREATE INDEX questions_due ON questions (next_due_at, id) WHERE next_due_at IS NOT NULL;
CREATE INDEX questions_customer ON questions (customer_id, asked_at);
CREATE INDEX questions_program ON questions (program_id, state, asked_at);

CREATE TABLE messages (
  id            TEXT PRIMARY KEY,
  brand_id      TEXT NOT NULL,
  question_id   TEXT NOT NULL REFERENCES questions (id),
  position      INTEGER NOT NULL CHECK (position >= 1),
  author        TEXT NOT NULL CHECK (author IN ('customer', 'expert', 'brand')),
  person_id     TEXT,
  assignment_id TEXT,
  body          TEXT NOT NULL,
  body_sealed   BLOB NOT NULL,
  at            DATETIME NOT NULL,
  UNIQUE (question_id, position)
);

CREATE TABLE offers (
  id           TEXT PRIMARY KEY,
  brand_id     TEXT NOT NULL,
  question_id  TEXT NOT NULL REFERENCES questions (id),
  person_id    TEXT NOT NULL,
  attempt      INTEGER NOT NULL CHECK (attempt >= 1),
  wave         INTEGER NOT NULL CHECK (wave >= 1),
  position     INTEGER NOT NULL CHECK (position >= 1),
  state        TEXT NOT NULL CHECK (state IN ('open', 'accepted', 'declined', 'expired', 'withdrawn')),
  reward_minor INTEGER NOT NULL CHECK (reward_minor > 0),
  fee_minor    INTEGER NOT NULL CHECK (fee_minor >= 0),
  currency     TEXT NOT NULL,
  effort_s     INTEGER NOT NULL CHECK (effort_s >= 0),
  why          TEXT NOT NULL,
  offered_at   DATETIME NOT NULL,
  expires_at   DATETIME NOT NULL,
  settled_at   DATETIME,
  UNIQUE (question_id, attempt, person_id),
  CHECK ((state = 'open') = (settled_at IS NULL))
);
CREATE INDEX offers_person ON offers (person_id, offered_at) WHERE state = 'open';

CREATE TABLE assignments (
  id              TEXT PRIMARY KEY,
  brand_id        TEXT NOT NULL,
  question_id     TEXT NOT NULL REFERENCES questions (id),
  attempt         INTEGER NOT NULL CHECK (attempt >= 1),
  person_id       TEXT NOT NULL,
  offer_id        TEXT NOT NULL REFERENCES offers (id),
  state           TEXT NOT NULL CHECK (state IN ('working', 'delivered', 'earned', 'contested', 'released', 'refused', 'handed_back', 'lapsed', 'cancelled')),
  reward_minor    INTEGER NOT NULL CHECK (reward_minor >= 0),
  fee_minor       INTEGER NOT NULL CHECK (fee_minor >= 0),
  currency        TEXT NOT NULL,
  note            TEXT NOT NULL DEFAULT '',
  end_reason      TEXT NOT NULL DEFAULT '',
  accepted_at     DATETIME NOT NULL,
  delivered_at    DATETIME,
  earned_at       DATETIME,
  release_at      DATETIME,
  confirmed_at    DATETIME,
  settled_at      DATETIME,
  next_due_at     DATETIME,
  UNIQUE (question_id, attempt),
  CHECK (state NOT IN ('delivered') OR delivered_at IS NOT NULL),
  CHECK (state NOT IN ('earned', 'contested', 'released', 'refused') OR release_at IS NOT NULL),
  CHECK ((state IN ('released', 'refused')) = (settled_at IS NOT NULL))
);
CREATE INDEX assignments_due ON assignments (next_due_at, id) WHERE next_due_at IS NOT NULL;
CREATE INDEX assignments_person ON assignments (person_id, accepted_at);

CREATE TABLE decisions (
  id          TEXT PRIMARY KEY,
  brand_id    TEXT NOT NULL,
  question_id TEXT NOT NULL REFERENCES questions (id),
  attempt     INTEGER NOT NULL,
  wave        INTEGER NOT NULL,
  at          DATETIME NOT NULL,
  record      TEXT NOT NULL,
  UNIQUE (question_id, attempt, wave)
);

-- +goose Down
DROP TABLE decisions;
DROP TABLE assignments;
DROP TABLE offers;
DROP TABLE messages;
DROP TABLE questions;
